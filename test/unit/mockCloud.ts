import { createHash } from "node:crypto";

/** What a run of the program finds in the cloud of the mocks, where it is not what every test has. */
export interface MockCloud {
    /** Output of the stash of cluster shapes, as an earlier run of the program left it. */
    readonly stashed?: unknown;
    /** Releases of EMR that the region has, where not those of every test. */
    readonly releases?: readonly string[];
    /** The account has used Spot before, unless this is false. */
    readonly usedSpot?: boolean;
    /** No machine has a public address. */
    readonly noAddresses?: boolean;
    /** Machines are so new that EC2 does not list them yet. */
    readonly notListed?: boolean;
    /** What bootstrap prints before its last lines, by the command's name. */
    readonly said?: Readonly<Record<string, string>>;
    /** What S3 says of the object that is the course archive; text is the error of the look-up. */
    readonly object?: string | Readonly<Record<string, unknown>>;
    /** AWS's words by the resource that fails, e.g. `{ "Instance ada-machine-instance": "no capacity" }`. */
    readonly fails?: Readonly<Record<string, string>>;
}

/** The part of an address, key or id that tells one from another. */
export const digest = (text: string, length: number): string =>
    createHash("sha256").update(text).digest("hex").slice(0, length);

/** The public address of a machine, by the resource's name. */
export const addressOf = (machine: string): string =>
    `18.${digest(`${machine}-id`, 6)
        .match(/../g)
        ?.map((byte) => parseInt(byte, 16))
        .join(".")}`;

/** The address in every machine's own outputs: as it was when the machine was made. */
export const ownAddress = "203.0.113.7";

/** The host key of a machine, by the name of its key's resource. */
export const hostKeyOf = (key: string): string => `ssh-ed25519 public-of-${key}`;

/** The fingerprint of a machine's host key, by the name of its key's resource. */
export const fingerprintOf = (key: string): string => `SHA256:${digest(key, 20)}`;

/** The address of a machine within the class's network, by the resource's name. */
export const privateAddressOf = (machine: string): string => `10.20.0.${parseInt(digest(machine, 2), 16)}`;

/** What AWS and the other providers would answer, as far as the program looks at it. */
export function computed(
    { stashed, said }: MockCloud,
    type: string,
    name: string,
    inputs: Record<string, unknown>,
): Record<string, unknown> {
    switch (type) {
        case "random:index/randomPassword:RandomPassword":
            return { result: `password-of-${name}` };
        case "random:index/randomId:RandomId":
            return { hex: "c1a55e5d" };
        case "tls:index/privateKey:PrivateKey":
            return {
                privateKeyOpenssh: `private-openssh-of-${name}`,
                privateKeyPem: `private-pem-of-${name}`,
                publicKeyOpenssh: `${hostKeyOf(name)}\n`,
                publicKeyFingerprintSha256: fingerprintOf(name),
            };
        case "aws:ec2/instance:Instance":
            return { ipv6Addresses: ["fd00::1"], privateIp: privateAddressOf(name), publicIp: ownAddress };
        case "aws:iam/accessKey:AccessKey":
            return { secret: `secret-of-${name}` };
        case "pulumi:index:Stash":
            return { output: (name === "classroom-cluster-shape" ? stashed : undefined) ?? inputs.input };
        case "aws:ec2/vpc:Vpc":
            return { ipv6CidrBlock: "fd00:1234:5678::/56" };
        case "command:remote:Command":
            return { stdout: `${said?.[name] ?? ""}lab: ok\n`, stderr: "" };
        case "aws:s3/bucket:Bucket":
            return { bucket: `${name}-0123456`, arn: `arn:aws:s3:::${name}-0123456` };
        case "aws:scheduler/scheduleGroup:ScheduleGroup":
            return {
                name: `${name}-0123456`,
                arn: `arn:aws:scheduler:eu-west-1:123456789012:schedule-group/${name}-0123456`,
            };
        case "aws:ec2/keyPair:KeyPair":
            return { keyName: `${name}-0123456` };
        default:
            return type.startsWith("aws:iam/") && inputs.name === undefined
                ? { name: `${name}-0123456`, arn: `arn:aws:iam::123456789012:${name}-0123456` }
                : {};
    }
}

/** Releases of EMR that the region has. */
const mockReleases = ["emr-7.13.0", "emr-7.12.0", "emr-7.9.0", "emr-6.15.0", "emr-spark-8.0.0"];
/** Types that EMR takes for any of them. EC2 offers more. */
const emrTypes = ["m4.large", "m5.xlarge", "m5.2xlarge", "m6g.xlarge", "r7g.xlarge", "r7g.2xlarge"];

/** What look-ups answer. */
export function answer(
    { noAddresses, notListed, object, releases = mockReleases, usedSpot = true }: MockCloud,
    token: string,
    args: Record<string, unknown>,
): Record<string, unknown> {
    switch (token) {
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return { accountId: "123456789012" };
        case "aws:index/getRegion:getRegion":
            return { region: "eu-west-1" };
        case "aws:index/getPartition:getPartition":
            return { partition: "aws" };
        case "aws:ssm/getParameter:getParameter":
            return { insecureValue: String(args.name).includes("arm64") ? "ami-arm" : "ami-intel" };
        case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
            return { locations: ["eu-west-1b", "eu-west-1a"] };
        case "aws:emr/getReleaseLabels:getReleaseLabels":
            return { releaseLabels: releases };
        case "aws:emr/getSupportedInstanceTypes:getSupportedInstanceTypes":
            if (!releases.includes(String(args.releaseLabel))) {
                throw Object.assign(new Error(), { details: "The supplied release label is invalid" });
            }
            return { supportedInstanceTypes: emrTypes.map((type) => ({ type })) };
        case "aws:iam/getRole:getRole":
            if (!usedSpot) {
                throw Object.assign(new Error(), {
                    details: `reading IAM Role (${String(args.name)}): couldn't find resource`,
                });
            }
            return { arn: `arn:aws:iam::123456789012:role/aws-service-role/${String(args.name)}` };
        case "aws:ec2/getInstances:getInstances": {
            const [filter] = args.filters as { values: string[] }[];
            const id = filter?.values[0] ?? "";
            if (notListed === true) return { ids: [], publicIps: [] };
            return { ids: [id], publicIps: noAddresses === true ? [] : [addressOf(id.replace(/-id$/, ""))] };
        }
        case "aws:route53/getZone:getZone":
            if (String(args.name).startsWith("missing.")) {
                // As gRPC hands on what the engine says.
                throw Object.assign(new Error(), { details: "no matching Route 53 Hosted Zone found" });
            }
            return { zoneId: `zone-of-${String(args.name)}` };
        case "aws:s3/getObject:getObject":
            if (typeof object === "string") {
                throw Object.assign(new Error(), { details: object });
            }
            return { etag: "etag-of-the-object", storageClass: "STANDARD", sseKmsKeyId: "", ...object };
        default:
            throw new Error(`the program calls ${token}, which these mocks do not know`);
    }
}
