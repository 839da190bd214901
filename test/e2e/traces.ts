import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import * as path from "node:path";
import { cachePath } from "../emulator/cache.ts";
import type { PocketCloud } from "../emulator/cloud.ts";

const read = (file: string): string => {
    try {
        return readFileSync(file, "latin1");
    } catch {
        return "";
    }
};
const link = (file: string): string => {
    try {
        return readlinkSync(file);
    } catch {
        return "";
    }
};

/** A variable that all processes inherit which are started while it is set. */
const mark = "STUDENT_LABS_TEST_RUN";

/** What a pocket cloud and the engine leave on the machine: nothing, once they have ended. */
export class Traces {
    private readonly mounts = read("/proc/self/mountinfo");
    private readonly run = `${mark}=${process.pid}-${Date.now()}`;

    /** From now on. */
    constructor() {
        process.env[mark] = this.run.slice(mark.length + 1);
    }

    /** All that is still there of a pocket cloud, in words. */
    async of(cloud: PocketCloud, addresses: readonly string[]): Promise<string[]> {
        delete process.env[mark];
        // An address that has a lock again is another pocket cloud's by now: tests of two clones may run at a time. A lock of
        // this one's is told below.
        const free = addresses.filter(
            (address) => !existsSync(path.join(cachePath("locks"), `address-${address}.lock`)),
        );
        const answering = await Promise.all(
            free.map(async (address) => ((await answers(address, 22)) ? [`${address}:22 answers`] : [])),
        );
        return [
            ...this.processes(cloud.dir),
            ...(read("/proc/self/mountinfo") === this.mounts ? [] : ["other mounts than before"]),
            ...locksOf(cloud).map((file) => `lock ${file}`),
            ...answering.flat(),
            ...(existsSync(cloud.dir) ? [`folder ${cloud.dir}`] : []),
        ];
    }

    /** Processes that were started meanwhile, wherever they are, and those that have a file system of the pocket cloud. */
    processes(dir: string): string[] {
        return (
            readdirSync("/proc")
                .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
                .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }))
                .filter(({ pid, command }) => {
                    const texts = [
                        command,
                        read(`/proc/${pid}/environ`),
                        link(`/proc/${pid}/cwd`),
                        // A host's own processes do not name the folder, but their root file system does.
                        read(`/proc/${pid}/mounts`).split("\n")[0] ?? "",
                    ];
                    return texts.some((text) => text.includes(dir) || text.includes(this.run));
                })
                // The compiler that this test itself is loaded with.
                .filter(({ command }) => !/esbuild.* --service/.test(command))
                .map(({ pid, command }) => `process ${pid}: ${command}`)
        );
    }
}

/** Locks, of addresses and others, that are the daemon's. */
function locksOf(cloud: PocketCloud): string[] {
    const folder = cachePath("locks");
    return readdirSync(folder).filter((name) => {
        const owner = read(path.join(folder, name));
        return owner !== "" && (JSON.parse(owner) as { pid?: number }).pid === cloud.daemon.pid;
    });
}

function answers(address: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host: address, port, timeout: 2_000 });
        const end = (answer: boolean) => {
            socket.destroy();
            resolve(answer);
        };
        socket.once("connect", () => end(true));
        socket.once("error", () => end(false));
        socket.once("timeout", () => end(false));
    });
}
