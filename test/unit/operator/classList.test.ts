import { strict as assert } from "node:assert";
import { complaintsAbout, encodings, labsIn, namesIn, read, readAll } from "./listFile.ts";

describe("A class list", () => {
    it("is a text with a name a line", () =>
        assert.deepEqual(labsIn("Ada Lovelace\n\n  Grace Hopper \n王小明"), {
            "ada-lovelace": ["Ada Lovelace"],
            "grace-hopper": ["Grace Hopper"],
            wangxiaoming: ["王小明"],
        }));

    for (const [encoding, encode] of Object.entries(encodings)) {
        for (const end of ["\n", "\r\n", "\r"]) {
            it(`is read in ${encoding}, lines ending in ${JSON.stringify(end)}`, () =>
                assert.deepEqual(
                    namesIn(encode(["Nome;Email", "José Núñez;j@x.pt", "Åsa Öst;a@x.se"].join(end))),
                    ["José Núñez", "Åsa Öst"],
                ));
        }
    }

    it("says how it read letters that are not UTF-8", () =>
        assert.deepEqual(readAll(Buffer.from("José\nAda\n", "latin1")).notes, [
            "The file is not UTF-8 and was read as Windows-1252. Look whether the letters are right: José.",
        ]));

    it("may come from a spreadsheet that says what separates its fields", () =>
        assert.deepEqual(labsIn("sep=;\nName;Team\nAda;3\n"), { "team-3": ["Ada"] }));

    it("has lines that are counted as an editor does", () =>
        assert.deepEqual(complaintsAbout('sep=;\r\nName;Adresse\r\nAda;"Gasse 1\r\nWien"\r\n\r\n;Graz\r\n'), [
            'line 6: ";Graz" has no name. Write the student\'s name, or take the line out.',
        ]));

    it("may stand below a title", () => {
        const list = readAll("Big Data;;\nSummer 2027;;\n;;\nNr;Name;Note\n1;Ada;\n2;Grace;\n");
        assert.deepEqual(list.aside, [1, 2, 4]);
        assert.deepEqual(
            list.labs.map(({ lines }) => lines),
            [[5], [6]],
        );
    });

    it("may have its header on every page", () =>
        assert.deepEqual(namesIn("Name,Mail\nAda,a@x\nName,Mail\nBob,b@x\n"), ["Ada", "Bob"]));

    for (const [what, bytes, said] of [
        [
            "a workbook",
            "PK\u0003\u0004",
            "is a workbook or an archive, not a text. Save it as CSV (UTF-8) and give that file.",
        ],
        ["a PDF", "%PDF-1.7", "is a PDF, not a text. Ask the registrar for the list as CSV."],
        ["nothing", " \n\n", "is empty. Write the names, each on a line of its own."],
        ["zeros", "Ada\0\n", "has bytes that are no text. Save it as CSV (UTF-8) and give that file."],
        ["a header alone", "Name;Mail\n", "has a header and no students. Write the names below it."],
    ] as const) {
        it(`is not ${what}`, () =>
            assert.deepEqual(complaintsAbout(Buffer.from(bytes, "latin1")), [`list.csv: ${said}`]));
    }

    it("of one line with several names is complained about", () =>
        assert.deepEqual(complaintsAbout("ada, grace, alan"), [
            "line 1: is the only line, and has several names. Write each name on a line of its own.",
        ]));

    it("without names is complained about once", () =>
        assert.deepEqual(complaintsAbout("ada@uni.edu\ngrace@uni.edu\n"), [
            "lines 1 and 2: have e-mail addresses and no names. Ask for a list with names, or name the column that has them (--column).",
        ]));
});

