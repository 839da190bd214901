import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { OperationMessage, OperationRequest } from "./messages.ts";
import { EventCollector, type OperationResult } from "./result.ts";

/** How an operation is run and watched. */
export interface RunningOptions {
    readonly env: Readonly<Record<string, string>>;
    readonly onEvent?: (event: EngineEvent) => void;
    readonly onOutput?: (text: string) => void;
    readonly timeoutMs?: number;
}

/** Exit code of an operation that was killed, as a shell would tell it. */
const KILLED = 137;

/** An operation that goes on in its own process group: engine, program and whatever they start. */
export class RunningOperation {
    /** How it ended; never rejects, a failed operation is a result. */
    readonly result: Promise<OperationResult>;
    private readonly child: ChildProcess;

    constructor(request: OperationRequest, options: RunningOptions) {
        const began = Date.now();
        const events = new EventCollector();
        let stdout = "";
        let stderr = "";
        let done: { exitCode: number; message?: string } | undefined;
        this.child = fork(path.join(import.meta.dirname, "operation.ts"), [], {
            cwd: request.workDir,
            env: { ...options.env },
            stdio: ["ignore", "pipe", "pipe", "ipc"],
            // A group of its own, so that all of it can be killed at once.
            detached: true,
        });
        const output = (text: string) => {
            stdout += text;
            options.onOutput?.(text);
        };
        this.child.on("message", (message: OperationMessage) => {
            switch (message.type) {
                case "event":
                    events.add(message.event);
                    options.onEvent?.(message.event);
                    break;
                case "output":
                    output(message.text);
                    break;
                case "error":
                    stderr += message.text;
                    break;
                case "done":
                    done = message;
                    break;
            }
        });
        // What an inline program prints itself; the language host hands it to the engine.
        this.child.stdout?.on("data", (chunk: Buffer) => output(chunk.toString()));
        this.child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        const timer =
            options.timeoutMs === undefined
                ? undefined
                : setTimeout(() => {
                      stderr += `killed: not done after ${options.timeoutMs} ms\n`;
                      this.signal("SIGKILL");
                  }, options.timeoutMs);
        this.result = new Promise((resolve) => {
            this.child.once("error", (error) => (stderr += `${error.message}\n`));
            this.child.once("close", (code) => {
                clearTimeout(timer);
                const exitCode = done?.exitCode ?? (code || KILLED);
                // The Automation API's message repeats both outputs; it counts only where the CLI did not get to speak.
                if (done?.message && !stdout && !stderr) {
                    stderr = done.message;
                }
                resolve({
                    result: exitCode === 0 ? "succeeded" : "failed",
                    exitCode,
                    changes: events.changes,
                    steps: events.steps,
                    diagnostics: events.diagnostics,
                    stdout,
                    stderr,
                    durationMs: Date.now() - began,
                });
            });
        });
        this.child.send(request, (error) => error && (stderr += `${error.message}\n`));
    }

    private signal(signal: NodeJS.Signals): void {
        if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) {
            return;
        }
        try {
            process.kill(-this.child.pid, signal);
        } catch {
            // The group is gone already.
        }
    }

    /** Ctrl-C: the engine finishes what is going on and stops. */
    interrupt(): void {
        this.signal("SIGINT");
    }

    /** What a power cut of the operator's laptop does: engine and program are gone at once. Resolves when they are. */
    async kill(signal: "SIGKILL" = "SIGKILL"): Promise<OperationResult> {
        this.signal(signal);
        return this.result;
    }
}
