import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import * as path from "node:path";
import { type CacheArea, cacheFolder, cachePath } from "../cache.ts";
import { removeRun } from "../cloud.ts";
import { Run } from "../runs.ts";
import { exists } from "./buildOnce.ts";
import { ENGINE_MARK, npxFolder, wrapperVersion } from "./engine.ts";
import { removeLanguageHost } from "./languageHostFiles.ts";
import { isAlive, type ProcessIdentity } from "./process.ts";

const AREAS: readonly CacheArea[] = ["runs", "tools", "python", "rootfs", "locks"];

/** Living processes that hold a lock of the cache, with what they do. */
async function busy(): Promise<string[]> {
    const found: string[] = [];
    for (const name of await readdir(cachePath("locks")).catch(() => [] as string[])) {
        try {
            const owner = JSON.parse(await readFile(cachePath("locks", name), "utf8")) as ProcessIdentity;
            if (name.endsWith(".lock") && isAlive(owner)) {
                found.push(`process ${owner.pid} holds ${name.replace(/\.lock$/, "")}`);
            }
        } catch {
            // Given back in the meantime.
        }
    }
    return found;
}

/**
 * Removes everything that the pocket cloud has put on this machine, and gives the paths. Refuses while one runs or something
 * is being built. Only the cache's own sub-folders go, in case the variable points to a folder with other things in it.
 */
export async function clean(): Promise<string[]> {
    const runs = await Run.all();
    for (const run of runs) {
        const daemon = await run.daemon();
        if (daemon) {
            const name = path.basename(run.dir);
            throw new Error(
                `The pocket cloud "${name}" runs (process ${daemon.pid}). Stop it first, with "npm run demo -- --down" ` +
                    `or "kill ${daemon.pid}", then clean.`,
            );
        }
    }
    const holders = await busy();
    if (holders.length) {
        throw new Error(`The cache is in use: ${holders.join(", ")}. Wait for it or end it, then clean.`);
    }
    const removed: string[] = [];
    // Leftovers of killed ones first: their mounts must be gone before their files are removed.
    for (const run of runs) {
        await removeRun(run);
    }
    for (const area of AREAS) {
        const folder = cachePath(area);
        if (await exists(folder)) {
            await rm(folder, { recursive: true, force: true });
            removed.push(folder);
        }
    }
    await rmdir(cacheFolder()).catch(() => undefined);
    // The engine is beside others that the user may have fetched: only one that this project has built goes, and our language
    // host from beside another.
    const engine = npxFolder(await wrapperVersion());
    if (await exists(path.join(engine, ENGINE_MARK))) {
        await rm(engine, { recursive: true, force: true });
        removed.push(engine);
    } else {
        removed.push(...(await removeLanguageHost(path.join(engine, "bin"))));
    }
    return removed;
}
