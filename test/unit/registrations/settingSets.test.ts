import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { definitions, type SettingKey, type Settings } from "../../../components/settings/definitions.ts";
import { SettingsError } from "../../../components/settings/problem.ts";
import { checkSettings } from "../../../components/settings/settings.ts";
import { type SettingSet, settingSets } from "../../registrations/settingSets.ts";
import { asTexts } from "../classInMocks.ts";
import { archive as packed } from "../../tarArchive.ts";

describe("The classes whose registrations are compared", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-sets-"));
    const archive = path.join(folder, "course.tar.gz");
    const check = (set: SettingSet): Settings => checkSettings(asTexts({ ...set.settings(archive) }));
    const declared = settingSets.filter(({ refused }) => refused === undefined);

    before(() => fs.writeFileSync(archive, packed({ "course.txt": "a course" })));
    after(() => fs.rmSync(folder, { recursive: true }));

    it("have names of their own", () => {
        const names = settingSets.map(({ name }) => name);
        assert.deepEqual([...new Set(names)], names);
    });

    it("use every setting, away from its default", () => {
        const used = new Set(
            declared.flatMap((set) => {
                const settings = set.settings(archive) as Partial<Record<SettingKey, unknown>>;
                return (Object.keys(settings) as SettingKey[]).filter(
                    (key) => JSON.stringify(settings[key]) !== JSON.stringify(definitions[key].default),
                );
            }),
        );
        assert.deepEqual(
            Object.keys(definitions).filter((key) => !used.has(key as SettingKey)),
            [],
        );
    });

    it("meet every choice with every other that changes what is declared", () => {
        const settings = declared.map(check);
        const choices = settings.map(({ clusters: { isolation, clusters }, times: { power } }) => [
            isolation,
            // Without power there are no clusters, whether they are on or off.
            power === "off" ? "power off" : `clusters ${clusters}`,
        ]);
        const met = [...new Set(choices.map((choice) => choice.join(", ")))].sort();
        assert.deepEqual(met, [
            "class, clusters off",
            "class, clusters on",
            "class, power off",
            "lab, clusters off",
            "lab, clusters on",
            "lab, power off",
        ]);
        const kinds = settings.map(({ machines }) => machines.courseArchive.kind);
        assert.deepEqual([...new Set(kinds)].sort(), ["file", "none", "object"]);
    });

    it("are each right by themselves, but for those that are to be refused", () => {
        for (const set of settingSets) {
            // What runs already is not the settings' own fault.
            if (set.refused === undefined || set.kept !== undefined) {
                assert.doesNotThrow(() => check(set), set.name);
            } else {
                assert.throws(() => check(set), SettingsError, set.name);
            }
        }
    });

    it("have every setting refused by itself", () => {
        const all = settingSets.find(({ name }) => name === "refused: every setting wrong");
        assert.ok(all);
        assert.throws(
            () => check(all),
            (error: Error) => {
                const complained = error.message.split("\n").map((line) => /^ {2}(\w+)/.exec(line)?.[1]);
                assert.deepEqual(
                    Object.keys(definitions).filter((key) => !complained.includes(key)),
                    ["students"],
                );
                return true;
            },
        );
    });
});
