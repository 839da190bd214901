import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ScratchBucket } from "./scratchBucket.ts";
import { machineReport } from "../failures/machineReport.ts";
import type { Tags } from "../names/tags.ts";
import type { CourseObject } from "../preflight/courseObject.ts";
import type { CourseArchive } from "../settings/courseArchive.ts";

/** Inputs of {@link CourseMaterial}. */
export interface CourseMaterialArgs {
    /** A file of the operator's or an object that exists. A change re-runs bootstrap on every machine. */
    readonly archive: Exclude<CourseArchive, { readonly kind: "none" }>;
    /** What S3 knows of the object, where the archive is one. */
    readonly object: CourseObject | undefined;
    /** Takes the operator's file, as one object. */
    readonly bucket: ScratchBucket;
    readonly partition: string;
    /** Tags of the object. A change updates them in place. */
    readonly tags: Tags;
}

/** The archive of the course as one object in S3, which the students may read. */
export class CourseMaterial extends pulumi.ComponentResource {
    /** `s3://bucket/object` */
    readonly uri: pulumi.Output<string>;
    /** ARN of the object. */
    readonly arn: pulumi.Output<string>;
    /** Changes with the content; makes bootstrap run again. */
    readonly version: pulumi.Output<string>;
    /** Region of the bucket; `undefined` where it is the class's. */
    readonly region: string | undefined;
    /** Whoever reads the archive must be allowed to use this key; `undefined` where that needs no right. */
    readonly kmsKeyArn: string | undefined;
    private told = false;

    constructor(name: string, args: CourseMaterialArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:CourseMaterial", name, {}, opts);
        const { archive, bucket, partition } = args;
        const locate = (bucketName: pulumi.Input<string>, key: pulumi.Input<string>) => ({
            uri: pulumi.interpolate`s3://${bucketName}/${key}`,
            arn: pulumi.interpolate`arn:${partition}:s3:::${bucketName}/${key}`,
        });

        if (archive.kind === "file") {
            this.warn(archive.leftOut);
            const object = new aws.s3.BucketObjectv2(
                `${name}-archive`,
                {
                    bucket: bucket.bucket,
                    // Not the file's name: the key is part of a policy, which takes few of the characters of file names.
                    key: "course/archive.tar.gz",
                    source: new pulumi.asset.FileAsset(archive.path),
                    tags: args.tags,
                },
                { parent: this, hooks: opts?.hooks },
            );
            const { uri, arn } = locate(object.bucket, object.key);
            this.uri = uri;
            this.arn = arn;
            this.version = pulumi.output(archive.sha256);
        } else {
            const { uri, arn } = locate(archive.bucket, archive.object);
            this.uri = uri;
            this.arn = arn;
            this.version = pulumi.output(args.object?.version ?? "");
        }
        this.region = args.object?.region;
        this.kmsKeyArn = args.object?.kmsKeyArn;
        this.registerOutputs({ uri: this.uri, arn: this.arn, version: this.version });
    }

    /**
     * Tells the operator what bootstrap found in the archive that arrives on no machine: of an object, nobody has looked
     * before. Once, whatever the number of machines.
     *
     * @param printed standard output of bootstrap on one of them
     */
    tellLeftOut(printed: pulumi.Output<string>): void {
        pulumi.unsecret(printed).apply((text) => this.warn(machineReport(text).leftOut ?? ""));
    }

    private warn(leftOut: string): void {
        // The settings have told it of a local file, and a machine lists the same.
        if (leftOut !== "" && !this.told) {
            this.told = true;
            void pulumi.log.warn(`courseArchive: not on the machines: ${leftOut}`, this);
        }
    }
}
