import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { cachePath } from "../cache.ts";
import { buildOnce, exists } from "./buildOnce.ts";
import { elapsed, heartbeat, type Log } from "./progress.ts";
import { run, type RunOptions } from "./run.ts";

/** What gets installed, every package at one version. */
export const REQUIREMENTS = path.join(import.meta.dirname, "requirements.txt");

/** moto 5.2.1 demands it. */
const OLDEST: readonly [number, number] = [3, 10];
const CANDIDATES = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];
/** Last thing that is written into an environment: one without it is not whole. */
const STAMP = "student-labs.json";
const INSTALL_LIMIT_MS = 15 * 60_000;

/** "3.11.7 (main, ...)" -> [3, 11] if the project can use it. */
export function usablePython(version: string): boolean {
    const match = /^(\d+)\.(\d+)/.exec(version);
    const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
    return major === OLDEST[0] && minor >= OLDEST[1];
}

async function findPython(): Promise<{ command: string; version: string }> {
    const seen: string[] = [];
    for (const command of CANDIDATES) {
        // ensurepip: Debian and Ubuntu split it off into python3-venv, and `venv` fails half-way without it.
        const probe = "import sys, platform, venv, ensurepip; print(platform.python_version())";
        const { exitCode, stdout, stderr } = await run(command, ["-c", probe], { timeoutMs: 20_000 });
        if (exitCode === 0 && usablePython(stdout)) {
            return { command, version: stdout.trim() };
        }
        if (exitCode === 0) {
            seen.push(`${command} is ${stdout.trim()}`);
        } else if (/ensurepip|venv/.test(stderr)) {
            seen.push(`${command} has no venv`);
        }
    }
    throw new Error(
        `The pocket cloud needs Python ${OLDEST.join(".")} or newer with its venv module` +
            `${seen.length ? ` (${seen.join(", ")})` : ""}. On Debian and Ubuntu: apt-get install python3-venv`,
    );
}

async function must(file: string, args: readonly string[], options?: RunOptions): Promise<void> {
    const { exitCode, stdout, stderr } = await run(file, args, options);
    if (exitCode !== 0) {
        throw new Error(`${file} ${args.slice(0, 3).join(" ")} ended with ${exitCode}:\n${stderr || stdout}`);
    }
}

/** The interpreter of the project's own Python environment, with moto; made in the cache when it is not there. */
export async function preparePython(log: Log): Promise<string> {
    const requirements = await readFile(REQUIREMENTS);
    const python = await findPython();
    // The version is part of the key: an environment does not survive a change of the Python it was made with.
    const key = createHash("sha256").update(requirements).update(python.version).digest("hex").slice(0, 16);
    const target = cachePath("python", key);
    await buildOnce({
        name: `python-${key}`,
        target: path.join(target, STAMP),
        log,
        build: async (stamp) => {
            const begin = Date.now();
            const beat = heartbeat(log, begin);
            try {
                // An environment has its own path written into it, so it cannot be renamed into place: the stamp is.
                beat.say(`making a Python ${python.version} environment`);
                await must(python.command, ["-m", "venv", "--clear", target]);
                beat.say("installing moto with pip");
                await must(
                    path.join(target, "bin", "python"),
                    [
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--no-input",
                        "--no-deps",
                        "--disable-pip-version-check",
                        "-r",
                        REQUIREMENTS,
                    ],
                    { timeoutMs: INSTALL_LIMIT_MS },
                );
            } catch (error) {
                throw new Error(
                    `Installing ${path.basename(REQUIREMENTS)} with pip failed. It needs a package index: check the network ` +
                        `or pip's configuration (pip config list).\n${error instanceof Error ? error.message : String(error)}`,
                    { cause: error },
                );
            } finally {
                beat.stop();
            }
            await writeFile(stamp, JSON.stringify({ python: python.version }));
            log(`moto is ready (${elapsed(Date.now() - begin)})`);
        },
    });
    const interpreter = path.join(target, "bin", "python");
    if (!(await exists(interpreter))) {
        throw new Error(`${target} is broken: remove it and run again`);
    }
    return interpreter;
}
