/** Tasks of a job: tried again where they fail, with logs, counters and history of each attempt. */
import { type Counters, GROUPS, readReports } from "./counters.ts";
import type { JobIds } from "./ids.ts";
import type { StepLogs } from "./logFiles.ts";
import { historyEvent, javaError, taskLine } from "./logs.ts";
import type { ClusterNode } from "./model.ts";
import { attemptsOf } from "./plan.ts";
import { setting, type StreamingJob } from "./streamingArgs.ts";
import type { TaskNodes, TaskOutcome } from "./tasks.ts";

/** A task has failed as often as it may; the job fails. */
export class TaskFailed extends Error {}

/** A task of a job. */
export interface Task {
    readonly type: "m" | "r";
    readonly index: number;
    readonly argv: readonly string[];
    readonly stdin: Buffer;
    readonly environment: Readonly<Record<string, string>>;
    /** What the task's syslog says it reads. */
    readonly reads: string;
    /** A process that gets what `feed` makes of the task's output: the combiner, in the same container. */
    readonly combiner?: { readonly argv: readonly string[]; feed(stdout: Buffer): Buffer };
}

/** What a successful task gave. */
export interface TaskResult {
    /** Output of the task's command. */
    readonly stdout: Buffer;
    /** Output of the combiner. */
    readonly combined: Buffer | undefined;
}

/** What the runner shares with its job. */
export interface JobParts {
    readonly job: StreamingJob;
    readonly ids: JobIds;
    readonly region: string;
    readonly workers: readonly ClusterNode[];
    readonly nodes: TaskNodes;
    readonly logs: StepLogs;
    readonly counters: Counters;
    /** Events of the job's history. */
    readonly events: string[];
    readonly maps: number;
    /** Aborted when a task has failed for good: the others have no purpose any more. */
    readonly failures: AbortController;
    readonly abort: AbortSignal;
    /** Says something in the client's log. */
    say(message: string): void;
}

/** Hadoop's mapreduce.task.timeout. */
export function timeoutOf(job: StreamingJob): number {
    return Number(setting(job, "mapreduce.task.timeout", "mapred.task.timeout") ?? "600000") || 600_000;
}

/** Runs the tasks of one job. */
export class TaskRunner {
    private containers = 1;
    private next = 0;

    private readonly parts: JobParts;

    constructor(parts: JobParts) {
        this.parts = parts;
    }

    /** Runs a task, on another node again until it has failed as often as it may. */
    async run(task: Task): Promise<TaskResult> {
        const { job, ids, failures } = this.parts;
        const allowed = attemptsOf(job, task.type);
        for (let attempt = 0; attempt < allowed; attempt += 1) {
            const result = await this.attempt(task, attempt);
            if (result !== undefined) return result;
            failures.signal.throwIfAborted();
        }
        const [maps, reduces] = task.type === "m" ? [1, 0] : [0, 1];
        const failed = new TaskFailed(
            `Task failed ${ids.task(task.type, task.index)}\n` +
                `Job failed as tasks failed. failedMaps:${maps} failedReduces:${reduces}`,
        );
        failures.abort(failed);
        throw failed;
    }

