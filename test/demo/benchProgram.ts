import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { load } from "js-yaml";
import {
    programArguments,
    programEnvironment,
    type RuntimeOptions,
} from "../emulator/engine/languageHost.ts";

/** What a program's process is told, as the engine tells it to the language host. */
export interface ProgramRequest {
    /** Addresses of the engine and of its resource monitor. */
    readonly engine: string;
    readonly monitor: string;
    readonly stack: string;
    readonly project: string;
    /** Working folder, with Pulumi.yaml. */
    readonly folder: string;
    /** Entry file, or `.` for the one that package.json names. */
    readonly entry: string;
    readonly preview: boolean;
    readonly parallel: number;
    readonly config: Readonly<Record<string, string>>;
    readonly secretKeys: readonly string[];
    readonly env: NodeJS.ProcessEnv;
}

/** How a program's process ended. */
export interface ProgramRun {
    readonly exitCode: number;
    /** When the process was started, on the clock of `performance.now()`. */
    readonly started: number;
    /** Peak of its resident memory, in bytes. */
    readonly peakMemory: number;
    /** Time of processors that it took, in milliseconds: steadier than the clock on a machine with other work. */
    readonly cpuMs: number;
    readonly output: string;
}

// Runs in the program's process: says on a pipe of its own what that took when it ends.
const tellUsage = `data:text/javascript,${encodeURIComponent(
    'import { writeSync } from "node:fs";' +
        'process.on("exit", () => writeSync(3, JSON.stringify(process.resourceUsage())));',
)}`;

/** Options of the runtime in the project's Pulumi.yaml. */
function runtimeOptions(folder: string): RuntimeOptions {
    const text = fs.readFileSync(path.join(folder, "Pulumi.yaml"), "utf8");
    return (load(text) as { runtime: { options?: RuntimeOptions } }).runtime.options ?? {};
}

/**
 * Runs a program as a language host does: with the SDK's own `cmd/run` and the options of
 * Pulumi.yaml, in a new process.
 */
export function runProgram(request: ProgramRequest): Promise<ProgramRun> {
    const run = {
        ...request,
        organization: "organization",
        programDirectory: request.folder,
        rootDirectory: request.folder,
        entryPoint: request.entry,
        args: [],
        dryRun: request.preview,
        options: runtimeOptions(request.folder),
    };
    const runner = createRequire(import.meta.filename).resolve("@pulumi/pulumi/cmd/run");
    const started = performance.now();
    const child: ChildProcess = spawn(
        process.execPath,
        ["--import", tellUsage, ...programArguments(run, runner)],
        {
            cwd: request.folder,
            env: { ...request.env, ...programEnvironment(run) },
            stdio: ["ignore", "pipe", "pipe", "pipe"],
        },
    );
    let output = "";
    let usage = "";
    const [, stdout, stderr, told] = child.stdio;
    stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    told?.on("data", (chunk: Buffer) => (usage += chunk.toString()));
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => {
            // Nothing where it was killed.
            const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(
                usage || '{ "maxRSS": 0, "userCPUTime": 0, "systemCPUTime": 0 }',
            ) as NodeJS.ResourceUsage;
            resolve({
                exitCode: code ?? 137,
                started,
                // Kilobytes and microseconds (libuv's uv_getrusage).
                peakMemory: maxRSS * 1024,
                cpuMs: (userCPUTime + systemCPUTime) / 1000,
                output,
            });
        });
    });
}
