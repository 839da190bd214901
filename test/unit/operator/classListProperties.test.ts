import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { labName } from "../../../components/names/labs.ts";
import { visible } from "../../../scripts/operator/classList/personName.ts";
import type { ListedLab } from "../../../scripts/operator/classList/labsOfList.ts";
import { encodings, read } from "./listFile.ts";
import { seed } from "./seed.ts";

const firstNames = [
    "Ada",
    "José",
    "Åsa",
    "Jean-Luc",
    "Mª Ana",
    "Zoë",
    "Bob",
    "Ing",
    "O'Neil",
    "Nome",
    "王",
    "Ωmega",
];
const lastNames = [
    "Lovelace",
    "Núñez",
    "van der Berg",
    "Öst",
    "da Silva",
    "Total",
    "Team",
    "D’Arc",
    "Mail",
    "Иванова",
];
const headers = {
    full: ["Name", "Full name", "Student", "Nome completo", "Teilnehmer", "姓名"],
    first: ["First name", "Vorname", "Prénom", "Voornaam"],
    last: ["Last name", "Nachname", "Nom de famille", "Achternaam"],
    group: ["Team", "Gruppe", "Équipe", "Grupo"],
    other: ["Nr", "E-Mail", "Curso", "Address"],
};

/** People no two of whom have one lab name, with a first and a last name each. */
const people = fc.uniqueArray(
    fc
        .tuple(fc.constantFrom(...firstNames), fc.constantFrom(...lastNames))
        .map(([first, last]) => ({ first, last, name: `${first} ${last}` })),
    { selector: ({ name }) => labName(name), minLength: 1, maxLength: 25 },
);

/** How a registrar might write a list. */
const manner = fc.record({
    separator: fc.constantFrom(",", ";", "\t"),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    encoding: fc.constantFrom(...(Object.keys(encodings) as (keyof typeof encodings)[])),
    columns: fc.constantFrom(
        "full",
        "last, first",
        "first and last",
        "last and first",
        "alone",
        "alone, last first",
    ),
    header: fc.record({
        full: fc.constantFrom(...headers.full),
        first: fc.constantFrom(...headers.first),
        last: fc.constantFrom(...headers.last),
        other: fc.constantFrom(...headers.other),
        group: fc.constantFrom(...headers.group),
    }),
    quoteAll: fc.boolean(),
    blankLines: fc.boolean(),
    otherBefore: fc.boolean(),
    lastEnd: fc.boolean(),
    teams: fc.constantFrom(0, 0, 2, 5),
});

type Manner = typeof manner extends fc.Arbitrary<infer T> ? T : never;
type Person = { readonly first: string; readonly last: string; readonly name: string };

