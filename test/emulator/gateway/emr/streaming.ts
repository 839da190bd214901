/** A Hadoop-streaming job that really runs: map tasks, sort, reduce tasks on the cluster's nodes. */
import type { EmrContext } from "./context.ts";
import { Counters, GROUPS } from "./counters.ts";
import { JobIds } from "./ids.ts";
import { JobFileError, type JobFiles } from "./jobFiles.ts";
import type { StepLogs } from "./logFiles.ts";
import { type ClientLog, historyEvent, historyFile, historyPath } from "./logs.ts";
import { primaryOf, workersOf, type Cluster, type ClusterNode } from "./model.ts";
import { commandOf, reducersOf, Shuffle, splitsOf } from "./plan.ts";
import { joinLines, splitLines, withTab, type Split } from "./records.ts";
import type { StreamingJob } from "./streamingArgs.ts";
import { TaskFailed, TaskRunner, timeoutOf } from "./taskRunner.ts";
import { TaskNodes, type CachedFile } from "./tasks.ts";

/** What a run of a job needs. */
export interface StreamingParts {
    readonly context: EmrContext;
    readonly cluster: Cluster;
    readonly job: StreamingJob;
    readonly files: JobFiles;
    readonly logs: StepLogs;
    readonly log: ClientLog;
    readonly abort: AbortSignal;
}

/** One run of a job. */
export class StreamingRun {
    private readonly ids: JobIds;
    private readonly submitted = new Date();
    private readonly counters = new Counters();
    private readonly events: string[] = [];
    private readonly workers: ClusterNode[];

    private readonly parts: StreamingParts;

    constructor(parts: StreamingParts) {
        this.parts = parts;

        const { cluster } = parts;
        cluster.jobs += 1;
        this.ids = new JobIds(cluster.created.getTime(), cluster.jobs);
        this.workers = workersOf(cluster);
    }

    /** Runs the job; false when a task failed for good. What keeps the job from starting is thrown. */
    async run(): Promise<boolean> {
        const { context, job, files, log, logs, cluster, abort } = this.parts;
        const shuffle = new Shuffle(job, reducersOf(job, this.workers.length));
        if (await files.exists(job.output)) {
            throw new JobFileError(
                `Output directory ${job.output} already exists`,
                "org.apache.hadoop.mapred.FileAlreadyExistsException",
            );
        }
        const cached = await this.readCached();
        const inputs = (await Promise.all(job.inputs.map((uri) => files.inputs(uri)))).flat();
        const splits = splitsOf(job, inputs, this.workers.length);
        this.announce(inputs.length, splits.length);
        const failures = new AbortController();
        const nodes = new TaskNodes(
            context,
            this.ids,
            cached,
            AbortSignal.any([abort, failures.signal]),
            timeoutOf(job),
        );
        const tasks = new TaskRunner({
            job,
            ids: this.ids,
            region: cluster.region,
            workers: this.workers,
            nodes,
            logs,
            counters: this.counters,
            events: this.events,
            maps: splits.length,
            failures,
            abort,
            say: (message) => this.say(message),
        });
        let ok = true;
        try {
            await this.mapAndReduce(tasks, splits, shuffle);
        } catch (error) {
            if (!(error instanceof TaskFailed)) throw error;
            ok = false;
            this.say(`Job ${this.ids.job} failed with state FAILED due to: ${error.message}`);
        } finally {
            await nodes.clean(this.workers);
            await this.writeHistory(ok);
        }
        if (ok) this.say(`Job ${this.ids.job} completed successfully`);
        this.say(this.counters.message());
        if (ok) log.add("org.apache.hadoop.streaming.StreamJob", `Output directory: ${job.output}`);
        else log.add("org.apache.hadoop.streaming.StreamJob", "Job not successful!", "ERROR");
        return ok;
    }

    private announce(inputs: number, splits: number): void {
        const { log, cluster } = this.parts;
        const { application, job } = this.ids;
        const master = primaryOf(cluster)?.host.address ?? "";
        log.add("org.apache.hadoop.mapred.FileInputFormat", `Total input files to process : ${inputs}`);
        log.add("org.apache.hadoop.mapreduce.JobSubmitter", `number of splits:${splits}`);
        log.add("org.apache.hadoop.mapreduce.JobSubmitter", `Submitting tokens for job: ${job}`);
        log.add(
            "org.apache.hadoop.yarn.client.api.impl.YarnClientImpl",
            `Submitted application ${application}`,
        );
        this.say(`The url to track the job: http://${master}:20888/proxy/${application}/`);
        this.say(`Running job: ${job}`);
        this.say(`Job ${job} running in uber mode : false`);
        this.say(" map 0% reduce 0%");
    }

