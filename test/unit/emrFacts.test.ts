import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";

const forEmr = { "for-use-with-amazon-emr-managed-policies": "true" };

// What EMR and the provider really do, where it would hurt. Sources: "Amazon EMR Management Guide", terraform-provider-aws.
describe("What EMR demands", () => {
    let stack: ClassInMocks;
    let cluster: ReturnType<ClassInMocks["the"]>;
    before(async () => {
        stack = await declareClass();
        cluster = stack.the("ada-cluster", "aws:emr/cluster:Cluster");
    });

    it("is in these inputs of a cluster and no others", () => {
        assert.deepEqual(cluster.inputs, {
            name: "student-labs-eu-west-1-ada",
            releaseLabel: "emr-7.13.0",
            applications: ["Hadoop"],
            serviceRole: "arn:aws:iam::123456789012:classroom-emr-role-0123456",
            ec2Attributes: {
                subnetId: "classroom-network-subnet-id",
                emrManagedMasterSecurityGroup: "ada-cluster-group-id",
                emrManagedSlaveSecurityGroup: "ada-cluster-group-id",
                instanceProfile: "student-labs-eu-west-1-ada-0123456",
                keyName: "ada-cluster-key-0123456",
            },
            masterInstanceGroup: { name: "primary", instanceType: "m5.xlarge", instanceCount: 1 },
            coreInstanceGroup: { name: "core", instanceType: "m5.xlarge", instanceCount: 3 },
            keepJobFlowAliveWhenNoSteps: true,
            autoTerminationPolicy: { idleTimeout: 43200 },
            stepConcurrencyLevel: 2,
            logUri: "s3://classroom-scratch-bucket-0123456/labs/ada/logs/",
            listStepsStates: ["PENDING", "RUNNING"],
            tags: { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d", Lab: "ada", ...forEmr },
        });
    });

    it("names the instance profile like its role: another name is an invalid instance profile to EMR", () => {
        const profile = stack.the("ada-identity-profile", "InstanceProfile");
        assert.equal(profile.inputs.name, "student-labs-eu-west-1-ada-0123456");
        assert.equal(profile.inputs.role, profile.inputs.name);
    });

    it("gives the profile by name, which is what EMR answers: an ARN would look like a change and replace clusters", () => {
        const { instanceProfile } = cluster.inputs.ec2Attributes as Record<string, unknown>;
        assert.equal(instanceProfile, stack.the("ada-identity-profile", "InstanceProfile").inputs.name);
    });

    it("names lab roles by the stack, not with a fixed name that a killed run would keep occupied for ever", () => {
        const { name, inputs } = stack.the("student-labs-eu-west-1-ada", "Role");
        assert.equal(name, "student-labs-eu-west-1-ada");
        assert.ok(!("name" in inputs));
    });

    it("tags subnet, groups and cluster for the managed policy, which works on nothing else", () => {
        const tagged = stack.resources
            .filter(({ inputs }) => JSON.stringify(inputs.tags ?? {}).includes("managed-policies"))
            .map(({ name, type }) => `${type.split(":").at(-1)} ${name}`)
            .sort();
        assert.deepEqual(tagged, [
            "Cluster ada-cluster",
            "Cluster grace-cluster",
            "SecurityGroup ada-cluster-group",
            "SecurityGroup grace-cluster-group",
            "Subnet classroom-network-subnet",
        ]);
    });

    it("lets the service role pass the labs' roles, which the managed policy allows for EMR_EC2_DefaultRole only", () => {
        const { inputs } = stack.the("classroom-emr-pass-role", "RolePolicy");
        assert.deepEqual(JSON.parse(inputs.policy as string), {
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "PassTheRolesOfTheLabs",
                    Effect: "Allow",
                    Action: "iam:PassRole",
                    Resource: "arn:aws:iam::123456789012:role/student-labs-eu-west-1-*",
                    Condition: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
                },
            ],
        });
        assert.ok(stack.the("student-labs-eu-west-1-ada", "Role").name.startsWith("student-labs-eu-west-1-"));
    });

    it("takes the managed policy v2: the first one may not be attached to new roles", () => {
        assert.equal(
            stack.the("classroom-emr-managed", "RolePolicyAttachment").inputs.policyArn,
            "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2",
        );
    });

    it("never gives nodes AmazonElasticMapReduceforEC2Role, which may read every bucket: students' code runs there", () => {
        const attached = stack.ofType("RolePolicyAttachment").map(({ inputs }) => inputs.policyArn);
        assert.deepEqual(
            attached.filter((arn) => /EC2Role/.test(String(arn))),
            [],
        );
    });

    it("leaves the students' jobs out of the cluster's state: the provider reads them as inputs that replace it", () => {
        assert.deepEqual(cluster.ignoreChanges, ["steps", "osReleaseLabel"]);
        assert.ok(!("steps" in cluster.inputs));
    });

    it("reads few of the jobs: thousands of them with long arguments are more than a message of 4 MB", () => {
        assert.deepEqual(cluster.inputs.listStepsStates, ["PENDING", "RUNNING"]);
    });

    it("ends a cluster before it makes another in its place: small quotas have room for one", () =>
        assert.equal(cluster.deleteBeforeReplace, true));

    it("keeps a cluster when a job ends or fails: with two steps at a time EMR refuses those that would end it", () => {
        assert.equal(cluster.inputs.keepJobFlowAliveWhenNoSteps, true);
        assert.ok((cluster.inputs.stepConcurrencyLevel as number) > 1);
    });

    it("sets no termination protection, with which destroy fails", () => {
        assert.ok(!("terminationProtection" in cluster.inputs));
    });

    it("has a group of its own for each cluster: EMR opens everything between members of a managed group", () => {
        const groups = stack
            .ofType("aws:emr/cluster:Cluster")
            .map(({ inputs }) => inputs.ec2Attributes as Record<string, string>)
            .map(({ emrManagedMasterSecurityGroup: primary, emrManagedSlaveSecurityGroup: core }) => [
                primary,
                core,
            ]);
        assert.deepEqual(groups, [
            ["ada-cluster-group-id", "ada-cluster-group-id"],
            ["grace-cluster-group-id", "grace-cluster-group-id"],
        ]);
    });

    it("revokes rules when the group goes: EMR's own refer to the group, and nothing could delete it otherwise", () => {
        assert.deepEqual(stack.the("ada-cluster-group", "SecurityGroup").inputs, {
            vpcId: "classroom-network-vpc-id",
            description: "Cluster of lab ada",
            revokeRulesOnDelete: true,
            tags: { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d", Lab: "ada", ...forEmr },
        });
    });

    it("has no rules inside the group's own inputs, which would fight those that EMR adds", () => {
        for (const { inputs, name } of stack.ofType("SecurityGroup")) {
            assert.ok(!("ingress" in inputs) && !("egress" in inputs), name);
        }
    });

    it("declares the way out: the provider takes EC2's own rule away, and a cluster without it never starts", () => {
        assert.deepEqual(
            stack
                .ofType("SecurityGroupEgressRule")
                .filter(({ inputs }) => inputs.securityGroupId === "ada-cluster-group-id")
                .map(({ inputs }) => inputs.cidrIpv4 ?? inputs.cidrIpv6),
            ["0.0.0.0/0", "::/0"],
        );
    });

    it("lets only the lab's own machine in, by its group: public rules meet EMR's block of public access", () => {
        const rules = stack
            .ofType("SecurityGroupIngressRule")
            .filter(({ inputs }) => inputs.securityGroupId === "ada-cluster-group-id");
        assert.deepEqual(
            rules.map(({ inputs }) => inputs),
            [
                {
                    securityGroupId: "ada-cluster-group-id",
                    description: "SSH from the machines of the labs, for the logs of jobs",
                    ipProtocol: "tcp",
                    fromPort: 22,
                    toPort: 22,
                    referencedSecurityGroupId: "ada-machine-group-id",
                    tags: { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d", Lab: "ada" },
                },
            ],
        );
    });

    it("makes the cluster after roles, rights, route and rules, so that destroy ends it before them", () => {
        for (const needed of [
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment::classroom-emr-managed",
            "aws:iam/rolePolicy:RolePolicy::classroom-emr-pass-role",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment::ada-identity-policy",
            "aws:iam/instanceProfile:InstanceProfile::ada-identity-profile",
            "aws:ec2/route:Route::classroom-network-internet",
            "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment::classroom-network-gateway",
            "aws:ec2/routeTableAssociation:RouteTableAssociation::classroom-network-subnet-routes",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::ada-cluster-group-out",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::ada-cluster-group-ssh",
        ]) {
            assert.ok(cluster.dependencies.includes(needed), needed);
        }
    });

    it("opens the nodes with a key of the cluster's own: tracebacks are read by SSH through the primary node", () => {
        assert.deepEqual(stack.the("ada-cluster-key", "PrivateKey").inputs, {
            algorithm: "RSA",
            rsaBits: 3072,
        });
        assert.equal(
            stack.the("ada-cluster-key", "KeyPair").inputs.publicKey,
            "ssh-ed25519 public-of-ada-cluster-key\n",
        );
    });

    it("never makes that key anew, since another key pair replaces the cluster", () => {
        assert.deepEqual(stack.the("ada-cluster-key", "PrivateKey").ignoreChanges, [
            "algorithm",
            "rsaBits",
            "ecdsaCurve",
        ]);
    });
});

describe("What EC2 demands", () => {
    it("is in the descriptions of groups and rules: an apostrophe there is refused (CreateSecurityGroup)", async () => {
        const stack = await declareClass({ supportMachines: ["demo"], isolation: "class" });
        const own = await declareClass();
        const described = [...stack.resources, ...own.resources].filter(({ type }) =>
            /SecurityGroup/.test(type),
        );
        assert.ok(described.length > 20);
        for (const { inputs, name } of described) {
            assert.match(String(inputs.description), /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/, name);
        }
    });
});
