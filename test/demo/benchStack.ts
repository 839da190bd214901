import * as fs from "node:fs";
import * as path from "node:path";
import { load } from "js-yaml";
import type { PocketCloud } from "../emulator/cloud.ts";
import { engineEnvironment, withoutAccounts } from "../emulator/engine/environment.ts";
import { LabStack } from "../emulator/engine/labStack.ts";
import { changesAnything, type OperationResult } from "../emulator/engine/result.ts";
import { REPOSITORY, type StackConfig } from "../emulator/engine/scratch.ts";
import { run } from "../emulator/tools/run.ts";
import { BenchEngine } from "./benchEngine.ts";
import { BenchHost } from "./benchHost.ts";
import { type ProgramRun, runProgram } from "./benchProgram.ts";
import type { Recording } from "./benchRecording.ts";

/** The stack file that the class of the bench starts from. */
const stackName = "eu-west-1";

/** One of the two programs, for a class of some size. */
export interface Candidate {
    readonly name: "ours" | "flat";
    readonly labs: number;
    /** Where recordings and stacks are put. */
    readonly folder: string;
}

/** Settings of the class, besides the stack file's. */
function settings(labs: number): StackConfig {
    return {
        studentCount: labs,
        maxLabs: 50,
        allowedSshCidrs: ["127.0.0.0/8"],
        // The pocket cloud gives every node an address of its own, and has some 240 of them.
        clusterInstanceCount: 1,
    };
}

/** Longest that a preview may take, on the busiest machine. */
const previewLimitMs = 20 * 60_000;

const recordingOf = ({ folder, labs }: Candidate) => path.join(folder, `recording-${labs}.json`);
const entryOf = ({ name }: Candidate) =>
    name === "ours" ? "." : path.join(import.meta.dirname, "benchFlat.ts");
const environmentOf = (candidate: Candidate) => ({
    ...withoutAccounts(process.env),
    STUDENT_LABS_BENCH_RECORDING: recordingOf(candidate),
});

/** A program that was run by itself. */
export interface ProgramAlone {
    /** From the start of its process until its last resource was registered, in milliseconds. */
    readonly startMs: number;
    readonly run: ProgramRun;
    readonly recording: Recording;
}

/** Runs a program against an engine that answers at once. */
export async function runAlone(candidate: Candidate): Promise<ProgramAlone> {
    const engine = new BenchEngine();
    const address = await engine.start();
    const file = path.join(REPOSITORY, `Pulumi.${stackName}.yaml`);
    const { config } = load(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const own = Object.entries(settings(candidate.labs)).map(([key, value]) => [
        `student-labs:${key}`,
        value,
    ]);
    const all = { ...config, ...(Object.fromEntries(own) as Record<string, unknown>) };
    const run = await runProgram({
        engine: address,
        monitor: address,
        stack: stackName,
        project: "student-labs",
        folder: REPOSITORY,
        entry: entryOf(candidate),
        preview: true,
        parallel: 8,
        config: Object.fromEntries(
            Object.entries(all).map(([key, value]) => [
                key,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        ),
        secretKeys: [],
        env: environmentOf(candidate),
    });
    const recording = engine.stop();
    if (run.exitCode !== 0) {
        throw new Error(`the program ended with ${run.exitCode}: ${run.output}`);
    }
    if (candidate.name === "ours") {
        fs.writeFileSync(recordingOf(candidate), JSON.stringify(recording));
    }
    return { startMs: engine.lastRegistered - run.started, run, recording };
}

/** A program with a stack of its own on the real engine. */
export class BenchStack {
    private readonly stack: LabStack;
    private readonly host: BenchHost;
    private readonly env: Readonly<Record<string, string>>;

    private constructor(stack: LabStack, host: BenchHost, env: Readonly<Record<string, string>>) {
        this.stack = stack;
        this.host = host;
        this.env = env;
    }

    /** Makes an empty stack on a pocket cloud; {@link runAlone} of our program must have been before. */
    static async create(candidate: Candidate, cloud: PocketCloud): Promise<BenchStack> {
        if (cloud.tools === undefined) {
            throw new Error("the pocket cloud was not started here");
        }
        const host = new BenchHost({ entry: entryOf(candidate), env: environmentOf(candidate) });
        const env = { ...cloud.env, ...(await host.start()) };
        const stack = await LabStack.create({
            cloud: { env },
            stack: stackName,
            dir: path.join(candidate.folder, `${candidate.name}-${candidate.labs}`),
            config: settings(candidate.labs),
            engine: cloud.tools.engine,
        });
        return new BenchStack(stack, host, engineEnvironment(stack.engine.path, stack.scratch, env));
    }

    /** `pulumi preview` with what it would do; not measured. */
    async look(): Promise<OperationResult> {
        return this.checked(await this.stack.preview());
    }

    /** `pulumi up` */
    async up(): Promise<OperationResult> {
        return this.checked(await this.stack.up({ parallel: 40 }));
    }

    /** `pulumi preview` as from a shell: how long it took, and what its program did. */
    async preview(): Promise<{ readonly tookMs: number; readonly run: ProgramRun }> {
        const started = performance.now();
        const arguments_ = ["preview", "--non-interactive", "--stack", stackName];
        const { exitCode, stdout, stderr } = await run(this.stack.engine.path, arguments_, {
            cwd: this.stack.scratch.project,
            env: this.env,
            bareEnvironment: true,
            timeoutMs: previewLimitMs,
        });
        const tookMs = performance.now() - started;
        if (exitCode !== 0 || this.host.lastRun === undefined) {
            throw new Error(`pulumi preview ended with ${exitCode}: ${stderr || stdout}`);
        }
        return { tookMs, run: this.host.lastRun };
    }

    /** Fails unless a preview now would change nothing. */
    async expectNoChange(): Promise<void> {
        const { changes } = await this.look();
        if (changesAnything(changes)) {
            throw new Error(`a preview after an up would change something: ${JSON.stringify(changes)}`);
        }
    }

    /** Ends the language host. */
    close(): void {
        this.host.stop();
    }

    private checked(outcome: OperationResult): OperationResult {
        if (outcome.result === "failed") {
            const errors = outcome.diagnostics.filter(({ severity }) => severity === "error");
            throw new Error(errors.map(({ message }) => message).join("\n") || outcome.stderr);
        }
        return outcome;
    }
}
