import type { Columns, NameColumns } from "./columns.ts";
import { type Complaint, lineWords, shorten } from "./complaint.ts";
import { cleanFields, type NameChange, sameNameKey, visible } from "./personName.ts";
import { isBlank, type Row, type Separator } from "./rows.ts";

/** Somebody of the list, before anything is known of labs. */
export interface Student {
    readonly name: string;
    /** As it is written; `undefined` where the student is in no group. */
    readonly group: string | undefined;
    /** Lines that name the student, the first one first. */
    readonly lines: readonly number[];
    /** What the line says besides name and group that only this student has, e.g. an e-mail address; "" = not said. */
    readonly identity: readonly string[];
}

/** Everybody of a list. Every line with something in it is in one of the two. */
export interface Students {
    readonly students: readonly Student[];
    readonly complaints: readonly Complaint[];
    /** Lines of names that were changed, by what was done. */
    readonly changed: ReadonlyMap<NameChange, readonly number[]>;
}

const cellsAt = (row: Row, columns: readonly number[]) => columns.map((column) => row.cells[column] ?? "");

/** True where a quotation mark may have swallowed other lines: a field over several lines with whole records in it. */
function mayHaveSwallowed({ cells }: Row, { count, identity }: Columns, separator: Separator): boolean {
    return cells.some(
        (cell, at) =>
            cell.includes("\n") &&
            (identity.includes(at) ||
                cell.split("\n").some((line) => line.split(separator ?? "\n").length >= count)),
    );
}

function readRow(
    row: Row,
    { columns, names, group, separator }: Reading,
): { student: Student; changes: readonly NameChange[] } | Complaint {
    const complain = (written: string, message: string, mend: string): Complaint => ({
        lines: row.raw.split("\n").map((_, index) => row.line + index),
        written: shorten(written),
        message,
        mend,
    });
    if (!row.cells.slice(columns.count).every(isBlank)) {
        return complain(
            row.raw,
            `has ${row.cells.findLastIndex((cell) => !isBlank(cell)) + 1} fields where the others have ${columns.count}`,
            `Put quotation marks round a field that has the separator in it: "Lovelace, Ada".`,
        );
    }
    if (mayHaveSwallowed(row, columns, separator)) {
        return complain(
            row.raw,
            "goes over several lines, in which there may be other students",
            "Close the quotation mark where it belongs, or write the field on one line.",
        );
    }
    const fields = { first: cellsAt(row, names.first), last: cellsAt(row, names.last) };
    if ([...fields.first, ...fields.last].every(isBlank)) {
        return complain(row.raw, "has no name", "Write the student's name, or take the line out.");
    }
    const name = cleanFields(fields.first, fields.last);
    if (name.kind === "no name") {
        return complain([...fields.first, ...fields.last].join(" "), name.message, name.mend);
    }
    const team = group === undefined ? "" : visible(row.cells[group] ?? "");
    return {
        student: {
            name: name.name,
            group: team === "" ? undefined : team,
            lines: [row.line],
            identity: cellsAt(row, columns.identity).map((cell) => visible(cell).toLowerCase()),
        },
        changes: name.changes,
    };
}

/** What two lines of the same name say of whether they are one person. */
function compare(one: Student, other: Student): "same" | "different" | "unknown" {
    const said = one.identity.map((value, index) => [value, other.identity[index] ?? ""] as const);
    const both = said.filter(([first, second]) => first !== "" && second !== "");
    if (both.some(([first, second]) => first !== second)) {
        return "different";
    }
    return both.length > 0 ? "same" : "unknown";
}

/** What is read of each row. */
export interface Reading {
    readonly columns: Columns;
    /** Columns with the names. */
    readonly names: NameColumns;
    /** Column with the groups; `undefined` = there are none. */
    readonly group: number | undefined;
    readonly separator: Separator;
}

/**
 * Everybody of a list: the same person twice is one, and a name twice of which nobody can tell is a complaint.
 *
 * @param rows what is below the header
 */
export function readStudents(rows: readonly Row[], reading: Reading): Students {
    const byName = new Map<string, Student[]>();
    const complaints: Complaint[] = [];
    const changed = new Map<NameChange, number[]>();
    for (const row of rows) {
        const read = readRow(row, reading);
        if ("message" in read) {
            complaints.push(read);
            continue;
        }
        const { student, changes } = read;
        const namesakes = byName.get(sameNameKey(student.name)) ?? [];
        byName.set(sameNameKey(student.name), namesakes);
        const twin = namesakes.find((one) => compare(one, student) !== "different");
        const complain = (message: string, mend: string) =>
            complaints.push({ lines: [row.line], written: student.name, message, mend });
        if (twin === undefined) {
            namesakes.push(student);
        } else if (compare(twin, student) === "unknown") {
            complain(
                `is on ${lineWords(twin.lines)} already`,
                "Take one of the lines out, or, where they are two people, add an initial to one of the names.",
            );
            continue;
        } else if (
            twin.group !== undefined &&
            student.group !== undefined &&
            sameNameKey(twin.group) !== sameNameKey(student.group)
        ) {
            complain(
                `is in ${student.group} here and in ${twin.group} on ${lineWords(twin.lines)}`,
                "A student has one lab: take one of the lines out.",
            );
            continue;
        } else {
            namesakes[namesakes.indexOf(twin)] = {
                ...twin,
                group: twin.group ?? student.group,
                lines: [...twin.lines, row.line],
                identity: twin.identity.map((value, index) => value || (student.identity[index] ?? "")),
            };
        }
        for (const change of changes) {
            changed.set(change, [...(changed.get(change) ?? []), row.line]);
        }
    }
    const students = [...byName.values()]
        .flat()
        .sort((one, other) => (one.lines[0] ?? 0) - (other.lines[0] ?? 0));
    return { students, complaints, changed };
}
