import { execa } from "execa";

/** How a command is run. */
export interface RunOptions {
    readonly cwd?: string;
    /** Added to this process's environment, or instead of it with `bareEnvironment`. */
    readonly env?: NodeJS.ProcessEnv;
    readonly bareEnvironment?: boolean;
    readonly timeoutMs?: number;
    /** Sees each line of both outputs when it comes. */
    readonly onLine?: (line: string) => void;
}

/** How a command ended. One that could not be started has exit code 127, one that took too long 124, as in a shell. */
export interface RunResult {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a command without a shell and without input; a failure is an answer, not an exception. */
export async function run(
    file: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<RunResult> {
    const child = execa(file, args, {
        cwd: options.cwd,
        env: options.env,
        extendEnv: !options.bareEnvironment,
        timeout: options.timeoutMs,
        stdin: "ignore",
        reject: false,
    });
    if (options.onLine) {
        for (const stream of [child.stdout, child.stderr]) {
            let rest = "";
            stream.on("data", (chunk: Buffer) => {
                const lines = (rest + chunk.toString()).split("\n");
                rest = lines.pop() ?? "";
                lines.forEach(options.onLine as (line: string) => void);
            });
        }
    }
    const { exitCode, stdout, stderr, timedOut } = await child;
    return { exitCode: timedOut ? 124 : (exitCode ?? 127), stdout: stdout ?? "", stderr: stderr ?? "" };
}