/** Writes a list in a manner. */
function write(
    list: readonly Person[],
    how: Manner,
): { text: string; teamOf: (at: number) => number | undefined } {
    const { separator, header } = how;
    const quote = (field: string) =>
        how.quoteAll || field.includes(separator) || /["\n]/.test(field)
            ? `"${field.replace(/"/g, '""')}"`
            : field;
    const teamOf = (at: number) => (how.teams === 0 || at % 3 === 2 ? undefined : at % how.teams);
    if (how.columns.startsWith("alone")) {
        const lines = list.map(({ first, last, name }) =>
            how.columns === "alone" ? name : `${last}, ${first}`,
        );
        // "Last, First" without quotation marks needs no header; a plain list may begin with a name that is a header.
        return {
            text: ["Names", ...lines].join(how.end) + (how.lastEnd ? how.end : ""),
            teamOf: () => undefined,
        };
    }
    const names = ({ first, last, name }: Person) =>
        ({
            full: [name],
            "last, first": [`${last}, ${first}`],
            "first and last": [first, last],
            "last and first": [last, first],
        })[how.columns as "full"] ?? [];
    const top = {
        full: [header.full],
        "last, first": [header.full],
        "first and last": [header.first, header.last],
        "last and first": [header.last, header.first],
    }[how.columns as "full"];
    const other = (text: string, cells: readonly string[]) =>
        how.otherBefore ? [text, ...cells] : [...cells, text];
    const team = (text: string | undefined) => (how.teams === 0 ? [] : [text ?? ""]);
    const rows = [
        [...other(header.other, top), ...team(header.group)],
        ...list.map((person, at) => {
            const number = teamOf(at);
            const word = number === undefined ? undefined : `Team ${number}`;
            return [...other(`x${at}`, names(person)), ...team(word)];
        }),
    ].map((row) => row.map(quote).join(separator));
    const lines = how.blankLines ? rows.flatMap((row) => [row, separator]) : rows;
    return { text: lines.join(how.end) + (how.lastEnd ? how.end : ""), teamOf };
}

describe(`Reading names (SEED=${seed})`, () => {
    it("invents nobody and loses nobody, whatever separates, encodes and orders them", () =>
        fc.assert(
            fc.property(people, manner, (list, how) => {
                const { text, teamOf } = write(list, how);
                // What an encoding cannot write never was in a file of it.
                fc.pre(
                    how.encoding !== "Windows-1252" ||
                        Buffer.from(text, "latin1").toString("latin1") === text,
                );
                const found = read(encodings[how.encoding](text), { longestLabName: 56 });
                assert.ok(found.kind === "list", JSON.stringify(found));
                assert.deepEqual(found.complaints, []);
                assert.deepEqual(
                    found.labs.flatMap(({ students }) => students).sort(),
                    list.map(({ name }) => name).sort(),
                );
                for (const [at, { name }] of list.entries()) {
                    const lab: ListedLab | undefined = found.labs.find(({ students }) =>
                        students.includes(name),
                    );
                    const team = teamOf(at);
                    assert.equal(lab?.written, team === undefined ? name : `Team ${team}`);
                }
            }),
            { seed, numRuns: 400 },
        ));

    it("accounts for every line of any text, and finds in each only what is written there", () =>
        fc.assert(
            fc.property(
                fc.array(
                    fc
                        .oneof(
                            {
                                weight: 3,
                                arbitrary: fc.constantFrom(
                                    "Ada Lovelace",
                                    "Hopper, Grace",
                                    "Dr. Ana; a@x",
                                    "Name;Team",
                                    "",
                                ),
                            },
                            {
                                weight: 3,
                                arbitrary: fc
                                    .tuple(
                                        fc.constantFrom(...firstNames),
                                        fc.constantFrom(",", ";", "\t", " "),
                                        fc.constantFrom(...lastNames),
                                    )
                                    .map((parts) => parts.join("")),
                            },
                            { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
                            {
                                weight: 1,
                                arbitrary: fc.string({
                                    unit: fc.constantFrom("a", "B", ",", ";", "\t", " ", ".", "1", "@", "-"),
                                    maxLength: 10,
                                }),
                            },
                        )
                        .map((line) => line.replace(/["\r\n\0]/g, "")),
                    { maxLength: 12 },
                ),
                fc.constantFrom<readonly string[]>([], ["1"], ["2", "1"]),
                (lines, nameColumns) => {
                    const found = read(lines.join("\n"), { nameColumns });
                    if (found.kind === "question") {
                        return;
                    }
                    const whole = found.complaints.some((complaint) => complaint.lines.length === 0);
                    const told = new Set([
                        ...found.aside,
                        ...found.labs.flatMap((lab) => lab.lines),
                        ...found.complaints.flatMap((complaint) => complaint.lines),
                    ]);
                    for (const [at, line] of lines.entries()) {
                        const somebody = /[^\p{Z}\p{C},;]/u.test(line);
                        assert.ok(whole || !somebody || told.has(at + 1), `line ${at + 1} is lost: ${line}`);
                    }
                    assert.ok([...told].every((line) => line >= 1 && line <= lines.length));
                    for (const { students, lines: from } of found.labs) {
                        const written = from.map((line) => visible(lines[line - 1] ?? "")).join(" ");
                        for (const word of students.flatMap((name) => name.split(/[ ,]+/))) {
                            // East Asian names are put together from two fields.
                            assert.ok(
                                written.includes(word) || /\p{Script=Han}/u.test(word),
                                `${word} in ${written}`,
                            );
                        }
                    }
                    const names = found.labs.map(({ name }) => name);
                    assert.equal(new Set(names).size, names.length);
                },
            ),
            { seed, numRuns: 400 },
        ));

    it("is through with any bytes, however broken", () =>
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
                const found = read(bytes);
                assert.ok(found.kind === "question" || found.labs.length + found.complaints.length > 0);
            }),
            { seed, numRuns: 400 },
        ));

    it("loses nobody to a quotation mark, wherever one was forgotten", () =>
        fc.assert(
            fc.property(
                fc.array(
                    fc.tuple(
                        fc.constantFrom("", '"', '""'),
                        fc.constantFrom(...lastNames),
                        fc.constantFrom("", '"'),
                        fc.constantFrom("", '"'),
                    ),
                    { minLength: 1, maxLength: 15 },
                ),
                (rows) => {
                    const list = rows.map(
                        ([before, name, after, later], at) => `${before}${name}${after};${later}a${at}@x`,
                    );
                    const found = read(["Name;Mail", ...list].join("\n"));
                    assert.ok(found.kind === "list");
                    const told = [
                        ...found.labs.flatMap(({ lines }) => lines),
                        ...found.complaints.flatMap(({ lines }) => lines),
                    ];
                    assert.deepEqual(
                        [...new Set(told)].sort((one, other) => one - other),
                        list.map((_, at) => at + 2),
                    );
                },
            ),
            { seed, numRuns: 400 },
        ));
});
