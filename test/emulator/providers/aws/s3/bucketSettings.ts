/** Settings of a bucket that are resources of their own: public access, encryption, lifecycle. Their id is the bucket. */
import {
    DeleteBucketEncryptionCommand,
    DeleteBucketLifecycleCommand,
    DeletePublicAccessBlockCommand,
    GetBucketEncryptionCommand,
    GetBucketLifecycleConfigurationCommand,
    GetPublicAccessBlockCommand,
    PutBucketEncryptionCommand,
    PutBucketLifecycleConfigurationCommand,
    PutPublicAccessBlockCommand,
    type LifecycleRule,
    type ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import type { Properties } from "../../provider.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { block, boolean, integer, list, oneOf, set, string } from "../schema.ts";
import { flag, needText, number, object, objects, text } from "../values.ts";
import { retryWhile } from "../waiting.ts";
import { noBucket } from "./bucket.ts";

const bucketField = { bucket: string({ required: true, forceNew: true }) };
const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/** A setting that S3 replaces as a whole: creating and updating it are the same call. */
function setting(
    type: Pick<ResourceType, "noun" | "fields" | "read" | "delete"> & {
        readonly outputs?: readonly string[];
        readonly put: (bucket: string, inputs: Properties, operation: Operation) => Promise<unknown>;
    },
): ResourceType {
    const put = (bucket: string, inputs: Properties, operation: Operation) =>
        retryWhile(
            operation.patience(120),
            (error) => isCode(error, ...noBucket),
            () => type.put(bucket, inputs, operation),
        );
    return {
        noun: type.noun,
        fields: { ...bucketField, ...type.fields },
        outputs: type.outputs ?? [],
        read: type.read,
        delete: type.delete,
        create: async (inputs, operation) => {
            const bucket = needText(inputs, "bucket");
            await put(bucket, inputs, operation);
            return bucket;
        },
        update: async (id, update) => {
            await put(id, update.news, update);
        },
    };
}

/** Keeps everything in a bucket private. */
export const bucketPublicAccessBlock: ResourceType = setting({
    noun: "S3 Bucket Public Access Block",
    fields: Object.fromEntries(blocks.map((name) => [name, boolean({ default: false })])),
    put: (Bucket, inputs, { aws }) =>
        aws.s3.send(
            new PutPublicAccessBlockCommand({
                Bucket,
                PublicAccessBlockConfiguration: {
                    BlockPublicAcls: flag(inputs, "blockPublicAcls"),
                    BlockPublicPolicy: flag(inputs, "blockPublicPolicy"),
                    IgnorePublicAcls: flag(inputs, "ignorePublicAcls"),
                    RestrictPublicBuckets: flag(inputs, "restrictPublicBuckets"),
                },
            }),
        ),
    async read(id, _state, { aws }) {
        const answer = await unlessGone([...noBucket, "NoSuchPublicAccessBlockConfiguration"], () =>
            aws.s3.send(new GetPublicAccessBlockCommand({ Bucket: id })),
        );
        const found = answer?.PublicAccessBlockConfiguration;
        if (!found) return undefined;
        return {
            bucket: id,
            blockPublicAcls: found.BlockPublicAcls ?? false,
            blockPublicPolicy: found.BlockPublicPolicy ?? false,
            ignorePublicAcls: found.IgnorePublicAcls ?? false,
            restrictPublicBuckets: found.RestrictPublicBuckets ?? false,
        };
    },
    async delete(id, _state, { aws }) {
        await unlessGone([...noBucket, "NoSuchPublicAccessBlockConfiguration"], () =>
            aws.s3.send(new DeletePublicAccessBlockCommand({ Bucket: id })),
        );
    },
});

/** How a bucket encrypts what is put into it. */
export const bucketEncryption: ResourceType = setting({
    noun: "S3 Bucket Server-side Encryption Configuration",
    fields: {
        rules: set(
            block({
                applyServerSideEncryptionByDefault: block({
                    sseAlgorithm: string({
                        required: true,
                        check: oneOf("AES256", "aws:kms", "aws:kms:dsse"),
                    }),
                    kmsMasterKeyId: string(),
                }),
                bucketKeyEnabled: boolean(),
            }),
            { required: true },
        ),
    },
    put: (Bucket, inputs, { aws }) =>
        aws.s3.send(
            new PutBucketEncryptionCommand({
                Bucket,
                ServerSideEncryptionConfiguration: { Rules: objects(inputs, "rules").map(encryptionRule) },
            }),
        ),
    async read(id, _state, { aws }) {
        const answer = await unlessGone([...noBucket, "ServerSideEncryptionConfigurationNotFoundError"], () =>
            aws.s3.send(new GetBucketEncryptionCommand({ Bucket: id })),
        );
        const found = answer?.ServerSideEncryptionConfiguration?.Rules;
        if (!found) return undefined;
        const rules = found.map(
            ({ ApplyServerSideEncryptionByDefault: by, BucketKeyEnabled }): Properties => ({
                bucketKeyEnabled: BucketKeyEnabled ?? false,
                ...(by
                    ? {
                          applyServerSideEncryptionByDefault: {
                              sseAlgorithm: by.SSEAlgorithm,
                              kmsMasterKeyId: by.KMSMasterKeyID ?? "",
                          },
                      }
                    : {}),
            }),
        );
        return { bucket: id, rules };
    },
    async delete(id, _state, { aws }) {
        await unlessGone([...noBucket, "ServerSideEncryptionConfigurationNotFoundError"], () =>
            aws.s3.send(new DeleteBucketEncryptionCommand({ Bucket: id })),
        );
    },
});

/** When a bucket forgets what is in it. */
export const bucketLifecycle: ResourceType = setting({
    noun: "S3 Bucket Lifecycle Configuration",
    fields: {
        rules: list(
            block({
                id: string({ required: true }),
                status: string({ required: true, check: oneOf("Enabled", "Disabled") }),
                filter: block({ prefix: string() }),
                expiration: block({ days: integer() }),
                noncurrentVersionExpiration: block({ noncurrentDays: integer({ required: true }) }),
                abortIncompleteMultipartUpload: block({ daysAfterInitiation: integer() }),
            }),
            { required: true },
        ),
    },
    outputs: ["expectedBucketOwner", "transitionDefaultMinimumObjectSize"],
    put: (Bucket, inputs, { aws }) =>
        aws.s3.send(
            new PutBucketLifecycleConfigurationCommand({
                Bucket,
                LifecycleConfiguration: { Rules: objects(inputs, "rules").map(lifecycleRule) },
            }),
        ),
    async read(id, _state, { aws }) {
        const answer = await unlessGone([...noBucket, "NoSuchLifecycleConfiguration"], () =>
            aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id })),
        );
        if (!answer?.Rules?.length) return undefined;
        return {
            bucket: id,
            expectedBucketOwner: "",
            transitionDefaultMinimumObjectSize:
                answer.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
            rules: answer.Rules.map(lifecycleOutput),
        };
    },
    async delete(id, _state, { aws }) {
        await unlessGone([...noBucket, "NoSuchLifecycleConfiguration"], () =>
            aws.s3.send(new DeleteBucketLifecycleCommand({ Bucket: id })),
        );
    },
});

