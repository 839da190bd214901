import { CsvError, parse } from "csv-parse/sync";
import { type Complaint, shorten } from "./complaint.ts";

/** What stands between the columns; `undefined` = nothing does, a line is one field. */
export type Separator = "," | ";" | "\t" | undefined;

/** A record of the file that has something in it. */
export interface Row {
    /** Line where it starts, counted from 1. */
    readonly line: number;
    /** Fields, without quotation marks, otherwise as they are written. */
    readonly cells: readonly string[];
    /** The record as it stands in the file, without the end of its line. */
    readonly raw: string;
}

/** The records of a file, and those that could not be told from each other. */
export interface Rows {
    readonly rows: readonly Row[];
    readonly complaints: readonly Complaint[];
}

/** True for a field with nothing to see in it. */
export function isBlank(cell: string): boolean {
    return /^[\p{Z}\p{C}]*$/u.test(cell);
}

interface Parsed {
    readonly raw: string;
    readonly record: readonly string[];
}

function options(separator: Separator, relaxed: boolean) {
    return {
        // Without a separator, one that no text has: U+001F separates units.
        delimiter: separator ?? "\u001f",
        record_delimiter: "\n",
        // `Smith "Bob" Robert` is a name, not a fault.
        relax_quotes: relaxed,
        relax_column_count: true,
        max_record_size: 0,
        raw: true,
        // A quotation mark after `, ` still begins a field. Not with tabs, which would be taken for such space.
        ltrim: separator !== "\t",
    } as const;
}

// Records that are read at a time: after a faulty one, reading begins anew behind it.
const batch = 50;

/** The first records of a text, up to a quotation mark that nothing closes. */
function firstRecords(text: string, separator: Separator): { parsed: readonly Parsed[]; faulty: boolean } {
    try {
        const records: unknown = parse(text, { ...options(separator, true), to: batch });
        return { parsed: records as readonly Parsed[], faulty: false };
    } catch (error) {
        if (error instanceof CsvError && error.code === "CSV_QUOTE_NOT_CLOSED") {
            const raw: unknown = error["raw"];
            const rest = typeof raw === "string" && raw !== "" && text.endsWith(raw) ? raw : text;
            const before = text.slice(0, text.length - rest.length);
            return { parsed: before === "" ? [] : firstRecords(before, separator).parsed, faulty: true };
        }
        throw error;
    }
}

/** True for a record whose quotation marks are all where they belong. */
function wellQuoted(raw: string, separator: Separator): boolean {
    try {
        parse(raw, options(separator, false));
        return true;
    } catch {
        return false;
    }
}

const lineCount = (raw: string) => raw.split("\n").length - 1;

/**
 * Splits a text into records and fields.
 *
 * A quotation mark that is never closed, or by chance by one many lines below, would swallow the students between. So such
 * a line becomes a complaint, and reading goes on with the next line.
 *
 * @param text lines end in `\n`
 * @param separator what stands between the fields
 */
export function readRows(text: string, separator: Separator): Rows {
    const rows: Row[] = [];
    const complaints: Complaint[] = [];
    let line = 1;
    let rest = text.endsWith("\n") ? text : `${text}\n`;
    const skipFaultyLine = (from: string) => {
        const end = from.indexOf("\n");
        complaints.push({
            lines: [line],
            written: shorten(from.slice(0, end)),
            message: "has a quotation mark that is not closed where it should be",
            mend: 'Close it, or take it out: "Lovelace, Ada".',
        });
        line += 1;
        return from.slice(end + 1);
    };
    while (rest !== "") {
        const { parsed, faulty } = firstRecords(rest, separator);
        let read = 0;
        let swallowed = false;
        for (const { raw, record } of parsed) {
            const ended = raw.endsWith("\n") ? raw : `${raw}\n`;
            if (lineCount(ended) > 1 && !wellQuoted(ended, separator)) {
                swallowed = true;
                break;
            }
            if (!record.every(isBlank)) {
                rows.push({ line, cells: record, raw: raw.replace(/\n$/, "") });
            }
            line += lineCount(ended);
            read += raw.length;
        }
        rest = rest.slice(read);
        // Never twice at the same place.
        if (swallowed || faulty || (read === 0 && rest !== "")) {
            rest = skipFaultyLine(rest);
        }
    }
    return { rows, complaints };
}
