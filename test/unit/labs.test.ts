import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import { labName, longestLabName, planLabs, planSupport, supportOwner } from "../../components/names/labs.ts";
import { labProblems } from "../../components/settings/labNames.ts";

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
        // Numbers to a resolver: decimal, octal, hexadecimal, in the digits of any script.
        ["201800128", "id-201800128"],
        ["007", "id-007"],
        ["0xAda", "id-0xada"],
        ["٢٠١٨", "id-2018"],
        ["0x", "id-0x"],
        // None.
        ["0xGrace", "0xgrace"],
        ["12-7", "12-7"],
        ["1e5", "1e5"],
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

    it("is never a number, which a resolver reads as an address before it looks into any list of hosts", () => {
        const written = fc.oneof(
            fc.nat(),
            fc.nat().map((id) => `0${id.toString(8)}`),
            fc.nat().map((id) => `0x${id.toString(16)}`),
        );
        fc.assert(
            fc.property(written.map(String), (name) => {
                assert.ok(!ipaddr.IPv4.isValid(labName(name)), labName(name));
                // What must not be a number is one as it was written.
                assert.ok(ipaddr.IPv4.isValid(name), name);
            }),
        );
    });

    // IAM takes 64 characters; Pulumi adds a hyphen and seven of its own to a name.
    it("leaves room for a role's name in stacks with long names, also where the role is a support machine's", () => {
        for (const stack of ["eu-west-1", "autumn-school-in-lisbon"]) {
            const prefix = `student-labs-${stack}-`;
            const longest = longestLabName(prefix);
            const problems = (length: number) =>
                labProblems(planSupport(["x".repeat(length)]), longest).length;
            const longestSupport = Array.from({ length: longest }, (_, index) => longest - index).find(
                (length) => problems(length) === 0,
            );
            assert.ok(`${prefix}${"x".repeat(longest)}-0123456`.length <= 64);
            assert.ok(`${prefix}${supportOwner("x".repeat(longestSupport ?? 64))}-0123456`.length <= 64);
        }
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
                { name: "ada", students: ["Ada"], source: "students[0]", written: "Ada" },
                { name: "team", students: ["B", "C"], source: "groups[0].lab", written: "Team" },
                { name: "spare-01", students: [], source: "spares", written: "spare-01" },
                { name: "spare-02", students: [], source: "spares", written: "spare-02" },
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
});
