import { Command } from "commander";
import Table from "cli-table3";
import * as fs from "node:fs";
import * as path from "node:path";
import { PocketCloud } from "../emulator/cloud";
import type { LabStack } from "../emulator/engine/labStack";
import { changesAnything, OperationResult } from "../emulator/engine/result";
import { clean } from "../emulator/tools/clean";
import { prepareTools } from "../emulator/tools/prepare";
import { elapsed } from "../emulator/tools/progress";
import { classStack, packCourse, rosterOf, Row } from "./pocketClass";
import { firstMorning, jobs, Proof, ProofContext, refusals } from "./proofs";
import { stillThere } from "./stillThere";
import { UpProgress } from "./upProgress";

const cloudName = "demo";

interface DemoOptions {
    readonly students: string;
    readonly keep?: boolean;
    readonly down?: boolean;
    readonly clean?: boolean;
}

const say = (line = "") => process.stdout.write(`${line}\n`);
const heading = (text: string) => say(`\n== ${text}`);

/** Runs one operation of the engine with live progress; fails with what the engine said. */
async function operate(
    stack: LabStack,
    kind: "up" | "destroy",
    labs: readonly string[],
): Promise<OperationResult> {
    const { onEvent } = new UpProgress(labs, say);
    // The engine's default would let a class wait in line: every cluster holds a place for minutes.
    const outcome = await stack[kind]({
        onEvent,
        parallel: 150,
        ...(kind === "up" ? { continueOnError: true } : {}),
    });
    if (outcome.result === "failed") {
        const errors = outcome.diagnostics.filter(({ severity }) => severity === "error");
        throw new Error(
            `pulumi ${kind} failed:\n${errors.map(({ message }) => message).join("\n") || outcome.stderr}`,
        );
    }
    return outcome;
}

function rosterTable(roster: readonly Row[]): string {
    const table = new Table({
        head: ["lab", "students", "region", "address", "user", "password", "cluster"],
        style: { head: [], border: [] },
    });
    for (const row of roster) {
        table.push([
            row.lab,
            row.students.join(", "),
            row.region,
            row.address,
            row.user,
            row.password,
            row.clusterId,
        ]);
    }
    return table.toString();
}

/** Makes the proofs, those of a group at the same time, and tells each with what was seen. */
async function proveAll(groups: readonly (readonly Proof[])[], context: ProofContext): Promise<void> {
    const failures: string[] = [];
    for (const group of groups) {
        await Promise.all(
            group.map(async ({ statement, prove }) => {
                try {
                    say(`  ok  ${statement}\n        ${(await prove(context)).slice(0, 300)}`);
                } catch (error) {
                    failures.push(statement);
                    say(
                        `  NOT OK  ${statement}\n        ${error instanceof Error ? error.message : String(error)}`,
                    );
                }
            }),
        );
    }
    if (failures.length > 0) {
        throw new Error(`${failures.length} of the proofs did not hold: ${failures.join("; ")}`);
    }
}

/** Removes the class, shows that nothing is left, and ends the pocket cloud. */
async function tearDown(cloud: PocketCloud, stack: LabStack, labs: readonly string[]): Promise<void> {
    heading("pulumi destroy");
    await operate(stack, "destroy", labs);
    const left = await stillThere(cloud.env);
    const machines = (await cloud.control.machines()).filter(({ status }) => status !== undefined);
    await cloud.stop();
    const folder = fs.existsSync(cloud.dir);
    if (left.length > 0 || machines.length > 0 || folder) {
        throw new Error(`left behind: ${JSON.stringify({ left, machines, folder })}`);
    }
    say("  ok  nothing is left: no resource with the class's tags, no machine, no process, no file");
}

const nextSteps = `
Next, for a real class (README.md tells more):
  1. Edit Pulumi.eu-west-1.yaml: students, and allowedSshCidrs with the network of your class room.
  2. pulumi stack init eu-west-1
  3. pulumi up -s eu-west-1 --parallel 150 --continue-on-error
  4. pulumi stack output roster --show-secrets -s eu-west-1
  5. pulumi destroy -s eu-west-1        when the class is over`;

