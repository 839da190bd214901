import { ownerOf, sdkMember, token } from "../demo/benchRecording.ts";

/** What a look-up asks. */
export interface Question {
    /** e.g. `aws:index/getRegion:getRegion` */
    readonly name: string;
    readonly args: Readonly<Record<string, unknown>>;
}

/** What look-ups answer: plain values where the program decides by them, tokens where it hands them on. */
export function answerLookUp(question: Question, region: string): Record<string, unknown> {
    const owner = ownerOf(question);
    switch (question.name) {
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return { accountId: "123456789012" };
        case "aws:index/getRegion:getRegion":
            return { region };
        case "aws:index/getPartition:getPartition":
            return { partition: "aws" };
        case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
            return { locations: [`${region}b`, `${region}a`] };
        case "aws:emr/getReleaseLabels:getReleaseLabels":
            return { releaseLabels: ["emr-7.13.0", "emr-7.12.0"] };
        case "aws:emr/getSupportedInstanceTypes:getSupportedInstanceTypes":
            return { supportedInstanceTypes: [{ type: "m5.xlarge" }, { type: "m6g.xlarge" }] };
        case "aws:iam/getRole:getRole":
            return { arn: token(owner, "arn") };
        case "aws:ssm/getParameter:getParameter":
            return { insecureValue: token(owner, "insecureValue") };
        case "aws:route53/getZone:getZone":
            return { zoneId: token(owner, "zoneId") };
        case "aws:s3/getObject:getObject":
            return { etag: token(owner, "etag") };
        case "aws:ec2/getInstances:getInstances":
            return { publicIps: [token(owner, "publicIps.0")] };
        default:
            throw new Error(`the program looks up ${question.name}: add its answer to answers.ts`);
    }
}

const propertiesByType = new Map<string, readonly string[]>();

/** Every property that the SDK's class of a resource knows, input or output. */
export function propertiesOf(type: string): readonly string[] {
    const known = propertiesByType.get(type);
    if (known !== undefined) {
        return known;
    }
    const source = sdkMember<() => void>(type).toString();
    const found = [...source.matchAll(/resourceInputs\["(\w+)"\]/g)].map(([, property = ""]) => property);
    propertiesByType.set(type, [...new Set(found)]);
    return found;
}

// What the program takes apart, so that a token would not do.
const structured: Readonly<
    Record<
        string,
        (key: string, inputs: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
    >
> = {
    "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "fd00:1234:5678::/56" }),
    "aws:ec2/instance:Instance": (key) => ({ ipv6Addresses: [token(key, "ipv6Addresses.0")] }),
    "pulumi:index:Stash": (_, { input }) => ({ output: input }),
    // Other machines have other keys.
    "command:remote:Command": (key) => ({
        stdout: `lab: host-key ssh-ed25519 ${Buffer.from(key).toString("base64")}\n`,
    }),
};

/**
 * The outputs of a resource that was made: its inputs, and a token, or what the program takes apart, for each property that was not given.
 *
 * @param key `type::name`
 */
export function outputsOf(
    type: string,
    key: string,
    inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
    const computed = propertiesOf(type).map((property) => [property, token(key, property)] as const);
    return { ...Object.fromEntries(computed), ...structured[type]?.(key, inputs), ...inputs };
}
