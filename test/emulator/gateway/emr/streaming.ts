/** A Hadoop-streaming job that really runs: map tasks, sort, reduce tasks on the cluster's nodes. */
import type { EmrContext } from "./context";
import { Counters, GROUPS, readReports } from "./counters";
import { JobIds } from "./ids";
import type { JobFiles } from "./jobFiles";
import { JobFileError } from "./jobFiles";
import { ClientLog, historyEvent, historyFile, historyPath, javaError, taskLine } from "./logs";
import type { StepLogs } from "./logFiles";
import { primaryOf, workersOf, type Cluster, type ClusterNode } from "./model";
import { attemptsOf, commandOf, reducersOf, Shuffle, splitsOf } from "./plan";
import { joinLines, splitLines, withTab, type Split } from "./records";
import { setting, type StreamingJob } from "./streamingArgs";
import { TaskNodes, type CachedFile, type TaskOutcome } from "./tasks";

/** A task has failed as often as it may; the job fails. */
class TaskFailed extends Error {}

interface Work {
    readonly type: "m" | "r";
    readonly index: number;
    readonly argv: readonly string[];
    readonly stdin: Buffer;
    readonly environment: Readonly<Record<string, string>>;
    /** What the task's syslog says it reads. */
    readonly reads: string;
}

/** One run of a job. */
export class StreamingRun {
    private readonly ids: JobIds;
    private readonly submitted = new Date();
    private readonly counters = new Counters();
    private readonly events: string[] = [];
    private readonly workers: ClusterNode[];
    private readonly failures = new AbortController();
    private nodes: TaskNodes | undefined;
    private containers = 1;
    private next = 0;
    private maps = 0;

    constructor(
        private readonly context: EmrContext,
        private readonly cluster: Cluster,
        private readonly job: StreamingJob,
        private readonly files: JobFiles,
        private readonly logs: StepLogs,
        private readonly log: ClientLog,
        private readonly abort: AbortSignal,
    ) {
        cluster.jobs += 1;
        this.ids = new JobIds(cluster.created.getTime(), cluster.jobs);
        this.workers = workersOf(cluster);
    }

    /** Runs the job; false when a task failed for good. What keeps the job from starting is thrown. */
    async run(): Promise<boolean> {
        const { job, log } = this;
        const shuffle = new Shuffle(job, reducersOf(job, this.workers.length));
        if (await this.files.exists(job.output)) {
            throw new JobFileError(
                `Output directory ${job.output} already exists`,
                "org.apache.hadoop.mapred.FileAlreadyExistsException",
            );
        }
        const cached = await this.readCached();
        const inputs = (await Promise.all(job.inputs.map((uri) => this.files.inputs(uri)))).flat();
        const splits = splitsOf(job, inputs, Math.max(2, this.workers.length));
        this.maps = splits.length;
        log.add(
            "org.apache.hadoop.mapred.FileInputFormat",
            `Total input files to process : ${inputs.length}`,
        );
        log.add("org.apache.hadoop.mapreduce.JobSubmitter", `number of splits:${splits.length}`);
        log.add("org.apache.hadoop.mapreduce.JobSubmitter", `Submitting tokens for job: ${this.ids.job}`);
        log.add(
            "org.apache.hadoop.yarn.client.api.impl.YarnClientImpl",
            `Submitted application ${this.ids.application}`,
        );
        this.jobLine(
            `The url to track the job: http://${primaryOf(this.cluster)?.host.address ?? ""}:20888/proxy/${this.ids.application}/`,
        );
        this.jobLine(`Running job: ${this.ids.job}`);
        this.jobLine(`Job ${this.ids.job} running in uber mode : false`);
        this.jobLine(" map 0% reduce 0%");
        const nodes = new TaskNodes(
            this.context,
            this.ids,
            cached,
            AbortSignal.any([this.abort, this.failures.signal]),
            this.timeout(),
        );
        this.nodes = nodes;
        let ok = true;
        try {
            await this.mapAndReduce(splits, shuffle);
        } catch (error) {
            if (!(error instanceof TaskFailed)) throw error;
            ok = false;
            this.jobLine(`Job ${this.ids.job} failed with state FAILED due to: ${error.message}`);
        } finally {
            await nodes.clean(this.workers);
            await this.finishHistory(ok);
        }
        if (ok) this.jobLine(`Job ${this.ids.job} completed successfully`);
        this.jobLine(this.counters.message());
        if (ok) log.add("org.apache.hadoop.streaming.StreamJob", `Output directory: ${job.output}`);
        else log.add("org.apache.hadoop.streaming.StreamJob", "Job not successful!", "ERROR");
        return ok;
    }

