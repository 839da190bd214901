import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CourseArchive } from "../settings/courseArchive.ts";

/** What S3 knows of a course archive that is an object of a bucket which exists. */
export interface CourseObject {
    /** Changes with the content. */
    readonly version: string;
    /** Region of the bucket; `undefined` where it is the class's. */
    readonly region: string | undefined;
    /** ARN of the KMS key that encrypts it; `undefined` where S3's own key does. */
    readonly kmsKeyArn: string | undefined;
}

/** Storage classes whose objects nobody can read until they are restored ("Working with archived objects"). */
const asleep = ["GLACIER", "DEEP_ARCHIVE"];

/**
 * Looks at the object that is the course archive, as the operator. Creates nothing.
 *
 * @param archive the setting
 * @returns `undefined` where the archive is no object of a bucket that exists
 * @throws RunError where it is not there, is out of reach, or cannot be read as it is
 */
export async function lookUpCourseObject(archive: CourseArchive): Promise<CourseObject | undefined> {
    if (archive.kind !== "object") {
        return undefined;
    }
    const { bucket, object: key, region } = archive;
    const refuse = (reason: string, mend: string): never => {
        throw new pulumi.RunError(
            [
                `courseArchive: s3://${bucket}/${key} cannot be used; nothing was created or changed.`,
                `  ${reason}`,
                mend,
            ].join("\n"),
        );
    };
    const found = await aws.s3
        .getObject({ bucket, key, downloadBody: "false", ...(region === undefined ? {} : { region }) })
        .catch((error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error);
            // S3 answers who asks in the wrong region 301 PermanentRedirect, to a HEAD without any text.
            const elsewhere = /\b301\b|PermanentRedirect|MovedPermanently|BucketRegion/i.test(reason);
            return refuse(
                reason,
                elsewhere
                    ? `The bucket is in another region${region === undefined ? " than the class" : ` than ${region}`}. Write which: courseArchive: { bucket: ${bucket}, object: ${key}, region: us-east-1 }.`
                    : "Check bucket and object, and that you may read it (aws s3 cp it to a file); or give a local file.",
            );
        });
    if (asleep.includes(found.storageClass)) {
        refuse(
            `It is in storage class ${found.storageClass}, which nobody can read from.`,
            "Restore it and copy it to a key of its own (aws s3 cp --storage-class STANDARD), and write that one.",
        );
    }
    return {
        version: found.etag,
        region,
        // With S3's own key there is none; with the account's key aws/s3 it says which, and needs no right.
        kmsKeyArn: found.sseKmsKeyId ? found.sseKmsKeyId : undefined,
    };
}
