/** S3: moto's, and S3 as the gateway itself uses it in a role's name. */
import {
    DeleteObjectCommand,
    GetObjectCommand,
    HeadObjectCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { decide, denial, denialMessage } from "./authorization.ts";
import type { CallLog } from "./calls.ts";
import type { Check } from "./checkParts.ts";
import { AwsError, errorAnswer, xmlAnswer, type Answer } from "./errors.ts";
import type { Moto } from "./moto.ts";
import type { Principal } from "./principals.ts";
import type { AwsCall } from "./request.ts";
import { decryption, redirection } from "./s3Rules.ts";
import { element, serializeXml } from "./xml.ts";

const S3_NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Who may not list a bucket does not learn that a key is missing (S3 guide, GetObject: 403 instead of 404). */
export async function handleS3(call: AwsCall, principal: Principal, moto: Moto): Promise<Answer> {
    const elsewhere = await redirection(call, moto);
    if (elsewhere !== undefined) return elsewhere;
    const answer = await moto.forward(call);
    const decrypt = decryption(call, answer);
    if (decrypt !== undefined) {
        const decision = await decide(principal, decrypt);
        if (decision.result !== "Allowed") throw denial(call, principal, decrypt, decision);
    }
    const reads = call.action === "GetObject" || call.action === "HeadObject";
    if (answer.status !== 404 || !reads || principal.kind === "operator" || call.bucket === undefined)
        return answer;
    const list = { action: "s3:ListBucket", resource: `arn:aws:s3:::${call.bucket}`, context: {} };
    if ((await decide(principal, list)).result === "Allowed") return answer;
    return errorAnswer(call, new AwsError("AccessDenied", "Access Denied", 403));
}

/**
 * DeleteObjects answers 200 and tells key by key what was refused (API reference, DeleteObjects).
 * What is allowed is deleted one by one: the caller's checksum is about a list that is not carried out as it came.
 */
export async function deleteObjects(
    call: AwsCall,
    principal: Principal,
    checks: readonly Check[],
    moto: Moto,
): Promise<Answer> {
    const decisions = await Promise.all(checks.map((check) => decide(principal, check)));
    if (decisions.every((decision) => decision.result === "Allowed")) return moto.forward(call);
    const prefix = `arn:aws:s3:::${call.bucket ?? ""}/`;
    const rows = await Promise.all(
        checks.map(async (check, index) => {
            const key = check.resource.slice(prefix.length);
            const decision = decisions[index];
            if (decision === undefined || decision.result !== "Allowed") {
                const message = decision === undefined ? "" : denialMessage(principal, check, decision);
                return element("Error", [
                    element("Key", key),
                    element("Code", "AccessDenied"),
                    element("Message", message),
                ]);
            }
            await moto.s3.send(new DeleteObjectCommand({ Bucket: call.bucket, Key: key }));
            return element("Deleted", [element("Key", key)]);
        }),
    );
    return xmlAnswer(serializeXml({ ...element("DeleteResult", rows), attributes: S3_NAMESPACE }));
}

/** An object in a listing. */
export interface ListedObject {
    readonly key: string;
    readonly size: number;
}

/** S3 with the permissions of a principal: what a step reads and writes is asked and logged as the lab's role. */
export class S3Access {
    private readonly s3: S3Client;

    private readonly principal: () => Promise<Principal>;
    private readonly calls: CallLog;
    private readonly region: string;

    constructor(moto: Moto, principal: () => Promise<Principal>, calls: CallLog, region: string) {
        this.principal = principal;
        this.calls = calls;
        this.region = region;

        this.s3 = moto.s3;
    }

    /** All objects whose key begins with the prefix. */
    async list(bucket: string, prefix: string): Promise<ListedObject[]> {
        await this.permit("ListBucket", `arn:aws:s3:::${bucket}`, { "s3:prefix": prefix });
        const found: ListedObject[] = [];
        let token: string | undefined;
        do {
            const page = await this.s3.send(
                new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            );
            for (const item of page.Contents ?? []) found.push({ key: item.Key ?? "", size: item.Size ?? 0 });
            token = page.NextContinuationToken;
        } while (token !== undefined);
        return found;
    }

    /** Content of an object. */
    async read(bucket: string, key: string): Promise<Buffer> {
        await this.permit("GetObject", `arn:aws:s3:::${bucket}/${key}`);
        const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
    }

    /** True if there is an object of that key (a HEAD, which needs the right to read it). */
    async has(bucket: string, key: string): Promise<boolean> {
        await this.permit("GetObject", `arn:aws:s3:::${bucket}/${key}`);
        try {
            await this.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
            return true;
        } catch (error) {
            if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchKey"))
                return false;
            throw error;
        }
    }

    /** Writes an object. */
    async write(bucket: string, key: string, body: Buffer): Promise<void> {
        await this.permit("PutObject", `arn:aws:s3:::${bucket}/${key}`);
        await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    }

    private async permit(
        action: string,
        resource: string,
        context: Record<string, string> = {},
    ): Promise<void> {
        const principal = await this.principal();
        const check = {
            action: `s3:${action}`,
            resource,
            context: { ...context, "aws:RequestedRegion": this.region, "aws:SecureTransport": "true" },
        };
        const decision = await decide(principal, check);
        const allowed = decision.result === "Allowed";
        this.calls.add({
            principal: principal.arn,
            service: "s3",
            action,
            resource,
            allowed,
            status: allowed ? 200 : 403,
            ...(allowed ? {} : { error: "AccessDenied" }),
        });
        if (!allowed) throw new AwsError("AccessDenied", denialMessage(principal, check, decision), 403);
    }
}
