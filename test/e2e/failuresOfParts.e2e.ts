/** Whatever part of one lab AWS refuses: the lab says so in the roster, and no other lab notices. */
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { deeds, farTime, LiveClass, passwordLogin } from "./liveClass.ts";
import { mayLogIn } from "./ssh.ts";

/** A call that is refused to the lab of that name, by what the request says. */
interface Refusal {
    readonly lab: string;
    readonly service: string;
    readonly action: string;
    readonly match: Readonly<Record<string, string>>;
    /** The resource that the roster has to name. */
    readonly resource: string;
}

const roleOf = (lab: string) => `student-labs-eu-west-1-${lab}`;
const refusals: readonly Refusal[] = [
    {
        lab: "role",
        service: "iam",
        action: "CreateRole",
        match: { RoleName: `${roleOf("role")}-*` },
        resource: roleOf("role"),
    },
    {
        lab: "rights",
        service: "iam",
        action: "AttachRolePolicy",
        match: { RoleName: `${roleOf("rights")}-*` },
        resource: "rights-identity-policy",
    },
    {
        lab: "profile",
        service: "iam",
        action: "CreateInstanceProfile",
        match: { InstanceProfileName: `${roleOf("profile")}-*` },
        resource: "profile-identity-profile",
    },
    {
        lab: "group",
        service: "ec2",
        action: "CreateSecurityGroup",
        match: { GroupName: "group-machine-group-*" },
        resource: "group-machine-group",
    },
    {
        lab: "nodes",
        service: "ec2",
        action: "CreateSecurityGroup",
        match: { GroupName: "nodes-cluster-group-*" },
        resource: "nodes-cluster-group",
    },
    {
        lab: "pair",
        service: "ec2",
        action: "ImportKeyPair",
        match: { KeyName: "pair-cluster-key-*" },
        resource: "pair-cluster-key",
    },
    {
        lab: "user",
        service: "iam",
        action: "CreateUser",
        match: { UserName: `${roleOf("user")}-*` },
        resource: roleOf("user"),
    },
    {
        lab: "key",
        service: "iam",
        action: "CreateAccessKey",
        match: { UserName: `${roleOf("key")}-*` },
        resource: "key-access-key",
    },
    {
        lab: "may",
        service: "iam",
        action: "AttachUserPolicy",
        match: { UserName: `${roleOf("may")}-*` },
        resource: "may-access-policy",
    },
    {
        lab: "night",
        service: "scheduler",
        action: "CreateSchedule",
        match: { Name: "night-machine-stop-*" },
        resource: "night-machine-stop-nightly",
    },
    {
        lab: "evening",
        service: "scheduler",
        action: "CreateSchedule",
        match: { Name: "evening-cluster-stop-*" },
        resource: "evening-cluster-stop-nightly",
    },
];

describe("AWS refuses a part of one lab", () => {
    let live: LiveClass;
    let whole: readonly Row[];

    before(async () => {
        live = await LiveClass.start(
            "e2e-parts",
            {
                students: ["Ada", ...refusals.map(({ lab }) => lab)],
                supportMachines: ["Demo", "Git"],
                studentCredentials: "access-key",
                clusterInstanceCount: 1,
                nightlyStop: { at: farTime, timezone: "Europe/Dublin" },
            },
            "simulated",
        );
    });

    after(async () => {
        await live?.cloud.stop();
    });

    const refuse = ({ service, action, match }: Omit<Refusal, "lab" | "resource">) =>
        live.cloud.control.addFault({
            service,
            action,
            match,
            times: 1,
            error: { code: "AccessDenied", message: `${action} is not for you`, status: 403 },
        });
    const support = async () =>
        (await live.stack.outputs(true)).supportMachines as (Row & { machine: string })[];

    it(`${refusals.map(({ action }) => action).join(", ")}: each in the row of its lab, in AWS's words`, async () => {
        for (const refusal of refusals) await refuse(refusal);
        await refuse({
            service: "iam",
            action: "CreateRole",
            match: { RoleName: `${roleOf("support-git")}-*` },
        });
        await live.upFails();
        const roster = await live.roster();
        assert.deepEqual(
            roster.map(({ lab }) => lab),
            ["ada", ...refusals.map(({ lab }) => lab)],
        );
        for (const { lab, action, resource } of refusals) {
            const { problem, password } = roster.find((row) => row.lab === lab) as Row;
            const [first = ""] = problem.split("; ");
            assert.ok(first.startsWith(`${resource}: `), `${lab}: ${problem}`);
            assert.ok(
                first.endsWith(`api error AccessDenied: ${action} is not for you`),
                `${lab}: ${problem}`,
            );
            assert.match(password, /^[a-z2-9]{14}$/, lab);
        }
        const ada = await live.row("ada");
        assert.equal(ada.problem, "");
        assert.ok(await mayLogIn(passwordLogin(ada)));
        const [demo, git] = await support();
        assert.equal(demo?.problem, "");
        assert.match(git?.problem ?? "", /CreateRole is not for you\b/);
    });

    it("the next `up` makes all of them whole, and does nothing to the lab that was", async () => {
        const done = deeds(await live.up());
        assert.deepEqual(
            done.filter((deed) => !deed.startsWith("create ") || / (ada|demo)-/.test(deed)),
            [],
        );
        whole = await live.roster();
        assert.deepEqual(
            [...whole, ...(await support())].filter(
                ({ problem, address }) => problem !== "" || address === "",
            ),
            [],
        );
        assert.equal(changesAnything((await live.up()).changes), false);
    });

    it("a machine that does not start in the morning costs nobody else the day", async () => {
        const { Reservations = [] } = await live.aws(EC2Client).send(
            new DescribeInstancesCommand({
                Filters: [
                    { Name: "tag:Lab", Values: ["role"] },
                    { Name: "instance-type", Values: ["t3.small"] },
                ],
            }),
        );
        const id = Reservations[0]?.Instances?.[0]?.InstanceId ?? "";
        await live.set({ power: "off" });
        await live.up();
        await live.set({ power: "on" });
        await refuse({ service: "ec2", action: "StartInstances", match: { "InstanceId.1": id } });
        await live.upFails();
        for (const row of await live.roster()) {
            const before = whole.find(({ lab }) => lab === row.lab) as Row;
            assert.equal(row.password, before.password);
            if (row.lab === "role") {
                assert.match(row.problem, /^role-machine-power: .*StartInstances is not for you/);
                assert.equal(row.address, "");
            } else {
                assert.deepEqual([row.problem, row.hostKey], ["", before.hostKey], row.lab);
                assert.match(row.address, /^127\./, row.lab);
            }
        }
        await live.up();
        assert.deepEqual(
            (await live.roster()).filter(({ problem, address }) => problem !== "" || address === ""),
            [],
        );
    });
});
