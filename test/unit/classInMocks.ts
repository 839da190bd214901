import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import program from "../../index";

/** A value that was sent to the engine as a secret. */
export interface Secret {
    readonly secret: unknown;
}

/** A resource as the program registered it. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    /** Inputs as they went over the wire; secrets are `{ secret: value }`. */
    readonly inputs: Record<string, unknown>;
    /** `type::name` of the component it belongs to. */
    readonly parent: string;
    /** `type::name` of everything that it waits for, sorted. */
    readonly dependencies: readonly string[];
    readonly ignoreChanges: readonly string[];
    readonly deletedWith: string;
    readonly additionalSecretOutputs: readonly string[];
}

/** What a run of the program in mocks came to. */
export interface ClassInMocks {
    readonly resources: readonly Registered[];
    /** The stack's outputs, resolved; secrets are plain here. */
    readonly outputs: {
        roster: Record<string, unknown>[];
        supportMachines: Record<string, unknown>[];
        classKey: string;
        readme: string;
    };
    /** True where the stack's output is a secret, by path, e.g. `roster[0].password`. */
    isSecret(path: string): Promise<boolean>;
    /** The one resource of that name and type; fails where there is none or more. `type` may be its last part. */
    the(name: string, type: string): Registered;
    ofType(type: string): readonly Registered[];
}

// The engine's mark of special values, and of secrets among them (sdk/nodejs/runtime/rpc.ts).
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

function unwrap(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(unwrap);
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const object = value as Record<string, unknown>;
    return object[signature] === secretMark
        ? { secret: unwrap(object.value) }
        : Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, unwrap(inner)]));
}

const short = (urn: string) => urn.split("::").slice(2).join("::").split("$").at(-1) ?? "";

interface RegisterRequest {
    getType(): string;
    getName(): string;
    getParent(): string;
    getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
    getDependenciesList(): string[];
    getIgnorechangesList(): string[];
    getDeletedwith(): string;
    getAdditionalsecretoutputsList(): string[];
}
let registered: Registered[] = [];
let stashed: unknown;
let noAddresses = false;

// The mock monitor hands on neither dependencies nor options, and a test of order needs them.
const monitor = MockMonitor.prototype as unknown as {
    registerResource: (this: unknown, request: RegisterRequest, callback: unknown) => Promise<void>;
    registerErrorHook?: (request: unknown, callback: (error: null, response: object) => void) => void;
};
const original = monitor.registerResource;
monitor.registerResource = function (request, callback) {
    registered.push({
        type: request.getType(),
        name: request.getName(),
        parent: short(request.getParent()),
        inputs: unwrap(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
        dependencies: request.getDependenciesList().map(short).sort(),
        ignoreChanges: request.getIgnorechangesList(),
        deletedWith: short(request.getDeletedwith()),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    return original.call(this, request, callback);
};

// Mocks know error hooks as a feature but not as a call.
monitor.registerErrorHook = (_request, callback) => callback(null, {});

const hex = (text: string) => Buffer.from(text).toString("hex").padEnd(17, "0").slice(0, 17);

/** What AWS and the other providers would answer, as far as the program looks at it. */
function computed(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
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
            return { stdout: `lab: host-key ssh-ed25519 AAAA${hex(name)}\nlab: ok\n`, stderr: "" };
        case "aws:s3/bucket:Bucket":
            return { bucket: `${name}-0123456`, arn: `arn:aws:s3:::${name}-0123456` };
        case "aws:ec2/keyPair:KeyPair":
            return { keyName: `${name}-0123456` };
        default:
            return type.startsWith("aws:iam/") && inputs.name === undefined
                ? { name: `${name}-0123456`, arn: `arn:aws:iam::123456789012:${name}-0123456` }
                : {};
    }
}

function answer(token: string, args: Record<string, unknown>): Record<string, unknown> {
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
            return { publicIps: noAddresses ? [] : [`198.18.0.${filter?.values[0]?.length}`] };
        }
        case "aws:route53/getZone:getZone":
            return { zoneId: `zone-of-${String(args.name)}` };
        case "aws:s3/getObject:getObject":
            return { etag: "etag-of-the-object" };
        default:
            throw new Error(`the program calls ${token}, which these mocks do not know`);
    }
}

/** Settings that are complete; tests add to them. */
export const settings = { students: ["Ada", "Grace"], allowedSshCidrs: ["130.88.0.0/16"] };

/**
 * Runs the whole program with Pulumi's mocks.
 *
 * @param changes settings to add to {@link settings}; `undefined` takes one away
 * @param options a preview; what the stack's state has stashed; machines that have no address
 * @throws what the program throws
 */
export async function declareClass(
    changes: Record<string, unknown> = {},
    options: { preview?: boolean; stashed?: unknown; noAddresses?: boolean } = {},
): Promise<ClassInMocks> {
    registered = [];
    stashed = options.stashed;
    noAddresses = options.noAddresses ?? false;
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                const given = inputs as Record<string, unknown>;
                return { id: `${name}-id`, state: { ...given, ...computed(type, name, given) } };
            },
            call: ({ token, inputs }) => answer(token, inputs as Record<string, unknown>),
        },
        "student-labs",
        "eu-west-1",
        options.preview ?? false,
    );
    const config = Object.entries({ ...settings, ...changes })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [
            `student-labs:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]);
    pulumi.runtime.setAllConfig(Object.fromEntries(config) as Record<string, string>);

    const outputs = await program();
    const resolve = <T>(value: pulumi.Input<T>) =>
        new Promise<pulumi.Unwrap<T>>((done) => pulumi.output(value).apply((plain) => done(plain)));
    const resolved = (await resolve(outputs)) as unknown as ClassInMocks["outputs"];
    await pulumi.runtime.disconnect();
    const resources = registered;

    const ofType = (type: string) =>
        resources.filter((one) => one.type === type || one.type.endsWith(`:${type}`));
    return {
        resources,
        outputs: resolved,
        ofType,
        the(name, type) {
            const found = ofType(type).filter((one) => one.name === name);
            if (found.length !== 1 || found[0] === undefined) {
                throw new Error(
                    `${found.length} resources ${type} ${name} among:\n${resources.map((r) => `${r.type} ${r.name}`).join("\n")}`,
                );
            }
            return found[0];
        },
        async isSecret(path) {
            const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
            const value = steps.reduce<unknown>((of, step) => (of as Record<string, unknown>)[step], outputs);
            return (
                pulumi.Output.isInstance(value) &&
                (await (value as unknown as { isSecret: Promise<boolean> }).isSecret)
            );
        },
    };
}
