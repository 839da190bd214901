import { strict as assert } from "node:assert";
import { ClassInMocks, declareClass, Registered, Secret } from "./classInMocks";

describe("A student's lab", () => {
    let lab: ClassInMocks;
    before(async () => {
        lab = await declareClass();
    });

    it("is these resources and no others", () => {
        const own = lab.resources
            .filter((one) => /\bada\b/.test(one.name))
            .map(({ type, name }) => `${type} ${name}`)
            .sort();
        assert.deepEqual(own, [
            "aws:ec2/instance:Instance ada-machine-instance",
            "aws:ec2/keyPair:KeyPair ada-cluster-key",
            "aws:ec2/securityGroup:SecurityGroup ada-cluster-group",
            "aws:ec2/securityGroup:SecurityGroup ada-machine-group",
            "aws:emr/cluster:Cluster ada-cluster",
            "aws:iam/instanceProfile:InstanceProfile ada-identity-profile",
            "aws:iam/role:Role student-labs-eu-west-1-ada",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment ada-identity-policy",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ada-cluster-out",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ada-cluster-out6",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ada-cluster-ssh",
            "command:remote:Command ada-connect",
            "command:remote:Command ada-machine-bootstrap",
            "random:index/randomPassword:RandomPassword ada-password",
            "student-labs:index:LabCluster ada-cluster",
            "student-labs:index:LabIdentity ada-identity",
            "student-labs:index:LabMachine ada-machine",
            "student-labs:index:StudentLab ada",
            "tls:index/privateKey:PrivateKey ada-cluster-key",
        ]);
    });

    it("has a machine that is private, encrypted, capped in cost, and frozen where a change would replace it", () => {
        const machine = lab.the("ada-machine-instance", "Instance");
        assert.deepEqual(machine.inputs, {
            ami: "ami-intel",
            instanceType: "t3.small",
            subnetId: "classroom-network-subnet-id",
            vpcSecurityGroupIds: ["classroom-network-machines-id", "ada-machine-group-id"],
            keyName: "classroom-key-0123456",
            iamInstanceProfile: "student-labs-eu-west-1-ada-0123456",
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: {
                encrypted: true,
                volumeType: "gp3",
                volumeSize: 16,
                deleteOnTermination: true,
                tags: { Project: "student-labs", Stack: "eu-west-1", Lab: "ada" },
            },
            creditSpecification: { cpuCredits: "standard" },
            tags: {
                Project: "student-labs",
                Stack: "eu-west-1",
                Lab: "ada",
                Name: "student-labs eu-west-1 ada",
            },
        });
        assert.deepEqual(machine.ignoreChanges, ["ami", "availabilityZone", "keyName", "userData"]);
    });

    it("never sets associatePublicIpAddress, which would replace every stopped machine", () => {
        assert.ok(!("associatePublicIpAddress" in lab.the("ada-machine-instance", "Instance").inputs));
    });

    it("has a cluster with roles, groups, key and tags of its own", () => {
        const cluster = lab.the("ada-cluster", "aws:emr/cluster:Cluster");
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
            tags: {
                Project: "student-labs",
                Stack: "eu-west-1",
                Lab: "ada",
                "for-use-with-amazon-emr-managed-policies": "true",
            },
        });
    });

    it("leaves the students' jobs out of the cluster's state, which they would otherwise replace", () => {
        assert.deepEqual(lab.the("ada-cluster", "aws:emr/cluster:Cluster").ignoreChanges, ["steps"]);
    });

    it("makes the cluster after roles, rights, route and rules, so that destroy ends it before them", () => {
        const { dependencies } = lab.the("ada-cluster", "aws:emr/cluster:Cluster");
        for (const needed of [
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment::classroom-emr-managed",
            "aws:iam/rolePolicy:RolePolicy::classroom-emr-pass-role",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment::ada-identity-policy",
            "aws:iam/instanceProfile:InstanceProfile::ada-identity-profile",
            "aws:ec2/route:Route::classroom-network-internet",
            "aws:ec2/internetGateway:InternetGateway::classroom-network-gateway",
            "aws:ec2/routeTableAssociation:RouteTableAssociation::classroom-network-subnet-routes",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::ada-cluster-out",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::ada-cluster-ssh",
        ]) {
            assert.ok(dependencies.includes(needed), `${needed} is not among ${dependencies.join("\n")}`);
        }
    });

    it("gives the cluster's nodes only the lab's own machine as a way in", () => {
        assert.deepEqual(
            lab
                .ofType("SecurityGroupIngressRule")
                .filter((rule) => rule.inputs.securityGroupId === "ada-cluster-group-id"),
            [lab.the("ada-cluster-ssh", "SecurityGroupIngressRule")],
        );
        const { inputs } = lab.the("ada-cluster-ssh", "SecurityGroupIngressRule");
        assert.equal(inputs.referencedSecurityGroupId, "ada-machine-group-id");
        assert.deepEqual([inputs.fromPort, inputs.toPort, inputs.ipProtocol], [22, 22, "tcp"]);
    });

    it("takes the cluster's own rules away with its group, which nothing could delete otherwise", () => {
        const group = lab.the("ada-cluster-group", "SecurityGroup");
        assert.equal(group.inputs.revokeRulesOnDelete, true);
        assert.ok(
            !("ingress" in group.inputs) && !("egress" in group.inputs),
            "inline rules would fight EMR's",
        );
    });

    it("names the instance profile like its role, as EMR demands", () => {
        const profile = lab.the("ada-identity-profile", "InstanceProfile");
        assert.equal(profile.inputs.name, "student-labs-eu-west-1-ada-0123456");
        assert.equal(profile.inputs.role, profile.inputs.name);
    });

    it("bootstraps the machine without waiting for the cluster", () => {
        const { dependencies } = lab.the("ada-machine-bootstrap", "Command");
        assert.deepEqual(
            dependencies.filter((name) => name.includes("emr/cluster")),
            [],
        );
        assert.ok(dependencies.includes("aws:ec2/instance:Instance::ada-machine-instance"));
    });

    it("connects machine and cluster after both are there", () => {
        const { dependencies } = lab.the("ada-connect", "Command");
        assert.ok(dependencies.includes("aws:emr/cluster:Cluster::ada-cluster"));
        assert.ok(dependencies.includes("command:remote:Command::ada-machine-bootstrap"));
    });

    for (const name of ["ada-machine-bootstrap", "ada-connect"]) {
        describe(`its command ${name}`, () => {
            let command: Registered;
            before(() => {
                command = lab.the(name, "Command");
            });

            it("carries script and values on standard input, as a secret, and nowhere else", () => {
                const { connection, stdin, ...others } = command.inputs;
                assert.deepEqual(others, {
                    create: "sudo bash -s",
                    triggers: ["ada-machine-instance-id"],
                    logging: "none",
                    addPreviousOutputInEnv: false,
                });
                assert.match((stdin as Secret).secret as string, /^LAB_[A-Z_]+='/);
                assert.deepEqual((connection as Secret).secret, {
                    host: "198.18.0.20",
                    port: 22,
                    user: "ubuntu",
                    privateKey: "private-openssh-of-classroom-key",
                    dialErrorLimit: 60,
                    perDialTimeout: 15,
                });
            });

            it("keeps its output secret and goes with the machine", () => {
                assert.deepEqual(
                    ["stdout", "stderr"].filter(
                        (output) => !command.additionalSecretOutputs.includes(output),
                    ),
                    [],
                );
                assert.equal(command.deletedWith, "aws:ec2/instance:Instance::ada-machine-instance");
            });
        });
    }

    it("tells bootstrap all it needs, quoted for the shell", async () => {
        const key = `ssh-ed25519 ${Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${"k".repeat(32)}`).toString("base64")} it's me`;
        const other = await declareClass({ operatorPublicKeys: [key] });
        const stdin = (other.the("ada-machine-bootstrap", "Command").inputs.stdin as Secret).secret as string;
        assert.equal(
            stdin.slice(0, stdin.indexOf("# shellcheck")),
            [
                "LAB_NAME='ada'",
                "LAB_USER='ubuntu'",
                "LAB_PASSWORD='password-of-ada-password'",
                "LAB_REGION='eu-west-1'",
                "LAB_SSH_PORTS='22'",
                "LAB_APT_PACKAGES='python3-numpy emacs-nox nano'",
                "LAB_PIP_PACKAGES='mrjob==0.7.4 boto3'",
                `LAB_OPERATOR_KEYS='ssh-ed25519 public-of-classroom-key\n${key.replace("'", `'\\''`)}'`,
                "LAB_COURSE_ARCHIVE_URI=''",
                "LAB_COURSE_ARCHIVE_VERSION=''",
                "",
            ].join("\n"),
        );
    });

    it("tells connect the cluster, its key, and a rate that suits the largest class", () => {
        const stdin = (lab.the("ada-connect", "Command").inputs.stdin as Secret).secret as string;
        assert.equal(
            stdin.slice(0, stdin.indexOf("# shellcheck")),
            [
                "LAB_USER='ubuntu'",
                "LAB_REGION='eu-west-1'",
                "LAB_CLUSTER_ID='ada-cluster-id'",
                "LAB_CLUSTER_KEY='private-pem-of-ada-cluster-key'",
                "LAB_SCRATCH_URI='s3://classroom-scratch-bucket-0123456/labs/ada/'",
                "LAB_POLL_SECONDS='60'",
                "",
            ].join("\n"),
        );
    });

    it("has a password for people, which nothing changes once it is made", () => {
        const password = lab.the("ada-password", "RandomPassword");
        assert.deepEqual(password.inputs, {
            length: 14,
            lower: false,
            upper: false,
            numeric: false,
            special: true,
            overrideSpecial: "abcdefghjkmnpqrstuvwxyz23456789",
        });
        assert.deepEqual(
            [...Object.keys(password.inputs), "keepers"].filter(
                (input) => !password.ignoreChanges.includes(input),
            ),
            [],
        );
    });

    it("is not touched by a late student", async () => {
        const later = await declareClass({ students: ["Marie", "Ada", "Grace"] });
        const untouched = (one: ClassInMocks) =>
            one.resources
                .filter(({ name }) => !/\bmarie\b/.test(name))
                .map((resource) => JSON.stringify(resource))
                .sort();
        assert.deepEqual(untouched(later), untouched(lab));
    });
});
