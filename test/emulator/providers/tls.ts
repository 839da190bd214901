import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { asNumber, changedFromState, failure } from "./bridge.ts";
import * as openssh from "./openssh.ts";
import {
    UNKNOWN,
    type CheckFailure,
    type OperationContext,
    type Properties,
    type ProviderDefinition,
    type ResourceHandler,
    type Value,
} from "./provider.ts";

const ALGORITHMS = ["RSA", "ECDSA", "ED25519"];
const CURVES: Readonly<Record<string, string>> = {
    P224: "secp224r1",
    P256: "prime256v1",
    P384: "secp384r1",
    P521: "secp521r1",
};
const META = '{"schema_version":"1"}';

const SECRETS = ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"];
const COMPUTED = [
    ...SECRETS,
    ...["id", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256", "publicKeyOpenssh", "publicKeyPem"],
];

const generate = promisify(generateKeyPair);

/** Stand-in for the tls provider 5.6: `tls:index/privateKey:PrivateKey`. */
export const tlsProvider: ProviderDefinition = {
    name: "tls",
    version: "5.6.1",
    config: [],
    resources: { "tls:index/privateKey:PrivateKey": privateKey() },
    functions: {},
};

function privateKey(): ResourceHandler {
    return {
        inputs: ["algorithm", "ecdsaCurve", "rsaBits"],
        secretOutputs: SECRETS,
        check: (news, { name }) => ({ inputs: news, failures: problems(news, name) }),
        diff: (_id, { outputs }, news) => {
            const planned = plan(news);
            const replaces = changedFromState(outputs, planned);
            return { replaces, updates: replaces.length > 0 ? COMPUTED : [], detailed: false };
        },
        create: async (inputs, context) => {
            const planned = plan(inputs);
            if (context.preview) {
                const outputs: Properties = { ...planned };
                COMPUTED.forEach((name) => (outputs[name] = UNKNOWN));
                return { id: "", outputs };
            }
            const key = describe(await generateKey(planned, context));
            return { id: key.id, outputs: { ...planned, ...key, __meta: META } };
        },
        read: async (id, { inputs, outputs }, context) => {
            if (outputs["privateKeyPem"] === undefined) {
                const title = "Resource Import Not Implemented";
                const text =
                    "This resource does not support import. Please contact the provider developer for additional information.";
                context.log("error", `[ERROR] ${text}: ${title}`);
                throw new Error(`${title}: ${text}`);
            }
            return { id, inputs, outputs };
        },
        update: async () => {
            throw new Error("a PrivateKey is never updated: every argument replaces it");
        },
        delete: async () => undefined,
    };
}

/** The arguments with their defaults, which are there also for algorithms that have no use for them. */
function plan(inputs: Properties): Properties {
    const { algorithm, ecdsaCurve, rsaBits } = inputs;
    return { algorithm, ecdsaCurve: ecdsaCurve ?? "P224", rsaBits: asNumber(rsaBits ?? 2048) };
}

async function generateKey(planned: Properties, context: OperationContext): Promise<KeyObject> {
    const { algorithm, ecdsaCurve, rsaBits } = planned;
    switch (algorithm) {
        case "ED25519":
            return (await generate("ed25519")).privateKey;
        case "ECDSA":
            return (await generate("ec", { namedCurve: CURVES[ecdsaCurve as string] ?? "" })).privateKey;
        default:
            if (Number(rsaBits) < 1024) {
                // Go's crypto/rsa, through the provider's diagnostics.
                const title = "Unable to generate Key from configuration";
                const text = `crypto/rsa: ${Number(rsaBits)}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`;
                context.log("error", `[ERROR] ${text}: ${title}`);
                throw new Error(`${title}: ${text}`);
            }
            return (await generate("rsa", { modulusLength: Number(rsaBits) })).privateKey;
    }
}

/** Every form of a key. What OpenSSH has no form for (P224) is empty. */
function describe(key: KeyObject): { readonly id: string } & Properties {
    const pkcs8 = key.export({ type: "pkcs8", format: "pem" }).toString();
    const publicPem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
    const ssh = openssh.publicBlob(key);
    return {
        id: createHash("sha1").update(publicPem).digest("hex"),
        privateKeyOpenssh: openssh.privateContainer(key) ?? "",
        privateKeyPem: ownFormat(key) ?? pkcs8,
        privateKeyPemPkcs8: pkcs8,
        publicKeyFingerprintMd5: ssh === undefined ? "" : openssh.fingerprintMd5(ssh.blob),
        publicKeyFingerprintSha256: ssh === undefined ? "" : openssh.fingerprintSha256(ssh.blob),
        publicKeyOpenssh: ssh === undefined ? "" : openssh.publicLine(ssh),
        publicKeyPem: publicPem,
    };
}

/** The algorithm's own PEM; ED25519 has none. */
function ownFormat(key: KeyObject): string | undefined {
    switch (key.asymmetricKeyType) {
        case "rsa":
            return key.export({ type: "pkcs1", format: "pem" }).toString();
        case "ec":
            return key.export({ type: "sec1", format: "pem" }).toString();
        default:
            return undefined;
    }
}

function problems(news: Properties, name: string): CheckFailure[] {
    const { algorithm, ecdsaCurve } = news;
    if (algorithm === undefined) {
        return [
            failure(
                "Missing required property 'algorithm': Name of the algorithm to use when generating the private key. " +
                    "Currently-supported values are: `RSA`, `ECDSA`, `ED25519`.",
            ),
        ];
    }
    return [
        ...oneOf(algorithm, ALGORITHMS, "algorithm", `${name}.algorithm`),
        ...oneOf(ecdsaCurve, Object.keys(CURVES), "ecdsa_curve", `${name}.ecdsaCurve`),
    ];
}

function oneOf(value: Value, allowed: readonly string[], attribute: string, path: string): CheckFailure[] {
    if (value === undefined || value === UNKNOWN || (typeof value === "string" && allowed.includes(value))) {
        return [];
    }
    const choice = allowed.map((word) => `"${word}"`).join(" ");
    const got = `Attribute ${attribute} value must be one of: [${choice}], got: ${JSON.stringify(value)}`;
    return [failure(`Invalid Attribute Value Match. ${got}. Examine values at '${path}'.`)];
}
