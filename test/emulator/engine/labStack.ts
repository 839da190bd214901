import * as path from "node:path";
import { exists } from "../tools/buildOnce.ts";
import type { Engine } from "../tools/engine.ts";
import type { RunResult } from "../tools/run.ts";
import type { EngineOptions, OperationKind } from "./arguments.ts";
import { RunningOperation, type Watching } from "./runningOperation.ts";
import type { OperationResult } from "./result.ts";
import type { Scratch, StackConfig } from "./scratch.ts";
import { Shell, type ShellOptions } from "./shell.ts";

/** What a stack is made from. Another stack in the same folder is another region of the same project. */
export interface LabStackOptions extends ShellOptions {
    /** Name of the stack, e.g. `eu-west-1`: its Pulumi.<stack>.yaml of the repository is where the settings start. */
    readonly stack: string;
    /** Settings that differ from that file. */
    readonly config?: StackConfig;
}

/** Options of an operation. */
export type OperationOptions = EngineOptions & Watching;

/** The longest that the short commands may take. */
const COMMAND_LIMIT_MS = 120_000;

/** A stack on the real engine, with its state in a folder, in a scratch copy of the project. */
export class LabStack {
    readonly stack: string;
    /** Where its commands run; the operator's tool runs there as well. */
    readonly shell: Shell;

    private constructor(stack: string, shell: Shell) {
        this.stack = stack;
        this.shell = shell;
    }

    /** Makes the stack, or finds it again in its folder. */
    static async create({ stack, config = {}, ...options }: LabStackOptions): Promise<LabStack> {
        const made = new LabStack(stack, await Shell.open(options));
        await made.scratch.setConfig(stack, config);
        if (!(await exists(await made.stateFile()))) {
            await made.command(["stack", "init", stack, "--secrets-provider", "passphrase"]);
        }
        return made;
    }

    /** The CLI that runs it. */
    get engine(): Engine {
        return this.shell.engine;
    }

    /** Its folders and settings. */
    get scratch(): Scratch {
        return this.shell.scratch;
    }

    /** Where the engine keeps the state, for tests that look for secrets in it. */
    async stateFile(): Promise<string> {
        const project = await this.scratch.projectName();
        return path.join(this.scratch.state, ".pulumi", "stacks", project, `${this.stack}.json`);
    }

    /** Starts an operation and gives a handle on it. */
    start(kind: OperationKind, options: OperationOptions = {}): RunningOperation {
        const { onEvent, onOutput, timeoutMs, ...engineOptions } = options;
        return new RunningOperation(
            {
                kind,
                stack: this.stack,
                options: engineOptions,
                enginePath: this.engine.path,
                project: this.scratch.project,
                logs: this.scratch.dir,
                env: this.shell.env,
            },
            { onEvent, onOutput, timeoutMs },
        );
    }

    /** `pulumi up` */
    up(options?: OperationOptions): Promise<OperationResult> {
        return this.start("up", options).result;
    }

    /** `pulumi preview` */
    preview(options?: OperationOptions): Promise<OperationResult> {
        return this.start("preview", options).result;
    }

    /** `pulumi refresh` */
    refresh(options?: OperationOptions): Promise<OperationResult> {
        return this.start("refresh", options).result;
    }

    /** `pulumi destroy` */
    destroy(options?: OperationOptions): Promise<OperationResult> {
        return this.start("destroy", options).result;
    }

    /** `pulumi stack output --json` */
    async outputs(showSecrets = false): Promise<Record<string, unknown>> {
        const args = [
            "stack",
            "output",
            "--json",
            "--stack",
            this.stack,
            ...(showSecrets ? ["--show-secrets"] : []),
        ];
        return JSON.parse((await this.command(args)).stdout) as Record<string, unknown>;
    }

    /** `pulumi stack export`: the state, with its secrets encrypted. */
    async export(): Promise<{ version: number; deployment: { resources?: Record<string, unknown>[] } }> {
        const { stdout } = await this.command(["stack", "export", "--stack", this.stack]);
        return JSON.parse(stdout) as {
            version: number;
            deployment: { resources?: Record<string, unknown>[] };
        };
    }

    /** Changes one setting, plain or structured, for the next operation; `undefined` removes it. */
    setConfig(key: string, value: unknown): Promise<void> {
        return this.scratch.setConfig(this.stack, { [key]: value });
    }

    /** `pulumi cancel`: takes away the lock of an engine that was killed. */
    async cancel(): Promise<void> {
        await this.command(["cancel", "--yes", "--stack", this.stack]);
    }

    /** Any other command of the CLI in the scratch project; throws when it fails. Put no secret into its arguments. */
    async command(args: readonly string[]): Promise<RunResult> {
        const quiet = ["--non-interactive", "--color", "never"];
        const result = await this.shell.start(this.engine.path, [...quiet, ...args], {
            timeoutMs: COMMAND_LIMIT_MS,
        });
        if (result.exitCode !== 0) {
            throw new Error(
                `pulumi ${args.join(" ")} ended with ${result.exitCode}: ${result.stderr || result.stdout}`,
            );
        }
        return result;
    }
}
