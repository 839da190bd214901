import { randomUUID } from "node:crypto";
import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import { heartbeat, type Log } from "./progress.ts";
import { withLock } from "./lock.ts";

/** What to build, where. */
export interface BuildRequest {
    /** Name of the lock; builds of different names may run at the same time. */
    readonly name: string;
    /** File or folder that is there when the build is done. Its name must change with what it is built from. */
    readonly target: string;
    /** Builds into `draft`, a path beside the target that does not exist yet. */
    readonly build: (draft: string) => Promise<void>;
    readonly log: Log;
}

/** Whether a file or folder is there. */
export function exists(file: string): Promise<boolean> {
    return access(file).then(
        () => true,
        () => false,
    );
}

/**
 * Builds something once for all processes and clones. It is built under another name and then renamed: a killed build is
 * never taken for a whole one, and what it left is removed by the next.
 */
export async function buildOnce({ name, target, build, log }: BuildRequest): Promise<string> {
    if (await exists(target)) {
        return target;
    }
    const waiting = heartbeat(log);
    try {
        return await withLock(
            name,
            async () => {
                waiting.stop();
                if (await exists(target)) {
                    return target;
                }
                const folder = path.dirname(target);
                await mkdir(folder, { recursive: true, mode: 0o700 });
                const prefix = `.${path.basename(target)}.draft-`;
                for (const left of await readdir(folder)) {
                    if (left.startsWith(prefix)) {
                        await rm(path.join(folder, left), { recursive: true, force: true });
                    }
                }
                const draft = path.join(folder, prefix + randomUUID());
                try {
                    await build(draft);
                    await rename(draft, target);
                } finally {
                    await rm(draft, { recursive: true, force: true });
                }
                return target;
            },
            (holder) => waiting.say(`waiting for process ${holder.pid}, which builds it already`),
        );
    } finally {
        waiting.stop();
    }
}