    private async mapAndReduce(splits: readonly Split[], shuffle: Shuffle): Promise<void> {
        const mapper = commandOf(this.job.mapper);
        const combiner = this.job.combiner === undefined ? undefined : commandOf(this.job.combiner);
        this.prepareCounters(splits, shuffle.parts);
        const mapped = await this.pool(splits, (split, index) =>
            this.map(split, index, mapper, combiner, shuffle),
        );
        this.jobLine(` map 100% reduce ${shuffle.parts === 0 ? 100 : 0}%`);
        const base = this.job.output.replace(/\/+$/, "");
        const part = (index: number): string => `${base}/part-${String(index).padStart(5, "0")}`;
        let written = 0;
        if (shuffle.parts === 0) {
            for (const [index, parts] of mapped.entries()) {
                written += await this.writePart(part(index), parts[0] ?? []);
            }
        } else {
            const reducer = commandOf(this.job.reducer ?? "cat");
            const indices = Array.from({ length: shuffle.parts }, (_, index) => index);
            await this.pool(indices, async (index) => {
                const records = shuffle.sort(mapped.flatMap((parts) => parts[index] ?? []));
                const lines = await this.reduce(index, reducer, records, shuffle);
                written += await this.writePart(part(index), lines);
            });
            this.jobLine(" map 100% reduce 100%");
        }
        this.counters.add(GROUPS.output, "Bytes Written", written);
        this.counters.add(GROUPS.files, "S3: Number of bytes written", written);
        await this.files.write(`${base}/_SUCCESS`, Buffer.alloc(0));
    }

    private async writePart(uri: string, lines: readonly Buffer[]): Promise<number> {
        const data = joinLines(lines.map(withTab));
        await this.files.write(uri, data);
        return data.length;
    }

    private async map(
        split: Split,
        index: number,
        mapper: readonly string[],
        combiner: readonly string[] | undefined,
        shuffle: Shuffle,
    ): Promise<Buffer[][]> {
        const lines = splitLines(split.data);
        const environment = {
            mapreduce_map_input_file: split.uri,
            // The name before Hadoop 2; programs written for it still look there.
            map_input_file: split.uri,
            mapreduce_map_input_start: String(split.start),
            mapreduce_map_input_length: String(split.data.length),
        };
        const work: Work = {
            type: "m",
            index,
            argv: mapper,
            stdin: joinLines(lines),
            environment,
            reads: `Processing split: ${split.uri}:${split.start}+${split.data.length}`,
        };
        let output = splitLines((await this.attempts(work)).stdout);
        this.counters.add(GROUPS.framework, "Map input records", lines.length);
        this.counters.add(GROUPS.framework, "Map output records", output.length);
        if (shuffle.parts === 0) return [output];
        let sorted = shuffle.sort(output);
        if (combiner !== undefined && sorted.length > 0) {
            this.counters.add(GROUPS.framework, "Combine input records", sorted.length);
            output = splitLines(
                (await this.attempts({ ...work, argv: combiner, stdin: joinLines(sorted) })).stdout,
            );
            sorted = shuffle.sort(output);
            this.counters.add(GROUPS.framework, "Combine output records", sorted.length);
        }
        this.counters.add(GROUPS.framework, "Spilled Records", sorted.length);
        return shuffle.deal(sorted);
    }

    private async reduce(
        index: number,
        reducer: readonly string[],
        records: readonly Buffer[],
        shuffle: Shuffle,
    ): Promise<Buffer[]> {
        const stdin = joinLines(records);
        const result = await this.attempts({
            type: "r",
            index,
            argv: reducer,
            stdin,
            environment: {},
            reads: `Merged ${this.maps} segments, ${stdin.length} bytes to disk to satisfy reduce memory limit`,
        });
        const lines = splitLines(result.stdout);
        const { framework } = GROUPS;
        this.counters.add(framework, "Reduce input groups", shuffle.groups(records));
        this.counters.add(framework, "Reduce shuffle bytes", stdin.length);
        this.counters.add(framework, "Reduce input records", records.length);
        this.counters.add(framework, "Reduce output records", lines.length);
        this.counters.add(framework, "Spilled Records", records.length);
        this.counters.add(framework, "Shuffled Maps ", this.maps);
        return lines;
    }