describe("Columns of a class list", () => {
    for (const [what, list, names] of [
        ["Canvas", 'Student,ID,SIS Login ID,Section\n"Lovelace, Ada",7,al,BD 1\n', ["Ada Lovelace"]],
        ["Moodle", 'First name,"Last name",Email address\nAda,Lovelace,a@x\n', ["Ada Lovelace"]],
        ["a German one", "Name;Vorname;Matrikelnummer\nLovelace;Ada;42\n", ["Ada Lovelace"]],
        ["a German one in one field", 'Nr;"Name, Vorname"\n1;"Lovelace, Ada"\n', ["Ada Lovelace"]],
        ["a French one", "NOM;PRÉNOM\nLovelace;Ada\n", ["Ada Lovelace"]],
        [
            "a Spanish one",
            "Nombre;Primer apellido;Segundo apellido\nJosé;Núñez;Silva\n",
            ["José Núñez Silva"],
        ],
        ["a Portuguese one", "Nº de aluno;Nome;Apelido\n1;João;Silva\n", ["João Silva"]],
        ["an Italian one", "Cognome;Nome\nRossi;Anna\n", ["Anna Rossi"]],
        [
            "a Dutch one",
            "Voornaam;Tussenvoegsel;Achternaam\nJan;van der;Berg\nPiet;;Smit\n",
            ["Jan van der Berg", "Piet Smit"],
        ],
        ["a Chinese one", "学号,姓,名\n1,王,小明\n", ["王小明"]],
        ["one with titles apart", "Anrede;Titel;Vorname;Nachname\nFrau;Dr.;Ada;Lovelace\n", ["Ada Lovelace"]],
        [
            "one without a header",
            "1\tAda Lovelace\ta@x\n2\tGrace Hopper\tg@x\n",
            ["Ada Lovelace", "Grace Hopper"],
        ],
        [
            "Last, First without a header",
            "Lovelace, Ada\nHopper, Grace\nMadonna\n",
            ["Ada Lovelace", "Grace Hopper", "Madonna"],
        ],
    ] as const) {
        it(`are found in ${what}`, () => assert.deepEqual(namesIn(list), names));
    }

    it("are asked for where no header says which has the names", () =>
        assert.deepEqual(read("Nimetus;Kurssi;Sposti\nAda;Big Data;a@x\nGrace;Big Data;g@x\n"), {
            kind: "question",
            about: "names",
            reason: "The header does not say which column has the names.",
            columns: [
                { number: 1, header: "Nimetus", examples: ["Ada", "Grace"] },
                { number: 2, header: "Kurssi", examples: ["Big Data"] },
                { number: 3, header: "Sposti", examples: ["a@x", "g@x"] },
            ],
        }));

    for (const [what, list] of [
        ["two could be", "Ada;Lovelace\nGrace;Hopper\n"],
        ["two are called so", "Name;Name\nAda;Big Data\n"],
        ["the only one with words repeats them", "1;Physics\n2;Physics\n3;Physics\n"],
        ["groups may stand behind the comma", "Ada, Red\nGrace, Red\nAlan, Blue\nEmmy, Blue\n"],
    ] as const) {
        it(`are asked for where ${what}`, () => {
            const found = read(list);
            assert.deepEqual([found.kind, "about" in found && found.about], ["question", "names"]);
        });
    }

    it("are asked for again where there is none like the one that was named", () =>
        assert.deepEqual(read("Name;Mail\nAda;a@x\n", { nameColumns: ["Nmae", "7"] }), {
            kind: "question",
            about: "names",
            reason: "There is no column Nmae, 7.",
            columns: [
                { number: 1, header: "Name", examples: ["Ada"] },
                { number: 2, header: "Mail", examples: ["a@x"] },
            ],
        }));

    it("are taken as the teacher names them, by number or header, first name before last name", () => {
        assert.deepEqual(namesIn("Ada;Lovelace\nGrace;Hopper\n", { nameColumns: ["1", "2"] }), [
            "Ada Lovelace",
            "Grace Hopper",
        ]);
        assert.deepEqual(namesIn("Sukua;Etua\nLovelace;Ada\n", { nameColumns: ["etua", "sukua"] }), [
            "Ada Lovelace",
        ]);
    });

    it("with groups are asked for where there are several", () => {
        const list = "Name;Team;Group\nAda;1;Monday\n";
        const found = read(list);
        assert.deepEqual([found.kind, "about" in found && found.about], ["question", "groups"]);
        assert.deepEqual(labsIn(list, { groupColumn: "team" }), { "team-1": ["Ada"] });
        assert.deepEqual(labsIn(list, { groupColumn: false }), { ada: ["Ada"] });
    });

    it("that are not read are named", () =>
        assert.deepEqual(readAll("Nr;Name;Mail\n1;Ada;a@x\n").notes, [
            'Names are read from "Name".',
            'Not read: "Nr", "Mail".',
            "No students: line 1 (title or header).",
        ]));
});

