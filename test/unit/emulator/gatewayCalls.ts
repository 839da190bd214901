/** Calls for the gateway's unit tests, made as clients make them. */
import { parseRequest, type AwsCall, type RawRequest } from "../../emulator/gateway/request.ts";

/** Authorization header of a call; the gateway does not verify signatures. */
export function signedBy(accessKey: string, service: string, region = "eu-west-1"): string {
    const scope = `${accessKey}/20261122/${region}/${service}/aws4_request`;
    return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
}

/** A request as the gateway receives it, parsed. */
export function received(
    service: string,
    raw: Partial<RawRequest> & { headers?: Record<string, string> },
): AwsCall {
    return parseRequest(
        {
            method: raw.method ?? "POST",
            url: raw.url ?? "/",
            headers: { authorization: signedBy("AKIATEST", service), ...raw.headers },
            body: raw.body ?? Buffer.alloc(0),
        },
        "eu-west-1",
    );
}

/** A call of a JSON service. */
export function jsonCall(service: string, target: string, input: unknown): AwsCall {
    return received(service, {
        headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
        body: Buffer.from(JSON.stringify(input)),
    });
}

/** A call of a service with forms. */
export function formCall(service: string, fields: Record<string, string>): AwsCall {
    return received(service, { body: Buffer.from(new URLSearchParams(fields).toString()) });
}

/** A call of S3. */
export function s3Call(
    method: string,
    url: string,
    headers: Record<string, string> = {},
    body = "",
): AwsCall {
    return received("s3", { method, url, headers, body: Buffer.from(body) });
}
