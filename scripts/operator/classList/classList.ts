import { type Columns, findColumns, isEmail, looksLikeName, type NameColumns } from "./columns.ts";
import type { Complaint } from "./complaint.ts";
import { plainHeader, roleOf } from "./headerWords.ts";
import { labsOfList, type ListedLab } from "./labsOfList.ts";
import { notesOf } from "./notes.ts";
import { visible } from "./personName.ts";
import type { Row } from "./rows.ts";
import { splitList } from "./separator.ts";
import { readStudents } from "./students.ts";
import { decodeText } from "./text.ts";

/** What the teacher says about a list. */
export interface ClassListOptions {
    /** Columns with the names, by header or by number from 1: the whole name, or first and last name in this order. */
    readonly nameColumns?: readonly string[];
    /** Column with the groups, by header or number; `false` = groups are left aside; by default found by its header. */
    readonly groupColumn?: string | false;
    /** Longest name of a lab, in characters: the least of all stacks. */
    readonly longestLabName: number;
}

/** A column, for the teacher to choose from. */
export interface ColumnOffer {
    /** From 1; what `--column` takes. */
    readonly number: number;
    /** "" where the list has no header. */
    readonly header: string;
    /** The first values in it. */
    readonly examples: readonly string[];
}

/** A list that was read. It may be used where there are no complaints. */
export interface ReadList {
    readonly kind: "list";
    /** In the order of the list. Every line with something in it is in a lab, or in a complaint. */
    readonly labs: readonly ListedLab[];
    /** All of them, in the order of the lines. */
    readonly complaints: readonly Complaint[];
    /** Lines that are no students: title and header. */
    readonly aside: readonly number[];
    /** What was understood, for the teacher to see that it was understood right. Sentences. */
    readonly notes: readonly string[];
}

/** A list of which nobody but the teacher can say which column is meant. */
export interface ColumnQuestion {
    readonly kind: "question";
    readonly about: "names" | "groups";
    /** Why it is asked, a sentence. */
    readonly reason: string;
    readonly columns: readonly ColumnOffer[];
}

export type ClassList = ReadList | ColumnQuestion;

/** Place of a column that the teacher named; `undefined` where there is none like that. */
function placeOf(wanted: string, header: readonly string[], count: number): number | undefined {
    const at = header.findIndex(
        (cell) => plainHeader(cell) === plainHeader(wanted) && plainHeader(cell) !== "",
    );
    const number = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    return at >= 0 ? at : number >= 0 && number < count ? number : undefined;
}

const refused = (...complaints: readonly Complaint[]): ReadList => ({
    kind: "list",
    labs: [],
    complaints,
    aside: [],
    notes: [],
});

/** Asks which column is meant. */
function ask(
    about: ColumnQuestion["about"],
    reason: string,
    header: readonly string[],
    body: readonly Row[],
    count: number,
): ColumnQuestion {
    const columns = Array.from({ length: count }, (_, at): ColumnOffer => {
        const values = body.map(({ cells }) => visible(cells[at] ?? "")).filter((value) => value !== "");
        return {
            number: at + 1,
            header: visible(header[at] ?? ""),
            examples: [...new Set(values)].slice(0, 3),
        };
    });
    return { kind: "question", about, reason, columns };
}

interface Choice {
    readonly names: NameColumns;
    /** `undefined` = there are no groups. */
    readonly group: number | undefined;
}

/** Which columns are read: those that the teacher named, else those that were found. */
function choose(
    { nameColumns = [], groupColumn }: ClassListOptions,
    columns: Columns,
    header: readonly string[],
    body: readonly Row[],
): Choice | ColumnQuestion {
    const question = (about: ColumnQuestion["about"], reason: string) =>
        ask(about, reason, header, body, columns.count);
    const places = nameColumns.map((wanted) => placeOf(wanted, header, columns.count));
    const missing = nameColumns.filter((_, index) => places[index] === undefined);
    if (missing.length > 0) {
        return question("names", `There is no column ${missing.join(", ")}.`);
    }
    const [first, ...last] = places.filter((place) => place !== undefined);
    const names = first === undefined ? columns.names : { first: [first], last };
    if (names === undefined) {
        return question(
            "names",
            columns.headerAt === undefined
                ? "The list has no header, and more than one column, or none, that could be the names."
                : "The header does not say which column has the names.",
        );
    }
    if (groupColumn === false) {
        return { names, group: undefined };
    }
    if (groupColumn !== undefined) {
        const group = placeOf(groupColumn, header, columns.count);
        return group === undefined
            ? question("groups", `There is no column ${groupColumn}.`)
            : { names, group };
    }
    const groups = columns.groups.filter((at) => !names.first.includes(at) && !names.last.includes(at));
    return groups.length > 1
        ? question("groups", "More than one column could be the groups.")
        : { names, group: groups[0] };
}

