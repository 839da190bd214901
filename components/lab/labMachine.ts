import * as aws from "@pulumi/aws";
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Classroom } from "../classroom/classroom.ts";
import { firstBootData } from "./firstBoot.ts";
import { DnsRecord } from "../network/dnsRecord.ts";
import type { LabIdentity } from "../identity/labIdentity.ts";
import type { Region } from "../preflight/region.ts";
import { loginUser, remoteScript } from "./remoteScript.ts";
import { scriptProblems } from "./scriptProblems.ts";
import { scheduleStop } from "../classroom/scheduledStop.ts";
import { isBurstable } from "../settings/cpuCredits.ts";
import type { AccessSettings, MachineSettings, TimeSettings } from "../settings/definitions.ts";
import type { Tags } from "../names/tags.ts";

/** Inputs of a {@link LabMachine}. */
export interface LabMachineArgs {
    /** Host name of the machine: the lab's name, or that of a machine that supports the class. Another is another machine. */
    readonly hostName: string;
    readonly classroom: Classroom;
    readonly region: Region;
    /** Ports of SSH, the operator's keys, the zone of the names. A change runs bootstrap again or changes the name in place. */
    readonly access: Pick<AccessSettings, "sshPorts" | "dnsZone" | "operatorPublicKeys">;
    /** What the machine is (another type restarts it, credits follow) and has on it (a change runs bootstrap again). */
    readonly machines: Pick<MachineSettings, "instanceType" | "cpuCredits" | "aptPackages" | "pipPackages">;
    /** Whether the machine runs, and when AWS stops it. A change starts or stops it, or changes its schedules. */
    readonly times: Pick<TimeSettings, "power" | "nightlyStop" | "endsAt">;
    /** A change gives the machine the other profile in place. */
    readonly identity: LabIdentity;
    /** A change runs bootstrap again. */
    readonly password: pulumi.Input<string>;
    /** Variables for the student's environment, where the class hands out access keys. A change runs bootstrap again. */
    readonly accessKey?: { readonly id: pulumi.Input<string>; readonly secret: pulumi.Input<string> };
    readonly tags: Tags;
}

/** Stands where a machine has no address: an empty one would make the SSH client dial the operator's own machine. */
export const noAddress = "machine-has-no-address.invalid";

/** A machine of the class: an EC2 instance, and the bootstrap that makes it a student's. */
export class LabMachine extends pulumi.ComponentResource {
    readonly instance: aws.ec2.Instance;
    /** `undefined` while the power is off. */
    readonly bootstrap: command.remote.Command | undefined;
    /** Group that has only this machine in it, for the lab's cluster to tell it from others. */
    readonly groupId: pulumi.Output<string>;
    /** Public IPv4 address; "" while the machine has none. */
    readonly address: pulumi.Output<string>;
    /** What to connect to: the address, or a name that no resolver knows. */
    readonly host: pulumi.Output<string>;
    /** IPv4 address within the class's network; stays when the machine stops. */
    readonly privateAddress: pulumi.Output<string>;
    /** IPv6 address; stays when the machine stops. */
    readonly ipv6: pulumi.Output<string>;
    /** Name in the class's DNS zone; "" where there is none. */
    readonly dnsName: string;
    /** SSH host key, `ssh-ed25519 AAAA...`; stays for the life of the lab. */
    readonly hostKey: pulumi.Output<string>;
    /** What bootstrap says is not as it should be, though it came to its end; "" where all is well. */
    readonly problems: pulumi.Output<string>;
    /** Its SHA-256 fingerprint as ssh shows it and asks for it, `SHA256:...`. */
    readonly hostKeyFingerprint: pulumi.Output<string>;
    /** What must be there for the machine to be whole; each fails where that part failed. */
    readonly parts: readonly pulumi.Output<unknown>[];

