import { Command } from "commander";
import Table from "cli-table3";
import { strict as assert } from "node:assert";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import { PocketCloud } from "../emulator/cloud.ts";
import type { OperationResult } from "../emulator/engine/result.ts";
import { elapsed } from "../emulator/tools/progress.ts";
import { compare } from "./benchRecording.ts";
import { BenchStack, type Candidate, runAlone } from "./benchStack.ts";

/** Most that our program may take of what the flat one takes. */
const goalRatio = 1.15;
/** Most that the start may take, in milliseconds. */
const goalStartMs = 2000;

const say = (line = "") => process.stdout.write(`${line}\n`);
const begin = Date.now();
const progress = (line: string) =>
    process.stderr.write(`${elapsed(Date.now() - begin).padStart(7)}  ${line}\n`);

/** What was measured of one thing, of our program and of the flat one. */
interface Measure {
    readonly labs: number;
    readonly what: string;
    readonly unit: "s" | "MB";
    readonly ours: number[];
    readonly flat: number[];
    /** Most that our program may take by itself, in the unit. */
    readonly limit?: number;
    /** Only for understanding the others. */
    readonly noGoal?: boolean;
}

function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
    return (low + high) / 2;
}

/** Resources per type, without components and the stack itself; with the stash of the clusters' shape. */
function counts(outcome: OperationResult): Record<string, number> {
    const result: Record<string, number> = {};
    for (const { op, type } of outcome.steps) {
        if (op === "create" && !/^(student-labs|pulumi:(pulumi|providers)):/.test(type)) {
            result[type] = (result[type] ?? 0) + 1;
        }
    }
    return Object.fromEntries(Object.entries(result).sort());
}

/** Does something for both programs, in turns, as often as is asked: noise of the machine meets both. */
async function inTurns(repeat: number, one: (name: "ours" | "flat") => Promise<void>): Promise<void> {
    for (let turn = 0; turn < repeat; turn++) {
        await one(turn % 2 === 0 ? "ours" : "flat");
        await one(turn % 2 === 0 ? "flat" : "ours");
    }
}

async function benchClass(cloud: PocketCloud, labs: number, repeat: number): Promise<Measure[]> {
    const folder = path.join(cloud.dir, "bench");
    await mkdir(folder, { recursive: true });
    const candidate = (name: "ours" | "flat"): Candidate => ({ name, labs, folder });
    const measure = (what: string, unit: "s" | "MB", limit?: number): Measure => {
        return { labs, what, unit, ours: [], flat: [], ...(limit === undefined ? {} : { limit }) };
    };
    const start = measure("start of the program", "s", goalStartMs / 1000);
    const cpu = { ...measure("  its processor time", "s"), noGoal: true };
    const fresh = measure("preview, empty stack", "s");
    const memory = measure("  peak memory of the program", "MB");
    const same = measure("preview, nothing to do", "s");

    progress(`${labs} labs: both programs alone`);
    const ours = await runAlone(candidate("ours"));
    const flat = await runAlone(candidate("flat"));
    compare(flat.recording, ours.recording);
    await inTurns(repeat, async (name) => {
        const { startMs, run } = await runAlone(candidate(name));
        start[name].push(startMs / 1000);
        cpu[name].push(run.cpuMs / 1000);
    });

    const stacks = {
        ours: await BenchStack.create(candidate("ours"), cloud),
        flat: await BenchStack.create(candidate("flat"), cloud),
    };
    try {
        progress(`${labs} labs: previews of empty stacks`);
        const [mine, other] = [counts(await stacks.ours.look()), counts(await stacks.flat.look())];
        assert.deepEqual(other, mine, "the flat program declares other resources");
        const total = Object.values(mine).reduce((sum, count) => sum + count, 0);
        assert.equal(
            total,
            ours.recording.resources.length,
            "the engine creates other resources than were recorded",
        );
        await inTurns(repeat, async (name) => {
            const { tookMs, run } = await stacks[name].preview();
            fresh[name].push(tookMs / 1000);
            memory[name].push(run.peakMemory / 2 ** 20);
        });
        for (const name of ["ours", "flat"] as const) {
            progress(`${labs} labs: up of ${total} resources, ${name}`);
            await stacks[name].up();
            await stacks[name].expectNoChange();
        }
        progress(`${labs} labs: previews with nothing to do`);
        await inTurns(repeat, async (name) => {
            same[name].push((await stacks[name].preview()).tookMs / 1000);
        });
    } finally {
        stacks.ours.close();
        stacks.flat.close();
    }
    return [start, cpu, fresh, memory, same];
}

/** The table, and how many goals were missed. */
function report(measures: readonly Measure[]): { readonly table: string; readonly missed: number } {
    const table = new Table({
        head: ["labs", "", "our program", "flat program", "ratio", "goal"],
        colAligns: ["right", "left", "right", "right", "right", "left"],
        style: { head: [], border: [] },
    });
    let missed = 0;
    for (const { labs, what, unit, ours, flat, limit, noGoal } of measures) {
        const [a, b] = [median(ours), median(flat)];
        const show = (value: number) => `${value.toFixed(unit === "s" ? 2 : 0)} ${unit}`;
        const met = noGoal ? [] : [a / b <= goalRatio, limit === undefined || a < limit];
        const goals = noGoal
            ? []
            : [`at most ${goalRatio}`, ...(limit === undefined ? [] : [`under ${limit} ${unit}`])];
        missed += met.filter((one) => !one).length;
        const verdicts = goals.map((goal, index) => `${goal}: ${met[index] === true ? "met" : "missed"}`);
        table.push([labs, what, show(a), show(b), (a / b).toFixed(2), verdicts.join(", ")]);
    }
    return { table: table.toString(), missed };
}

const explanation = (repeat: number) => `
Each figure is the median of ${repeat} runs; the two programs took turns.
flat program      the same resources with the same inputs, options and order, made directly with the SDKs' classes from a
                  recording of our program: no components, no settings, nothing checked, no hooks for errors. That both
                  ask the engine for the same was compared, resource by resource and look-up by look-up.
start             from the start of a new Node process, run as Pulumi's language host runs it (cmd/run, no type
                  check), until the last resource is registered with an engine that answers at once: Node itself,
                  compiling, loading the SDKs, the program.
processor time    of that same process, until its end. Steadier than the clock where the machine has other work.
preview           \`pulumi preview\` of the real engine with stand-in providers on a pocket cloud with simulated machines,
                  from the start of the command to its end. With nothing to do it first refreshes every resource.
peak memory       resident memory of the program's process, in the preview of the empty stack.`;

async function bench(labs: readonly number[], repeat: number): Promise<void> {
    const cloud = await PocketCloud.start({ name: "bench", mode: "simulated" });
    const measures: Measure[] = [];
    try {
        for (const count of labs) {
            measures.push(...(await benchClass(cloud, count, repeat)));
        }
    } finally {
        await cloud.stop();
    }
    const { table, missed } = report(measures);
    say(table);
    say(explanation(repeat));
    say(
        missed === 0 ? "\nAll goals are met." : `\n${missed} of the goals are missed on this machine, today.`,
    );
}

new Command("npm run bench --")
    .description("Compares the program with a flat one that declares the same resources.")
    .option("--labs <numbers>", "sizes of the class, separated by commas", "10,40")
    .option("--repeat <number>", "runs of each measure", "3")
    .action(async (options: { labs: string; repeat: string }) =>
        bench(options.labs.split(",").map(Number), Number(options.repeat)),
    )
    .parseAsync()
    .catch((error: unknown) => {
        process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    });
