import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { ExecOptions, ExecResult } from "./machines.ts";

/** Capabilities that no process of a host has; the same list as in host/image/usr/local/lib/labhost/processes.py. */
const DROPPED = [
    "net_admin",
    "sys_module",
    "sys_rawio",
    "sys_admin",
    "sys_boot",
    "sys_time",
    "mknod",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
];

/**
 * Runs a process in the namespaces of the host whose PID 1 has this number out here. Its environment is that of a login:
 * passed as environment and never as arguments, which everybody on the machine could read.
 */
export function enterHost(
    init: number,
    environment: Readonly<Record<string, string>>,
    options: ExecOptions,
): Promise<ExecResult> {
    const { user, argv, signal } = options;
    signal?.throwIfAborted();
    const home = user === "root" ? "/root" : `/home/${user}`;
    const child = spawn(
        "nsenter",
        ["--target", String(init), "--mount", "--uts", "--ipc", "--pid", "--", "/usr/bin/setpriv"].concat(
            [
                "--reuid",
                user,
                "--regid",
                user,
                "--init-groups",
                "--bounding-set",
                DROPPED.map((each) => `-${each}`).join(","),
            ],
            ["--", "/usr/bin/env", "-C", options.cwd ?? home],
            argv,
        ),
        {
            stdio: ["pipe", "pipe", "pipe"],
            env: {
                PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                LANG: "C.UTF-8",
                ...environment,
                HOME: home,
                USER: user,
                LOGNAME: user,
                SHELL: "/bin/bash",
                ...options.env,
            },
        },
    );
    return new Promise((resolve, reject) => {
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        const abort = (): void => {
            // Not nsenter itself: it must reap its child, whose namespace cannot end before that.
            for (const pid of descendants(child.pid ?? 0)) {
                try {
                    process.kill(pid, "SIGKILL");
                } catch {
                    // It has ended already.
                }
            }
        };
        signal?.addEventListener("abort", abort, { once: true });
        child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
        // A process that does not read all of its input closes the pipe: its exit code tells, not ours.
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.stdin ?? "");
        child.once("error", reject);
        child.once("close", (code, by) => {
            signal?.removeEventListener("abort", abort);
            resolve({
                code: code ?? 128 + (by ? constants.signals[by] : 0),
                stdout: Buffer.concat(stdout),
                stderr: Buffer.concat(stderr),
            });
        });
    });
}

/** All processes below one. */
function descendants(pid: number): number[] {
    try {
        const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
            .trim()
            .split(/\s+/)
            .filter(Boolean);
        return children.flatMap((each) => [Number(each), ...descendants(Number(each))]);
    } catch {
        return [];
    }
}
