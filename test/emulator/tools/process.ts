import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
    readonly pid: number;
    /** When it started, in the words of the operating system; empty where that cannot be found out. */
    readonly started: string;
}

/** The running process with this number, or `undefined`. A zombie is not running. */
export function identify(pid: number): ProcessIdentity | undefined {
    if (process.platform === "linux") {
        try {
            // Field 2 is the command in brackets and may hold anything, so count from behind the last bracket:
            // field 3 is the state, field 22 the start in ticks since boot (proc_pid_stat(5)).
            const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
            const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
            return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, started: fields[19] ?? "" };
        } catch {
            return undefined;
        }
    }
    return identifyWithPs(pid);
}

/** The same where there is no /proc (macOS, BSD), from what POSIX systems' `ps` tells. */
export function identifyWithPs(pid: number): ProcessIdentity | undefined {
    try {
        // The words depend on language and time zone: two processes of ours must get the same ones.
        const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
            encoding: "utf8",
            env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
            stdio: ["ignore", "pipe", "ignore"],
        });
        const [, state, started] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(line) ?? [];
        return started === undefined || state?.startsWith("Z") ? undefined : { pid, started };
    } catch {
        // ps fails where there is no such process.
        return undefined;
    }
}

/** This process. */
export function self(): ProcessIdentity {
    return identify(process.pid) ?? { pid: process.pid, started: "" };
}

/** Whether exactly this process still runs: another one that got its number later does not count. */
export function isAlive(identity: ProcessIdentity): boolean {
    const found = identify(identity.pid);
    return found !== undefined && found.started === identity.started;
}

/** Waits until the process is gone; false when it is still there after the given time. */
export async function waitForExit(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
    const end = Date.now() + timeoutMs;
    while (isAlive(identity)) {
        if (Date.now() > end) {
            return false;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return true;
}
