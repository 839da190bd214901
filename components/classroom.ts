import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { CourseMaterial } from "./courseMaterial";
import { EmrServiceRole } from "./emrServiceRole";
import { Network } from "./network";
import { Region } from "./region";
import { ScratchBucket } from "./scratchBucket";
import { Settings } from "./settings/definitions";
import { studentPolicy } from "./studentPolicy";
import { stackTags } from "./tags";

/** Inputs of a {@link Classroom}. */
export interface ClassroomArgs {
    readonly region: Region;
    readonly settings: Settings;
}

/** What the labs of one region share. */
export class Classroom extends pulumi.ComponentResource {
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

    constructor(name: string, args: ClassroomArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:Classroom", name, {}, opts);
        const { region, settings } = args;
        const child = { parent: this };

        this.key = new tls.PrivateKey(
            `${name}-key`,
            { algorithm: "ED25519" },
            // Another key would not be on the machines that run.
            { ...child, ignoreChanges: ["algorithm", "rsaBits", "ecdsaCurve"] },
        );
        const keyPair = new aws.ec2.KeyPair(
            `${name}-key`,
            { publicKey: this.key.publicKeyOpenssh, tags: stackTags() },
            child,
        );
        this.network = new Network(
            `${name}-network`,
            { region, allowedSshCidrs: settings.allowedSshCidrs, sshPorts: [22] },
            child,
        );
        this.bucket = new ScratchBucket(`${name}-scratch`, child);
        this.courseMaterial =
            settings.courseArchive.kind === "none"
                ? undefined
                : new CourseMaterial(
                      `${name}-course`,
                      { archive: settings.courseArchive, bucket: this.bucket, partition: region.partition },
                      child,
                  );
        this.emrServiceRole = new EmrServiceRole(`${name}-emr`, { region }, child);
        const policy = new aws.iam.Policy(
            `${name}-student`,
            {
                description: "What a student may do, from the machine and from code in a step",
                policy: pulumi
                    .all([this.bucket.arn, this.courseMaterial?.arn])
                    .apply(([bucketArn, courseArchiveArn]) =>
                        JSON.stringify(studentPolicy({ region, bucketArn, courseArchiveArn })),
                    ),
                tags: stackTags(),
            },
            child,
        );

        this.keyName = keyPair.keyName;
        this.studentPolicyArn = policy.arn;
        this.registerOutputs({ keyName: this.keyName, studentPolicyArn: this.studentPolicyArn });
    }
}