    private async mapAndReduce(tasks: TaskRunner, splits: readonly Split[], shuffle: Shuffle): Promise<void> {
        const { job, files } = this.parts;
        const mapper = commandOf(job.mapper);
        const combiner = job.combiner === undefined ? undefined : commandOf(job.combiner);
        this.prepareCounters(splits, shuffle.parts);
        const mapped = await tasks.pool(splits, (split, index) =>
            this.map(tasks, split, index, mapper, combiner, shuffle),
        );
        this.say(` map 100% reduce ${shuffle.parts === 0 ? 100 : 0}%`);
        const base = job.output.replace(/\/+$/, "");
        const part = (index: number): string => `${base}/part-${String(index).padStart(5, "0")}`;
        let written = 0;
        if (shuffle.parts === 0) {
            for (const [index, lines] of mapped.entries())
                written += await this.write(part(index), lines[0] ?? []);
        } else {
            const reducer = commandOf(job.reducer ?? "cat");
            const indices = Array.from({ length: shuffle.parts }, (_, index) => index);
            await tasks.pool(indices, async (index) => {
                const records = shuffle.sort(mapped.flatMap((lines) => lines[index] ?? []));
                const lines = await this.reduce(tasks, index, reducer, records, shuffle, splits.length);
                written += await this.write(part(index), lines);
            });
            this.say(" map 100% reduce 100%");
        }
        this.counters.add(GROUPS.output, "Bytes Written", written);
        this.counters.add(GROUPS.files, "S3: Number of bytes written", written);
        await files.write(`${base}/_SUCCESS`, Buffer.alloc(0));
    }

    private async write(uri: string, lines: readonly Buffer[]): Promise<number> {
        const data = joinLines(lines.map(withTab));
        await this.parts.files.write(uri, data);
        return data.length;
    }

    private async map(
        tasks: TaskRunner,
        split: Split,
        index: number,
        mapper: readonly string[],
        combiner: readonly string[] | undefined,
        shuffle: Shuffle,
    ): Promise<Buffer[][]> {
        const lines = splitLines(split.data);
        const result = await tasks.run({
            type: "m",
            index,
            argv: mapper,
            stdin: joinLines(lines),
            environment: {
                mapreduce_map_input_file: split.uri,
                // The name before Hadoop 2; programs written for it still look there.
                map_input_file: split.uri,
                mapreduce_map_input_start: String(split.start),
                mapreduce_map_input_length: String(split.data.length),
            },
            reads: `Processing split: ${split.uri}:${split.start}+${split.data.length}`,
            ...(combiner === undefined || shuffle.parts === 0
                ? {}
                : {
                      combiner: {
                          argv: combiner,
                          feed: (stdout) => joinLines(shuffle.sort(splitLines(stdout))),
                      },
                  }),
        });
        const output = splitLines(result.stdout);
        const { framework } = GROUPS;
        this.counters.add(framework, "Map input records", lines.length);
        this.counters.add(framework, "Map output records", output.length);
        if (shuffle.parts === 0) return [output];
        const sorted = shuffle.sort(result.combined === undefined ? output : splitLines(result.combined));
        if (result.combined !== undefined) {
            this.counters.add(framework, "Combine input records", output.length);
            this.counters.add(framework, "Combine output records", sorted.length);
        }
        this.counters.add(framework, "Spilled Records", sorted.length);
        return shuffle.deal(sorted);
    }

    private async reduce(
        tasks: TaskRunner,
        index: number,
        reducer: readonly string[],
        records: readonly Buffer[],
        shuffle: Shuffle,
        maps: number,
    ): Promise<Buffer[]> {
        const stdin = joinLines(records);
        const { stdout } = await tasks.run({
            type: "r",
            index,
            argv: reducer,
            stdin,
            environment: {},
            reads: `Merged ${maps} segments, ${stdin.length} bytes to disk to satisfy reduce memory limit`,
        });
        const lines = splitLines(stdout);
        const { framework } = GROUPS;
        this.counters.add(framework, "Reduce input groups", shuffle.groups(records));
        this.counters.add(framework, "Reduce shuffle bytes", stdin.length);
        this.counters.add(framework, "Reduce input records", records.length);
        this.counters.add(framework, "Reduce output records", lines.length);
        this.counters.add(framework, "Spilled Records", records.length);
        this.counters.add(framework, "Shuffled Maps ", maps);
        return lines;
    }

    private async readCached(): Promise<CachedFile[]> {
        const { job, files } = this.parts;
        const read = async (file: { uri: string; name: string }, archive: boolean): Promise<CachedFile> => ({
            name: file.name,
            source: file.uri.split("/").pop() ?? file.name,
            data: await files.read(file.uri),
            archive,
        });
        return Promise.all([
            ...job.files.map((file) => read(file, false)),
            ...job.archives.map((file) => read(file, true)),
        ]);
    }

    /** Counters that are told also when nothing has counted. */
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

    private async writeHistory(ok: boolean): Promise<void> {
        const { logs, cluster } = this.parts;
        const jobid = this.ids.job;
        this.events.push(
            ok
                ? historyEvent("JOB_FINISHED", "JobFinished", {
                      jobid,
                      totalCounters: this.counters.history(),
                  })
                : historyEvent("JOB_FAILED", "JobUnsuccessfulCompletion", { jobid, jobStatus: "FAILED" }),
        );
        const { folder, file } = historyPath(jobid, this.submitted, new Date(), "streamjob.jar", ok);
        await logs.write(primaryOf(cluster), folder, { [file]: historyFile(this.events) });
    }

    private say(message: string): void {
        this.parts.log.add("org.apache.hadoop.mapreduce.Job", message);
    }
}
