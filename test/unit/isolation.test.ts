import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass, type Registered, stdinOf, valuesOf } from "./classInMocks.ts";

const stackTags = { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d" };
const forEmr = { "for-use-with-amazon-emr-managed-policies": "true" };

/** Names of resources of a type, in the order in which they were declared. */
const names = (stack: ClassInMocks, type: string) => stack.ofType(type).map(({ name }) => name);

/** Every text in the stack, by where it is: inputs of resources, and outputs that are not secret. */
function textsWith(stack: ClassInMocks, needle: string): string[] {
    const inputs = stack.resources.flatMap(({ name, inputs: own }) =>
        Object.entries(own).map(([key, value]): [string, unknown] => [`${name} ${key}`, value]),
    );
    return [...inputs, ...Object.entries(stack.outputs)]
        .filter(([, value]) => JSON.stringify(value).includes(needle))
        .map(([place]) => place);
}

const keysOf = (command: Registered) =>
    valuesOf(command).filter((line) => /^LAB_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)=/.test(line));

describe("Labs of their own", () => {
    it("have an identity, a cluster group and a policy of the class that tells them apart by tags", async () => {
        const stack = await declareClass();
        assert.deepEqual(names(stack, "Role"), [
            "classroom-emr-role",
            "student-labs-eu-west-1-ada",
            "student-labs-eu-west-1-grace",
        ]);
        assert.deepEqual(names(stack, "ClusterGroup"), ["ada-cluster-group", "grace-cluster-group"]);
        for (const lab of ["ada", "grace"]) {
            assert.deepEqual(stack.the(`student-labs-eu-west-1-${lab}`, "Role").inputs.tags, {
                ...stackTags,
                Lab: lab,
            });
        }
        assert.match(
            stack.the("classroom-student", "Policy").inputs.policy as string,
            /"elasticmapreduce:ResourceTag\/Lab":"\$\{aws:PrincipalTag\/Lab\}"/,
        );
    });
});

describe("A class that shares one identity", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({ isolation: "class" });
    });

    it("has one role and one profile, carried by every machine and every cluster", () => {
        assert.deepEqual(names(stack, "Role"), ["classroom-emr-role", "student-labs-eu-west-1-class"]);
        assert.deepEqual(names(stack, "InstanceProfile"), ["classroom-students-profile"]);
        const profile = "student-labs-eu-west-1-class-0123456";
        assert.deepEqual(
            stack.ofType("Instance").map(({ inputs }) => inputs.iamInstanceProfile),
            [profile, profile],
        );
        assert.deepEqual(
            stack
                .ofType("aws:emr/cluster:Cluster")
                .map(({ inputs }) => (inputs.ec2Attributes as Record<string, unknown>).instanceProfile),
            [profile, profile],
        );
    });

    it("has one cluster group, reached from every machine of the class", () => {
        assert.deepEqual(names(stack, "ClusterGroup"), ["classroom-clusters"]);
        assert.deepEqual(stack.the("classroom-clusters", "SecurityGroup").inputs, {
            vpcId: "classroom-network-vpc-id",
            description: "Clusters of all labs",
            revokeRulesOnDelete: true,
            tags: { ...stackTags, ...forEmr },
        });
        assert.equal(
            stack.the("classroom-clusters-ssh", "SecurityGroupIngressRule").inputs.referencedSecurityGroupId,
            "classroom-network-machines-id",
        );
        for (const { inputs, dependencies } of stack.ofType("aws:emr/cluster:Cluster")) {
            const { emrManagedMasterSecurityGroup, emrManagedSlaveSecurityGroup } =
                inputs.ec2Attributes as Record<string, string>;
            assert.deepEqual(
                [emrManagedMasterSecurityGroup, emrManagedSlaveSecurityGroup],
                ["classroom-clusters-id", "classroom-clusters-id"],
            );
            assert.ok(
                dependencies.includes(
                    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::classroom-clusters-out",
                ),
            );
        }
    });

    it("has tags of the stack and of no lab on what it shares, which its policy compares", () => {
        assert.deepEqual(stack.the("student-labs-eu-west-1-class", "Role").inputs.tags, stackTags);
        const policy = stack.the("classroom-student", "Policy").inputs.policy as string;
        assert.doesNotMatch(policy, /\/Lab/);
        assert.match(policy, /"arn:aws:s3:::classroom-scratch-bucket-0123456\/labs\/\*"/);
    });

    it("has nothing of a lab's own but password, machine, cluster and their keys", () => {
        const own = stack.resources
            .filter(({ name, type }) => /\bada\b/.test(name) && !type.startsWith("student-labs"))
            .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
            .sort();
        assert.deepEqual(own, [
            "Cluster ada-cluster",
            "Command ada-connect",
            "Command ada-machine-bootstrap",
            "Instance ada-machine-instance",
            "InstanceState ada-machine-power",
            "KeyPair ada-cluster-key",
            "PrivateKey ada-cluster-key",
            "PrivateKey ada-machine-host-key",
            "RandomPassword ada-password",
            "SecurityGroup ada-machine-group",
        ]);
    });

    it("keeps clusters apart by tag, name and place in the bucket all the same", () => {
        const [ada, grace] = stack.ofType("aws:emr/cluster:Cluster").map(({ inputs }) => inputs);
        assert.deepEqual(
            [ada, grace].map((inputs) => [
                inputs?.name,
                inputs?.logUri,
                (inputs?.tags as { Lab: string }).Lab,
            ]),
            ["ada", "grace"].map((lab) => [
                `student-labs-eu-west-1-${lab}`,
                `s3://classroom-scratch-bucket-0123456/labs/${lab}/logs/`,
                lab,
            ]),
        );
    });
});

