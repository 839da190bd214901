import { cachePath } from "../cache.ts";
import { namespacesAllowed } from "../machines/machines.ts";
import { buildRootfs } from "../machines/rootfs.ts";
import { type Engine, findEngine } from "./engine.ts";
import type { Log } from "./progress.ts";
import { preparePython } from "./python.ts";

/** Everything a pocket cloud needs that is not in the repository. */
export interface Tools {
    readonly engine: Engine;
    /** Interpreter with moto. */
    readonly python: string;
    readonly mode: "namespaces" | "simulated";
    /** Why machines are simulated, in one line for people, where that was not asked for. */
    readonly simulatedBecause?: string;
    /** Layers of the hosts, in mode "namespaces". */
    readonly rootfs?: string;
}

/** What to prepare. */
export interface PrepareOptions {
    readonly mode?: "namespaces" | "simulated" | "auto";
    /** `listr`: progress for people on a terminal, plain lines elsewhere; `silent`: nothing. */
    readonly display?: "listr" | "silent";
}

type Jobs = Readonly<Record<"engine" | "python" | "rootfs", (log: Log) => Promise<void>>>;

async function chooseMode(wish: PrepareOptions["mode"]): Promise<Pick<Tools, "mode" | "simulatedBecause">> {
    if (wish === "simulated") {
        return { mode: "simulated" };
    }
    const answer = await namespacesAllowed();
    if (answer.allowed) {
        return { mode: "namespaces" };
    }
    if (wish === "namespaces") {
        throw new Error(answer.reason);
    }
    return { mode: "simulated", simulatedBecause: answer.reason };
}

async function withListr(jobs: Jobs, rootfs: boolean): Promise<void> {
    const { Listr, PRESET_TIMER } = await import("listr2");
    const titles = {
        engine: "Pulumi engine",
        python: "AWS (moto, in a Python environment)",
        rootfs: "root file system of the machines",
    };
    const tasks = (["engine", "python", "rootfs"] as const)
        .filter((name) => name !== "rootfs" || rootfs)
        .map((name) => ({
            title: titles[name],
            task: (_: unknown, task: { output: string }) =>
                jobs[name]((line) => {
                    task.output = line;
                }),
        }));
    await new Listr(tasks, {
        // All at once: one waits for the network while another one uses the processor.
        concurrent: true,
        exitOnError: true,
        fallbackRenderer: "simple",
        rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
        fallbackRendererOptions: { timer: PRESET_TIMER },
    }).run();
}

/** Finds or makes all tools; what is in the cache takes a second. */
export async function prepareTools(options: PrepareOptions = {}): Promise<Tools> {
    const mode = await chooseMode(options.mode ?? "auto");
    let engine: Engine | undefined;
    let python: string | undefined;
    let rootfs: string | undefined;
    const jobs: Jobs = {
        engine: async (log) => {
            engine = await findEngine(log);
        },
        python: async (log) => {
            python = await preparePython(log);
        },
        rootfs: async (log) => {
            rootfs = await buildRootfs({ dir: cachePath("rootfs"), log });
        },
    };
    const needsRootfs = mode.mode === "namespaces";
    if (options.display === "listr") {
        await withListr(jobs, needsRootfs);
    } else {
        const quiet: Log = () => undefined;
        await Promise.all([
            jobs.engine(quiet),
            jobs.python(quiet),
            needsRootfs ? jobs.rootfs(quiet) : undefined,
        ]);
    }
    if (!engine || !python) {
        throw new Error("the tools are not complete");
    }
    return { ...mode, engine, python, rootfs };
}