    /** A task, tried again on other nodes until it has failed as often as it may. */
    private async attempts(work: Work): Promise<TaskOutcome> {
        const allowed = attemptsOf(this.job, work.type);
        for (let attempt = 0; attempt < allowed; attempt += 1) {
            const outcome = await this.attempt(work, attempt);
            if (outcome.code === 0) return outcome;
            this.failures.signal.throwIfAborted();
        }
        const task = this.ids.task(work.type, work.index);
        const failed = new TaskFailed(
            `Task failed ${task}\nJob failed as tasks failed. failedMaps:${work.type === "m" ? 1 : 0} failedReduces:${work.type === "r" ? 1 : 0}`,
        );
        // The other tasks have no purpose any more.
        this.failures.abort(failed);
        throw failed;
    }

    private async attempt(work: Work, attempt: number): Promise<TaskOutcome> {
        this.abort.throwIfAborted();
        this.failures.signal.throwIfAborted();
        const node = this.workers[this.next++ % this.workers.length];
        if (node === undefined || this.nodes === undefined)
            throw new Error("The cluster has no running node");
        const container = this.ids.container(++this.containers);
        const name = this.ids.attempt(work.type, work.index, attempt);
        const kind = work.type === "m" ? "MAP" : "REDUCE";
        this.counters.add(GROUPS.job, work.type === "m" ? "Launched map tasks" : "Launched reduce tasks", 1);
        this.events.push(
            historyEvent(`${kind}_ATTEMPT_STARTED`, "TaskAttemptStarted", {
                taskid: this.ids.task(work.type, work.index),
                taskType: kind,
                attemptId: name,
                containerId: container,
            }),
        );
        const outcome = await this.nodes.run(node, {
            container,
            argv: work.argv,
            stdin: work.stdin,
            environment: this.environmentOf(work, name),
        });
        await this.record(work, name, container, node, outcome);
        return outcome;
    }

    /** Logs, counters and history of an attempt. */
    private async record(
        work: Work,
        attempt: string,
        container: string,
        node: ClusterNode,
        outcome: TaskOutcome,
    ): Promise<void> {
        const { log, counters } = readReports(outcome.stderr);
        const ok = outcome.code === 0;
        const folder = `/mnt/var/log/hadoop-yarn/containers/${this.ids.application}/${container}`;
        const error = outcome.timedOut
            ? `AttemptID:${attempt} task timeout set: ${this.timeout() / 1000}s, ${this.timeout() / 1000}s elapsed.\nContainer killed by the ApplicationMaster.`
            : javaError(work.type, outcome.code);
        let syslog = taskLine("org.apache.hadoop.mapred.YarnChild", `Child starting for ${attempt}`);
        syslog += taskLine("org.apache.hadoop.mapred.MapTask", work.reads);
        syslog += taskLine(
            "org.apache.hadoop.streaming.PipeMapRed",
            `PipeMapRed exec [${work.argv.join(", ")}]`,
        );
        syslog += ok
            ? taskLine("org.apache.hadoop.mapred.Task", `Task '${attempt}' done.`)
            : taskLine("org.apache.hadoop.mapred.YarnChild", `Exception running child : ${error}`, "WARN");
        await this.logs.write(node, `${folder}/stderr`, log);
        await this.logs.write(node, `${folder}/syslog`, syslog);
        if (ok) {
            this.counters.merge(counters);
            return;
        }
        this.counters.add(GROUPS.job, work.type === "m" ? "Failed map tasks" : "Failed reduce tasks", 1);
        this.jobLine(`Task Id : ${attempt}, Status : FAILED\nError: ${error}\n`);
        this.events.push(
            historyEvent(
                `${work.type === "m" ? "MAP" : "REDUCE"}_ATTEMPT_FAILED`,
                "TaskAttemptUnsuccessfulCompletion",
                {
                    taskid: this.ids.task(work.type, work.index),
                    attemptId: attempt,
                    status: "FAILED",
                    error: `Error: ${error}`,
                },
            ),
        );
    }

