/**
 * Values as they travel between the engine and a provider: protobuf structs with signatures for what JSON lacks
 * (unknowns, secrets, assets, text that is not UTF-8), and the plain values of provider.ts.
 */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { UNKNOWN, type Asset, type Properties, type Value } from "./provider.ts";

// Constants of the protocol, sdk/go/common/resource/sig/sig.go and plugin/rpc.go of the engine.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const BYTES = "803fd3297a5875dc03ca845dda5d2a98";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<string> = new Set([
    UNKNOWN_TEXT,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // list
    "030794c1-ac77-496b-92df-f27374a8bd58", // asset
    "e48ece36-62e2-4504-bad9-02848725956a", // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Text that is not UTF-8, which the engine stores as bytes. */
export interface Bytes {
    readonly [SIGNATURE]: typeof BYTES;
    readonly value: string;
}

/** Which parts of a value are secret: the whole (`true`), or some of its children. */
export type Secrets = true | { readonly [key: string]: Secrets };

/** A value from the wire: plain, and beside it what was marked as a secret. */
export interface Received {
    readonly values: Properties;
    readonly secrets: Readonly<Record<string, Secrets>>;
}

/** A struct as sent by google-protobuf: JSON. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The value that stands for bytes which are no valid UTF-8 text. */
export function bytes(content: Buffer): Value {
    return { [SIGNATURE]: BYTES, value: content.toString("base64") };
}

/** Text of a process: a string, or bytes where it is no UTF-8. */
export function text(content: Buffer): Value {
    const decoded = content.toString("utf8");
    return Buffer.from(decoded, "utf8").equals(content) ? decoded : bytes(content);
}

/** The content of a value made by {@link text}. */
export function bytesOf(value: Value): Buffer {
    if (typeof value === "string") {
        return Buffer.from(value, "utf8");
    }
    const { value: content } = (value ?? {}) as { value?: Value };
    return Buffer.from(typeof content === "string" ? content : "", "base64");
}

/** Reads a struct of the engine. A missing struct is an empty one. */
export function receive(message: struct.Struct | undefined): Received {
    const json = message?.toJavaScript() ?? {};
    const values: Properties = {};
    const secrets: Record<string, Secrets> = {};
    for (const [key, value] of Object.entries(json)) {
        const [plain, secret] = decode(value);
        values[key] = plain;
        if (secret !== undefined) {
            secrets[key] = secret;
        }
    }
    return { values, secrets };
}

/**
 * Writes a struct for the engine, marking as secret what `secrets` names and what is there at all. An output that is not
 * known yet is not marked, an input (`markUnknown`) is: so do the real providers, and the display of a preview differs.
 */
export function send(
    values: Properties,
    secrets: Readonly<Record<string, Secrets>> = {},
    markUnknown = false,
): struct.Struct {
    const json: { [key: string]: Json } = {};
    for (const [key, value] of Object.entries(values)) {
        const encoded = encode(value, secrets[key], markUnknown);
        if (encoded !== undefined) {
            json[key] = encoded;
        }
    }
    return struct.Struct.fromJavaScript(json);
}

/** Secrets of both, for outputs that repeat inputs. */
export function mergeSecrets(
    one: Readonly<Record<string, Secrets>>,
    names: readonly string[] | undefined,
): Record<string, Secrets> {
    return { ...one, ...Object.fromEntries((names ?? []).map((name) => [name, true as const])) };
}

/** The same properties without those that are not set. */
export function withoutUndefined(values: Properties): Properties {
    return Object.fromEntries(
        Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
    );
}

/** True if the value is, or contains, something that a preview does not know. */
export function containsUnknown(value: Value): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some(containsUnknown);
    }
    return (
        typeof value === "object" &&
        value !== null &&
        Object.values(value as Properties).some(containsUnknown)
    );
}

/** True for an asset or archive as the engine hands it over. */
export function isAsset(value: Value): value is Asset {
    return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        (value["kind" as never] === "asset" || value["kind" as never] === "archive") &&
        typeof value["hash" as never] === "string"
    );
}

function decode(json: Json): [Value, Secrets | undefined] {
    if (typeof json === "string" && UNKNOWNS.has(json)) {
        return [UNKNOWN, undefined];
    }
    if (Array.isArray(json)) {
        return decodeChildren(
            json.map((value, index) => [String(index), value]),
            true,
        );
    }
    if (typeof json !== "object" || json === null) {
        return [json, undefined];
    }
    switch (json[SIGNATURE]) {
        case undefined:
            return decodeChildren(Object.entries(json), false);
        case SECRET:
            return [decode(json["value"] ?? null)[0], true];
        case ASSET:
        case ARCHIVE:
            return [decodeAsset(json), undefined];
        case BYTES:
            return [json, undefined];
        case RESOURCE:
            return [decode(json["id"] ?? json["urn"] ?? null)[0], undefined];
        default:
            throw new Error(`the engine sent a value with the signature ${JSON.stringify(json[SIGNATURE])}`);
    }
}

function decodeChildren(entries: [string, Json][], list: boolean): [Value, Secrets | undefined] {
    const secrets: Record<string, Secrets> = {};
    const decoded = entries.map(([key, value]): [string, Value] => {
        const [plain, secret] = decode(value);
        if (secret !== undefined) {
            secrets[key] = secret;
        }
        return [key, plain];
    });
    const value = list ? decoded.map(([, child]) => child) : Object.fromEntries(decoded);
    return [value, Object.keys(secrets).length > 0 ? secrets : undefined];
}

function decodeAsset(json: { [key: string]: Json }): Asset {
    if (json["assets"] !== undefined) {
        throw new Error("the pocket cloud's stand-ins do not implement archives made of other assets");
    }
    const field = (name: string): string | undefined =>
        typeof json[name] === "string" && json[name] !== "" ? json[name] : undefined;
    return {
        kind: json[SIGNATURE] === ASSET ? "asset" : "archive",
        path: field("path"),
        // An empty text is an asset too, told apart by the two other fields.
        text: field("text") ?? (field("path") === undefined && field("uri") === undefined ? "" : undefined),
        uri: field("uri"),
        hash: field("hash") ?? "",
    };
}

function encode(value: Value, secret: Secrets | undefined, markUnknown = false): Json | undefined {
    const plain = encodePlain(value, secret === true ? undefined : secret);
    if (secret !== true || plain === undefined || (plain === UNKNOWN_TEXT && !markUnknown)) {
        return plain;
    }
    return { [SIGNATURE]: SECRET, value: plain };
}

function encodePlain(
    value: Value,
    secrets: { readonly [key: string]: Secrets } | undefined,
): Json | undefined {
    if (value === UNKNOWN) {
        return UNKNOWN_TEXT;
    }
    if (value === undefined || value === null || typeof value !== "object") {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map((child, index) => encode(child, secrets?.[String(index)]) ?? null);
    }
    if (isAsset(value)) {
        return encodeAsset(value);
    }
    const json: { [key: string]: Json } = {};
    for (const [key, child] of Object.entries(value)) {
        const encoded = encode(child, secrets?.[key]);
        if (encoded !== undefined) {
            json[key] = encoded;
        }
    }
    return json;
}

function encodeAsset(asset: Asset): Json {
    const json: { [key: string]: Json } = {
        [SIGNATURE]: asset.kind === "asset" ? ASSET : ARCHIVE,
        hash: asset.hash,
    };
    for (const name of ["path", "text", "uri"] as const) {
        if (asset[name] !== undefined) {
            json[name] = asset[name];
        }
    }
    return json;
}
