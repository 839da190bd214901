import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { labName, labProblems, longestLabName, planLabs } from "../../components/labs";

const nobody = { students: [], groups: [], studentCount: 0, spares: 0 };

describe("The name of a lab", () => {
    for (const [name, lab] of [
        ["ada", "ada"],
        ["Ada Lovelace", "ada-lovelace"],
        ["José Núñez", "jose-nunez"],
        ["Jose\u0301 Nu\u0301n\u0303ez", "jose-nunez"],
        ["O'Brien, Pat", "obrien-pat"],
        ["Jürgen_Groß", "jurgen-gross"],
        ["  --x--  ", "x"],
        ["Ελένη", "eleni"],
        ["😀", "grinning"],
    ] as const) {
        it(`of ${JSON.stringify(name)} is ${lab}`, () => assert.equal(labName(name), lab));
    }

    it("is a host name, whatever people are called", () => {
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), (name) => {
                assert.match(labName(name), /^$|^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
            }),
        );
    });

    it("of a name that is one already is that name", () => {
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), (name) => labName(labName(name)) === labName(name)),
        );
    });

    it("leaves room for a role's name in stacks with long names", () => {
        assert.equal(longestLabName("student-labs-eu-west-1-"), 30);
        assert.equal(longestLabName("student-labs-autumn-school-in-lisbon-"), 19);
    });
});

describe("The labs of a class", () => {
    it("are numbered where there are no names, so that a larger class keeps its first labs", () => {
        const names = (studentCount: number) => planLabs({ ...nobody, studentCount }).map(({ name }) => name);
        assert.deepEqual(names(3), ["student-01", "student-02", "student-03"]);
        assert.deepEqual(names(120).slice(0, 100), names(100));
        assert.equal(names(120)[99], "student-100");
    });

    it("are the students', then the groups', then the spares", () => {
        assert.deepEqual(
            planLabs({
                students: ["Ada"],
                groups: [{ lab: "Team", students: ["B", "C"] }],
                studentCount: 0,
                spares: 2,
            }),
            [
                { name: "ada", students: ["Ada"], source: "students[0]" },
                { name: "team", students: ["B", "C"], source: "groups[0].lab" },
                { name: "spare-01", students: [], source: "spares" },
                { name: "spare-02", students: [], source: "spares" },
            ],
        );
    });

    it("never merge two students into one lab without saying so", () => {
        fc.assert(
            fc.property(
                fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 8 }),
                (students) => {
                    const labs = planLabs({ ...nobody, students });
                    const distinct = new Set(labs.map(({ name }) => name)).size === students.length;
                    assert.equal(labs.length, students.length);
                    assert.ok(distinct || labProblems(labs, 30).length > 0);
                },
            ),
        );
    });

    it("stay the same for everybody else when one student comes or goes", () => {
        const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), {
            minLength: 1,
            maxLength: 8,
        });
        fc.assert(
            fc.property(names, fc.nat(), (students, choice) => {
                const gone = choice % students.length;
                const rest = students.filter((_, index) => index !== gone);
                const identity = (labs: ReturnType<typeof planLabs>) =>
                    labs.map(({ name, students: who }) => [name, who]);
                assert.deepEqual(
                    identity(planLabs({ ...nobody, students: rest })),
                    identity(planLabs({ ...nobody, students })).filter((_, index) => index !== gone),
                );
            }),
        );
    });

    for (const [students, complaint] of [
        [["!!!"], "students[0] has no letter or digit to make a host name of"],
        [["José", "jose"], "students[1] makes the lab name jose, which students[0] has already"],
        [["a".repeat(31)], `students[0] makes the lab name ${"a".repeat(31)}, longer than 30 characters`],
        [["Classroom"], "students[0] makes the lab name classroom, which the program needs itself"],
        [["spare 01"], "students[0] makes the lab name spare-01, which the program needs itself"],
    ] as const) {
        it(`are refused for ${JSON.stringify(students)}`, () => {
            const problems = labProblems(planLabs({ ...nobody, students }), 30);
            assert.deepEqual(
                problems.map(({ key, message }) => `${key} ${message}`),
                [complaint],
            );
        });
    }
});
