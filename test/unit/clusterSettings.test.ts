import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";

const clusterOf = async (changes: Record<string, unknown>) =>
    (await declareClass(changes)).the("ada-cluster", "aws:emr/cluster:Cluster").inputs;

describe("The nodes of a cluster", () => {
    const primary = { name: "primary", instanceType: "m5.xlarge", instanceCount: 1 };
    const core = { name: "core", instanceType: "m5.xlarge", instanceCount: 3 };

    it("are one primary and the others core", async () => {
        const { masterInstanceGroup, coreInstanceGroup } = await clusterOf({ clusterInstanceCount: 7 });
        assert.deepEqual([masterInstanceGroup, coreInstanceGroup], [primary, { ...core, instanceCount: 6 }]);
    });

    it("are the primary alone where one is asked for: EMR takes no group of none", async () => {
        const inputs = await clusterOf({ clusterInstanceCount: 1 });
        assert.deepEqual(inputs.masterInstanceGroup, primary);
        assert.ok(!("coreInstanceGroup" in inputs));
    });

    it("are Spot Instances only where they are core, since a cluster without its primary is lost", async () => {
        const { masterInstanceGroup, coreInstanceGroup } = await clusterOf({ clusterSpot: "0.15" });
        assert.deepEqual([masterInstanceGroup, coreInstanceGroup], [primary, { ...core, bidPrice: "0.15" }]);
    });

    it("have no price where they are On-Demand, not an empty one, which is Spot at the On-Demand price", async () => {
        const { coreInstanceGroup } = await clusterOf({ clusterSpot: "" });
        assert.deepEqual(coreInstanceGroup, core);
    });

    it("are of the type that is asked for", async () => {
        const inputs = await clusterOf({ clusterInstanceType: "m6g.xlarge" });
        assert.deepEqual(
            [inputs.masterInstanceGroup, inputs.coreInstanceGroup].map(
                (group) => (group as { instanceType: string }).instanceType,
            ),
            ["m6g.xlarge", "m6g.xlarge"],
        );
    });
});

describe("An idle cluster", () => {
    it("ends itself after the hours that are asked for", async () => {
        assert.deepEqual((await clusterOf({ clusterIdleHours: 168 })).autoTerminationPolicy, {
            idleTimeout: 604800,
        });
    });

    it("never ends itself where 0 is asked for: no policy, since EMR takes none of 0 seconds", async () => {
        assert.ok(!("autoTerminationPolicy" in (await clusterOf({ clusterIdleHours: 0 }))));
    });
});

describe("Release, applications and steps", () => {
    it("are those that are asked for", async () => {
        const inputs = await clusterOf({
            emrRelease: "emr-7.12.0",
            clusterApplications: ["Hadoop", "Spark"],
            clusterStepConcurrency: 5,
        });
        assert.deepEqual(
            [inputs.releaseLabel, inputs.applications, inputs.stepConcurrencyLevel],
            ["emr-7.12.0", ["Hadoop", "Spark"], 5],
        );
    });
});

describe("A class without clusters", () => {
    let stack: ClassInMocks;
    let usual: ClassInMocks;
    before(async () => {
        stack = await declareClass({ clusters: "off" });
        usual = await declareClass();
    });

    it("has neither clusters nor what belongs to them", () => {
        const kept = new Set(stack.resources.map(({ urn }) => urn));
        assert.deepEqual(
            usual.resources
                .filter(({ urn, name }) => !kept.has(urn) && !/\bgrace\b/.test(name))
                .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
                .sort(),
            [
                "Cluster ada-cluster",
                "ClusterGroup ada-cluster-group",
                "Command ada-connect",
                "KeyPair ada-cluster-key",
                "LabCluster ada-cluster",
                "PrivateKey ada-cluster-key",
                "SecurityGroup ada-cluster-group",
                "SecurityGroupEgressRule ada-cluster-group-out",
                "SecurityGroupEgressRule ada-cluster-group-out6",
                "SecurityGroupIngressRule ada-cluster-group-ssh",
                "Stash classroom-cluster-shape",
            ],
        );
        assert.equal(
            stack.resources.length,
            usual.resources.length - 21,
            "and nothing new is there in their place",
        );
    });

    it("has machines as they are with clusters", () => {
        const before = new Map(usual.resources.map((one) => [one.urn, JSON.stringify(one)]));
        for (const one of stack.resources) {
            assert.equal(JSON.stringify(one), before.get(one.urn));
        }
    });

    it("has a roster that shows no cluster and no problem", () => {
        assert.deepEqual(
            stack.outputs.roster.map(({ lab, clusterId, problem }) => [lab, clusterId, problem]),
            [
                ["ada", "", ""],
                ["grace", "", ""],
            ],
        );
    });

    it("has no shared cluster group either", async () => {
        const shared = await declareClass({ clusters: "off", isolation: "class" });
        assert.equal(shared.ofType("ClusterGroup").length, 0);
    });
});