describe("Lines of a class list", () => {
    it("are each complained about, all at once, with number and mend", () =>
        assert.deepEqual(
            complaintsAbout(
                [
                    "Name,Mail",
                    "Lovelace, Ada,a@x",
                    ",g@x",
                    "=SUM(A1),",
                    "Total 23,",
                    "JosÃ©,j@x",
                    "1234,",
                    "Dr.,",
                ].join("\n"),
            ),
            [
                'line 2: "Lovelace, Ada,a@x" has 3 fields where the others have 2. Put quotation marks round a field that has the separator in it: "Lovelace, Ada".',
                'line 3: ",g@x" has no name. Write the student\'s name, or take the line out.',
                'line 4: "=SUM(A1)" has = in it, which no name has. Write the name alone, or take the line out.',
                'line 5: "Total 23" is a total, not a student. Take the line out.',
                'line 6: "JosÃ©" was saved in the wrong encoding once before. Save the file as UTF-8 (in a spreadsheet: CSV UTF-8).',
                'line 7: "1234" is no name. Write the student\'s name, or take the line out.',
                'line 8: "Dr." is a title without a name. Write the student\'s name, or take the line out.',
            ],
        ));

    it("with a quotation mark that is not closed swallow no student below", () => {
        const list = readAll('Name;Mail\n"Ada;a@x\nGrace;g@x\n"Alan";t@x\n"Emmy;e@x\nKurt;k@x\n');
        assert.deepEqual(
            list.labs.map(({ name }) => name),
            ["grace", "alan", "kurt"],
        );
        assert.deepEqual(
            list.complaints.map(({ lines, message }) => [lines, message]),
            [
                [[2], "has a quotation mark that is not closed where it should be"],
                [[5], "has a quotation mark that is not closed where it should be"],
            ],
        );
    });

    it("may go over several lines inside quotation marks", () =>
        assert.deepEqual(namesIn('Name;Adresse\n"Ada\nLovelace";"Gasse 1\n1010 Wien"\nGrace;x\n'), [
            "Ada Lovelace",
            "Grace",
        ]));

    it("may have quotation marks in a name", () =>
        assert.deepEqual(namesIn('Name;Mail\nRobert "Bob" Smith;r@x\n"Ann ""Annie"" Lee";a@x\n'), [
            'Robert "Bob" Smith',
            'Ann "Annie" Lee',
        ]));

    it("that name a student twice are one where an e-mail address or a number says so", () => {
        const list = readAll("Name,Mail\nAda,a@x\nBob,b@x\nAda,A@x\n");
        assert.deepEqual(
            list.labs.map(({ name, lines }) => [name, lines]),
            [
                ["ada", [2, 4]],
                ["bob", [3]],
            ],
        );
        assert.ok(list.notes.includes("Ada is on lines 2 and 4, the same person: one student."));
    });

    it("that name a student twice are a complaint where nothing says who it is", () =>
        assert.deepEqual(complaintsAbout("Ada\nBob\nada\n"), [
            'line 3: "ada" is on line 1 already. Take one of the lines out, or, where they are two people, add an initial to one of the names.',
        ]));

    it("that put a student into two groups are a complaint", () =>
        assert.deepEqual(complaintsAbout("Name,Mail,Team\nAda,a@x,1\nAda,a@x,2\n"), [
            'line 3: "Ada" is in 2 here and in 1 on line 2. A student has one lab: take one of the lines out.',
        ]));
});
