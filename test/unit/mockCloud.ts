import { createHash } from "node:crypto";

/** What a run of the program finds in the cloud of the mocks, where it is not what every test has. */
export interface MockCloud {
    /** Output of the stash of cluster shapes, as an earlier run of the program left it. */
    readonly stashed?: unknown;
    /** No machine has a public address. */
    readonly noAddresses?: boolean;
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

/** The host key that bootstrap finds on a machine, by the resource's name. */
export const hostKeyOf = (bootstrap: string): string => `ssh-ed25519 AAAA${digest(bootstrap, 20)}`;

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
        case "tls:index/privateKey:PrivateKey":
            return {
                privateKeyOpenssh: `private-openssh-of-${name}`,
                privateKeyPem: `private-pem-of-${name}`,
                publicKeyOpenssh: `ssh-ed25519 public-of-${name}\n`,
            };
        case "aws:ec2/instance:Instance":
            return { ipv6Addresses: ["fd00::1"] };
        case "aws:iam/accessKey:AccessKey":
            return { secret: `secret-of-${name}` };
        case "pulumi:index:Stash":
            return { output: stashed ?? inputs.input };
        case "aws:ec2/vpc:Vpc":
            return { ipv6CidrBlock: "fd00:1234:5678::/56" };
        case "command:remote:Command":
            return {
                stdout: `${said?.[name] ?? ""}lab: host-key ${hostKeyOf(name)}\nlab: ok\n`,
                stderr: "",
            };
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

/** What look-ups answer. */
export function answer(
    { noAddresses, object }: MockCloud,
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
        case "aws:ec2/getInstances:getInstances": {
            const [filter] = args.filters as { values: string[] }[];
            const machine = (filter?.values[0] ?? "").replace(/-id$/, "");
            return { publicIps: noAddresses === true ? [] : [addressOf(machine)] };
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
