import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Classroom } from "./classroom";
import { LabIdentity } from "./labIdentity";
import { loginUser, remoteScript } from "./remoteScript";
import { labTags } from "./tags";

/** Inputs of a {@link LabMachine}. */
export interface LabMachineArgs {
    /** Name of the lab; becomes the host name. */
    readonly lab: string;
    readonly classroom: Classroom;
    readonly identity: LabIdentity;
    /** Image. Frozen: a newer one is for machines made later. */
    readonly amiId: string;
    /** A change stops, changes and starts the machine; its address changes. */
    readonly instanceType: string;
    readonly sshPorts: readonly number[];
    readonly password: pulumi.Input<string>;
    readonly region: string;
    /** Public keys of the operator, besides the class key. */
    readonly operatorPublicKeys: readonly string[];
    readonly aptPackages: readonly string[];
    readonly pipPackages: readonly string[];
}

/** Finds the SSH host key in what bootstrap printed; "" where there is none. */
export function hostKeyIn(stdout: string): string {
    return /^lab: host-key (ssh-ed25519 [A-Za-z0-9+/=]+)$/m.exec(stdout)?.[1] ?? "";
}

/** The machine of one lab: an EC2 instance, and the bootstrap that makes it a student's. */
export class LabMachine extends pulumi.ComponentResource {
    readonly instance: aws.ec2.Instance;
    readonly bootstrap: command.remote.Command;
    /** Group that has only this machine in it, for the lab's cluster to tell it from others. */
    readonly groupId: pulumi.Output<string>;
    /** Public IPv4 address. */
    readonly address: pulumi.Output<string>;
    /** SSH host key, `ssh-ed25519 AAAA...`. */
    readonly hostKey: pulumi.Output<string>;

    constructor(name: string, args: LabMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:LabMachine", name, {}, opts);
        const { classroom, identity } = args;
        const child = { parent: this };
        const tags = labTags(args.lab);

        const group = new aws.ec2.SecurityGroup(
            `${name}-group`,
            {
                vpcId: classroom.network.vpcId,
                description: `Machine of lab ${args.lab}: no rules, only a name for others' rules`,
                revokeRulesOnDelete: true,
                tags,
            },
            child,
        );
        this.instance = new aws.ec2.Instance(
            `${name}-instance`,
            {
                ami: args.amiId,
                instanceType: args.instanceType,
                subnetId: classroom.network.subnetId,
                vpcSecurityGroupIds: [classroom.network.machinesGroupId, group.id],
                keyName: classroom.keyName,
                iamInstanceProfile: identity.profileName,
                metadataOptions: {
                    httpEndpoint: "enabled",
                    httpTokens: "required",
                    httpPutResponseHopLimit: 1,
                },
                rootBlockDevice: {
                    encrypted: true,
                    volumeType: "gp3",
                    volumeSize: 16,
                    deleteOnTermination: true,
                    tags,
                },
                // Burstable types are billed without limit by default; others refuse the option.
                ...(/^t\d/.test(args.instanceType)
                    ? { creditSpecification: { cpuCredits: "standard" } }
                    : {}),
                tags: { ...tags, Name: `${pulumi.getProject()} ${pulumi.getStack()} ${args.lab}` },
            },
            {
                ...child,
                // What would replace a machine that a student works on, or restart it, is decided once.
                ignoreChanges: ["ami", "availabilityZone", "keyName", "userData"],
                dependsOn: [classroom.network, identity],
            },
        );
        const material = classroom.courseMaterial;
        this.bootstrap = remoteScript(
            `${name}-bootstrap`,
            {
                script: "bootstrap.sh",
                host: this.instance.publicIp,
                port: args.sshPorts[0] ?? 22,
                privateKey: classroom.key.privateKeyOpenssh,
                machine: this.instance,
                values: {
                    LAB_NAME: args.lab,
                    LAB_USER: loginUser,
                    LAB_PASSWORD: args.password,
                    LAB_REGION: args.region,
                    LAB_SSH_PORTS: args.sshPorts.join(" "),
                    LAB_APT_PACKAGES: args.aptPackages.join(" "),
                    LAB_PIP_PACKAGES: args.pipPackages.join(" "),
                    LAB_OPERATOR_KEYS: classroom.key.publicKeyOpenssh.apply((key) =>
                        [key.trim(), ...args.operatorPublicKeys].join("\n"),
                    ),
                    LAB_COURSE_ARCHIVE_URI: material?.uri ?? "",
                    LAB_COURSE_ARCHIVE_VERSION: material?.version ?? "",
                },
            },
            { ...child, dependsOn: [classroom.network] },
        );

        this.groupId = group.id;
        this.address = this.instance.publicIp;
        // The output of the script is secret as a whole; this part of it is public by nature.
        this.hostKey = pulumi.unsecret(this.bootstrap.stdout.apply(hostKeyIn));
        this.registerOutputs({ address: this.address, hostKey: this.hostKey });
    }
}
