import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass, valuesOf } from "./classInMocks.ts";
import { addressOf, fingerprintOf, hostKeyOf, privateAddressOf } from "./mockCloud.ts";

const object = "arn:aws:s3:::university/ml/course.tar.gz";
const tags = { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d", Support: "demo-1" };

describe("A machine that supports the class", () => {
    let stack: ClassInMocks;
    let without: ClassInMocks;
    before(async () => {
        const courseArchive = { bucket: "university", object: "ml/course.tar.gz" };
        without = await declareClass({ courseArchive });
        stack = await declareClass({ courseArchive, supportMachines: ["Demo 1"] });
    });

    it("is these resources and no others", () => {
        const labs = new Set(without.resources.map(({ urn }) => urn));
        assert.deepEqual(
            stack.resources
                .filter(({ urn }) => !labs.has(urn))
                .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
                .sort(),
            [
                "Command demo-1-machine-bootstrap",
                "Instance demo-1-machine-instance",
                "InstanceProfile demo-1-identity-profile",
                "InstanceState demo-1-machine-power",
                "LabIdentity demo-1-identity",
                "LabMachine demo-1-machine",
                "Policy classroom-support",
                "PrivateKey demo-1-machine-host-key",
                "RandomPassword demo-1-password",
                "Role student-labs-eu-west-1-support-demo-1",
                "RolePolicyAttachment demo-1-identity-policy",
                "SecurityGroup demo-1-machine-group",
                "SupportMachine demo-1",
            ],
        );
    });

    it("changes no lab", () => {
        const added = new Set(stack.resources.map((one) => JSON.stringify(one)));
        assert.deepEqual(
            without.resources.filter((one) => !added.has(JSON.stringify(one))).map(({ name }) => name),
            [],
        );
    });

    it("is told from students' machines by its tag and its instance profile", () => {
        const { inputs } = stack.the("demo-1-machine-instance", "Instance");
        assert.deepEqual(inputs.tags, { ...tags, Name: "student-labs eu-west-1 demo-1" });
        assert.equal(inputs.iamInstanceProfile, "student-labs-eu-west-1-support-demo-1-0123456");
        assert.deepEqual(stack.the("student-labs-eu-west-1-support-demo-1", "Role").inputs.tags, tags);
        assert.ok(
            without.ofType("Instance").every(({ inputs: own }) => !("Support" in (own.tags as object))),
        );
    });

    it("may read the course archive and has no right of a student's", () => {
        assert.equal(
            stack.the("demo-1-identity-policy", "RolePolicyAttachment").inputs.policyArn,
            "arn:aws:iam::123456789012:classroom-support-0123456",
        );
        assert.deepEqual(JSON.parse(stack.the("classroom-support", "Policy").inputs.policy as string), {
            Version: "2012-10-17",
            Statement: [
                { Sid: "ReadTheCourseArchive", Effect: "Allow", Action: "s3:GetObject", Resource: object },
            ],
        });
    });

    it("has no policy at all where there is no archive to read", async () => {
        const bare = await declareClass({ supportMachines: ["demo"] });
        assert.deepEqual(
            bare.ofType("RolePolicyAttachment").filter(({ name }) => name.startsWith("demo")),
            [],
        );
        assert.equal(bare.ofType("Policy").length, 1);
    });

    it("has the identity of a support machine also where all students share one", async () => {
        const shared = await declareClass({ supportMachines: ["demo"], isolation: "class" });
        assert.equal(
            shared.the("demo-machine-instance", "Instance").inputs.iamInstanceProfile,
            "student-labs-eu-west-1-support-demo-0123456",
        );
    });

    it("is reached by the machines of the class on the ports that are declared, and by nothing else", async () => {
        assert.deepEqual(
            stack.ofType("SecurityGroupIngressRule").filter(({ parent }) => parent.includes("Support")),
            [],
            "no port is declared",
        );
        for (const supportPorts of [[80], [3000, 443], [1, 65535, 5432]]) {
            const open = await declareClass({ supportMachines: ["demo", "git"], supportPorts });
            const rules = open
                .ofType("SecurityGroupIngressRule")
                .filter(({ parent }) => parent.includes("SupportMachine"));
            assert.deepEqual(
                rules.map(({ inputs }) => inputs),
                ["demo", "git"].flatMap((machine) =>
                    [...supportPorts]
                        .map(String)
                        .sort()
                        .map(Number)
                        .map((port) => ({
                            securityGroupId: `${machine}-machine-group-id`,
                            description: "Machines of the class",
                            ipProtocol: "tcp",
                            fromPort: port,
                            toPort: port,
                            referencedSecurityGroupId: "classroom-network-machines-id",
                            tags: { ...tags, Support: machine },
                        })),
                ),
            );
            // A support machine whose rule failed is not whole.
            const failed = await declareClass(
                { supportMachines: ["demo", "git"], supportPorts },
                {
                    fails: {
                        [`SecurityGroupIngressRule git-from-labs-${supportPorts[0]}`]: "too many rules",
                    },
                },
            );
            assert.deepEqual(
                failed.outputs.supportMachines.map(({ problem }) => problem),
                ["", `git-from-labs-${supportPorts[0]}: too many rules`],
            );
        }
    });

    it("opens no port of any lab", async () => {
        const closed = await declareClass({ supportMachines: ["demo"] });
        const open = await declareClass({ supportMachines: ["demo"], supportPorts: [80] });
        const labs = ({ resources }: ClassInMocks) =>
            resources.filter(({ urn }) => !urn.includes("Support")).map((one) => JSON.stringify(one));
        assert.deepEqual(labs(open), labs(closed));
    });

    it("never gets an access key", async () => {
        for (const isolation of ["lab", "class"]) {
            const keys = await declareClass({
                supportMachines: ["demo"],
                isolation,
                studentCredentials: "access-key",
            });
            const values = valuesOf(keys.the("demo-machine-bootstrap", "Command"));
            assert.ok(values.includes("LAB_ACCESS_KEY_ID=''") && values.includes("LAB_SECRET_ACCESS_KEY=''"));
        }
    });

    it("is in an output of its own and not in the roster", () => {
        assert.deepEqual(
            stack.outputs.roster.map(({ lab }) => lab),
            ["ada", "grace"],
        );
        assert.deepEqual(stack.outputs.supportMachines, [
            {
                machine: "demo-1",
                privateAddress: privateAddressOf("demo-1-machine-instance"),
                region: "eu-west-1",
                dnsName: "",
                address: addressOf("demo-1-machine-instance"),
                ipv6: "fd00::1",
                port: 22,
                user: "ubuntu",
                password: "password-of-demo-1-password",
                hostKey: hostKeyOf("demo-1-machine-host-key"),
                hostKeyFingerprint: fingerprintOf("demo-1-machine-host-key"),
                problem: "",
            },
        ]);
    });

    it("has its password masked there, and nothing else", async () => {
        for (const field of Object.keys(stack.outputs.supportMachines[0] ?? {})) {
            assert.equal(await stack.isSecret(`supportMachines[0].${field}`), field === "password", field);
        }
    });
});

describe("Groups and spares", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({
            students: undefined,
            groups: [{ lab: "Team 1", students: ["Grace", "Ada"] }],
            spares: 2,
        });
    });

    it("have a whole lab each, the same as a student's", async () => {
        const single = await declareClass({ students: ["Ada"] });
        const kinds = (one: ClassInMocks, lab: string) =>
            one.resources
                .filter(({ name }) => new RegExp(`(^|-)${lab}(-|$)`).test(name))
                .map(({ type, name }) => `${type} ${name.replace(lab, "LAB")}`)
                .sort();
        for (const lab of ["team-1", "spare-01", "spare-02"]) {
            assert.deepEqual(kinds(stack, lab), kinds(single, "ada"), lab);
        }
    });

    it("are rows that say who shares them", () => {
        assert.deepEqual(
            stack.outputs.roster.map(({ lab, students }) => [lab, students]),
            [
                ["team-1", ["Grace", "Ada"]],
                ["spare-01", []],
                ["spare-02", []],
            ],
        );
    });

    it("change nothing but the roster when a group's students change", async () => {
        const later = await declareClass({
            students: undefined,
            groups: [{ lab: "Team 1", students: ["Grace", "Ada", "Marie"] }],
            spares: 2,
        });
        assert.deepEqual(later.resources, stack.resources);
    });

    it("leave the first spare as it is when there are more", async () => {
        const more = await declareClass({
            students: undefined,
            groups: [{ lab: "Team 1", students: ["Grace", "Ada"] }],
            spares: 3,
        });
        const old = (one: ClassInMocks) =>
            one.resources.filter(({ name }) => !name.includes("spare-03")).map((r) => JSON.stringify(r));
        assert.deepEqual(old(more), old(stack));
    });
});