/**
 * Reads who is in a class from a registrar's CSV, or from a text with a name a line.
 *
 * Nothing is invented and nothing is lost: every line with something in it is a student of a lab, or is named by a
 * complaint or, for title and header, by a note.
 *
 * @param bytes the whole file
 * @param options what the teacher says about it
 */
export function readClassList(bytes: Uint8Array, options: ClassListOptions): ClassList {
    const decoded = decodeText(bytes);
    if (decoded.kind === "no text") {
        return refused(decoded.complaint);
    }
    const { rows, complaints: unread, separator } = splitList(decoded.text);
    const wanted = [...(options.nameColumns ?? []), options.groupColumn || ""].filter(
        (column) => column !== "" && !/^\d+$/.test(column),
    );
    const columns = findColumns(rows, wanted);
    const start = columns.headerAt === undefined ? 0 : columns.headerAt + 1;
    const headerRow = rows[start - 1];
    const header = headerRow?.cells ?? [];
    // Reports that were printed page by page repeat it.
    const again = rows.slice(start).filter(({ raw }) => headerRow !== undefined && raw === headerRow.raw);
    const aside = [...rows.slice(0, start), ...again];
    const body = rows.slice(start).filter((row) => !again.includes(row));
    const chosen = choose(options, columns, header, body);
    if ("kind" in chosen) {
        const [only, ...others] = body;
        const oneLine = columns.headerAt === undefined && others.length === 0;
        return only !== undefined && oneLine && only.cells.every(looksLikeName)
            ? refused(...unread, {
                  lines: [only.line],
                  written: "",
                  message: "is the only line, and has several names",
                  mend: "Write each name on a line of its own.",
              })
            : chosen;
    }
    const addresses = body.filter((row) => {
        const [cell = "", ...more] = [...chosen.names.first, ...chosen.names.last].map(
            (at) => row.cells[at] ?? "",
        );
        return more.length === 0 && isEmail(cell);
    });
    if (addresses.length > 1 && addresses.length === body.length) {
        return refused(...unread, {
            lines: addresses.map(({ line }) => line),
            written: "",
            message: "have e-mail addresses and no names",
            mend: "Ask for a list with names, or name the column that has them (--column).",
        });
    }
    const read = readStudents(body, { columns, separator, ...chosen });
    const teamWord = chosen.group === undefined ? undefined : firstWord(header[chosen.group]);
    const labs = labsOfList(read.students, teamWord, options.longestLabName);
    const complaints = [...unread, ...read.complaints, ...labs.complaints];
    if (body.length === 0 && complaints.length === 0) {
        complaints.push({
            lines: [],
            written: "",
            message: "has a header and no students",
            mend: "Write the names below it.",
        });
    }
    return {
        kind: "list",
        labs: labs.labs,
        complaints: complaints.sort((one, other) => (one.lines[0] ?? 0) - (other.lines[0] ?? 0)),
        aside: aside.map(({ line }) => line),
        notes: notesOf({
            encoding: decoded.encoding,
            header,
            count: columns.count,
            ...chosen,
            aside,
            students: read,
            labs,
        }),
    };
}

/** What groups are called, of a header that says it: "Team" of "Team name". */
function firstWord(header: string | undefined): string | undefined {
    const word = visible(header ?? "").split(/[\s_-]/u)[0];
    return word === "" || word === undefined || roleOf(header ?? "") !== "group" ? undefined : word;
}