    /** Some tasks at a time: one on each worker. The first failure ends it. */
    private async pool<T, R>(
        items: readonly T[],
        work: (item: T, index: number) => Promise<R>,
    ): Promise<R[]> {
        const results: R[] = [];
        const queue = [...items.entries()];
        const lanes = Array.from({ length: Math.max(1, this.workers.length) }, async () => {
            for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
                results[entry[0]] = await work(entry[1], entry[0]);
            }
        });
        const outcomes = await Promise.allSettled(lanes);
        const failed = outcomes
            .filter((outcome) => outcome.status === "rejected")
            .map((outcome) => outcome.reason as unknown);
        if (failed.length > 0) throw failed.find((reason) => reason instanceof TaskFailed) ?? failed[0];
        return results;
    }

    /** What streaming puts into the environment: the whole configuration, with `_` for what is no letter or digit. */
    private environmentOf(work: Work, attempt: string): Record<string, string> {
        const conf: Record<string, string> = {
            "mapreduce.job.id": this.ids.job,
            "mapreduce.task.id": this.ids.task(work.type, work.index),
            "mapreduce.task.attempt.id": attempt,
            "mapreduce.task.ismap": String(work.type === "m"),
            "mapreduce.task.partition": String(work.index),
            "mapreduce.job.maps": String(this.maps),
            "mapreduce.output.fileoutputformat.outputdir": this.job.output,
            "mapreduce.job.user.name": "hadoop",
            "user.name": "hadoop",
            ...this.job.conf,
        };
        const names = Object.entries(conf).map(
            ([name, value]) => [name.replace(/[^A-Za-z0-9]/g, "_"), value] as const,
        );
        return {
            ...Object.fromEntries(names),
            // What EMR's nodes know from their metadata service, which Python's SDK does not ask for the region.
            AWS_REGION: this.cluster.region,
            AWS_DEFAULT_REGION: this.cluster.region,
            ...work.environment,
            ...this.job.environment,
        };
    }

    private async readCached(): Promise<CachedFile[]> {
        const read = async (file: { uri: string; name: string }, archive: boolean): Promise<CachedFile> => ({
            name: file.name,
            source: file.uri.split("/").pop() ?? file.name,
            data: await this.files.read(file.uri),
            archive,
        });
        return Promise.all([
            ...this.job.files.map((file) => read(file, false)),
            ...this.job.archives.map((file) => read(file, true)),
        ]);
    }

    private prepareCounters(splits: readonly Split[], parts: number): void {
        const bytes = splits.reduce((sum, split) => sum + split.data.length, 0);
        this.counters.add(GROUPS.files, "S3: Number of bytes read", bytes);
        this.counters.add(GROUPS.job, "Launched map tasks", 0);
        if (parts > 0) this.counters.add(GROUPS.job, "Launched reduce tasks", 0);
        this.counters.add(GROUPS.framework, "Map input records", 0);
        for (const name of [
            "BAD_ID",
            "CONNECTION",
            "IO_ERROR",
            "WRONG_LENGTH",
            "WRONG_MAP",
            "WRONG_REDUCE",
        ]) {
            if (parts > 0) this.counters.add(GROUPS.shuffle, name, 0);
        }
        this.counters.add(GROUPS.input, "Bytes Read", bytes);
    }

    private async finishHistory(ok: boolean): Promise<void> {
        const finished = new Date();
        this.events.push(
            ok
                ? historyEvent("JOB_FINISHED", "JobFinished", {
                      jobid: this.ids.job,
                      totalCounters: this.counters.history(),
                  })
                : historyEvent("JOB_FAILED", "JobUnsuccessfulCompletion", {
                      jobid: this.ids.job,
                      jobStatus: "FAILED",
                  }),
        );
        const path = historyPath(this.ids.job, this.submitted, finished, "streamjob.jar", ok);
        await this.logs.write(primaryOf(this.cluster), path, historyFile(this.events));
    }

    private timeout(): number {
        return (
            Number(setting(this.job, "mapreduce.task.timeout", "mapred.task.timeout") ?? "600000") || 600_000
        );
    }

    private jobLine(message: string): void {
        this.log.add("org.apache.hadoop.mapreduce.Job", message);
    }
}
