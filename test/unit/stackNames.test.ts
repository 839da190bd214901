import { strict as assert } from "node:assert";
import { SettingsError } from "../../components/settings/problem.ts";
import { checkSettings } from "../../components/settings/settings.ts";
import { asTexts } from "./classInMocks.ts";

const allowedSshCidrs = ["130.88.0.0/16"];

/** What is said of a class in a stack of some name, each as key, and the rest. */
function complaints(stack: string, changes: Record<string, unknown>, project = "student-labs"): string[] {
    try {
        checkSettings(asTexts({ allowedSshCidrs, ...changes }), { project, stack });
        return [];
    } catch (error) {
        assert.ok(error instanceof SettingsError, String(error));
        return error.message.split("\n").slice(1, -1);
    }
}

describe("The name of a stack", () => {
    it("that leaves little room for names of labs is what is complained about, once, not every student", () => {
        // 12 + 34 characters leave 8; ada-lovelace needs 12.
        const stack = "autumn-school-of-2027-in-lisbon-pt";
        assert.deepEqual(
            complaints(stack, { students: ["Ada Lovelace", "Grace Hopper", "Ada", "Edsger D."] }),
            [
                `  stack: "${stack}" and the project's name student-labs leave only 8 characters for the names of labs, and ada-lovelace needs 12. Choose shorter ones: name in Pulumi.yaml and the stack's name (pulumi stack init NAME) may have 42 characters together, and have 46.`,
            ],
        );
    });

    it("that leaves nothing says so, and never a number below nothing", () => {
        const stack = "x".repeat(70);
        const [complaint, ...others] = complaints(stack, { studentCount: 3, supportMachines: ["demo"] });
        assert.deepEqual(others, []);
        // demo's role is called support-demo.
        assert.match(
            complaint ?? "",
            /^ {2}stack: "x+" and the project's name student-labs leave nothing for the names of labs, and demo needs 12\. .* may have 42 characters together, and have 82\.$/,
        );
    });

    it("counts the project's name as well, and the advice is right to the character", () => {
        const students = ["Ada Lovelace"];
        const project = "data-intensive-computing-practical";
        const [complaint = ""] = complaints("eu-west-1", { students }, project);
        const allowed = Number(/may have (\d+) characters together/.exec(complaint)?.[1]);
        assert.equal(allowed, 42);
        assert.deepEqual(complaints("x".repeat(allowed - project.length), { students }, project), []);
        assert.equal(complaints("x".repeat(allowed - project.length + 1), { students }, project).length, 1);
    });

    it("is not blamed for a name that is too long for any stack", () => {
        const [complaint, ...others] = complaints("autumn-school-of-2027-in-lisbon-pt", {
            students: ["Ada", "Pablo Diego José Francisco de Paula"],
        });
        assert.deepEqual(others, []);
        assert.match(complaint ?? "", /^ {2}students\[1\]: .*, longer than 30 characters\./);
    });

    it("has only characters that roles and policies take", () => {
        for (const [stack, shown] of [
            ["eu-west-1é", "eu-west-1é"],
            ["лиссабон", "лиссабон"],
            ["eu\u200b", "eu\\u200b"],
            ["a b", "a b"],
        ] as const) {
            assert.deepEqual(complaints(stack, { students: ["Ada"] }), [
                `  stack: "${shown}" has other characters than letters from a to z, digits, full stop, hyphen and underscore. Make a stack of another name: pulumi stack init NAME.`,
            ]);
        }
        assert.match(
            complaints("eu", { students: ["Ada"] }, "übung")[0] ?? "",
            /^ {2}project: "übung" has other characters .* Change name in Pulumi\.yaml\.$/,
        );
    });

    it("can be part of a host's name where labs get names", () => {
        const dnsZone = "labs.university.edu";
        for (const stack of ["eu_west", "v1.2", "eu-"]) {
            assert.deepEqual(complaints(stack, { students: ["Ada"] }), []);
            assert.match(
                complaints(stack, { students: ["Ada"], dnsZone })[0] ?? "",
                /^ {2}stack: ".*" cannot be part of the names that labs get in dnsZone\. /,
            );
        }
        assert.deepEqual(complaints("eu-west-1", { students: ["Ada"], dnsZone }), []);
    });
});
