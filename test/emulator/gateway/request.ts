/**
 * What a HTTP request asks of AWS: who (access key), where (region), which service and action, with which parameters.
 *
 * Only path-style S3 addresses are understood; hosts and SDKs are configured with the gateway's address as endpoint,
 * for which they use path style or are told to.
 */
import type { IncomingHttpHeaders } from "node:http";
import { flatten, parseObject, type JsonObject } from "./json.ts";
import { schedulerAction, route53Action } from "./rest.ts";
import { s3Action, splitS3Path } from "./s3Actions.ts";

/** How a service talks. */
export type Protocol = "json" | "query" | "ec2" | "s3" | "rest-json" | "rest-xml";

/** One call of the AWS API. */
export interface AwsCall {
    /** Short name as AWS SDKs use it: `emr`, `ec2`, `s3`, `iam`, ... */
    readonly service: string;
    /** Prefix of the service's IAM actions: `elasticmapreduce` for EMR, else mostly the same. */
    readonly iamPrefix: string;
    readonly protocol: Protocol;
    readonly region: string;
    /** API operation, e.g. `RunJobFlow`, `ListObjectsV2`. */
    readonly action: string;
    /** `undefined` for a request that is not signed. */
    readonly accessKey: string | undefined;
    readonly sessionToken: string | undefined;
    /** All parameters by dotted path, whatever the protocol: `InstanceId.1`, `Instances.Ec2SubnetId`, `Bucket`. */
    readonly params: Readonly<Record<string, string>>;
    /** Body of a JSON call. */
    readonly input: JsonObject;
    readonly bucket: string | undefined;
    readonly key: string | undefined;
    readonly method: string;
    /** Path with query, as it came. */
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
}

/** A request as it came over the wire. */
export interface RawRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
}

interface Scope {
    readonly accessKey: string;
    readonly region: string;
    readonly service: string;
}

/** Access key, region and service of `Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request`. */
export function parseCredentialScope(authorization: string): Scope | undefined {
    const match = /Credential=([^/,\s]+)\/\d{8}\/([^/]*)\/([^/]+)\/aws4_request/.exec(authorization);
    const [, accessKey, region, service] = match ?? [];
    return accessKey === undefined || region === undefined || service === undefined
        ? undefined
        : { accessKey, region, service };
}

const SHORT_NAMES: Record<string, string> = { elasticmapreduce: "emr" };
const PROTOCOLS: Record<string, Protocol> = {
    ec2: "ec2",
    s3: "s3",
    emr: "json",
    ssm: "json",
    iam: "query",
    sts: "query",
    scheduler: "rest-json",
    route53: "rest-xml",
};

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
}

/** Form fields of a query or EC2 call. */
export function parseForm(body: string): Record<string, string> {
    return Object.fromEntries(new URLSearchParams(body));
}

/** Reads a request; what is not signed is taken for anonymous S3, as AWS's endpoints would at best allow. */
export function parseRequest(raw: RawRequest, defaultRegion: string): AwsCall {
    const url = new URL(raw.url, "http://gateway");
    const presigned = url.searchParams.get("X-Amz-Credential");
    const scope =
        parseCredentialScope(header(raw.headers, "authorization") ?? "") ??
        (presigned === null ? undefined : parseCredentialScope(`Credential=${presigned}`));
    const signingName = scope?.service ?? "s3";
    const service = SHORT_NAMES[signingName] ?? signingName;
    const target = header(raw.headers, "x-amz-target");
    const protocol = PROTOCOLS[service] ?? (target === undefined ? "query" : "json");
    const form = protocol === "query" || protocol === "ec2" ? parseForm(raw.body.toString("utf8")) : {};
    const query = Object.fromEntries(url.searchParams);
    const input =
        protocol === "json" || protocol === "rest-json" ? (parseObject(raw.body.toString("utf8")) ?? {}) : {};
    const { bucket, key } =
        protocol === "s3" ? splitS3Path(url.pathname) : { bucket: undefined, key: undefined };

    let action: string;
    let params: Record<string, string> = { ...query, ...form };
    switch (protocol) {
        case "json":
            action = target?.split(".").pop() ?? "";
            params = flatten(input);
            break;
        case "s3":
            action = s3Action(raw.method, url.searchParams, raw.headers, bucket, key);
            if (bucket !== undefined) params["Bucket"] = bucket;
            if (key !== undefined) params["Key"] = key;
            break;
        case "rest-json":
            ({ action, params } = schedulerAction(raw.method, url.pathname, { ...query, ...flatten(input) }));
            break;
        case "rest-xml":
            ({ action, params } = route53Action(raw.method, url.pathname, params));
            break;
        default:
            action = params["Action"] ?? "";
    }
    return {
        service,
        iamPrefix: signingName,
        protocol,
        region: scope?.region === undefined || scope.region === "" ? defaultRegion : scope.region,
        action,
        accessKey: scope?.accessKey,
        sessionToken: header(raw.headers, "x-amz-security-token") ?? params["X-Amz-Security-Token"],
        params,
        input,
        bucket,
        key,
        method: raw.method,
        url: raw.url,
        headers: raw.headers,
        body: raw.body,
    };
}
