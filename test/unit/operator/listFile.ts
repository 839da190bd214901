import {
    type ClassList,
    readClassList,
    type ReadList,
} from "../../../scripts/operator/classList/classList.ts";
import { complaintText } from "../../../scripts/operator/classList/complaint.ts";

/** Encodings of class lists, by what a spreadsheet calls them. */
export const encodings = {
    "UTF-8": (text: string) => Buffer.from(text, "utf8"),
    "UTF-8 with a mark": (text: string) => Buffer.from(`\uFEFF${text}`, "utf8"),
    "UTF-16 LE": (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le"),
    "UTF-16 BE": (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    "Windows-1252": (text: string) => Buffer.from(text, "latin1"),
} as const;

type Told = Omit<Parameters<typeof readClassList>[1], "longestLabName"> & {
    readonly longestLabName?: number;
};

/** Reads a list, UTF-8 where it is a text. */
export function read(list: string | Uint8Array, told: Told = {}): ClassList {
    const bytes = typeof list === "string" ? Buffer.from(list, "utf8") : list;
    return readClassList(bytes, { longestLabName: 30, ...told });
}

/** Reads a list of which nothing needs to be asked. */
export function readAll(list: string | Uint8Array, told: Told = {}): ReadList {
    const found = read(list, told);
    if (found.kind !== "list") {
        throw new Error(`asks: ${JSON.stringify(found)}`);
    }
    return found;
}

/** Lab names and students of a list without a complaint. */
export function labsIn(list: string | Uint8Array, told: Told = {}): Record<string, readonly string[]> {
    const { labs, complaints } = readAll(list, told);
    if (complaints.length > 0) {
        throw new Error(complaints.map((complaint) => complaintText(complaint, "list.csv")).join("\n"));
    }
    return Object.fromEntries(labs.map(({ name, students }) => [name, students]));
}

/** The complaints about a list, as the teacher sees them. */
export function complaintsAbout(list: string | Uint8Array, told: Told = {}): readonly string[] {
    return readAll(list, told).complaints.map((complaint) => complaintText(complaint, "list.csv"));
}

/** Names of all students of a list, in its order. */
export function namesIn(list: string | Uint8Array, told: Told = {}): readonly string[] {
    return Object.values(labsIn(list, told)).flat();
}
