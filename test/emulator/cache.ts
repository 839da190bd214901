import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import envPaths from "env-paths";

/** Sub-folders of the cache. */
export type CacheArea = "tools" | "python" | "rootfs" | "runs" | "locks";

/** Environment variable that says where the cache is instead of the platform's usual place. */
export const CACHE_VARIABLE = "STUDENT_LABS_CACHE";

/**
 * The folder that holds everything the pocket cloud fetches, builds or writes: never the repository, never the machine.
 * Other clones of the repository use the same one. `env-paths` knows the platform's place (XDG_CACHE_HOME on Linux).
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
    const chosen = environment[CACHE_VARIABLE];
    if (chosen) {
        return path.resolve(chosen);
    }
    // env-paths reads XDG_CACHE_HOME when it is called, but only of the real environment: keep the two the same.
    const xdg = environment.XDG_CACHE_HOME;
    if (xdg && process.platform === "linux") {
        return path.join(path.resolve(xdg), "student-labs");
    }
    return envPaths("student-labs", { suffix: "" }).cache;
}

/** Path of a sub-folder of the cache; it need not exist. */
export function cachePath(area: CacheArea, ...parts: string[]): string {
    return path.join(cacheFolder(), area, ...parts);
}

/** Makes a sub-folder of the cache, readable by its owner only: runs hold passwords and keys. */
export async function ensureCache(area: CacheArea, ...parts: string[]): Promise<string> {
    const folder = cachePath(area, ...parts);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
}
