import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import { exists } from "../tools/buildOnce.ts";
import { isAlive, type ProcessIdentity } from "../tools/process.ts";
import { run } from "../tools/run.ts";
import { PROCESS_FILE } from "./host.ts";

const WAIT_MS = 5_000;

/**
 * Ends and removes what a supervisor in `dir` has left that was killed before close(): processes, mounts, disks. Hosts die
 * with their daemon, so usually only files are left. Must not be called while the daemon lives.
 */
export async function cleanLeftovers(dir: string): Promise<void> {
    const hosts = path.join(dir, "hosts");
    for (const id of await readdir(hosts).catch(() => [])) {
        for (const identity of await processes(path.join(hosts, id, PROCESS_FILE))) {
            await end(identity);
        }
    }
    await unmountBelow(dir);
    await removeTree(hosts);
    await removeTree(path.join(dir, "tools"));
}

/** Removes a folder of a host, never across a mount. */
export async function removeTree(folder: string): Promise<void> {
    // Simulated machines have none, and the `rm` of macOS does not know this option.
    if (!(await exists(folder))) {
        return;
    }
    const result = await run("rm", ["-rf", "--one-file-system", folder]);
    if (result.exitCode !== 0) {
        throw new Error(`${folder} cannot be removed: ${result.stderr.trim()}`);
    }
}

async function processes(file: string): Promise<ProcessIdentity[]> {
    try {
        return JSON.parse(await readFile(file, "utf8")) as ProcessIdentity[];
    } catch {
        return [];
    }
}

async function end(identity: ProcessIdentity): Promise<void> {
    for (const until = Date.now() + WAIT_MS; isAlive(identity) && Date.now() < until;) {
        process.kill(identity.pid, "SIGKILL");
        await new Promise((done) => setTimeout(done, 20));
    }
}

/** Hosts mount in a namespace of their own; should one have been seen by the machine, it goes now, innermost first. */
async function unmountBelow(dir: string): Promise<void> {
    const mounts = await readFile("/proc/mounts", "utf8").catch(() => "");
    const below = mounts
        .split("\n")
        .map((line) => line.split(" ")[1] ?? "")
        .filter((point) => point.startsWith(`${dir}/`));
    for (const point of below.reverse()) {
        await run("umount", ["-l", point]);
    }
}
