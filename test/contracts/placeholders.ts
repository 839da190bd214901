/** Turns placeholders of the recordings into what they stand for in this run, and back. */
export class Placeholders {
    private readonly values: ReadonlyMap<string, string>;

    constructor(values: ReadonlyMap<string, string>) {
        this.values = values;
    }

    /** Text for the real engine. Scripts say which resource they belong to, so that the machines' log tells. */
    concrete(text: string, id: string): string {
        let result = text.replace(/\bLOG /g, `LOG ${id} `);
        for (const [placeholder, value] of this.values) {
            result = result.replaceAll(placeholder, value);
        }
        return result;
    }

    /** Text, or anything with texts in it, as in the recordings. */
    recorded<T>(value: T, id: string): T {
        if (typeof value === "string") {
            return this.recordedText(value, id) as T;
        }
        if (Array.isArray(value)) {
            return value.map((element: unknown) => this.recorded(element, id)) as T;
        }
        if (typeof value === "object" && value !== null) {
            const entries = Object.entries(value as Record<string, unknown>);
            return Object.fromEntries(entries.map(([key, child]) => [key, this.recorded(child, id)])) as T;
        }
        return value;
    }

    private recordedText(text: string, id: string): string {
        let result = text.replaceAll(`LOG ${id} `, "LOG ");
        for (const [placeholder, value] of this.values) {
            // The display ends a key without its last newline.
            result = result.replaceAll(value, placeholder).replaceAll(value.trimEnd(), placeholder);
        }
        return result.replace(/ on \S+: no such host/, " on <RESOLVER>: no such host");
    }
}

/** How the recordings shorten a line of the display. */
export function describedLine(line: string): string {
    return line.replace(/^Unable to set '(\w+)'\. This only works[\s\S]*$/, "<ACCEPTENV WARNING $1>");
}

/** How the recordings describe outputs that differ in each run. */
export function described(name: string, value: unknown): unknown {
    if (typeof value !== "string" || value === "") {
        return value;
    }
    switch (name) {
        case "result":
            return `<${[...value].length} characters>`;
        case "bcryptHash":
            return `<bcrypt hash, ${value.length} characters, starts ${value.slice(0, 7)}>`;
        case "publicKeyFingerprintMd5":
            return /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/.test(value) ? "<16 hex pairs joined by colons>" : value;
        case "publicKeyFingerprintSha256":
            return value.replace(/^SHA256:([A-Za-z0-9+/]*)$/, (_, base64: string) => {
                return `<SHA256:base64 ${base64.length} characters>`;
            });
        case "publicKeyOpenssh":
            return describedPublicKey(value);
        case "id":
            return /^[0-9a-f]{40}$/.test(value) ? "<40 hex>" : value;
        default:
            return /^(private|public)Key/.test(name) ? describedPem(value) : value;
    }
}

/** An id of the state: `<name>` and 8 hexadecimal digits, 40 of them, or a word. */
export function describedId(id: string, name: string): unknown {
    const ownId = id.startsWith(name) && /^[0-9a-f]{8}$/.test(id.slice(name.length));
    return ownId ? "<name><8 hex>" : described("id", id);
}

function describedPem(pem: string): string {
    const lines = pem.split("\n");
    const newlines = pem.length - pem.trimEnd().length === 1 ? "one trailing newline" : "other newlines";
    const text = lines.slice(0, -1);
    // OpenSSH's form of a P384 key has one line more for every second key: its secret number then starts with a set bit.
    const count = text.length === 11 && pem.includes("OPENSSH") ? 10 : text.length;
    const longest = Math.max(...text.slice(1, -1).map((line) => line.length));
    return `<${text[0]} ... ${count} lines, longest ${longest}, ${newlines}>`;
}

function describedPublicKey(line: string): string {
    const words = line.trimEnd().split(" ");
    const newline = line.endsWith("\n") ? "True" : "False";
    return `<${words[0]} BASE64, ${words.length} words, comment ${words[2] ?? "none"}, trailing newline ${newline}>`;
}
