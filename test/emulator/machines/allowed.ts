import { createServer } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import * as path from "node:path";
import { ensureCache } from "../cache.ts";
import { run } from "../tools/run.ts";

/** A loopback address outside the pool, of this process alone, to try whether hosts could listen. */
const PROBE_ADDRESS = `127.1.${(process.pid >> 8) & 255}.${(process.pid & 127) + 1}`;
const PROGRAMS = ["unshare", "nsenter", "setpriv", "mount", "apt-get", "apt-config", "dpkg-deb"];

/** Says if this machine allows what hosts need; `reason` is one line for people. */
export async function namespacesAllowed(): Promise<{ allowed: true } | { allowed: false; reason: string }> {
    const reason = await obstacle();
    return reason === undefined ? { allowed: true } : { allowed: false, reason };
}

async function obstacle(): Promise<string | undefined> {
    if (process.platform !== "linux") {
        return `disposable hosts need Linux, this is ${process.platform}`;
    }
    if (process.geteuid?.() !== 0) {
        return "disposable hosts need root, for namespaces and mounts";
    }
    for (const program of PROGRAMS) {
        if ((await run("sh", ["-c", `command -v ${program}`])).exitCode !== 0) {
            return `disposable hosts need ${program}, which this machine has not`;
        }
    }
    const folder = await mkdtemp(path.join(await ensureCache("runs"), "probe-"));
    try {
        const script = `cd "$1" && mkdir lower upper work root && mount -t proc proc /proc &&
            mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,volatile root`;
        const flags = [
            "--mount",
            "--propagation",
            "private",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child",
        ];
        const tried = await run("unshare", [...flags, "sh", "-c", script, "probe", folder], {
            timeoutMs: 10_000,
        });
        if (tried.exitCode !== 0) {
            return `namespaces or overlay file systems are not allowed here: ${tried.stderr.trim().split("\n")[0] ?? ""}`;
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
    const taken = await listenFailure(PROBE_ADDRESS, 22);
    return taken === undefined
        ? undefined
        : `hosts cannot listen on 127.0.1.N:22 (${taken}): does an SSH server of this machine listen on all addresses?`;
}

/** Why nothing can listen there, as an error code; undefined if it can. */
export function listenFailure(host: string, port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
    });
}