async function bringUp(options: DemoOptions): Promise<void> {
    const begin = Date.now();
    say(
        "student-labs on a pocket cloud: the real Pulumi engine, no AWS account. Nothing is installed on this machine.",
    );
    const tools = await prepareTools({ display: "listr" });
    if (tools.simulatedBecause !== undefined) {
        say(`Machines are SIMULATED here (no bootstrap, no jobs): ${tools.simulatedBecause}`);
    }
    const cloud = await PocketCloud.start({ name: cloudName, tools, keep: true });
    const students = options.students
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
    let stack: LabStack | undefined;
    let labs: string[] = students.map((name) => name.toLowerCase());
    try {
        heading(`pulumi up -s eu-west-1    students: [${students.join(", ")}]`);
        stack = await classStack(cloud, { students, courseArchive: await packCourse(cloud.dir) });
        const first = await operate(stack, "up", labs);
        const roster = await rosterOf(stack);
        labs = roster.map(({ lab }) => lab);
        say(`  ${first.changes.create ?? 0} resources in ${elapsed(first.durationMs)}`);

        heading("pulumi stack output roster --show-secrets");
        say(rosterTable(roster));

        heading("What the roster promises, by doing it");
        const [ada, grace = ada] = roster;
        if (ada === undefined || grace === undefined) {
            throw new Error("the roster is empty");
        }
        const classKey = String((await stack.outputs(true)).classKey);
        const context = { env: cloud.env, ada, grace, classKey };
        const each = (proofs: readonly Proof[]) => proofs.map((proof) => [proof]);
        const named = (proofs: readonly Proof[]) =>
            proofs.map(({ statement, prove }) => ({
                statement: statement.replaceAll("ada", ada.lab).replaceAll("grace", grace.lab),
                prove,
            }));
        if (cloud.mode === "simulated") {
            await proveAll(each(named(firstMorning.slice(0, 2))), context);
        } else {
            const others = ada === grace ? [] : named(refusals);
            await proveAll([...each(named(firstMorning)), named(jobs), ...each(others)], context);
        }

        heading("pulumi up, again");
        const second = await operate(stack, "up", labs);
        if (changesAnything(second.changes)) {
            throw new Error(`the second up changed something: ${JSON.stringify(second.changes)}`);
        }
        say(`  ok  ${second.changes.same ?? 0} resources looked at, nothing changed`);

        if (options.keep === true) {
            say(
                `\nThe class stays up. Log in with the password of the roster:\n  ssh ${ada.user}@${ada.address}`,
            );
            say("When you are done:\n  npm run demo -- --down");
        } else {
            await tearDown(cloud, stack, labs);
        }
        say(`\nAll of it took ${elapsed(Date.now() - begin)}.`);
        say(nextSteps);
    } catch (error) {
        if (options.keep !== true) {
            await stack?.destroy().catch(() => undefined);
            await cloud.stop();
        } else {
            say(
                `\nThe class stays up as it is; logs are in ${path.join(cloud.dir)}. npm run demo -- --down removes it.`,
            );
        }
        throw error;
    }
}

async function bringDown(): Promise<void> {
    const cloud = await PocketCloud.attach(cloudName);
    if (cloud === undefined) {
        say("No demo is up.");
        return;
    }
    const stack = await classStack(cloud);
    await tearDown(
        cloud,
        stack,
        (await rosterOf(stack)).map(({ lab }) => lab),
    );
}

const program = new Command("npm run demo --")
    .description("Brings up a class on a pocket cloud, proves what it promises, and removes it.")
    .option("--students <names>", "who gets a lab, separated by commas", "Ada,Grace")
    .option("--keep", "leave the class up and print how to log in")
    .option("--down", "remove a class that was left up")
    .option("--clean", "remove everything that was fetched or built in the cache folder")
    .action(async (options: DemoOptions) => {
        if (options.clean === true) {
            const removed = await clean();
            say(removed.length > 0 ? `Removed:\n  ${removed.join("\n  ")}` : "There was nothing to remove.");
        } else {
            await (options.down === true ? bringDown() : bringUp(options));
        }
    });

program.parseAsync().catch((error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
