import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";

const asked = { supportMachines: ["demo"], dnsZone: "labs.university.edu" };
const kindsOf = (stack: ClassInMocks) =>
    new Set(stack.resources.map(({ type }) => type.split(":").at(-1) ?? ""));

for (const isolation of ["lab", "class"] as const) {
    describe(`At night, with isolation: ${isolation}`, () => {
        let on: ClassInMocks;
        let off: ClassInMocks;
        before(async () => {
            on = await declareClass({ ...asked, isolation });
            off = await declareClass({ ...asked, isolation, power: "off" });
        });

        it("nothing connects to a machine, nothing points at one, and no cluster is there", () => {
            const gone = [...kindsOf(on)].filter((kind) => !kindsOf(off).has(kind)).sort();
            assert.deepEqual(gone, [
                "Cluster",
                "ClusterGroup",
                "Command",
                "DnsRecord",
                "LabCluster",
                "Record",
            ]);
        });

        it("every machine is stopped and none is replaced or changed", () => {
            const before = new Map(on.resources.map((one) => [one.urn, one]));
            for (const one of off.resources) {
                const old = before.get(one.urn);
                if (one.type.endsWith(":InstanceState")) {
                    assert.deepEqual(one, {
                        ...old,
                        inputs: { instanceId: old?.inputs.instanceId, state: "stopped" },
                    });
                } else {
                    assert.deepEqual(one, old);
                }
            }
            assert.equal(off.ofType("InstanceState").length, 3);
        });

        it("the roster has passwords and names, and host keys, and no address, cluster or problem", () => {
            for (const [index, lab] of ["ada", "grace"].entries()) {
                const row = off.outputs.roster[index];
                assert.equal(row?.password, `password-of-${lab}-password`);
                assert.equal(row?.problem, "");
                const missing = { address: "", clusterId: "" };
                assert.deepEqual(row, { ...on.outputs.roster[index], ...missing });
            }
            assert.deepEqual(off.outputs.supportMachines, [
                { ...on.outputs.supportMachines[0], address: "" },
            ]);
        });

        it("no address is looked up, not even of machines that happen to run", async () => {
            const lost = await declareClass({ ...asked, isolation, power: "off" }, { noAddresses: true });
            assert.deepEqual(lost.resources, off.resources);
        });
    });
}

describe("In the morning", () => {
    it("everything is as it was in the evening, but for what AWS gives anew", async () => {
        const evening = await declareClass(asked);
        await declareClass({ ...asked, power: "off" });
        const morning = await declareClass({ ...asked, power: "on" });
        assert.deepEqual(morning.resources, evening.resources);
    });

    it("clusters may have another shape: those of the evening are gone", async () => {
        // The stash went with them, so that the new one answers what it is made with.
        const off = await declareClass({ power: "off" });
        assert.deepEqual(
            off.ofType("Stash").map(({ name }) => name),
            ["classroom-place"],
        );
        const morning = await declareClass({ emrRelease: "emr-7.12.0" });
        assert.equal(morning.the("ada-cluster", "aws:emr/cluster:Cluster").inputs.releaseLabel, "emr-7.12.0");
    });

    it("machines are started before bootstrap and connect, and clusters do not wait for them", async () => {
        const stack = await declareClass();
        const power = "aws:ec2transitgateway/instanceState:InstanceState::ada-machine-power";
        assert.ok(stack.the("ada-machine-bootstrap", "Command").dependencies.includes(power));
        assert.ok(stack.the("ada-connect", "Command").dependencies.includes(power));
        assert.ok(!stack.the("ada-cluster", "aws:emr/cluster:Cluster").dependencies.includes(power));
    });
});
