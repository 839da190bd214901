/**
 * One operation of the engine, in a process of its own: the program is loaded anew each time as `pulumi up` does, its memory
 * is given back, and it can be killed together with the engine. Started by `labStack.ts` only, which talks to it over IPC.
 */
import { setImmediate as soon } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { runtime } from "@pulumi/pulumi";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import type { OperationMessage, OperationRequest } from "./messages.ts";

/** How long the engine gets to finish its running steps when the test or demo that wants them is gone. */
const GRACE_MS = 20_000;

function send(message: OperationMessage): Promise<void> {
    return new Promise((resolve) => {
        if (!process.connected) {
            resolve();
            return;
        }
        process.send?.(message, undefined, undefined, () => resolve());
    });
}

const uncaught = new Set<unknown>();
process.on("unhandledRejection", (error) => uncaught.add(error));
process.on("uncaughtException", (error) => uncaught.add(error));

/**
 * Lets a program that had errors end as one that had errors. Where a resource fails, those that depend on it are never
 * declared. Pulumi's own language host does not tell the engine "that was all" then (cmd/run/index.js); the Automation API's
 * (SDK 3.270, automation/server.js) does, and the engine removes whatever was not declared: machines that people work on.
 */
function endWithErrors(): void {
    const monitor = runtime.getMonitor();
    const signal = monitor?.signalAndWaitForShutdown.bind(monitor);
    if (monitor === undefined || signal === undefined) {
        return;
    }
    monitor.signalAndWaitForShutdown = ((...args: Parameters<typeof signal>) => {
        // Node tells of unhandled rejections at the end of a turn.
        void soon().then(() => {
            const answer = args.at(-1) as unknown;
            if (uncaught.size > 0 && typeof answer === "function") {
                (answer as (error: Error) => void)(new Error(`the program had ${uncaught.size} errors`));
            } else {
                signal(...args);
            }
        });
    }) as typeof signal;
}

/** What the module exports by default is the outputs of the stack, or a function that makes them, as for the language host. */
function inlineProgram(file: string): () => Promise<Record<string, unknown>> {
    return async () => {
        endWithErrors();
        const { default: exported } = (await import(pathToFileURL(file).href)) as { default: unknown };
        const outputs: unknown =
            typeof exported === "function" ? await (exported as () => unknown)() : exported;
        return { ...(outputs as object) };
    };
}

async function perform(request: OperationRequest): Promise<void> {
    const workspace = await LocalWorkspace.create({
        workDir: request.workDir,
        program: request.program === undefined ? undefined : inlineProgram(request.program),
    });
    const stack = await Stack.select(request.stack, workspace);
    const { target, replace, ...plain } = request.options;
    const options = {
        ...plain,
        color: "never" as const,
        onEvent: (event: object) => void send({ type: "event", event } as OperationMessage),
        onOutput: (text: string) => void send({ type: "output", text }),
        onError: (text: string) => void send({ type: "error", text }),
    };
    const lists = { target: target && [...target], replace: replace && [...replace] };
    switch (request.kind) {
        case "up":
            await stack.up({ ...options, ...lists });
            break;
        case "preview":
            await stack.preview({ ...options, ...lists });
            break;
        case "refresh":
            await stack.refresh({ ...options, target: lists.target });
            break;
        case "destroy":
            await stack.destroy({ ...options, target: lists.target });
            break;
    }
}

/** The CLI's exit code, which the Automation API keeps in the cause of its error; 255 when it was not the CLI that failed. */
function exitCodeOf(error: unknown): number {
    const result = (error as { commandResult?: { err?: { exitCode?: number } } }).commandResult;
    return result?.err?.exitCode || 255;
}

// Ctrl-C goes to the whole group: the engine cancels, and this process has to stay until it has.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => {
    process.kill(-process.pid, "SIGINT");
    setTimeout(() => process.kill(-process.pid, "SIGKILL"), GRACE_MS).unref();
});
process.once("message", (request: OperationRequest) => {
    perform(request)
        .then(
            () => send({ type: "done", exitCode: 0 }),
            (error: unknown) =>
                send({
                    type: "done",
                    exitCode: exitCodeOf(error),
                    message: error instanceof Error ? error.message : String(error),
                }),
        )
        .finally(() => process.exit());
});
