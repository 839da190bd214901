/** `aws:s3/bucket:Bucket`, with its settings declared apart. */
import {
    CreateBucketCommand,
    DeleteBucketCommand,
    DeleteBucketTaggingCommand,
    DeleteObjectsCommand,
    GetBucketTaggingCommand,
    HeadBucketCommand,
    ListObjectVersionsCommand,
    PutBucketTaggingCommand,
    type BucketLocationConstraint,
} from "@aws-sdk/client-s3";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { boolean, string } from "../schema.ts";
import { awsTags, tagOutputs } from "../tags.ts";
import { flag, needText } from "../values.ts";
import { retryWhile } from "../waiting.ts";

/** Codes with which S3 says that there is no such bucket; a HEAD answer has no body, hence the bare number. */
export const noBucket = ["NoSuchBucket", "NotFound", "404"];

/** Zones of S3's own names, from AWS's table of S3 endpoints. */
const hostedZones: Record<string, string> = {
    "eu-west-1": "Z1BKCTXD74EZPE",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "sa-east-1": "Z7KQH4QJS55SO",
};

/** A bucket; its id is its name. */
export const bucket: ResourceType = {
    noun: "S3 Bucket",
    tagged: true,
    fields: {
        bucket: string({ forceNew: true, computed: true, check: nameProblem }),
        forceDestroy: boolean({ default: false }),
    },
    autoName: { field: "bucket", maxLength: 63, lowerCase: true },
    outputs: [
        "arn",
        "bucketDomainName",
        "bucketRegionalDomainName",
        "bucketRegion",
        "bucketPrefix",
        "hostedZoneId",
        "requestPayer",
        "objectLockEnabled",
        "accelerationStatus",
    ],

    async create(inputs, { aws }, created) {
        const name = needText(inputs, "bucket");
        await aws.s3.send(
            new CreateBucketCommand({
                Bucket: name,
                // us-east-1 is the one region that must not be named.
                CreateBucketConfiguration:
                    aws.region === "us-east-1"
                        ? undefined
                        : { LocationConstraint: aws.region as BucketLocationConstraint },
            }),
        );
        created(name);
        await putTags(aws, name, inputs);
        return name;
    },

    async read(id, _state, { aws }) {
        const head = await unlessGone(noBucket, () => aws.s3.send(new HeadBucketCommand({ Bucket: id })));
        if (!head) return undefined;
        const tags = await unlessGone(["NoSuchTagSet"], () =>
            aws.s3.send(new GetBucketTaggingCommand({ Bucket: id })),
        );
        return {
            arn: `arn:aws:s3:::${id}`,
            bucket: id,
            bucketPrefix: "",
            bucketDomainName: `${id}.s3.amazonaws.com`,
            bucketRegion: head.BucketRegion ?? aws.region,
            bucketRegionalDomainName: `${id}.s3.${aws.region}.amazonaws.com`,
            hostedZoneId: hostedZones[aws.region] ?? "",
            requestPayer: "BucketOwner",
            objectLockEnabled: false,
            accelerationStatus: "",
            ...tagOutputs(aws, tags?.TagSet),
        };
    },

    async update(id, { aws, news, changed }) {
        if (changed("tagsAll")) await putTags(aws, id, news);
    },

    async delete(id, state, operation) {
        const remove = () => operation.aws.s3.send(new DeleteBucketCommand({ Bucket: id }));
        await unlessGone(noBucket, async () => {
            try {
                await remove();
            } catch (error) {
                if (!isCode(error, "BucketNotEmpty") || !flag(state, "forceDestroy")) throw error;
                // What still writes into it (logs of a cluster that ends) can fill it again.
                await retryWhile(
                    operation.patience(120),
                    (again) => isCode(again, "BucketNotEmpty"),
                    async () => {
                        await empty(id, operation);
                        await remove();
                    },
                );
            }
        });
    },
};

/** S3 replaces all tags of a bucket at once. */
async function putTags(aws: Aws, name: string, inputs: Properties): Promise<void> {
    const TagSet = awsTags(inputs);
    if (TagSet.length > 0)
        await aws.s3.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet } }));
    else await aws.s3.send(new DeleteBucketTaggingCommand({ Bucket: name }));
}

/** Removes every object, old versions and delete markers too. */
async function empty(name: string, { aws, signal }: Operation): Promise<void> {
    for (;;) {
        signal.throwIfAborted();
        const page = await aws.s3.send(new ListObjectVersionsCommand({ Bucket: name, MaxKeys: 1000 }));
        const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
            ({ Key, VersionId }) => ({
                Key: Key ?? "",
                VersionId,
            }),
        );
        if (Objects.length === 0) return;
        const answer = await aws.s3.send(
            new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }),
        );
        const failed = answer.Errors?.[0];
        if (failed)
            throw new Error(
                `deleting S3 object ${failed.Key ?? ""}: ${failed.Code ?? ""}: ${failed.Message ?? ""}`,
            );
    }
}

/** Rules for names of new buckets, from the S3 user guide. */
function nameProblem(value: unknown): string | undefined {
    if (typeof value !== "string") return undefined;
    const fine = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !value.includes("..");
    return fine
        ? undefined
        : `${JSON.stringify(value)} is no valid bucket name: 3 to 63 lower-case letters, digits, dots, hyphens`;
}
