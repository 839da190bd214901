import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { longestLabName, planLabs } from "../../../components/names/labs.ts";
import { labRolePrefix } from "../../../components/names/roles.ts";
import { countedLabs } from "../../../scripts/operator/spread/countedLabs.ts";
import { peopleSettings } from "../../../scripts/operator/spread/peopleSettings.ts";
import { type RegionSpace, spreadLabs, type WantedLab } from "../../../scripts/operator/spread/spread.ts";
import { checkStack } from "../../../scripts/operator/stackFiles/checkStacks.ts";
import { newStackFile } from "../../../scripts/operator/stackFiles/newStack.ts";
import { parseProject } from "../../../scripts/operator/stackFiles/project.ts";
import type { StackFile } from "../../../scripts/operator/stackFiles/stackFile.ts";
import { writePeople } from "../../../scripts/operator/stackFiles/stackPeople.ts";
import { readAll } from "./listFile.ts";
import { seed } from "./seed.ts";

const root = path.join(import.meta.dirname, "..", "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const project = parseProject(read("Pulumi.yaml"));
const regions = ["eu-west-1", "us-east-1", "ap-south-1"];
const ownFile = (stack: string): StackFile => ({
    stack,
    file: `Pulumi.${stack}.yaml`,
    text: read(`Pulumi.${stack}.yaml`),
});

/** The stack files of a clone, one of them made anew. */
const clone = regions.map((stack) =>
    stack === "ap-south-1" ? newStackFile(stack, stack, ownFile("eu-west-1"), project).file : ownFile(stack),
);

/** What `plan --write` does with a class: spreads it, writes it, and answers what the program makes of the files. */
function plan(wanted: readonly WantedLab[], files: readonly StackFile[], spaces: readonly RegionSpace[]) {
    const { regions: plans, leftOver } = spreadLabs(wanted, spaces);
    const written = files.map((file, index): StackFile => {
        const { stays = [], comes = [] } = plans[index] ?? {};
        const more = { allowedSshCidrs: ["130.88.0.0/16"], maxLabs: spaces[index]?.maxLabs };
        return { ...file, text: writePeople(file, peopleSettings([...stays, ...comes]), project, more) };
    });
    const labs = written.map((file, index) => {
        const { settings, problems } = checkStack(file, project);
        const empty = (plans[index]?.stays.length ?? 0) + (plans[index]?.comes.length ?? 0) === 0;
        assert.deepEqual(
            problems.map(({ key }) => key),
            empty ? ["students"] : [],
        );
        return settings === undefined
            ? []
            : planLabs(settings.people).map(({ name, students }) => ({ name, students }));
    });
    return { written, labs, leftOver };
}

const spaces = (rooms: readonly number[], labs: readonly RegionSpace["labs"][] = []): RegionSpace[] =>
    rooms.map((room, index) => ({
        stack: regions[index] ?? "",
        room,
        maxLabs: 40,
        spares: 0,
        takesNew: true,
        labs: labs[index] ?? [],
    }));

describe(`From a registrar's list to a class (SEED=${seed})`, () => {
    const longest = Math.min(...regions.map((stack) => longestLabName(labRolePrefix(project.name, stack))));

    it("goes without a hitch: list, regions, stack files, labs of the program", () => {
        const rows = Array.from(
            { length: 30 },
            (_, at) =>
                `"Núñez No${String.fromCharCode(97 + (at % 26))}${at > 25 ? "a" : ""}, José";${at < 6 ? 1 + (at % 2) : ""}`,
        );
        const { labs: wanted, complaints } = readAll(["Name;Gruppe", ...rows].join("\n"), {
            longestLabName: longest,
        });
        assert.deepEqual(complaints, []);
        assert.equal(wanted.length, 26);
        const first = plan(wanted, clone, spaces([12, 10, 3]));
        assert.deepEqual(
            first.labs.map((labs) => labs.length),
            [12, 10, 3],
        );
        assert.deepEqual(
            first.leftOver.map(({ students }) => students),
            [["José Núñez Noda"]],
        );
        assert.ok(first.labs[0]?.some(({ name, students }) => name === "gruppe-1" && students.length === 3));

        // A late student, with the class up: that lab comes, and no other line changes.
        const late = readAll(["Name;Gruppe", ...rows.slice(0, -1), "Ada;"].join("\n"), {
            longestLabName: longest,
        }).labs;
        const second = plan(late, first.written, spaces([12, 11, 3], first.labs));
        assert.deepEqual(
            second.labs.map((labs) => labs.length),
            [12, 11, 3],
        );
        assert.deepEqual(
            second.written.map(({ text }, index) => text === first.written[index]?.text),
            [true, false, true],
        );
    });

    it("holds for any class and any regions, also the second time", () =>
        fc.assert(
            fc.property(
                fc.oneof(
                    fc.integer({ min: 1, max: 30 }).map((count) => countedLabs(count, [])),
                    fc
                        .uniqueArray(
                            fc.constantFrom(
                                "Ada",
                                "No",
                                "José Núñez",
                                "0x1F",
                                "a: b",
                                "Team #1",
                                "on",
                                "1e3",
                                "O'Neil",
                                "王小明",
                            ),
                            { minLength: 1 },
                        )
                        .map((names) =>
                            names.map((written, at): WantedLab => {
                                const name =
                                    planLabs({
                                        students: [written],
                                        groups: [],
                                        studentCount: 0,
                                        spares: 0,
                                    })[0]?.name ?? "";
                                return {
                                    name,
                                    written,
                                    students: at % 3 === 0 ? ["x", `y${at}`] : [written],
                                };
                            }),
                        ),
                ),
                fc.array(fc.nat({ max: 12 }), { minLength: 3, maxLength: 3 }),
                (wanted, rooms) => {
                    const first = plan(wanted, clone, spaces(rooms));
                    const placed = first.labs
                        .flat()
                        .map(({ name, students }) => `${name}: ${students.join()}`);
                    const all = wanted.filter((lab) => !first.leftOver.includes(lab));
                    assert.deepEqual(
                        placed.sort(),
                        all.map(({ name, students }) => `${name}: ${students.join()}`).sort(),
                    );
                    const again = plan(all, first.written, spaces(rooms, first.labs));
                    assert.deepEqual(again.written, first.written);
                },
            ),
            { seed, numRuns: 30 },
        ));
});