    /** Does something with all items, one at a time on each worker. The first failure ends it. */
    async pool<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
        const results: R[] = [];
        const queue = [...items.entries()];
        const lanes = Array.from({ length: Math.max(1, this.parts.workers.length) }, async () => {
            for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
                results[entry[0]] = await work(entry[1], entry[0]);
            }
        });
        const outcomes = await Promise.allSettled(lanes);
        const reasons = outcomes.flatMap((outcome) =>
            outcome.status === "rejected" ? [outcome.reason as unknown] : [],
        );
        if (reasons.length > 0) throw reasons.find((reason) => reason instanceof TaskFailed) ?? reasons[0];
        return results;
    }

    private async attempt(task: Task, number: number): Promise<TaskResult | undefined> {
        const { parts } = this;
        parts.abort.throwIfAborted();
        parts.failures.signal.throwIfAborted();
        const node = parts.workers[this.next++ % parts.workers.length];
        if (node === undefined) throw new Error("The cluster has no running node");
        const container = parts.ids.container(++this.containers);
        const name = parts.ids.attempt(task.type, task.index, number);
        const kind = task.type === "m" ? "MAP" : "REDUCE";
        parts.counters.add(GROUPS.job, task.type === "m" ? "Launched map tasks" : "Launched reduce tasks", 1);
        parts.events.push(
            historyEvent(`${kind}_ATTEMPT_STARTED`, "TaskAttemptStarted", {
                taskid: parts.ids.task(task.type, task.index),
                taskType: kind,
                attemptId: name,
                containerId: container,
            }),
        );
        const process = { container, environment: this.environmentOf(task, name) };
        let outcome = await parts.nodes.run(node, { ...process, argv: task.argv, stdin: task.stdin });
        const { stdout } = outcome;
        let stderr = outcome.stderr;
        let combined: Buffer | undefined;
        if (task.combiner !== undefined && outcome.code === 0) {
            const stdin = task.combiner.feed(stdout);
            outcome = await parts.nodes.run(node, { ...process, argv: task.combiner.argv, stdin });
            combined = outcome.stdout;
            stderr += outcome.stderr;
        }
        await this.record(task, name, container, node, { ...outcome, stderr });
        return outcome.code === 0 ? { stdout, combined } : undefined;
    }

    /** Logs, counters and history of an attempt. */
    private async record(
        task: Task,
        attempt: string,
        container: string,
        node: ClusterNode,
        outcome: TaskOutcome,
    ): Promise<void> {
        const { parts } = this;
        const { log, counters } = readReports(outcome.stderr);
        const ok = outcome.code === 0;
        const seconds = timeoutOf(parts.job) / 1000;
        const error = outcome.timedOut
            ? `AttemptID:${attempt} task timeout set: ${seconds}s, ${seconds}s elapsed.\nContainer killed by the ApplicationMaster.`
            : javaError(task.type, outcome.code);
        const syslog = [
            taskLine("org.apache.hadoop.mapred.YarnChild", `Child starting for ${attempt}`),
            taskLine("org.apache.hadoop.mapred.MapTask", task.reads),
            taskLine("org.apache.hadoop.streaming.PipeMapRed", `PipeMapRed exec [${task.argv.join(", ")}]`),
            ok
                ? taskLine("org.apache.hadoop.mapred.Task", `Task '${attempt}' done.`)
                : taskLine(
                      "org.apache.hadoop.mapred.YarnChild",
                      `Exception running child : ${error}`,
                      "WARN",
                  ),
        ].join("");
        const folder = `/mnt/var/log/hadoop-yarn/containers/${parts.ids.application}/${container}`;
        await parts.logs.write(node, folder, { stderr: log, syslog });
        if (ok) {
            parts.counters.merge(counters);
            return;
        }
        parts.counters.add(GROUPS.job, task.type === "m" ? "Failed map tasks" : "Failed reduce tasks", 1);
        parts.say(`Task Id : ${attempt}, Status : FAILED\nError: ${error}\n`);
        const kind = task.type === "m" ? "MAP" : "REDUCE";
        parts.events.push(
            historyEvent(`${kind}_ATTEMPT_FAILED`, "TaskAttemptUnsuccessfulCompletion", {
                taskid: parts.ids.task(task.type, task.index),
                attemptId: attempt,
                status: "FAILED",
                error: `Error: ${error}`,
            }),
        );
    }

    /** What streaming puts into the environment: the whole configuration, with `_` for what is no letter or digit. */
    private environmentOf(task: Task, attempt: string): Record<string, string> {
        const { job, ids, region, maps } = this.parts;
        const conf: Record<string, string> = {
            "mapreduce.job.id": ids.job,
            "mapreduce.task.id": ids.task(task.type, task.index),
            "mapreduce.task.attempt.id": attempt,
            "mapreduce.task.ismap": String(task.type === "m"),
            "mapreduce.task.partition": String(task.index),
            "mapreduce.job.maps": String(maps),
            "mapreduce.output.fileoutputformat.outputdir": job.output,
            "mapreduce.job.user.name": "hadoop",
            "user.name": "hadoop",
            ...job.conf,
        };
        const names = Object.entries(conf).map(
            ([name, value]) => [name.replace(/[^A-Za-z0-9]/g, "_"), value] as const,
        );
        return {
            ...Object.fromEntries(names),
            // What EMR's nodes know from their metadata service, which Python's SDK does not ask for the region.
            AWS_REGION: region,
            AWS_DEFAULT_REGION: region,
            ...task.environment,
            ...job.environment,
        };
    }
}
