/** `aws:s3/bucketObjectv2:BucketObjectv2` */
import { readFile } from "node:fs/promises";
import {
    DeleteObjectCommand,
    DeleteObjectTaggingCommand,
    GetObjectTaggingCommand,
    HeadObjectCommand,
    PutObjectCommand,
    PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import type { Properties } from "../../provider.ts";
import { unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { asset, string } from "../schema.ts";
import { awsTags, tagOutputs } from "../tags.ts";
import { isAsset, needText } from "../values.ts";
import { noBucket } from "./bucket.ts";

/** A file in a bucket; its id is `<bucket>/<key>`. */
export const bucketObject: ResourceType = {
    noun: "S3 Object",
    tagged: true,
    fields: {
        bucket: string({ required: true, forceNew: true }),
        key: string({ required: true, forceNew: true }),
        // Its hash tells a change; the engine computes it.
        source: asset({ required: true }),
    },
    outputs: [
        "arn",
        "etag",
        "versionId",
        "contentType",
        "storageClass",
        "serverSideEncryption",
        "acl",
        "kmsKeyId",
    ],
    unknownAfter: (changed) => (changed("source") ? ["etag", "versionId"] : []),

    async create(inputs, operation) {
        await upload(inputs, operation);
        return `${needText(inputs, "bucket")}/${needText(inputs, "key")}`;
    },

    async read(id, state, { aws }) {
        // Imported by id: nothing else is known then.
        const [bucketOfId = "", ...rest] = id.split("/");
        const Bucket = typeof state.bucket === "string" ? state.bucket : bucketOfId;
        const Key = typeof state.key === "string" ? state.key : rest.join("/");
        const head = await unlessGone([...noBucket, "NoSuchKey"], () =>
            aws.s3.send(new HeadObjectCommand({ Bucket, Key })),
        );
        if (!head) return undefined;
        const { TagSet } = await aws.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
        return {
            arn: `arn:aws:s3:::${Bucket}/${Key}`,
            bucket: Bucket,
            key: Key,
            etag: (head.ETag ?? "").replaceAll('"', ""),
            versionId: head.VersionId ?? "",
            contentType: head.ContentType ?? "application/octet-stream",
            storageClass: head.StorageClass ?? "STANDARD",
            serverSideEncryption: head.ServerSideEncryption ?? "",
            acl: "",
            kmsKeyId: "",
            ...tagOutputs(aws, TagSet),
        };
    },

    async update(_id, update) {
        const { aws, news, changed } = update;
        // An upload writes the tags too.
        if (changed("source")) return upload(news, update);
        if (!changed("tagsAll")) return;
        const at = { Bucket: needText(news, "bucket"), Key: needText(news, "key") };
        const TagSet = awsTags(news);
        if (TagSet.length > 0) await aws.s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
        else await aws.s3.send(new DeleteObjectTaggingCommand(at));
    },

    async delete(_id, state, { aws }) {
        await unlessGone([...noBucket, "NoSuchKey"], () =>
            aws.s3.send(
                new DeleteObjectCommand({ Bucket: needText(state, "bucket"), Key: needText(state, "key") }),
            ),
        );
    },
};

async function upload(inputs: Properties, { aws }: Operation): Promise<void> {
    const Tagging = new URLSearchParams(awsTags(inputs).map(({ Key, Value }) => [Key, Value])).toString();
    await aws.s3.send(
        new PutObjectCommand({
            Bucket: needText(inputs, "bucket"),
            Key: needText(inputs, "key"),
            Body: await content(inputs),
            ContentType: "application/octet-stream",
            ...(Tagging ? { Tagging } : {}),
        }),
    );
}

async function content(inputs: Properties): Promise<Buffer> {
    const { source } = inputs;
    if (!isAsset(source) || source.kind !== "asset" || source.uri !== undefined) {
        throw new Error("source: only an asset of a local file or of text can be uploaded");
    }
    return source.path === undefined ? Buffer.from(source.text ?? "") : readFile(source.path);
}
