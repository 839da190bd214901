import * as fs from "node:fs";
import type { PocketCloud } from "../emulator/cloud.ts";
import type { LabStack } from "../emulator/engine/labStack.ts";
import type { OperationResult } from "../emulator/engine/result.ts";
import type { RunningOperation } from "../emulator/engine/runningOperation.ts";
import type { StackConfig } from "../emulator/engine/scratch.ts";
import { classStack } from "./pocketClass.ts";
import { stillThere } from "./stillThere.ts";
import type { Terminal } from "./terminal.ts";
import { UpProgress } from "./upProgress.ts";

/** Long enough for a large class on a slow machine; something unknown in the cloud may block a destroy for ever. */
const DESTROY_LIMIT_MS = 10 * 60_000;

/** The demo's class on its pocket cloud, and what the demo does with it. */
export class DemoClass {
    private running: RunningOperation | undefined;

    readonly cloud: PocketCloud;
    readonly stack: LabStack;
    private readonly terminal: Terminal;

    private constructor(cloud: PocketCloud, stack: LabStack, terminal: Terminal) {
        this.cloud = cloud;
        this.stack = stack;
        this.terminal = terminal;
    }

    /** Makes the stack, or finds that of a class which was left up. */
    static async of(cloud: PocketCloud, terminal: Terminal, config?: StackConfig): Promise<DemoClass> {
        return new DemoClass(cloud, await classStack(cloud, config), terminal);
    }

    /** Runs an operation of the engine with live progress; fails with what the engine said. */
    async operate(kind: "up" | "destroy", labs: readonly string[]): Promise<OperationResult> {
        const progress = new UpProgress(labs, this.terminal, this.cloud.mode === "simulated");
        this.running = this.stack.start(kind, {
            onEvent: progress.onEvent,
            // The engine's default would let a class wait in line: every cluster holds a place for minutes.
            parallel: 150,
            ...(kind === "up" ? { continueOnError: true } : { timeoutMs: DESTROY_LIMIT_MS }),
        });
        const outcome = await this.running.result;
        this.running = undefined;
        progress.end();
        if (outcome.result === "failed") {
            const errors = outcome.diagnostics.filter(({ severity }) => severity === "error");
            throw new Error(
                `pulumi ${kind} failed:\n${errors.map(({ message }) => message).join("\n") || outcome.stderr}`,
            );
        }
        return outcome;
    }

    /** Ends what the engine is doing, at once. */
    async interrupt(): Promise<void> {
        await this.running?.kill();
    }

    /** Removes the class, shows that nothing is left, and ends the pocket cloud. */
    async tearDown(labs: readonly string[]): Promise<void> {
        this.terminal.heading("pulumi destroy");
        await this.operate("destroy", labs);
        this.terminal.status("looking for what may be left, and ending the pocket cloud");
        const left = await stillThere(this.cloud.env);
        const machines = (await this.cloud.control.machines()).filter(({ status }) => status !== undefined);
        await this.cloud.stop();
        this.terminal.status(undefined);
        const folder = fs.existsSync(this.cloud.dir);
        if (left.length > 0 || machines.length > 0 || folder) {
            throw new Error(`left behind: ${JSON.stringify({ left, machines, folder })}`);
        }
        this.terminal.say(
            "  ok  nothing is left: no resource with the class's tags, no machine, no process, no file",
        );
    }
}
