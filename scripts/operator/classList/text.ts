import type { Complaint } from "./complaint.ts";

/** How the bytes of a file were read. */
export type Encoding = "UTF-8" | "UTF-16" | "Windows-1252";

/** The text of a file. */
export interface Text {
    readonly kind: "text";
    /** Lines end in `\n`, whatever the file has; as many lines as an editor shows. No byte order mark. */
    readonly text: string;
    readonly encoding: Encoding;
}

/** A file that has no text to read. */
export interface NoText {
    readonly kind: "no text";
    readonly complaint: Complaint;
}

const asCsv = "Save it as CSV (UTF-8) and give that file.";

// First bytes of files that spreadsheets and offices write, "List of file signatures".
const signatures: readonly (readonly [bytes: readonly number[], message: string, mend: string])[] = [
    [[0x50, 0x4b, 0x03, 0x04], "is a workbook or an archive, not a text", asCsv],
    [[0xd0, 0xcf, 0x11, 0xe0], "is an old Excel workbook, not a text", asCsv],
    [[0x25, 0x50, 0x44, 0x46], "is a PDF, not a text", "Ask the registrar for the list as CSV."],
    [[0x7b, 0x5c, 0x72, 0x74, 0x66], "is rich text, not plain text", "Save it as plain text (UTF-8)."],
];

const begins = (bytes: Uint8Array, start: readonly number[]) =>
    start.every((byte, index) => bytes[index] === byte);

const complain = (message: string, mend: string): NoText => ({
    kind: "no text",
    complaint: { lines: [], written: "", message, mend },
});

/** UTF-16 without a mark: in a list of names most characters are Latin, or at least the separators and line ends are. */
function unmarkedUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
    const start = bytes.subarray(0, 4096);
    const zeros = [0, 0];
    start.forEach((byte, index) => {
        zeros[index % 2] = (zeros[index % 2] ?? 0) + (byte === 0 ? 1 : 0);
    });
    const [even = 0, odd = 0] = zeros;
    if (bytes.length % 2 !== 0 || even + odd < start.length / 10) {
        return undefined;
    }
    return odd > 10 * even ? "utf-16le" : even > 10 * odd ? "utf-16be" : undefined;
}

function decode(bytes: Uint8Array): { text: string; encoding: Encoding } {
    const utf16 = begins(bytes, [0xff, 0xfe])
        ? "utf-16le"
        : begins(bytes, [0xfe, 0xff])
          ? "utf-16be"
          : unmarkedUtf16(bytes);
    if (utf16 !== undefined) {
        return { text: new TextDecoder(utf16).decode(bytes), encoding: "UTF-16" };
    }
    try {
        return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
    } catch {
        // What Excel writes in western Europe and the Americas; Latin-1 is a part of it. That it may be another one of
        // the old encodings is the reason why the teacher is shown what became of the letters.
        return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
    }
}

/**
 * Reads the bytes of a class list: UTF-8 with or without a byte order mark, UTF-16, else Windows-1252.
 *
 * @param bytes the whole file
 */
export function decodeText(bytes: Uint8Array): Text | NoText {
    const found = signatures.find(([start]) => begins(bytes, start));
    if (found !== undefined) {
        return complain(found[1], found[2]);
    }
    const { text, encoding } = decode(bytes);
    if (encoding !== "UTF-16" && text.includes("\0")) {
        return complain("has bytes that are no text", asCsv);
    }
    const lines = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
    return lines.trim() === ""
        ? complain("is empty", "Write the names, each on a line of its own.")
        : { kind: "text", text: lines, encoding };
}
