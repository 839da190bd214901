import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { refuseMove } from "../../components/preflight/replacementGuard.ts";
import { declareClass, registeredSoFar } from "./classInMocks.ts";

/** What the stack's state remembers of a class with the usual settings. */
const running = {
    emrRelease: "emr-7.13.0",
    clusterInstanceType: "m5.xlarge",
    clusterApplications: "Hadoop",
    clusterSpot: "",
    isolation: "lab",
    clusterInstanceCount: "more than 1",
};

const frame = (lines: readonly string[]) =>
    [
        "The clusters of running labs would be made anew, with everything on them lost; nothing was changed.",
        ...lines.map((line) => `  ${line}.`),
        "Put it back, or write allowReplacement: true for one `pulumi up`.",
    ].join("\n");

// Each setting that EMR takes only when it makes a cluster: what is written, and the complaint.
const shaping: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ emrRelease: "emr-7.12.0" }, 'emrRelease: changed from "emr-7.13.0" to "emr-7.12.0"'],
    [{ clusterInstanceType: "m6g.xlarge" }, 'clusterInstanceType: changed from "m5.xlarge" to "m6g.xlarge"'],
    [
        { clusterApplications: ["Spark", "Hadoop"] },
        'clusterApplications: changed from "Hadoop" to "Hadoop, Spark"',
    ],
    [{ clusterSpot: "0.15" }, 'clusterSpot: changed from "" to "0.15"'],
    [{ isolation: "class" }, 'isolation: changed from "lab" to "class"'],
    [{ clusterInstanceCount: 1 }, 'clusterInstanceCount: changed from "more than 1" to "1"'],
];

describe("A running class", () => {
    for (const [changes, complaint] of shaping) {
        it(`keeps its clusters: ${complaint}`, async () => {
            await assert.rejects(declareClass(changes, { stashed: running }), (error: Error) => {
                assert.ok(error instanceof pulumi.RunError);
                assert.equal(error.message, frame([complaint]));
                return true;
            });
            assert.equal(registeredSoFar(), 2, "nothing but what is remembered may be declared by then");
        });
    }

    it("is told everything that it would lose clusters for at once", async () => {
        const changes = Object.assign({}, ...shaping.map(([change]) => change)) as Record<string, unknown>;
        await assert.rejects(declareClass(changes, { stashed: running }), {
            message: frame(shaping.map(([, complaint]) => complaint)),
        });
    });

    it("may lose its clusters where the operator says so", async () => {
        const changes = Object.assign({}, ...shaping.map(([change]) => change)) as Record<string, unknown>;
        const stack = await declareClass({ ...changes, allowReplacement: true }, { stashed: running });
        assert.equal(stack.ofType("aws:emr/cluster:Cluster").length, 2);
        const stash = stack.the("classroom-cluster-shape", "Stash");
        assert.deepEqual([stash.ignoreChanges, stash.replaceOnChanges], [[], ["input"]]);
    });

    it("remembers what its clusters were made with, whatever is written later", async () => {
        const stash = (await declareClass()).the("classroom-cluster-shape", "Stash");
        assert.deepEqual(stash.inputs, { input: running });
        assert.deepEqual([stash.ignoreChanges, stash.replaceOnChanges], [["input"], []]);
    });

    for (const [what, changes, stashed] of [
        ["more or fewer core nodes", { clusterInstanceCount: 9 }, running],
        [
            "applications in another order",
            { clusterApplications: ["Spark", "Hadoop"] },
            { ...running, clusterApplications: "Hadoop, Spark" },
        ],
        ["idle hours and steps", { clusterIdleHours: 0, clusterStepConcurrency: 9 }, running],
        ["students", { students: ["Ada", "Grace", "Marie"] }, running],
        ["a setting that an older program did not remember", {}, { emrRelease: "emr-7.13.0" }],
    ] as const) {
        it(`changes without leave: ${what}`, async () => {
            const stack = await declareClass(changes, { stashed });
            assert.ok(stack.ofType("aws:emr/cluster:Cluster").length >= 2);
            assert.ok(stack.outputs.roster.every(({ problem }) => problem === ""));
        });
    }

    it("is not asked again while it has no clusters", async () => {
        for (const off of [{ power: "off" }, { clusters: "off" }]) {
            const stack = await declareClass({ ...off, emrRelease: "emr-7.12.0" }, { stashed: running });
            assert.deepEqual(
                stack.ofType("Stash").map(({ name }) => name),
                ["classroom-place"],
            );
        }
    });

    it("does not keep a preview of a new class waiting for what no preview knows", async () => {
        const stack = await declareClass({}, { preview: true });
        assert.equal(stack.ofType("aws:emr/cluster:Cluster").length, 2);
    });
});

describe("A class stays where it is", () => {
    const here = { project: "student-labs", stack: "eu-west-1", region: "eu-west-1" };
    const moves: readonly (readonly [Partial<typeof here>, string])[] = [
        [{ stack: "lisbon" }, 'name of the stack: changed from "lisbon" to "eu-west-1"'],
        [{ project: "labs" }, 'name in Pulumi.yaml: changed from "labs" to "student-labs"'],
        [{ region: "us-east-1" }, 'aws:region: changed from "us-east-1" to "eu-west-1"'],
    ];
    for (const [was, complaint] of moves) {
        it(`and is not made anew elsewhere: ${complaint}`, () => {
            assert.throws(
                () => refuseMove({ ...here, ...was }, here),
                (error: Error) => {
                    assert.ok(error instanceof pulumi.RunError);
                    assert.ok(error.message.includes(`  ${complaint}.`));
                    assert.match(error.message, /nothing was changed/);
                    return true;
                },
            );
        });
    }

    it("and is told of every move at once", () => {
        const was = { project: "a", stack: "b", region: "c" };
        assert.throws(() => refuseMove(was, here), { message: /a.*\n.*b.*\n.*c/ });
    });

    it("and is remembered with and without clusters, at day and at night", async () => {
        for (const off of [{}, { power: "off" }, { clusters: "off" }]) {
            const place = (await declareClass(off)).the("classroom-place", "Stash");
            assert.deepEqual([place.inputs, place.ignoreChanges], [{ input: here }, ["input"]]);
        }
    });

    it("and may move where the operator says so", async () => {
        const place = (await declareClass({ allowReplacement: true })).the("classroom-place", "Stash");
        assert.deepEqual([place.ignoreChanges, place.replaceOnChanges], [[], ["input"]]);
        refuseMove(here, here);
    });
});
