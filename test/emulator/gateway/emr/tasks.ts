/** Tasks of a job: processes on the cluster's nodes, each in a working directory of its own. */
import type { EmrContext } from "./context.ts";
import type { JobIds } from "./ids.ts";
import type { ClusterNode } from "./model.ts";

/** A file that was put on the nodes and is linked into each working directory. */
export interface CachedFile {
    /** Name in the working directory. */
    readonly name: string;
    /** The file's own name: its ending says how an archive is unpacked. */
    readonly source: string;
    readonly data: Buffer;
    readonly archive: boolean;
}

/** A process of a task. */
export interface TaskProcess {
    readonly container: string;
    readonly argv: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly stdin: Buffer;
}

/** How a process of a task ended. */
export interface TaskOutcome {
    readonly code: number;
    readonly stdout: Buffer;
    readonly stderr: string;
    readonly timedOut: boolean;
}

/** Hadoop's mapreduce.task.timeout. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** Makes the working directory with links to the cached files, then becomes the command. */
const ENTER = `set -e
dir=$1 links=$2; shift 2
mkdir -p "$dir/tmp"; cd "$dir"
while [ "$links" -gt 0 ]; do ln -sfn "$1" "$2"; shift 2; links=$((links - 1)); done
set +e
exec "$@"`;

/** The nodes of a job. */
export class TaskNodes {
    private readonly ready = new Map<string, Promise<void>>();

    private readonly context: EmrContext;
    private readonly ids: JobIds;
    private readonly cached: readonly CachedFile[];
    private readonly abort: AbortSignal;
    private readonly timeoutMs: number;

    constructor(
        context: EmrContext,
        ids: JobIds,
        cached: readonly CachedFile[],
        abort: AbortSignal,
        timeoutMs = DEFAULT_TIMEOUT_MS,
    ) {
        this.context = context;
        this.ids = ids;
        this.cached = cached;
        this.abort = abort;
        this.timeoutMs = timeoutMs;
    }

    /** Runs a process of a task on a node. */
    async run(node: ClusterNode, task: TaskProcess): Promise<TaskOutcome> {
        const { machines } = this.context;
        await this.prepare(node);
        const directory = `${this.appCache()}/${task.container}`;
        const links = this.cached.flatMap((file, index) => [this.cachePath(index), file.name]);
        const timeout = AbortSignal.timeout(this.timeoutMs);
        const result = await machines.exec(node.host.id, {
            argv: [
                "/bin/bash",
                "-c",
                ENTER,
                "task",
                directory,
                String(this.cached.length),
                ...links,
                ...task.argv,
            ],
            user: "hadoop",
            cwd: "/",
            // "." first: streaming finds a command that came with -files in the working directory (PathFinder).
            env: {
                PATH: ".:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ...task.environment,
                TMPDIR: `${directory}/tmp`,
            },
            stdin: task.stdin,
            signal: AbortSignal.any([this.abort, timeout]),
        });
        this.abort.throwIfAborted();
        return {
            code: result.code,
            stdout: result.stdout,
            stderr: result.stderr.toString("utf8"),
            timedOut: timeout.aborted,
        };
    }

    /** Removes what the job left on the nodes, but its logs. */
    async clean(nodes: readonly ClusterNode[]): Promise<void> {
        const argv = ["/bin/rm", "-rf", this.appCache(), this.fileCache()];
        await Promise.allSettled(
            nodes
                .filter((node) => this.ready.has(node.host.id))
                .map((node) => this.context.machines.exec(node.host.id, { argv, user: "root", cwd: "/" })),
        );
    }

    private appCache(): string {
        return `/mnt/yarn/usercache/hadoop/appcache/${this.ids.application}`;
    }

    private fileCache(): string {
        return `/mnt/yarn/usercache/hadoop/filecache/${this.ids.application}`;
    }

    private cachePath(index: number): string {
        const file = this.cached[index];
        return `${this.fileCache()}/${index}/${file?.archive === true ? "unpacked" : (file?.source ?? "")}`;
    }

    private prepare(node: ClusterNode): Promise<void> {
        let done = this.ready.get(node.host.id);
        if (done === undefined) {
            done = this.prepareNode(node);
            this.ready.set(node.host.id, done);
        }
        return done;
    }

    private async prepareNode(node: ClusterNode): Promise<void> {
        const { machines } = this.context;
        const { id } = node.host;
        const made = await machines.exec(id, {
            argv: [
                "/usr/bin/install",
                "-d",
                "-o",
                "hadoop",
                "-g",
                "hadoop",
                this.appCache(),
                this.fileCache(),
            ],
            user: "root",
            cwd: "/",
        });
        if (made.code !== 0) throw new Error(`${id}: ${made.stderr.toString()}`);
        await Promise.all(
            this.cached.map(async (file, index) => {
                const path = `${this.fileCache()}/${index}/${file.source}`;
                await machines.putFile(id, path, file.data, { user: "hadoop", mode: 0o755 });
                if (!file.archive) return;
                const script = `import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2])`;
                const argv = ["python3", "-c", script, path, this.cachePath(index)];
                const unpacked = await machines.exec(id, { argv, user: "hadoop", cwd: "/" });
                if (unpacked.code !== 0) throw new Error(`${file.name}: ${unpacked.stderr.toString()}`);
            }),
        );
    }
}
