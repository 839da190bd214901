import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass, type Registered, type Secret, valuesOf } from "./classInMocks.ts";
import { firstBootData } from "../../components/lab/firstBoot.ts";
import { remoteCommand } from "../../components/lab/remoteScript.ts";
import { addressOf, ownAddress } from "./mockCloud.ts";

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
            "aws:ec2transitgateway/instanceState:InstanceState ada-machine-power",
            "aws:emr/cluster:Cluster ada-cluster",
            "aws:iam/instanceProfile:InstanceProfile ada-identity-profile",
            "aws:iam/role:Role student-labs-eu-west-1-ada",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment ada-identity-policy",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ada-cluster-group-out",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ada-cluster-group-out6",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ada-cluster-group-ssh",
            "command:remote:Command ada-connect",
            "command:remote:Command ada-machine-bootstrap",
            "random:index/randomPassword:RandomPassword ada-password",
            "student-labs:index:ClusterGroup ada-cluster-group",
            "student-labs:index:LabCluster ada-cluster",
            "student-labs:index:LabIdentity ada-identity",
            "student-labs:index:LabMachine ada-machine",
            "student-labs:index:StudentLab ada",
            "tls:index/privateKey:PrivateKey ada-cluster-key",
            "tls:index/privateKey:PrivateKey ada-machine-host-key",
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
            ipv6AddressCount: 1,
            userData: {
                secret: firstBootData({
                    ports: [22],
                    hostKey: {
                        private: "private-openssh-of-ada-machine-host-key",
                        public: "ssh-ed25519 public-of-ada-machine-host-key",
                    },
                }),
            },
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: {
                encrypted: true,
                volumeType: "gp3",
                volumeSize: 16,
                deleteOnTermination: true,
                tags: { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d", Lab: "ada" },
            },
            creditSpecification: { cpuCredits: "standard" },
            tags: {
                Project: "student-labs",
                Stack: "eu-west-1",
                Class: "c1a55e5d",
                Lab: "ada",
                Name: "student-labs eu-west-1 ada",
            },
        });
        assert.deepEqual(machine.ignoreChanges, [
            "ami",
            "availabilityZone",
            "ipv6AddressCount",
            "keyName",
            "userData",
        ]);
    });

    it("never sets associatePublicIpAddress, which would replace every stopped machine", () => {
        assert.ok(!("associatePublicIpAddress" in lab.the("ada-machine-instance", "Instance").inputs));
    });

    it("asks for no burst credits where a type has none, which EC2 would refuse", async () => {
        const other = await declareClass({ instanceType: "m5.large" });
        assert.ok(!("creditSpecification" in other.the("ada-machine-instance", "Instance").inputs));
    });

    it("is slow rather than expensive once its burst credits are used up, unless the class wants it otherwise", async () => {
        for (const [changes, cpuCredits] of [
            [{}, "standard"],
            [{ cpuCredits: "unlimited" }, "unlimited"],
            [{ cpuCredits: "unlimited", instanceType: "t4g.small" }, "unlimited"],
            [{ instanceType: "t3a.medium" }, "standard"],
        ] as const) {
            const { inputs } = (await declareClass(changes)).the("ada-machine-instance", "Instance");
            assert.deepEqual(inputs.creditSpecification, { cpuCredits });
        }
    });

    it("has its machine started, and asks for the address only then", () => {
        const power = lab.the("ada-machine-power", "InstanceState");
        assert.deepEqual(power.inputs, { instanceId: "ada-machine-instance-id", state: "running" });
        assert.equal(power.deletedWith, "aws:ec2/instance:Instance::ada-machine-instance");
        for (const command of ["ada-machine-bootstrap", "ada-connect"]) {
            assert.ok(
                lab
                    .the(command, "Command")
                    .dependencies.includes(
                        "aws:ec2transitgateway/instanceState:InstanceState::ada-machine-power",
                    ),
                command,
            );
        }
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
                    create: remoteCommand,
                    triggers: ["ada-machine-instance-id"],
                    logging: "none",
                    addPreviousOutputInEnv: false,
                });
                assert.match((stdin as Secret).secret as string, /^LAB_[A-Z_]+='/);
                assert.deepEqual((connection as Secret).secret, {
                    host: addressOf("ada-machine-instance"),
                    port: 22,
                    hostKey: "ssh-ed25519 public-of-ada-machine-host-key",
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
        const blob = Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${"k".repeat(32)}`).toString("base64");
        const key = `ssh-ed25519 ${blob} it's me`;
        const other = await declareClass({ operatorPublicKeys: [key] });
        assert.deepEqual(valuesOf(other.the("ada-machine-bootstrap", "Command")), [
            "LAB_NAME='ada'",
            "LAB_USER='ubuntu'",
            "LAB_PASSWORD='password-of-ada-password'",
            "LAB_REGION='eu-west-1'",
            "LAB_SSH_PORTS='22'",
            "LAB_APT_PACKAGES='python3-numpy emacs-nox nano'",
            "LAB_PIP_PACKAGES='mrjob==0.7.4 boto3 setuptools<81'",
            "LAB_OPERATOR_KEYS='ssh-ed25519 public-of-classroom-key",
            `${key.replace("'", `'\\''`)}'`,
            "LAB_COURSE_ARCHIVE_URI=''",
            "LAB_COURSE_ARCHIVE_VERSION=''",
            "LAB_COURSE_ARCHIVE_REGION='eu-west-1'",
            "LAB_ACCESS_KEY_ID=''",
            "LAB_SECRET_ACCESS_KEY=''",
        ]);
    });

    it("tells connect the cluster, its key, and a rate that suits the largest class", async () => {
        assert.deepEqual(valuesOf(lab.the("ada-connect", "Command")), [
            "LAB_USER='ubuntu'",
            "LAB_REGION='eu-west-1'",
            "LAB_CLUSTER_ID='ada-cluster-id'",
            "LAB_CLUSTER_KEY='private-pem-of-ada-cluster-key'",
            "LAB_SCRATCH_URI='s3://classroom-scratch-bucket-0123456/labs/ada/'",
            "LAB_POLL_SECONDS='60'",
        ]);
        for (const [maxLabs, seconds] of [
            [2, 30],
            [15, 30],
            [100, 200],
        ] as const) {
            const other = await declareClass({ maxLabs });
            assert.ok(
                valuesOf(other.the("ada-connect", "Command")).includes(`LAB_POLL_SECONDS='${seconds}'`),
            );
        }
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

    it("connects to a name that nobody has where its machine has no address, never to the operator's own", async () => {
        const lost = await declareClass({}, { noAddresses: true });
        for (const command of lost.ofType("Command")) {
            assert.equal(
                ((command.inputs.connection as Secret).secret as { host: string }).host,
                "machine-has-no-address.invalid",
            );
        }
        assert.equal(lost.outputs.roster[0]?.address, "");
    });

    it("is reached at the address of its making where EC2 does not list it yet", async () => {
        const fresh = await declareClass({}, { notListed: true });
        const hosts = fresh
            .ofType("Command")
            .map(({ inputs }) => ((inputs.connection as Secret).secret as { host: string }).host);
        assert.deepEqual([...new Set(hosts)], [ownAddress]);
        assert.equal(fresh.outputs.roster[0]?.address, ownAddress);
    });

    it("is never reached at the address of its making once EC2 lists it: another machine may have that", () => {
        const { host } = (lab.the("ada-connect", "Command").inputs.connection as Secret).secret as {
            host: string;
        };
        assert.equal(host, addressOf("ada-machine-instance"));
        assert.ok(!JSON.stringify([lab.resources, lab.outputs]).includes(ownAddress));
    });
});
