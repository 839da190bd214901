/** What S3 asks beyond IAM's rules about its own actions: the region of the bucket, and the right to use a key of KMS. */
import { GetBucketLocationCommand } from "@aws-sdk/client-s3";
import type { Check } from "./checkParts.ts";
import { AwsError, errorAnswer, type Answer } from "./errors.ts";
import type { Moto } from "./moto.ts";
import { ACCOUNT_ID } from "./operator.ts";
import type { AwsCall } from "./request.ts";

/** Calls that S3 answers wherever they come in: about no bucket, one that is being made, or where one is. */
const anywhere = new Set(["ListBuckets", "CreateBucket", "GetBucketLocation"]);

/** Regions of the buckets that were asked for. */
const known = new WeakMap<Moto, Map<string, string>>();

/** The region of a bucket; `undefined` where there is none of that name. */
export async function bucketRegion(bucket: string, moto: Moto): Promise<string | undefined> {
    const regions = known.get(moto) ?? new Map<string, string>();
    known.set(moto, regions);
    const found = regions.get(bucket);
    if (found !== undefined) return found;
    try {
        const { LocationConstraint } = await moto.s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
        // us-east-1 has no name here (API reference, GetBucketLocation).
        const region = LocationConstraint ?? "us-east-1";
        regions.set(bucket, region);
        return region;
    } catch (error) {
        if (error instanceof Error && error.name === "NoSuchBucket") return undefined;
        throw error;
    }
}

/**
 * The answer to a call that was signed for another region than the bucket's: 301, with the right one in a header and,
 * to a HEAD, without a word ("Redirection", PermanentRedirect). `undefined` where the region is right.
 */
export async function redirection(call: AwsCall, moto: Moto): Promise<Answer | undefined> {
    if (call.bucket === undefined) return undefined;
    if (call.action === "CreateBucket" || call.action === "DeleteBucket")
        known.get(moto)?.delete(call.bucket);
    if (anywhere.has(call.action)) return undefined;
    const region = await bucketRegion(call.bucket, moto);
    if (region === undefined || region === call.region) return undefined;
    const message =
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    const answer = errorAnswer(call, new AwsError("PermanentRedirect", message, 301));
    return { ...answer, headers: { ...answer.headers, "x-amz-bucket-region": region } };
}

/**
 * What it takes to read an object that a customer's key encrypts: the right to decrypt with it, through S3 ("Protecting
 * data with SSE-KMS", permissions). `undefined` where S3's own key or the account's does, which need none.
 */
export function decryption(call: AwsCall, answer: Answer): Check | undefined {
    const key = answer.headers["x-amz-server-side-encryption-aws-kms-key-id"];
    if (call.action !== "GetObject" || answer.status >= 300 || typeof key !== "string") return undefined;
    return {
        action: "kms:Decrypt",
        resource: key.startsWith("arn:") ? key : `arn:aws:kms:${call.region}:${ACCOUNT_ID}:key/${key}`,
        context: { "kms:ViaService": `s3.${call.region}.amazonaws.com` },
    };
}
