import { strict as assert } from "node:assert";
import { isTheWanted } from "../../components/failures/dnsLeftover.ts";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";
import { account, session, tagsOf, verdict } from "./policyVerdict.ts";

describe("Two classes of the same names in one account", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({
            supportMachines: ["demo"],
            studentCredentials: "access-key",
            nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
        });
    });

    it("are told apart by an id that is made once and never changes", () => {
        const id = stack.the("classroom-id", "RandomId");
        assert.deepEqual(id.inputs, { byteLength: 4 });
        assert.deepEqual(id.ignoreChanges, ["byteLength", "keepers", "prefix"]);
        assert.equal((stack.outputs as unknown as { classId: string }).classId, "c1a55e5d");
    });

    it("have it as a tag on everything that takes tags", () => {
        const tagged = stack.resources.filter(({ inputs }) => inputs.tags !== undefined);
        assert.ok(tagged.length > 40, String(tagged.length));
        for (const { name, inputs } of tagged) {
            assert.equal((inputs.tags as Record<string, string>).Class, "c1a55e5d", name);
        }
    });

    it("do not reach each other's clusters, although their labs are called the same", async () => {
        const policy: unknown = JSON.parse(stack.the("classroom-student", "Policy").inputs.policy as string);
        const ask = (classId: string | undefined) => {
            const { Class: own, ...others } = tagsOf("ada");
            return verdict(
                policy,
                session("student-labs-eu-west-1-ada-1", "i-1", { ...others, Class: own ?? "" }),
                {
                    action: "elasticmapreduce:AddJobFlowSteps",
                    resource: `arn:aws:elasticmapreduce:eu-west-1:${account}:cluster/j-1`,
                    on: { ...others, ...(classId === undefined ? {} : { Class: classId }) },
                },
            );
        };
        assert.equal(await ask("c1a55e5d"), "Allowed");
        assert.equal(await ask("0therc1a"), "ImplicitlyDenied");
        assert.equal(await ask(undefined), "ImplicitlyDenied");
    });

    it("do not stop each other's machines at night", () => {
        const policy = JSON.parse(
            stack.the("classroom-stop-policy", "RolePolicy").inputs.policy as string,
        ) as {
            Statement: { Condition: { StringEquals: Record<string, string> } }[];
        };
        assert.deepEqual(
            policy.Statement.map(({ Condition }) => Condition.StringEquals["aws:ResourceTag/Class"]),
            ["c1a55e5d", "c1a55e5d"],
        );
    });
});

describe("A name in a DNS zone", () => {
    const wanted = { zoneId: "Z1", name: "ada.eu-west-1.labs.edu", type: "A", records: ["18.1.2.3"] };
    const found = {
        Name: "ada.eu-west-1.labs.edu.",
        Type: "A",
        ResourceRecords: [{ Value: "18.1.2.3" }],
    } as const;

    it("that a killed run left has the address that is asked for", () => {
        assert.equal(isTheWanted({ ...found, ResourceRecords: [...found.ResourceRecords] }, wanted), true);
    });

    for (const [whose, other] of [
        ["points elsewhere", { ResourceRecords: [{ Value: "18.9.9.9" }] }],
        ["points also elsewhere", { ResourceRecords: [{ Value: "18.1.2.3" }, { Value: "18.9.9.9" }] }],
        ["is an alias", { ResourceRecords: undefined }],
        ["is another name", { Name: "adam.eu-west-1.labs.edu." }],
        ["is of another type", { Type: "AAAA" as const }],
        ["is one of several by weight", { SetIdentifier: "blue" }],
    ] as const) {
        it(`that ${whose} is somebody else's and stays`, () => {
            const record = { ...found, ...other };
            assert.equal(isTheWanted(record as Parameters<typeof isTheWanted>[0], wanted), false);
        });
    }
});
