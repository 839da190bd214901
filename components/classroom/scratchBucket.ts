import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../names/tags.ts";

/** Days after which what a job left behind is deleted; longer than any class, so that nobody loses a result in one. */
const lifetimeDays = 30;

/**
 * The bucket that the clusters work in: private, encrypted, emptied by age, and gone with the class.
 *
 * One for all labs, each with a prefix of its own: policies separate them, and buckets are few and slow to delete.
 */
export class ScratchBucket extends pulumi.ComponentResource {
    readonly bucket: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;

    /** @param args tags of the bucket, updated in place */
    constructor(name: string, args: { readonly tags: Tags }, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:ScratchBucket", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };

        // Encryption is not among its settings: S3 encrypts every new bucket with AES256 since January 2023, and a resource
        // for it would have S3's own additions (keys of the bucket, blocked kinds) read back as changes.
        // forceDestroy, because jobs leave objects behind and `pulumi destroy` must leave nothing.
        const bucket = new aws.s3.Bucket(`${name}-bucket`, { forceDestroy: true, tags: args.tags }, child);
        new aws.s3.BucketPublicAccessBlock(
            `${name}-private`,
            {
                bucket: bucket.bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            child,
        );
        new aws.s3.BucketLifecycleConfiguration(
            `${name}-lifecycle`,
            {
                bucket: bucket.bucket,
                rules: [
                    {
                        id: "forget",
                        status: "Enabled",
                        filter: { prefix: "labs/" },
                        expiration: { days: lifetimeDays },
                        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
                    },
                ],
            },
            child,
        );

        this.bucket = bucket.bucket;
        this.arn = bucket.arn;
        this.registerOutputs({ bucket: this.bucket, arn: this.arn });
    }
}
