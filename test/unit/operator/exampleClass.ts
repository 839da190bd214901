import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { planLabs } from "../../../components/names/labs.ts";
import type { RosterEntry } from "../../../scripts/operator/roster/entry.ts";
import { readHostKey } from "../../../scripts/operator/roster/hostKey.ts";

const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
};

/** A host key of nobody: the same for the same name. */
export function exampleHostKey(name: string): string {
    const seed = createHash("sha256").update(`example ${name}`).digest();
    // PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410, section 7).
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const jwk = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" })).export({
        format: "jwk",
    });
    const blob = Buffer.concat([
        field(Buffer.from("ssh-ed25519")),
        field(Buffer.from(String(jwk.x), "base64url")),
    ]);
    return `ssh-ed25519 ${blob.toString("base64")}`;
}

/** A password of nobody in the form that the program makes: the same for the same name. */
export function examplePassword(name: string): string {
    const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    const bytes = createHash("sha256").update(`password ${name}`).digest();
    return Array.from({ length: 14 }, (_, at) => alphabet[(bytes[at] ?? 0) % alphabet.length]).join("");
}

/** One lab of an example class, reached at an address that is kept for examples (RFC 5737, RFC 3849). */
export function exampleEntry(
    lab: string,
    students: readonly string[],
    other: Partial<RosterEntry> = {},
): RosterEntry {
    const number = createHash("sha256").update(lab).digest().readUInt16BE();
    const hostKey = exampleHostKey(lab);
    return {
        stack: "eu-west-1",
        region: "eu-west-1",
        lab,
        students,
        dnsName: "",
        address: `203.0.113.${number % 256}`,
        ipv6: `2001:db8::${number.toString(16)}`,
        port: 22,
        user: "ubuntu",
        password: examplePassword(lab),
        hostKey,
        hostKeyFingerprint: readHostKey(hostKey)?.fingerprint ?? "",
        clusterId: "j-EXAMPLE",
        problem: "",
        ...other,
    };
}

/** Names in eight scripts that the fonts show. */
export const namesInEightScripts: readonly string[] = [
    "João Conceição", "王小明", "محمد الأمين", "Ελένη Παπαδοπούλου", "Олександр Шевченко", "अनन्या शर्मा", "やまだ たろう", "カタリナ タナカ",
    "Trần Thị Hoa", "Łukasz Żółć", "Grace Hopper", "Ada Lovelace", "Þórdís Ævarsdóttir", "Gülşah Çağlayan", "李雷", "山田 太郎",
    "فاطمة الزهراء", "Дмитрий Иванович Менделеев", "आर्यभट श्रीनिवासन्", "Σοφία Γεωργίου", "María José Núñez Ángel", "Ngô Bảo Châu",
]; // prettier-ignore

/** Names that none of the fonts shows: Hebrew, Thai, Korean, Tamil, Georgian, and one with a picture in it. */
export const namesWithoutFont: readonly string[] = [
    "שלום כהן",
    "สมชาย ใจดี",
    "김민준",
    "தமிழ்செல்வி",
    "ნინო ბერიძე",
    "Ada 🚀",
];

/** The longest names that the settings allow, 80 characters, each hard in its own way. */
export const longestNames: readonly string[] = [
    "Maximiliane-Friederike Alexandra Charlotte von und zu Beispielhausen-Musterstadt",
    "W".repeat(80),
    "王".repeat(80),
    "محمد عبد الرحمن بن عبد الله ".repeat(3).slice(0, 79).trim(),
    "Ω".repeat(40) + " " + "Щ".repeat(39),
];

/** An example class of any size, with groups, spares and every kind of address. */
export function exampleClass(students: number): RosterEntry[] {
    const pool = [...namesInEightScripts, ...namesWithoutFont, ...longestNames];
    return Array.from({ length: students }, (_, at) => {
        const student = pool[at % pool.length] ?? "";
        const [lab] = planLabs({ students: [student], groups: [], studentCount: 0, spares: 0 });
        const name = `${(lab?.name ?? "lab").slice(0, 24).replace(/-$/, "")}-${at + 1}`;
        const kinds: readonly Partial<RosterEntry>[] = [
            {},
            { port: 443 },
            { address: "", ipv6: "2001:db8:a1b2:c3d4:e5f6:1234:5678:9abc" },
            { dnsName: `${name}.eu-west-1.labs.university.edu` },
            {
                dnsName: `${name}.eu-west-1.${"a-rather-long-department.".repeat(5)}university.edu`,
                port: 2222,
            },
        ];
        return exampleEntry(name, [student], kinds[at % 5]);
    });
}
