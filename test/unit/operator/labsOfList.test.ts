import { strict as assert } from "node:assert";
import { complaintsAbout, labsIn, readAll } from "./listFile.ts";

describe("Labs of a class list", () => {
    it("are groups that stay whole, and students who are in none", () =>
        assert.deepEqual(labsIn("Name;Gruppe\nAda;1\nEmmy;\nGrace;2\nAlan; 1\n"), {
            "gruppe-1": ["Ada", "Alan"],
            emmy: ["Emmy"],
            "gruppe-2": ["Grace"],
        }));

    it("of one group are one, however it is spelled", () => {
        const list = readAll("name,team\nAda,Équipe Á\nBob,equipe a\n");
        assert.deepEqual(
            list.labs.map(({ written, students }) => [written, students]),
            [["Équipe Á", ["Ada", "Bob"]]],
        );
        assert.ok(list.notes.includes("Équipe Á, equipe a are one group: Équipe Á."));
    });

    it("are one for a student: whoever is in two groups is complained about", () =>
        assert.deepEqual(complaintsAbout('Name,Groups\nAda,T1\nBob,T2\nEve,"T1, T2"\n'), [
            'line 4: "T1, T2" is more than one group. A student has one lab: write one group for Eve.',
        ]));

    it("of two people never have one name, and nobody gets a number for a name", () =>
        assert.deepEqual(complaintsAbout("Name,Mail\nJosé Silva,a@x\nJose Silva,b@x\nspare,c@x\n!a?,d@x\n"), [
            'line 3: "Jose Silva" makes the lab name jose-silva, which line 2 has already. Add an initial or a number to one of them.',
            'line 4: "spare" makes the lab name spare, which the program needs itself. Write another name.',
            'line 5: "!a?" has ! in it, which no name has. Write the name alone, or take the line out.',
        ]));

    it("have first and last word of a name that is too long, where nobody else is called so", () => {
        const long = "Maria Fernanda de Oliveira Albuquerque";
        const list = readAll(`${long}\nAda\n`);
        assert.deepEqual(
            list.labs.map(({ name, written, students }) => [name, written, students]),
            [
                ["maria-albuquerque", "Maria Albuquerque", [long]],
                ["ada", "Ada", ["Ada"]],
            ],
        );
        assert.deepEqual(list.notes, [`The lab of ${long} is called maria-albuquerque.`]);
        assert.deepEqual(complaintsAbout(`${long}\nMaria Albuquerque\n`), [
            `line 1: "${long}" makes the lab name maria-fernanda-de-oliveira-albuquerque, longer than 30 characters. Write a shorter name.`,
        ]);
    });

    it("have room for names as the stacks' names leave it", () =>
        assert.deepEqual(labsIn("Ada Augusta Lovelace\n", { longestLabName: 12 }), {
            "ada-lovelace": ["Ada Augusta Lovelace"],
        }));

    it("of a large group come with a word about sections", () => {
        const rows = Array.from({ length: 9 }, (_, index) => `S${"abcdefghi"[index] ?? ""},Monday`);
        assert.ok(
            readAll(["Name,Group", ...rows].join("\n")).notes.some((note) =>
                note.startsWith("The largest group has 9 students"),
            ),
        );
    });
});
