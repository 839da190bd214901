import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { type EngineOptions, operationArguments, type OperationKind } from "./arguments.ts";
import { EventLog } from "./eventLog.ts";
import { EventCollector, type OperationResult } from "./result.ts";

/** An operation, and where its engine works. */
export interface OperationRequest {
    readonly kind: OperationKind;
    readonly stack: string;
    readonly options: EngineOptions;
    /** The `pulumi` to start. */
    readonly enginePath: string;
    /** Folder of the project. */
    readonly project: string;
    /** Folder for the event log, which has secrets in it and goes with the operation. */
    readonly logs: string;
    /** The whole environment. */
    readonly env: Readonly<Record<string, string>>;
}

/** How an operation is watched. */
export interface Watching {
    readonly onEvent?: (event: EngineEvent) => void;
    readonly onOutput?: (text: string) => void;
    /** After that time the engine is killed, and the operation counts as failed. */
    readonly timeoutMs?: number;
}

/** Exit code of an operation that was killed, as a shell would tell it. */
const KILLED = 137;

/** A `pulumi up` or the like that goes on, as from a shell. */
export class RunningOperation {
    /** How it ended; never rejects, a failed operation is a result. */
    readonly result: Promise<OperationResult>;
    private readonly child: ChildProcess;

    constructor(request: OperationRequest, { onEvent, onOutput, timeoutMs }: Watching = {}) {
        const began = Date.now();
        const events = new EventCollector();
        let stdout = "";
        let stderr = "";
        const folder = mkdtempSync(path.join(request.logs, "operation-"));
        const file = path.join(folder, "events");
        const log = new EventLog(file, (event) => {
            events.add(event);
            onEvent?.(event);
        });
        this.child = spawn(
            request.enginePath,
            operationArguments(request.kind, request.stack, file, request.options),
            {
                cwd: request.project,
                env: { ...request.env },
                stdio: ["ignore", "pipe", "pipe"],
                // A group of its own: Ctrl-C in the terminal is for the test or the demo to handle. The engine gives language
                // hosts and providers groups of their own again, so that a Ctrl-C from its terminal meets the engine alone.
                detached: true,
            },
        );
        this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
            onOutput?.(text);
        });
        this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        const timer =
            timeoutMs === undefined
                ? undefined
                : setTimeout(() => {
                      stderr += `killed: not done after ${timeoutMs} ms\n`;
                      this.signal("SIGKILL");
                  }, timeoutMs);
        this.result = new Promise((resolve) => {
            this.child.once("error", (error) => (stderr += `${error.message}\n`));
            this.child.once("close", (code) => {
                clearTimeout(timer);
                log.close();
                rmSync(folder, { recursive: true, force: true });
                const exitCode = code ?? KILLED;
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

    /**
     * What a power cut of the operator's laptop does: the engine is gone at once, and language host and program with it, which
     * see their engine's end. Resolves when the engine is.
     */
    async kill(signal: "SIGKILL" = "SIGKILL"): Promise<OperationResult> {
        this.signal(signal);
        return this.result;
    }
}
