/** The walk through the settings, first part: those that leave alone what runs, and those that would make it anew. */
import assert from "node:assert/strict";
import * as path from "node:path";
import { definitions } from "../../components/settings/definitions.ts";
import { LabStack } from "../emulator/engine/labStack.ts";
import { deeds, LiveClass, wholeLab } from "./liveClass.ts";
import { done, expected, nothing, people, replaced, settingsOf, supporting, walked } from "./settingsWalk.ts";

describe("the walk through the settings", () => {
    it("leaves none out, and each is to prove the effect that its declaration promises", () => {
        const declared = Object.entries(definitions).map(([key, { effect }]) => [key, effect]);
        assert.deepEqual(Object.fromEntries(walked()), Object.fromEntries(declared));
    });
});

describe("settings that leave alone what runs", () => {
    let live: LiveClass;
    const labs = ["ada", "grace"];

    before(async () => {
        live = await LiveClass.start("e2e-settings", { students: ["Ada", "Grace"] }, "simulated");
        await live.up();
    });

    after(async () => {
        await live?.cloud.stop();
    });

    it(`${Object.keys(nothing).join(", ")}: nothing happens at all`, async () => {
        await live.set(settingsOf(nothing));
        assert.deepEqual(done(await live.up()), []);
        await live.set({
            zone: "eu-west-1a",
            amiId: undefined,
            allowReplacement: undefined,
            allowAnyAddress: undefined,
        });
    });

    it("students, groups, spares, supportMachines: what is new is made, no lab that is there is touched", async () => {
        const before = await live.roster();
        const { students, groups, spares, supportMachines } = people;
        await live.set(settingsOf({ students, groups, spares, supportMachines }));
        const made = deeds(await live.up());
        assert.deepEqual(
            made,
            [
                ...["alan", "team-1", "spare-01"].flatMap((lab) => wholeLab("create", lab)),
                ...support("create"),
            ].sort(),
        );
        const roster = await live.roster();
        assert.deepEqual(
            roster.map(({ lab }) => lab),
            ["ada", "alan", "grace", "team-1", "spare-01"],
        );
        assert.deepEqual(
            roster.filter(({ lab }) => labs.includes(lab)),
            before,
        );

        await live.set({
            students: ["Ada", "Grace"],
            groups: undefined,
            spares: undefined,
            supportMachines: undefined,
        });
        assert.deepEqual(
            deeds(await live.up()),
            [
                ...["alan", "team-1", "spare-01"].flatMap((lab) => wholeLab("delete", lab)),
                ...support("delete"),
            ].sort(),
        );
        assert.deepEqual(await live.roster(), before);
    });

    it("supportPorts: the support machines' ports open and close, and nothing else changes", async () => {
        await live.set(settingsOf({ supportMachines: people.supportMachines }));
        await live.up();
        await live.set(settingsOf(supporting));
        assert.deepEqual(done(await live.up()), expected(supporting, labs));
        assert.deepEqual(done(await live.up()), []);
        await live.set({ supportPorts: undefined });
        assert.deepEqual(
            done(await live.up()),
            expected(supporting, labs).map((line) => line.replace(/^create/, "delete")),
        );
        await live.set({ supportMachines: undefined });
        await live.up();
    });

    it("studentCount: more adds labs at the end", async () => {
        // In another region's stack, of the same account: names of labs may be given or counted, not both.
        const stack = await LabStack.create({
            cloud: live.cloud,
            stack: "us-east-1",
            dir: path.join(live.cloud.dir, "stack-us-east-1"),
            config: { studentCount: 1, clusters: "off", allowedSshCidrs: ["127.0.0.0/8"] },
        });
        const first = await stack.up({ parallel: 150 });
        assert.equal(first.result, "succeeded", first.stderr);
        await stack.setConfig("studentCount", people.studentCount.to);
        const second = await stack.up({ parallel: 150 });
        assert.deepEqual(
            deeds(second),
            wholeLab("create", "student-02")
                .filter((deed) => !/-(cluster|connect)/.test(deed))
                .map((deed) => deed.replace("eu-west-1", "us-east-1")),
        );
    });

    describe("settings that would make clusters anew", () => {
        it(`${Object.keys(replaced).join(", ")}: refused, each with what it was, and nothing at all is done`, async () => {
            const before = await live.roster();
            await live.set({ ...settingsOf(replaced), clusterInstanceCount: 1 });
            const preview = await live.stack.preview({ parallel: 150 });
            assert.equal(preview.result, "failed", "a preview refuses as well");
            assert.match(
                preview.diagnostics.map(({ message }) => message).join("\n"),
                /emrRelease: changed from "emr-7.13.0"/,
            );
            const refused = await live.upFails();
            assert.deepEqual(done(refused), []);
            const said = refused.diagnostics.map(({ message }) => message).join("\n");
            for (const [key, { to }] of Object.entries({ ...replaced, clusterInstanceCount: { to: 1 } })) {
                const wanted = Array.isArray(to) ? to.join(", ") : String(to);
                assert.ok(
                    new RegExp(`${key}: changed from ".*" to "${wanted}"`).test(said),
                    `${key} in: ${said}`,
                );
            }
            assert.match(said, /allowReplacement: true/);
            await live.set({ clusterInstanceCount: 2 });
            assert.deepEqual(await live.roster(), before);
        });

        it("done once that is allowed: clusters anew, machines, passwords and addresses as they were", async () => {
            const before = await live.roster();
            await live.set({ allowReplacement: true });
            const outcome = await live.up();
            const guard = "replace pulumi:index:Stash classroom-cluster-shape [input]";
            assert.deepEqual(done(outcome), [...expected(replaced, labs), guard].sort());
            const after = await live.roster();
            assert.deepEqual(
                after.map((row, index) => ({ ...row, clusterId: before[index]?.clusterId })),
                before,
            );
            assert.deepEqual(
                after.map(({ clusterId }, index) => clusterId === before[index]?.clusterId),
                [false, false],
            );
        });

        it("a permission that is left standing does nothing by itself", async () => {
            assert.deepEqual(done(await live.up()), []);
        });
    });
});

/** Everything that a machine which supports the class consists of. */
function support(op: "create" | "delete"): string[] {
    return [
        "student-labs:index:SupportMachine demo",
        "tls:index/privateKey:PrivateKey demo-machine-host-key",
        "random:index/randomPassword:RandomPassword demo-password",
        "student-labs:index:LabIdentity demo-identity",
        "aws:iam/role:Role student-labs-eu-west-1-support-demo",
        "aws:iam/policy:Policy classroom-support",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment demo-identity-policy",
        "aws:iam/instanceProfile:InstanceProfile demo-identity-profile",
        "student-labs:index:LabMachine demo-machine",
        "aws:ec2/securityGroup:SecurityGroup demo-machine-group",
        "aws:ec2/instance:Instance demo-machine-instance",
        "aws:ec2transitgateway/instanceState:InstanceState demo-machine-power",
        "command:remote:Command demo-machine-bootstrap",
    ].map((part) => `${op} ${part}`);
}
