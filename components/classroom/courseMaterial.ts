import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import type { ScratchBucket } from "./scratchBucket.ts";
import type { CourseArchive } from "../settings/courseArchive.ts";
import type { Tags } from "../names/tags.ts";

/** Inputs of {@link CourseMaterial}. */
export interface CourseMaterialArgs {
    /** A file of the operator's or an object that exists. A change re-runs bootstrap on every machine. */
    readonly archive: Exclude<CourseArchive, { readonly kind: "none" }>;
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

    constructor(name: string, args: CourseMaterialArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:CourseMaterial", name, {}, opts);
        const { archive, bucket, partition } = args;
        const locate = (bucketName: pulumi.Input<string>, key: pulumi.Input<string>) => ({
            uri: pulumi.interpolate`s3://${bucketName}/${key}`,
            arn: pulumi.interpolate`arn:${partition}:s3:::${bucketName}/${key}`,
        });

        if (archive.kind === "file") {
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
            this.version = pulumi.output(
                createHash("sha256").update(fs.readFileSync(archive.path)).digest("hex"),
            );
        } else {
            // Also says before anything is created that the object is missing or out of reach.
            const object = aws.s3.getObjectOutput(
                { bucket: archive.bucket, key: archive.object },
                { parent: this },
            );
            const { uri, arn } = locate(archive.bucket, archive.object);
            this.uri = uri;
            this.arn = arn;
            this.version = object.etag;
        }
        this.registerOutputs({ uri: this.uri, arn: this.arn, version: this.version });
    }
}
