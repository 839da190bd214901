import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { StudentAccessKey } from "../identity/accessKey.ts";
import { ClusterGroup } from "../network/clusterGroup.ts";
import { CourseMaterial } from "./courseMaterial.ts";
import { EmrServiceRole } from "./emrServiceRole.ts";
import { LabFailures } from "../failures/labFailures.ts";
import { LabIdentity } from "../identity/labIdentity.ts";
import { Leftovers } from "../failures/leftovers.ts";
import { Network } from "../network/network.ts";
import type { CourseObject } from "../preflight/courseObject.ts";
import type { Region } from "../preflight/region.ts";
import { ScheduledStop } from "./scheduledStop.ts";
import { ScratchBucket } from "./scratchBucket.ts";
import type {
    AccessSettings,
    ClusterSettings,
    MachineSettings,
    PeopleSettings,
    TimeSettings,
} from "../settings/definitions.ts";
import { type ReadableArchive, studentPolicy, supportPolicy } from "../identity/studentPolicy.ts";
import { type StackTags, stackTags } from "../names/tags.ts";
import { classId } from "./classId.ts";

/** Inputs of a {@link Classroom}. */
export interface ClassroomArgs {
    readonly region: Region;
    /** What S3 knows of the course archive, where that is an object of a bucket which exists. */
    readonly courseObject: CourseObject | undefined;
    /** Whether there is anything that reads a support machine's policy; the names themselves are nothing to the classroom. */
    readonly people: Pick<PeopleSettings, "supportMachines">;
    /** Rules of the machines' security group. A change adds and removes rules in place. */
    readonly access: Pick<AccessSettings, "allowedSshCidrs" | "sshPorts">;
    /** The archive that is put into the bucket. A change replaces the object. */
    readonly machines: Pick<MachineSettings, "courseArchive">;
    /** What is shared among the labs. A change of `isolation` makes the clusters anew. */
    readonly clusters: Pick<ClusterSettings, "clusters" | "isolation" | "studentCredentials" | "dataBuckets">;
    /** Whether clusters run now, and whether AWS stops the class by itself. A change adds or removes what that needs. */
    readonly times: Pick<TimeSettings, "power" | "nightlyStop" | "endsAt">;
}

/** What the labs of one region share. */
export class Classroom extends pulumi.ComponentResource {
    /** Why something that all labs need failed. */
    readonly failures: LabFailures;
    /** What killed runs of this stack have left behind. */
    readonly leftovers: Leftovers;
    /** Tags of everything of the class. */
    readonly tags: StackTags;
    /** The operator's way into every machine. Its private half is a secret of the state. */
    readonly key: tls.PrivateKey;
    /** EC2's name of that key; frozen on machines. */
    readonly keyName: pulumi.Output<string>;
    readonly network: Network;
    readonly bucket: ScratchBucket;
    /** `undefined` where the class has no archive. */
    readonly courseMaterial: CourseMaterial | undefined;
    readonly emrServiceRole: EmrServiceRole;
    /** The policy that every lab's identity has. */
    readonly studentPolicyArn: pulumi.Output<string>;
    /** The policy of machines that support the class; `undefined` where there is nothing for them to read. */
    readonly supportPolicyArn: pulumi.Output<string> | undefined;
    /** With `isolation: class`, the identity of all labs. */
    readonly sharedIdentity: LabIdentity | undefined;
    /** With `isolation: class`, the group of all clusters' nodes. */
    readonly sharedClusterGroup: ClusterGroup | undefined;
    /** With `isolation: class` and access keys, the key of all labs. */
    readonly sharedAccessKey: StudentAccessKey | undefined;
    /** Stops the class by schedule; `undefined` where nothing is scheduled. */
    readonly scheduledStop: ScheduledStop | undefined;

