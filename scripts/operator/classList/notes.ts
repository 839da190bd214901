import type { NameColumns } from "./columns.ts";
import { lineWords } from "./complaint.ts";
import type { ListedLabs } from "./labsOfList.ts";
import { type NameChange, visible } from "./personName.ts";
import type { Row } from "./rows.ts";
import type { Students } from "./students.ts";
import type { Encoding } from "./text.ts";

const changeWords: Readonly<Record<NameChange, string>> = {
    title: "Titles and degrees were left out",
    "last name first": 'Read as "Last, First" and turned round',
    number: "Numbers and bullets before names were left out",
    "invisible characters": "Characters that nobody sees were left out",
    "e-mail address": "E-mail addresses behind names were left out",
};

/** What was understood of a list. */
export interface Understood {
    readonly encoding: Encoding;
    /** Empty where there is none. */
    readonly header: readonly string[];
    /** Number of columns. */
    readonly count: number;
    readonly names: NameColumns;
    /** Column of the groups. */
    readonly group: number | undefined;
    /** Title and header. */
    readonly aside: readonly Row[];
    readonly students: Students;
    readonly labs: ListedLabs;
}

/** What was understood of a list, in sentences for the teacher to see that it was understood right. */
export function notesOf({ encoding, header, count, names, group, aside, ...read }: Understood): string[] {
    const { students, changed } = read.students;
    const { labs, shortened, spelled } = read.labs;
    const called = (at: number) => {
        const title = visible(header[at] ?? "");
        return title === "" ? `column ${at + 1}` : `"${title}"`;
    };
    const beyondAscii = students.map(({ name }) => name).filter((name) => /[^\x20-\x7e]/.test(name));
    const twice = students.filter(({ lines }) => lines.length > 1);
    const teams = labs.filter((lab) => lab.students.length > 1 || lab.written !== lab.students[0]);
    const largest = Math.max(0, ...teams.map((team) => team.students.length));
    const unread = Array.from({ length: count }, (_, at) => at).filter(
        (at) => ![...names.first, ...names.last, group].includes(at),
    );
    return [
        count > 1 && `Names are read from ${[...names.first, ...names.last].map(called).join(" and ")}.`,
        group !== undefined && teams.length > 0 && `Groups are read from ${called(group)}: each is one lab.`,
        largest > 8 &&
            `The largest group has ${largest} students, who would share one lab. If these are sections, not teams, leave groups aside (--no-groups).`,
        unread.length > 0 && `Not read: ${unread.map(called).join(", ")}.`,
        aside.length > 0 && `No students: ${lineWords(aside.map(({ line }) => line))} (title or header).`,
        encoding === "Windows-1252" &&
            beyondAscii.length > 0 &&
            `The file is not UTF-8 and was read as Windows-1252. Look whether the letters are right: ${beyondAscii.slice(0, 3).join(", ")}.`,
        ...[...changed].map(([change, lines]) => `${changeWords[change]}: ${lineWords(lines)}.`),
        ...twice.map(({ name, lines }) => `${name} is on ${lineWords(lines)}, the same person: one student.`),
        ...shortened.map(({ students: [name = ""], name: lab }) => `The lab of ${name} is called ${lab}.`),
        ...[...spelled].map(([written, ways]) => `${ways.join(", ")} are one group: ${written}.`),
    ].filter((note) => note !== false);
}
