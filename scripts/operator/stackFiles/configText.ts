import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from "yaml";

/** A value that Pulumi encrypts: a map of nothing but `secure`. */
class Secure {}

const secure = new Secure();

/** A value of the configuration, as Pulumi hands it to the program. */
export type ConfigText =
    /** Text as it is, numbers and booleans as JSON writes them, lists and maps as JSON. */
    | { readonly kind: "text"; readonly text: string }
    /** It, or a part of it, is encrypted. */
    | { readonly kind: "encrypted" };

// What Go's yaml.v3 takes for a moment, and Pulumi for text in Go's own form of it (`time.Time.String()`).
const moment =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?)?$/;

function momentText(source: string): string | undefined {
    const [whole, year, month = "", day = "", hour = "0", minute = "0", second = "0", zone] =
        moment.exec(source) ?? [];
    if (whole === undefined || (/[Tt]/.test(source) && zone === undefined)) {
        return undefined;
    }
    const two = (part: string) => part.padStart(2, "0");
    const offset =
        zone === undefined || zone === "Z"
            ? "+0000 UTC"
            : `${zone.replace(":", "")} ${zone.replace(":", "")}`;
    return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)} ${offset}`;
}

/** An unquoted word as Go's yaml.v3 reads it, where that is not what YAML 1.2 makes of it; `undefined` elsewhere. */
function goWord(source: string): string | number | undefined {
    const [, sign = "", digits = ""] = /^([-+]?)(0[0-7_]+|0b[01_]+|\d[\d_]*_[\d_]*)$/.exec(source) ?? [];
    if (digits !== "") {
        const plain = digits.replace(/_/g, "");
        const octal = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain;
        return Number(`${sign === "-" ? "-" : ""}1`) * Number(octal);
    }
    return momentText(source);
}

function goScalar(value: unknown, source: string | undefined, plain: boolean): unknown {
    return (plain && source !== undefined ? goWord(source) : undefined) ?? value;
}

/** The pairs of a map, those of maps that are merged into it (`<<`) included. */
export function pairsOf(map: YAMLMap, document: Document): ReadonlyMap<string, Node | null> {
    const own = new Map<string, Node | null>();
    const merged = new Map<string, Node | null>();
    for (const { key, value } of map.items) {
        const name: unknown = isScalar(key) ? key.value : key;
        const node = isNode(value) ? value : null;
        if (typeof name !== "symbol" && name !== "<<") {
            own.set(String(name), node);
            continue;
        }
        const sources = isSeq(node) ? node.items : [node];
        for (const source of sources) {
            const from = isAlias(source) ? source.resolve(document) : source;
            for (const [inherited, its] of isMap(from) ? pairsOf(from, document) : []) {
                merged.set(inherited, merged.get(inherited) ?? its);
            }
        }
    }
    return new Map([...merged, ...own]);
}

/** A node as Go sees it: with its numbers and moments, and encrypted values told from maps. */
function goValue(node: unknown, document: Document): unknown {
    if (isAlias(node)) {
        return goValue(node.resolve(document), document);
    }
    if (isScalar(node)) {
        return goScalar(node.value, node.source, node.type === "PLAIN" && node.tag === undefined);
    }
    if (isSeq(node)) {
        return node.items.map((item) => goValue(item, document));
    }
    if (isMap(node)) {
        const pairs = [...pairsOf(node, document)].map(
            ([key, value]) => [key, goValue(value, document)] as const,
        );
        const [[key, value] = [], ...others] = pairs;
        return key === "secure" && typeof value === "string" && others.length === 0
            ? secure
            : Object.fromEntries(pairs);
    }
    return null;
}

function holdsSecure(value: unknown): boolean {
    return (
        value instanceof Secure ||
        (typeof value === "object" && value !== null && Object.values(value).some(holdsSecure))
    );
}

/**
 * A value of the configuration as Pulumi hands it to the program, and as `checkSettings` takes it.
 *
 * Source: the engine's `sdk/go/common/resource/config` (object.go, `MarshalString`; plaintext.go, `marshalText`), and
 * yaml.v3's `resolve`: unquoted moments, octal and binary numbers and underscores are not what they are in YAML 1.2.
 */
export function configText(node: Node | null, document: Document): ConfigText {
    const value = goValue(node, document);
    if (holdsSecure(value)) {
        return { kind: "encrypted" };
    }
    // The engine says of a key without a value that it treats it as an empty text.
    const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    return { kind: "text", text };
}