    constructor(name: string, args: ClassroomArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:Classroom", name, {}, opts);
        const { region, access, machines, clusters, times } = args;
        this.leftovers = new Leftovers(region.name);
        this.failures = new LabFailures("classroom", this.leftovers);
        const child = { parent: this, hooks: this.failures.hooks };

        this.tags = stackTags(classId(`${name}-id`, child));
        const tags = this.tags;
        this.key = new tls.PrivateKey(
            `${name}-key`,
            { algorithm: "ED25519" },
            // Another key would not be on the machines that run.
            { ...child, ignoreChanges: ["algorithm", "rsaBits", "ecdsaCurve"] },
        );
        const keyPair = new aws.ec2.KeyPair(
            `${name}-key`,
            { publicKey: this.key.publicKeyOpenssh, tags },
            child,
        );
        this.network = new Network(
            `${name}-network`,
            { region, allowedSshCidrs: access.allowedSshCidrs, sshPorts: access.sshPorts, tags },
            child,
        );
        this.bucket = new ScratchBucket(`${name}-scratch`, { tags }, child);
        this.courseMaterial =
            machines.courseArchive.kind === "none"
                ? undefined
                : new CourseMaterial(
                      `${name}-course`,
                      {
                          archive: machines.courseArchive,
                          object: args.courseObject,
                          bucket: this.bucket,
                          partition: region.partition,
                          tags,
                      },
                      child,
                  );
        this.emrServiceRole = new EmrServiceRole(`${name}-emr`, { region, tags }, child);
        const policy = new aws.iam.Policy(
            `${name}-student`,
            {
                description: "What a student may do, from the machine and from code in a step",
                policy: pulumi
                    .all([this.bucket.arn, this.readableArchive()])
                    .apply(([bucketArn, courseArchive]) =>
                        JSON.stringify(
                            studentPolicy({
                                region,
                                bucketArn,
                                courseArchive,
                                dataBuckets: clusters.dataBuckets,
                                isolation: clusters.isolation,
                            }),
                        ),
                    ),
                tags,
            },
            child,
        );

        this.keyName = keyPair.keyName;
        this.studentPolicyArn = policy.arn;
        this.supportPolicyArn = this.declareSupportPolicy(`${name}-support`, args, child);
        const shared = { owner: "class", tags: tags, policyArn: policy.arn };
        const together = clusters.isolation === "class";
        this.sharedIdentity = together ? new LabIdentity(`${name}-students`, shared, child) : undefined;
        this.sharedAccessKey =
            together && clusters.studentCredentials === "access-key"
                ? new StudentAccessKey(`${name}-access`, shared, child)
                : undefined;
        const running = times.power === "on" && clusters.clusters === "on";
        this.sharedClusterGroup =
            together && running
                ? new ClusterGroup(
                      `${name}-clusters`,
                      {
                          vpcId: this.network.vpcId,
                          description: "Clusters of all labs",
                          machinesGroupId: this.network.machinesGroupId,
                          tags,
                      },
                      child,
                  )
                : undefined;
        this.scheduledStop =
            times.nightlyStop === undefined && times.endsAt === undefined
                ? undefined
                : new ScheduledStop(`${name}-stop`, { region, tags }, child);
        this.registerOutputs({ keyName: this.keyName, studentPolicyArn: this.studentPolicyArn });
    }

    private readableArchive(): pulumi.Output<ReadableArchive> | undefined {
        const material = this.courseMaterial;
        return material?.arn.apply((arn) => ({
            arn,
            region: material.region,
            kmsKeyArn: material.kmsKeyArn,
        }));
    }

    private declareSupportPolicy(
        name: string,
        { region, people: { supportMachines } }: Pick<ClassroomArgs, "region" | "people">,
        opts: pulumi.CustomResourceOptions,
    ): pulumi.Output<string> | undefined {
        const archive = this.readableArchive();
        if (archive === undefined || supportMachines.length === 0) {
            return undefined;
        }
        const policy = new aws.iam.Policy(
            name,
            {
                description: "What a machine that supports the class may do",
                policy: archive.apply((one) => JSON.stringify(supportPolicy(one, region))),
                tags: this.tags,
            },
            opts,
        );
        return policy.arn;
    }
}
