import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { withoutAccounts } from "../engine/environment.ts";

/** A moto server that runs. */
export interface RunningMoto {
    readonly url: string;
    readonly pid: number;
    /** Resolves when it has ended, asked to or not. */
    readonly ended: Promise<void>;
    stop(): Promise<void>;
}

/** Importing moto's services takes some seconds on a busy machine. */
const START_LIMIT_MS = 120_000;

/** Starts moto; its log goes to a file. It ends by itself when this process does. */
export async function startMoto(python: string, logFile: string): Promise<RunningMoto> {
    const log = await open(logFile, "a", 0o600);
    const child = spawn(python, [path.join(import.meta.dirname, "serve_moto.py")], {
        env: {
            ...withoutAccounts(process.env),
            // Without it moto knows no policy of AWS's own, and AttachRolePolicy answers NoSuchEntity.
            MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
            PYTHONUNBUFFERED: "1",
        },
        stdio: ["pipe", "pipe", log.fd],
    });
    await log.close();
    const ended = new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.once("error", () => resolve());
    });
    const output = child.stdout;
    if (!output) {
        throw new Error("moto has no standard output");
    }
    const lines = createInterface({ input: output });
    const port = new Promise<string>((resolve) => lines.once("line", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
    const first = await Promise.race([port, ended.then(() => undefined)]);
    clearTimeout(timer);
    lines.close();
    if (!first || child.pid === undefined) {
        throw new Error(`moto did not start; its log is ${logFile}`);
    }
    return {
        url: `http://127.0.0.1:${first.trim()}`,
        pid: child.pid,
        ended,
        async stop() {
            child.kill("SIGKILL");
            await ended;
        },
    };
}
