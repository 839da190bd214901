/**
 * OpenSSH's formats for keys: public lines, fingerprints and the private key container (openssh/PROTOCOL.key).
 */
import {
    createHash,
    createPrivateKey,
    createPublicKey,
    randomBytes,
    type JsonWebKey,
    type KeyObject,
} from "node:crypto";
import ssh2 from "ssh2";

/** Curves that OpenSSH knows, by their names in a JSON web key. */
const CURVES: Readonly<Record<string, string>> = {
    "P-256": "nistp256",
    "P-384": "nistp384",
    "P-521": "nistp521",
};

/** A public key on the wire: its type and the whole blob. `undefined` for keys that OpenSSH does not know (P-224). */
export function publicBlob(key: KeyObject): { type: string; blob: Buffer } | undefined {
    const fields = publicFields(key);
    return fields && { type: fields[0]?.toString() ?? "", blob: Buffer.concat(fields.map(field)) };
}

/** A line for `authorized_keys`, without a comment. */
export function publicLine({ type, blob }: { type: string; blob: Buffer }): string {
    return `${type} ${blob.toString("base64")}\n`;
}

/** Fingerprint as 16 pairs of hexadecimal digits. */
export function fingerprintMd5(blob: Buffer): string {
    return (createHash("md5").update(blob).digest("hex").match(/../g) ?? []).join(":");
}

/** Fingerprint as `SHA256:` and unpadded base64. */
export function fingerprintSha256(blob: Buffer): string {
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** An unencrypted private key in OpenSSH's container, without a comment; `undefined` where OpenSSH knows no such key. */
export function privateContainer(key: KeyObject): string | undefined {
    const publicKey = publicFields(key);
    if (publicKey === undefined) {
        return undefined;
    }
    const check = randomBytes(4);
    const secret = [check, check, ...privateFields(key, publicKey).map(field), field(Buffer.alloc(0))];
    const block = Buffer.concat(secret);
    // Padding 1, 2, 3, ... up to the block size of "no cipher".
    const padding = Buffer.from(
        Array.from({ length: (8 - (block.length % 8)) % 8 }, (_, index) => index + 1),
    );
    const content = Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        field(Buffer.from("none")),
        field(Buffer.from("none")),
        field(Buffer.alloc(0)),
        uint32(1),
        field(Buffer.concat(publicKey.map(field))),
        field(Buffer.concat([block, padding])),
    ]);
    const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
        "\n",
    );
}

/** A private key in a form that ssh2 reads (it knows no PKCS #8); fails in Go's words, without a trace of the key. */
export function privateKeyForSsh(pem: string): string {
    const text = /-----BEGIN [A-Z0-9 ]+-----[\s\S]+?-----END [A-Z0-9 ]+-----/.exec(pem)?.[0];
    if (text === undefined) {
        throw new Error("ssh: no key found");
    }
    if (text.startsWith("-----BEGIN PRIVATE KEY-----")) {
        return privateContainer(readPkcs8(text)) ?? text;
    }
    const parsed = ssh2.utils.parseKey(text);
    if (parsed instanceof Error) {
        const encrypted = /encrypted|passphrase/i.test(parsed.message);
        throw new Error(encrypted ? "ssh: this private key is passphrase protected" : "ssh: no key found");
    }
    return text;
}

/** Type and blob of a public key line, as found in `authorized_keys`. */
export function authorizedKey(line: string): { type: string; blob: Buffer } {
    const [, type, blob] = /(?:^|\s)((?:ssh|ecdsa)-[\w@.-]+)\s+([A-Za-z0-9+/=]+)/.exec(line) ?? [];
    if (type === undefined || blob === undefined) {
        throw new Error("ssh: no key found");
    }
    return { type, blob: Buffer.from(blob, "base64") };
}

function readPkcs8(pem: string): KeyObject {
    try {
        return createPrivateKey(pem);
    } catch {
        throw new Error("ssh: no key found");
    }
}

function publicFields(key: KeyObject): Buffer[] | undefined {
    // Node exports no JSON web key for P-224, which OpenSSH does not know either.
    if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") {
        return undefined;
    }
    const jwk = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
    if (jwk.kty === "RSA") {
        return [Buffer.from("ssh-rsa"), number(jwk.e), number(jwk.n)];
    }
    if (jwk.kty === "OKP") {
        return [Buffer.from("ssh-ed25519"), bytes(jwk.x)];
    }
    const curve = CURVES[jwk.crv ?? ""];
    return curve === undefined
        ? undefined
        : [
              Buffer.from(`ecdsa-sha2-${curve}`),
              Buffer.from(curve),
              Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]),
          ];
}

/** Type, then what `ssh-agent` takes for such a key: openssh/PROTOCOL.agent, section 3.2. */
function privateFields(key: KeyObject, publicKey: readonly Buffer[]): Buffer[] {
    const jwk: JsonWebKey = key.export({ format: "jwk" });
    if (jwk.kty === "RSA") {
        const type = Buffer.from("ssh-rsa");
        return [type, ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(number)];
    }
    if (jwk.kty === "OKP") {
        return [...publicKey, Buffer.concat([bytes(jwk.d), bytes(jwk.x)])];
    }
    return [...publicKey, number(jwk.d)];
}

function bytes(base64url: string | undefined): Buffer {
    return Buffer.from(base64url ?? "", "base64url");
}

/** A positive number: no leading zeros but the one that keeps the sign bit clear. */
function number(base64url: string | undefined): Buffer {
    const digits = bytes(base64url);
    const start = digits.findIndex((digit) => digit !== 0);
    const short = start < 0 ? Buffer.alloc(0) : digits.subarray(start);
    return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short;
}

function uint32(value: number): Buffer {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32BE(value);
    return buffer;
}

function field(content: Buffer): Buffer {
    return Buffer.concat([uint32(content.length), content]);
}
