import { strict as assert } from "node:assert";
import { reasonIn } from "../../components/failures/labFailures.ts";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";

const names = (stack: ClassInMocks, lab: string) =>
    stack.resources.filter(({ name }) => new RegExp(`\\b${lab}\\b`).test(name)).map(({ urn }) => urn);

// The resource of Ada's lab that fails, AWS's words, what her row lacks, and its reason where that is not AWS's words.
const failing: readonly (readonly [string, string, readonly string[], string?])[] = [
    ["Instance ada-machine-instance", "InsufficientInstanceCapacity: no t3.small", ["address", "ipv6"]],
    ["InstanceState ada-machine-power", "IncorrectInstanceState: terminated", ["address"]],
    [
        "Command ada-machine-bootstrap",
        "lab: failed: packages (exit code 100)",
        [],
        "packages failed (exit code 100)",
    ],
    ["Cluster ada-cluster", "unexpected state 'TERMINATED_WITH_ERRORS'", ["clusterId"]],
    [
        "Command ada-connect",
        'Process exited with status 1: running "sudo bash -s":\nlab: problem agent start: the agent does not hold the cluster\'s key\nlab: failed: agent start (exit code 1)\nlab: to do: look at systemctl\n',
        [],
        "agent start: the agent does not hold the cluster's key; to do: look at systemctl",
    ],
    ["RandomPassword ada-password", "no entropy", ["password"]],
    ["Role student-labs-eu-west-1-ada", "LimitExceeded: 1000 roles", ["address", "clusterId", "ipv6"]],
    ["Record ada-machine-dns-a", "InvalidChangeBatch: not permitted", []],
    ["Schedule ada-machine-stop-nightly", "ServiceQuotaExceededException: schedules", []],
    ["Schedule ada-cluster-stop-nightly", "ServiceQuotaExceededException: schedules", []],
];

describe("A class in which one lab fails", () => {
    const asked = {
        dnsZone: "labs.university.edu",
        nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
        supportMachines: ["demo"],
    };
    let well: ClassInMocks;
    before(async () => {
        well = await declareClass(asked);
    });

    for (const [resource, error, missing, reason] of failing) {
        it(`lists every lab, names that one, and says why: ${resource}`, async () => {
            const stack = await declareClass(asked, { fails: { [resource]: error } });
            const [ada, ...others] = stack.outputs.roster;
            assert.deepEqual(ada, {
                ...well.outputs.roster[0],
                ...Object.fromEntries(missing.map((field) => [field, ""])),
                problem: `${resource.split(" ")[1]}: ${reason ?? error}`,
            });
            assert.deepEqual(others, well.outputs.roster.slice(1));
            assert.deepEqual(stack.outputs.supportMachines, well.outputs.supportMachines);
        });
    }

    it("has every other lab whole", async () => {
        const stack = await declareClass(asked, { fails: { "Instance ada-machine-instance": "no" } });
        assert.deepEqual(names(stack, "grace"), names(well, "grace"));
        assert.deepEqual(names(stack, "demo"), names(well, "demo"));
    });

    it("does nothing more with a machine that could not be made, and goes on with the cluster", async () => {
        const stack = await declareClass(asked, { fails: { "Instance ada-machine-instance": "no" } });
        const made = new Set(names(stack, "ada").map((urn) => urn.split("::").at(-1)));
        for (const waiting of [
            "ada-machine-power",
            "ada-machine-bootstrap",
            "ada-connect",
            "ada-machine-dns-a",
        ]) {
            assert.ok(!made.has(waiting), waiting);
        }
        assert.ok(made.has("ada-cluster"));
    });

    it("says it of a machine that supports the class in that machine's own row", async () => {
        const stack = await declareClass(asked, {
            fails: { "Instance demo-machine-instance": "no capacity" },
        });
        assert.deepEqual(
            stack.outputs.supportMachines.map(({ machine, problem, address }) => [machine, problem, address]),
            [["demo", "demo-machine-instance: no capacity", ""]],
        );
        assert.deepEqual(stack.outputs.roster, well.outputs.roster);
    });

    it("says it at night as well", async () => {
        const stack = await declareClass(
            { ...asked, power: "off" },
            { fails: { "InstanceState ada-machine-power": "IncorrectInstanceState" } },
        );
        assert.deepEqual(
            stack.outputs.roster.map(({ lab, problem }) => [lab, problem]),
            [
                ["ada", "ada-machine-power: IncorrectInstanceState"],
                ["grace", ""],
            ],
        );
    });

    it("names everything that failed in a lab, once", async () => {
        const stack = await declareClass(asked, {
            fails: { "Cluster ada-cluster": "no clusters", "Instance ada-machine-instance": "no machines" },
        });
        assert.deepEqual(String(stack.outputs.roster[0]?.problem).split("; ").sort(), [
            "ada-cluster: no clusters",
            "ada-machine-instance: no machines",
        ]);
    });

    it("says why in every row where what all share failed, and lists every lab all the same", async () => {
        const stack = await declareClass(asked, { fails: { "Policy classroom-student": "MalformedPolicy" } });
        assert.deepEqual(
            stack.outputs.roster.map(({ lab, problem, password }) => [lab, problem, password]),
            ["ada", "grace"].map((lab) => [
                lab,
                "classroom-student: MalformedPolicy",
                `password-of-${lab}-password`,
            ]),
        );
    });

    it("keeps the password masked, and nothing else", async () => {
        const stack = await declareClass(asked, { fails: { "Instance ada-machine-instance": "no" } });
        for (const field of Object.keys(stack.outputs.roster[0] ?? {})) {
            assert.equal(await stack.isSecret(`roster[0].${field}`), field === "password", field);
        }
    });
});

describe("AWS's words", () => {
    for (const [errors, reason] of [
        [["no capacity"], "no capacity"],
        [
            ["1 error occurred:\n\t* creating EC2 Instance: no capacity\n\n"],
            "creating EC2 Instance: no capacity",
        ],
        [["2 errors occurred:\n\t* one\n\t* two\n"], "one * two"],
        [["  a\n  long   line "], "a long line"],
        // What a script says of itself: why it failed, not what went well before.
        [
            ["lab: changed: host name ada\nlab: failed: packages (exit code 100)\n"],
            "packages failed (exit code 100)",
        ],
        [["the same", "the same"], "the same"],
        [["newest", "older"], "newest; older"],
        [["", "  "], ""],
        [[], ""],
    ] as const) {
        it(`of ${JSON.stringify(errors)} are ${JSON.stringify(reason)}`, () =>
            assert.equal(reasonIn(errors), reason));
    }
});