function encryptionRule(rule: Properties): ServerSideEncryptionRule {
    const by = object(rule, "applyServerSideEncryptionByDefault");
    return {
        BucketKeyEnabled: flag(rule, "bucketKeyEnabled"),
        ...(by
            ? {
                  ApplyServerSideEncryptionByDefault: {
                      SSEAlgorithm: needText(by, "sseAlgorithm") as "AES256",
                      KMSMasterKeyID: text(by, "kmsMasterKeyId"),
                  },
              }
            : {}),
    };
}

function lifecycleRule(rule: Properties): LifecycleRule {
    const expiration = object(rule, "expiration");
    const noncurrent = object(rule, "noncurrentVersionExpiration");
    const abort = object(rule, "abortIncompleteMultipartUpload");
    return {
        ID: needText(rule, "id"),
        Status: needText(rule, "status") as "Enabled" | "Disabled",
        Filter: { Prefix: text(object(rule, "filter") ?? {}, "prefix") ?? "" },
        ...(expiration ? { Expiration: { Days: number(expiration, "days") } } : {}),
        ...(noncurrent
            ? { NoncurrentVersionExpiration: { NoncurrentDays: number(noncurrent, "noncurrentDays") } }
            : {}),
        ...(abort
            ? {
                  AbortIncompleteMultipartUpload: {
                      DaysAfterInitiation: number(abort, "daysAfterInitiation"),
                  },
              }
            : {}),
    };
}

function lifecycleOutput(rule: LifecycleRule): Properties {
    const prefix = rule.Filter?.Prefix;
    return {
        id: rule.ID ?? "",
        status: rule.Status ?? "",
        filter: prefix ? { prefix } : {},
        ...(rule.Expiration ? { expiration: { days: rule.Expiration.Days } } : {}),
        ...(rule.NoncurrentVersionExpiration
            ? {
                  noncurrentVersionExpiration: {
                      noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
                  },
              }
            : {}),
        ...(rule.AbortIncompleteMultipartUpload
            ? {
                  abortIncompleteMultipartUpload: {
                      daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
                  },
              }
            : {}),
    };
}