describe("Credentials from the machine itself", () => {
    it("make no user and no key", async () => {
        for (const isolation of ["lab", "class"]) {
            const stack = await declareClass({ isolation });
            assert.deepEqual(names(stack, "User"), []);
            assert.deepEqual(names(stack, "AccessKey"), []);
            assert.deepEqual(keysOf(stack.the("ada-machine-bootstrap", "Command")), [
                "LAB_ACCESS_KEY_ID=''",
                "LAB_SECRET_ACCESS_KEY=''",
            ]);
        }
    });
});

describe("Access keys", () => {
    it("belong to a user for each lab, with the tags and the policy of its role", async () => {
        const stack = await declareClass({ studentCredentials: "access-key" });
        assert.deepEqual(names(stack, "User"), [
            "student-labs-eu-west-1-ada",
            "student-labs-eu-west-1-grace",
        ]);
        assert.deepEqual(stack.the("student-labs-eu-west-1-ada", "User").inputs, {
            forceDestroy: true,
            tags: { ...stackTags, Lab: "ada" },
        });
        assert.deepEqual(stack.the("ada-access-policy", "UserPolicyAttachment").inputs, {
            user: "student-labs-eu-west-1-ada-0123456",
            policyArn: "arn:aws:iam::123456789012:classroom-student-0123456",
        });
        assert.deepEqual(stack.the("ada-access-key", "AccessKey").inputs, {
            user: "student-labs-eu-west-1-ada-0123456",
        });
    });

    it("belong to one user where the class shares one identity", async () => {
        const stack = await declareClass({ studentCredentials: "access-key", isolation: "class" });
        assert.deepEqual(names(stack, "User"), ["student-labs-eu-west-1-class"]);
        assert.deepEqual(stack.the("student-labs-eu-west-1-class", "User").inputs, {
            forceDestroy: true,
            tags: stackTags,
        });
        for (const lab of ["ada", "grace"]) {
            assert.deepEqual(keysOf(stack.the(`${lab}-machine-bootstrap`, "Command")), [
                "LAB_ACCESS_KEY_ID='classroom-access-key-id'",
                "LAB_SECRET_ACCESS_KEY='secret-of-classroom-access-key'",
            ]);
        }
    });

    it("are in bootstrap's standard input of that lab, as a secret, and nowhere else", async () => {
        const stack = await declareClass({ studentCredentials: "access-key" });
        for (const lab of ["ada", "grace"]) {
            const bootstrap = stack.the(`${lab}-machine-bootstrap`, "Command");
            assert.deepEqual(keysOf(bootstrap), [
                `LAB_ACCESS_KEY_ID='${lab}-access-key-id'`,
                `LAB_SECRET_ACCESS_KEY='secret-of-${lab}-access-key'`,
            ]);
            assert.ok(stdinOf(bootstrap).includes(`secret-of-${lab}-access-key`));
            for (const needle of [`secret-of-${lab}-access-key`, `${lab}-access-key-id`]) {
                assert.deepEqual(textsWith(stack, needle), [`${lab}-machine-bootstrap stdin`]);
            }
        }
    });

    it("leave the machine its own identity", async () => {
        const [with_, without] = [
            await declareClass({ studentCredentials: "access-key" }),
            await declareClass(),
        ];
        assert.deepEqual(
            with_.the("ada-machine-instance", "Instance").inputs,
            without.the("ada-machine-instance", "Instance").inputs,
        );
    });
});