    constructor(name: string, args: LabMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:LabMachine", name, {}, opts);
        const { classroom, identity, access, machines, times, region, tags } = args;
        const child = { parent: this, hooks: opts?.hooks };

        const group = new aws.ec2.SecurityGroup(
            `${name}-group`,
            {
                vpcId: classroom.network.vpcId,
                description: `Machine ${args.hostName}: a name for the rules of others, and its own rules`,
                revokeRulesOnDelete: true,
                tags,
            },
            child,
        );
        const hostKey = new tls.PrivateKey(
            `${name}-host-key`,
            { algorithm: "ED25519" },
            // Another key would not be on the machine.
            { ...child, ignoreChanges: ["algorithm", "rsaBits", "ecdsaCurve"] },
        );
        this.hostKey = hostKey.publicKeyOpenssh.apply((key) => key.trim());
        this.hostKeyFingerprint = hostKey.publicKeyFingerprintSha256;
        this.instance = new aws.ec2.Instance(
            `${name}-instance`,
            {
                ami: region.amiId,
                instanceType: machines.instanceType,
                subnetId: classroom.network.subnetId,
                vpcSecurityGroupIds: [classroom.network.machinesGroupId, group.id],
                keyName: classroom.keyName,
                iamInstanceProfile: identity.profileName,
                ipv6AddressCount: 1,
                userData: pulumi.secret(
                    pulumi
                        .all([hostKey.privateKeyOpenssh, hostKey.publicKeyOpenssh])
                        .apply(([secret, known]) =>
                            firstBootData({
                                ports: access.sshPorts,
                                hostKey: { private: secret, public: known },
                            }),
                        ),
                ),
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
                    tags: { ...tags },
                },
                // Burstable types are billed without limit by default; others refuse the option.
                ...(isBurstable(machines.instanceType)
                    ? { creditSpecification: { cpuCredits: machines.cpuCredits } }
                    : {}),
                tags: { ...tags, Name: `${pulumi.getProject()} ${pulumi.getStack()} ${args.hostName}` },
            },
            {
                ...child,
                // What would replace a machine that a student works on, or restart it, is decided once.
                ignoreChanges: ["ami", "availabilityZone", "ipv6AddressCount", "keyName", "userData"],
                dependsOn: [classroom.network, identity],
                // The machine's host key is in it.
                additionalSecretOutputs: ["userData"],
            },
        );
        const power = new aws.ec2transitgateway.InstanceState(
            `${name}-power`,
            { instanceId: this.instance.id, state: times.power === "on" ? "running" : "stopped" },
            { ...child, deletedWith: this.instance },
        );
        this.address = this.currentAddress(power, times.power);
        this.host = this.address.apply((address) => (address === "" ? noAddress : address));
        this.bootstrap = times.power === "on" ? this.declareBootstrap(name, args, opts?.hooks) : undefined;
        this.problems =
            this.bootstrap === undefined
                ? pulumi.output("")
                : scriptProblems(`${name}-bootstrap`, this.bootstrap);
        if (this.bootstrap !== undefined) {
            classroom.courseMaterial?.tellLeftOut(this.bootstrap.stdout);
        }
        // The stack's name is in it: the same lab name exists in several regions.
        this.dnsName =
            region.dnsZoneId === undefined ? "" : `${args.hostName}.${pulumi.getStack()}.${access.dnsZone}`;
        const record =
            region.dnsZoneId !== undefined && times.power === "on"
                ? new DnsRecord(
                      `${name}-dns`,
                      { zoneId: region.dnsZoneId, dnsName: this.dnsName, address: this.host },
                      child,
                  )
                : undefined;
        const schedules =
            classroom.scheduledStop === undefined
                ? []
                : scheduleStop(
                      `${name}-stop`,
                      {
                          times,
                          stop: classroom.scheduledStop,
                          partition: region.partition,
                          call: "ec2:stopInstances",
                          input: { InstanceIds: [this.instance.id] },
                      },
                      child,
                  );

        this.parts = [
            power.id,
            this.bootstrap?.id,
            record?.recordId,
            ...schedules.map(({ id }) => id),
        ].filter((part) => part !== undefined);
        this.groupId = group.id;
        this.privateAddress = this.instance.privateIp;
        this.ipv6 = this.instance.ipv6Addresses.apply((addresses) => addresses[0] ?? "");
        this.registerOutputs({ address: this.address, hostKey: this.hostKey });
    }

    /**
     * The address as it is after the machine was started, which the instance's own outputs do not know: they are from
     * before. Asks for a list, which may be empty, because a look-up that fails stops the whole class.
     *
     * EC2 lists a machine some seconds after it was made. One that is not listed at all, in no state, is new, so its own
     * outputs are not old. One that is listed without an address has none: its outputs may hold one of an earlier start,
     * which is another machine's by now.
     */
    private currentAddress(
        power: aws.ec2transitgateway.InstanceState,
        wanted: TimeSettings["power"],
    ): pulumi.Output<string> {
        if (wanted === "off") {
            return pulumi.output("");
        }
        // Within `apply`, so that nothing is asked, and complained about, of a machine that could not be made.
        const listed = pulumi.all([this.instance.id, power.id]).apply(([id]) =>
            aws.ec2.getInstances(
                {
                    filters: [{ name: "instance-id", values: [id] }],
                    instanceStateNames: ["pending", "running", "stopping", "stopped"],
                },
                { parent: this },
            ),
        );
        return listed.apply(({ ids = [], publicIps }: { ids?: string[]; publicIps: string[] }) =>
            ids.length > 0 || publicIps.length > 0
                ? pulumi.output(publicIps[0] ?? "")
                : this.instance.publicIp.apply((own: string | undefined) => own ?? ""),
        );
    }

    private declareBootstrap(
        name: string,
        { classroom, access, machines, region, ...args }: LabMachineArgs,
        hooks: pulumi.ResourceHookBinding | undefined,
    ): command.remote.Command {
        const material = classroom.courseMaterial;
        return remoteScript(
            `${name}-bootstrap`,
            {
                script: "bootstrap.sh",
                host: this.host,
                port: access.sshPorts[0] ?? 22,
                hostKey: this.hostKey,
                privateKey: classroom.key.privateKeyOpenssh,
                machine: this.instance,
                values: {
                    LAB_NAME: args.hostName,
                    LAB_USER: loginUser,
                    LAB_PASSWORD: args.password,
                    LAB_REGION: region.name,
                    LAB_SSH_PORTS: access.sshPorts.join(" "),
                    LAB_APT_PACKAGES: machines.aptPackages.join(" "),
                    LAB_PIP_PACKAGES: machines.pipPackages.join(" "),
                    LAB_OPERATOR_KEYS: classroom.key.publicKeyOpenssh.apply((key) =>
                        [key.trim(), ...access.operatorPublicKeys].join("\n"),
                    ),
                    LAB_COURSE_ARCHIVE_URI: material?.uri ?? "",
                    LAB_COURSE_ARCHIVE_VERSION: material?.version ?? "",
                    LAB_COURSE_ARCHIVE_REGION: material?.region ?? region.name,
                    LAB_ACCESS_KEY_ID: args.accessKey?.id ?? "",
                    LAB_SECRET_ACCESS_KEY: args.accessKey?.secret ?? "",
                },
            },
            { parent: this, hooks, dependsOn: [classroom.network] },
        );
    }
}
