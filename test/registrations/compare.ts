import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { definitions } from "../../components/settings/definitions.ts";
import { Checkout, type Mode, type Run } from "./checkout.ts";
import { compare, type Comparison, describeDifference } from "./recording.ts";
import { type SettingSet, settingSets } from "./settingSets.ts";
import { archive as packed } from "../tarArchive.ts";

interface Options {
    readonly set?: string;
    readonly keep?: string;
    readonly most: string;
}

const say = (line = "") => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

/** What the program said to the operator. */
const wordsOf = ({ recording }: Run) =>
    recording
        .filter(({ about }) => about.startsWith("message "))
        .map(({ fields }) => (fields as { readonly text: string }).text)
        .join("\n");

/** What keeps a run from being worth comparing; empty where nothing does. */
function whyEmpty({ refused }: SettingSet, run: Run): string {
    if (refused !== undefined) {
        const said = run.exitCode !== 0 && wordsOf(run).includes(refused);
        return said ? "" : `it did not refuse the settings with "${refused}"`;
    }
    if (run.exitCode !== 0) {
        return `it ended with ${run.exitCode}`;
    }
    const asked = (kind: string) => run.recording.some(({ about }) => about.startsWith(kind));
    return asked("resource ") && asked("outputs ") && asked("look-up ") ? "" : "it asked for nothing";
}

/** A refusal does not need the outputs of anything that is new; the guard's needs those of what is there. */
const modesOf = ({ refused }: SettingSet): readonly Mode[] =>
    refused === undefined ? ["preview", "up"] : ["up"];

/** Keys of settings that not both programs have: they are older than the setting, or one is. */
function lackingKeys(checkouts: readonly [Checkout, Checkout]): string[] {
    return Object.keys(definitions).filter(
        (key) => !checkouts.every(({ settingKeys }) => settingKeys.has(key)),
    );
}

function settingsOfBoth(
    checkouts: readonly [Checkout, Checkout],
    set: SettingSet,
    archive: string,
): Readonly<Record<string, unknown>> {
    const lacking = lackingKeys(checkouts);
    return Object.fromEntries(
        Object.entries(set.settings(archive)).filter(([key]) => !lacking.includes(key)),
    );
}

/** Runs one class in both checkouts, at the same time. */
async function compareOne(
    checkouts: readonly [Checkout, Checkout],
    set: SettingSet,
    mode: Mode,
    archive: string,
    keep: string | undefined,
): Promise<Comparison> {
    const settings = settingsOfBoth(checkouts, set, archive);
    const [before, after] = await Promise.all(checkouts.map((checkout) => checkout.run(set, mode, settings)));
    if (before === undefined || after === undefined) {
        throw new Error("two checkouts are needed");
    }
    for (const [name, run] of [["old", before] as const, ["new", after] as const]) {
        if (keep !== undefined) {
            const file = `${set.name.replace(/[^a-z0-9]+/gi, "-")}.${mode}.${name}.json`;
            await writeFile(path.join(keep, file), JSON.stringify(run.recording, undefined, 2));
        }
        const reason = whyEmpty(set, run);
        if (reason !== "") {
            throw new Error(
                `"${set.name}", ${mode}: the ${name} program cannot be compared: ${reason}.\n` +
                    `${wordsOf(run)}\n${run.output}`,
            );
        }
    }
    return compare(before.recording, after.recording);
}

async function main(oldFolder: string, newFolder: string, { set: only, keep, most }: Options): Promise<void> {
    const sets = settingSets.filter(({ name }) => only === undefined || name.includes(only));
    if (sets.length === 0) {
        const names = settingSets.map(({ name }) => `  ${name}`).join("\n");
        throw new Error(`No set of settings has "${only}" in its name. There are:\n${names}`);
    }
    const checkouts = [await Checkout.at(oldFolder), await Checkout.at(newFolder)] as const;
    const lacking = lackingKeys(checkouts);
    const folder = await mkdtemp(path.join(os.tmpdir(), "student-labs-registrations-"));
    const archive = path.join(folder, "course.tar.gz");
    const table = new Table({
        head: ["class", "run as", "requests", "resources", "fields", "differences"],
        colAligns: ["left", "left", "right", "right", "right", "right"],
        style: { head: [], border: [] },
    });
    const total = { requests: 0, resources: 0, fields: 0, differences: 0 };
    const lines: string[] = [];
    try {
        await writeFile(archive, packed({ "course.txt": "a course" }));
        for (const set of sets) {
            for (const mode of modesOf(set)) {
                note(`${set.name}, ${mode}`);
                const comparison = await compareOne(checkouts, set, mode, archive, keep);
                const { requests, resources, fields, differences } = comparison;
                table.push([set.name, mode, requests, resources, fields, differences.length]);
                total.requests += requests;
                total.resources += resources;
                total.fields += fields;
                total.differences += differences.length;
                const shown = differences.slice(0, Number(most)).map(describeDifference);
                const rest = differences.length - shown.length;
                lines.push(
                    ...(shown.length > 0 ? [`\n${set.name}, ${mode}:`, ...shown] : []),
                    ...(rest > 0 ? [`... and ${rest} more (--most ${differences.length})`] : []),
                );
            }
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
    table.push(["all", "", total.requests, total.resources, total.fields, total.differences]);
    say(table.toString());
    if (lacking.length > 0) {
        say(`Left out of every class, since not both programs have them: ${lacking.join(", ")}.`);
    }
    lines.forEach((line) => say(line));
    say(
        total.differences === 0
            ? "\nBoth programs register the same."
            : `\n${total.differences} fields differ (- old, + new).`,
    );
    process.exitCode = total.differences === 0 ? 0 : 1;
}

new Command("node test/registrations/compare.ts")
    .description("Compares everything that the programs of two checkouts register with the engine.")
    .argument("<old>", "folder of a checkout, with its node_modules")
    .argument("<new>", "folder of another, or of a changed one")
    .option("--set <text>", "only classes with this text in their name")
    .option("--keep <folder>", "where to put the recordings, to look at them")
    .option("--most <number>", "differences to show of each class", "20")
    .action(main)
    .parseAsync()
    .catch((error: unknown) => {
        note(error instanceof Error ? error.message : String(error));
        process.exitCode = 2;
    });
