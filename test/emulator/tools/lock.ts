import { randomUUID } from "node:crypto";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { ensureCache } from "../cache.ts";
import { isAlive, type ProcessIdentity, self } from "./process.ts";

/** How old a take-over mark must be to belong to a process that died within it; it is held for microseconds. */
const TAKEOVER_AGE_MS = 10_000;

function hasCode(error: unknown, code: string): boolean {
    return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

async function owner(file: string): Promise<ProcessIdentity | undefined> {
    try {
        return JSON.parse(await readFile(file, "utf8")) as ProcessIdentity;
    } catch {
        return undefined;
    }
}

/** Makes `file` with our identity in it, whole from the first moment on; false when somebody else has it. */
async function claim(file: string): Promise<boolean> {
    const draft = `${file}.${process.pid}.${randomUUID()}`;
    await writeFile(draft, JSON.stringify(self()), { mode: 0o600 });
    try {
        await link(draft, file);
        return true;
    } catch (error) {
        if (hasCode(error, "EEXIST")) {
            return false;
        }
        throw error;
    } finally {
        await rm(draft, { force: true });
    }
}

/**
 * Removes the lock of a dead process. Two processes that find the same dead owner must not both remove: the second one would
 * remove the lock that the first has just taken. So it happens under a mark that one process at a time has, and the owner
 * is read again under it.
 */
async function removeDead(file: string): Promise<void> {
    const mark = `${file}.takeover`;
    if (!(await claim(mark))) {
        const age = await stat(mark).then(
            (found) => Date.now() - found.mtimeMs,
            () => 0,
        );
        if (age > TAKEOVER_AGE_MS) {
            await rm(mark, { force: true });
        }
        return;
    }
    try {
        const found = await owner(file);
        if (found && !isAlive(found)) {
            await rm(file, { force: true });
        }
    } finally {
        await rm(mark, { force: true });
    }
}

/** Takes the lock file unless a living process has it. */
export async function tryLock(
    file: string,
): Promise<{ release(): Promise<void> } | { owner: ProcessIdentity }> {
    for (let attempt = 0; ; attempt++) {
        if (await claim(file)) {
            return { release: () => rm(file, { force: true }) };
        }
        const found = await owner(file);
        if (found && (isAlive(found) || attempt > 100)) {
            return { owner: found };
        }
        if (found) {
            await removeDead(file);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}

/** Runs `work` while no other process of this user does work under the same name; waits for its turn. */
export async function withLock<T>(
    name: string,
    work: () => Promise<T>,
    onWait: (holder: ProcessIdentity, waitedMs: number) => void = () => undefined,
): Promise<T> {
    const file = path.join(await ensureCache("locks"), `${name}.lock`);
    const began = Date.now();
    for (;;) {
        const lock = await tryLock(file);
        if ("release" in lock) {
            try {
                return await work();
            } finally {
                await lock.release();
            }
        }
        onWait(lock.owner, Date.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}
