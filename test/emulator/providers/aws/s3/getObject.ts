/** `aws:s3/getObject:getObject` */
import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { unlessGone } from "../errors.ts";
import { tagOutputs } from "../tags.ts";
import { needText, text } from "../values.ts";
import { noBucket } from "./bucket.ts";

/** The content is fetched for these only, as in the real provider (`isContentTypeAllowed`). */
const readable =
    /^(text\/.+|application\/(json|ld\+json|x-httpd-php|xhtml\+xml|x-csh|x-sh|xml|atom\+xml|x-sql|yaml))$/;

/** What S3 says of an object that the program did not make. */
export async function getObject(aws: Aws, args: Properties): Promise<Properties> {
    const Bucket = needText(args, "bucket");
    const Key = needText(args, "key");
    const VersionId = text(args, "versionId");
    const at = { Bucket, Key, VersionId };
    const region = text(args, "region") ?? aws.region;
    const s3 = aws.s3In(region);
    const head = await unlessGone([...noBucket, "NoSuchKey"], () => s3.send(new HeadObjectCommand(at)));
    if (!head) throw new Error(`S3 Bucket (${Bucket}) Object (${Key}): couldn't find resource`);
    const { TagSet } = await s3.send(new GetObjectTaggingCommand(at));
    const contentType = head.ContentType ?? "";
    const body =
        readable.test(contentType) && text(args, "downloadBody") !== "false"
            ? await (await s3.send(new GetObjectCommand(at))).Body?.transformToString()
            : "";
    return {
        id: VersionId ? `${Bucket}/${Key}@${VersionId}` : `${Bucket}/${Key}`,
        arn: `arn:aws:s3:::${Bucket}/${Key}`,
        bucket: Bucket,
        key: Key,
        region,
        body: body ?? "",
        contentLength: head.ContentLength ?? 0,
        contentType,
        etag: (head.ETag ?? "").replaceAll('"', ""),
        lastModified: head.LastModified?.toUTCString() ?? "",
        metadata: head.Metadata ?? {},
        serverSideEncryption: head.ServerSideEncryption ?? "",
        sseKmsKeyId: head.SSEKMSKeyId ?? "",
        storageClass: head.StorageClass ?? "STANDARD",
        tags: tagOutputs(aws, TagSet).tagsAll,
        versionId: head.VersionId ?? "",
    };
}
