/** What the engine was started with: a real provider is its child and inherits that, a stand-in is in a daemon. */
import * as fs from "node:fs/promises";

const LISTENING = "0A";

/**
 * A variable of the process of this machine that listens on a port of the loopback network, as it was when the process
 * began. Known from `/proc`, so on Linux alone, and only of processes of the same user.
 *
 * @returns `undefined` where it is not set, or cannot be known
 */
export async function variableOfListener(port: number, name: string): Promise<string | undefined> {
    try {
        const socket = await listeningSocket(port);
        if (socket === undefined) return undefined;
        for (const process of await fs.readdir("/proc")) {
            if (/^\d+$/.test(process) && (await holds(process, socket))) {
                const entries = (await fs.readFile(`/proc/${process}/environ`, "utf8")).split("\0");
                return entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
            }
        }
    } catch (error) {
        // No /proc here, or the process is another user's or gone by now.
        if (!["ENOENT", "EACCES", "EPERM", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) {
            throw error;
        }
    }
    return undefined;
}

/** Name of the socket as the descriptors of its process show it. */
async function listeningSocket(port: number): Promise<string | undefined> {
    const wanted = port.toString(16).toUpperCase().padStart(4, "0");
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        const lines = (await fs.readFile(table, "utf8").catch(() => "")).split("\n").slice(1);
        for (const line of lines) {
            const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
            if (state === LISTENING && local.endsWith(`:${wanted}`)) return `socket:[${inode}]`;
        }
    }
    return undefined;
}

async function holds(process: string, socket: string): Promise<boolean> {
    const folder = `/proc/${process}/fd`;
    const descriptors = await fs.readdir(folder).catch(() => []);
    for (const descriptor of descriptors) {
        if ((await fs.readlink(`${folder}/${descriptor}`).catch(() => "")) === socket) return true;
    }
    return false;
}
