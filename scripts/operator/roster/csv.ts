import { stringify } from "csv-stringify/sync";
import type { RosterEntry } from "./entry.ts";
import { chooseFields, fieldValues, jsonFields, type Shown } from "./fields.ts";
import { plainText } from "./plainText.ts";

/** Names of columns: those of JSON, with one student in a row. */
export const csvFields = jsonFields.map((field) => (field === "students" ? "student" : field));

/**
 * The roster for a spreadsheet or a form letter: a row a student, so that those who share a lab have a row each, and one
 * with an empty name for a spare. UTF-8 with the mark that Excel wants, lines that end as RFC 4180 says.
 *
 * Nothing in it is a formula to a spreadsheet: a cell that begins like one gets an apostrophe, which changes what is there;
 * passwords of this program never begin so.
 *
 * @param entries labs in the order to show them
 * @param shown columns and passwords to show
 * @throws UnknownFieldError
 */
export function rosterCsv(entries: readonly RosterEntry[], shown: Shown = {}): string {
    const fields = chooseFields(shown.fields, csvFields);
    const rows = entries.flatMap((entry) => {
        const values = fieldValues(entry, shown);
        const students = entry.students.length === 0 ? [""] : entry.students;
        return students.map((student) =>
            fields.map((field) => cell(field === "student" ? student : values[field])),
        );
    });
    return stringify([[...fields], ...rows], {
        bom: true,
        escape_formulas: true,
        quoted_match: /[;\t]/,
        record_delimiter: "windows",
    });
}

// Where a spreadsheet separates by semicolons (it does in half of Europe), what stands behind one is a cell of its own.
function cell(value: unknown): string {
    return plainText(String(value)).replace(/(;\s*)(?=[-=+@＝＋－＠])/gu, "$1'");
}
