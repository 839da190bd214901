/** What a streaming job will do, from its arguments and its inputs. Pure. */
import type { JobFile } from "./jobFiles.ts";
import {
    cut,
    fieldRange,
    keyComparator,
    keyOf,
    parseKeyOptions,
    partitionOf,
    withTab,
    type KeyLayout,
    type Split,
} from "./records.ts";
import { setting, splitCommand, UsageError, type StreamingJob } from "./streamingArgs.ts";

const IDENTITY = /^org\.apache\.hadoop\.mapred\.lib\.Identity(Mapper|Reducer)$/;
const FIELD_PARTITIONER = /\.KeyFieldBasedPartitioner$/;
const FIELD_COMPARATOR = /\.KeyFieldBasedComparator$/;

/** A command of a job as words; Java's identity classes are `cat`. */
export function commandOf(command: string): string[] {
    if (IDENTITY.test(command)) return ["cat"];
    if (/^[a-z]+(\.[a-z0-9]+)+\.[A-Z]\w+$/.test(command)) {
        throw new UsageError(`The pocket cloud does not implement the Java class ${command}`);
    }
    return splitCommand(command);
}

function byteOf(text: string | undefined, fallback: number): number {
    return text === undefined || text === "" ? fallback : (Buffer.from(text)[0] ?? fallback);
}

/** Number of reducers: as asked, else one for each worker (EMR sets it from the size of the cluster). */
export function reducersOf(job: StreamingJob, workers: number): number {
    const asked = setting(job, "mapreduce.job.reduces", "mapred.reduce.tasks");
    const count = asked === undefined ? workers : Number(asked);
    if (!Number.isInteger(count) || count < 0)
        throw new UsageError(`Invalid number of reducers: ${asked ?? ""}`);
    return count;
}

/** Tries of a task before the job fails (mapreduce.map.maxattempts). */
export function attemptsOf(job: StreamingJob, type: "m" | "r"): number {
    const name = type === "m" ? "map" : "reduce";
    const asked = setting(job, `mapreduce.${name}.maxattempts`, `mapred.${name}.max.attempts`);
    return Math.max(1, Number(asked ?? "4") || 4);
}

/** Hadoop's mapreduce.job.maps. */
const DEFAULT_MAPS = 2;
/** Inputs above this are worth a task on each worker. */
const LARGE = 1_000_000;

/** Cuts the inputs into about as many pieces as asked for, at least one a file, as FileInputFormat does. */
export function splitsOf(job: StreamingJob, inputs: readonly JobFile[], workers: number): Split[] {
    const asked = Number(setting(job, "mapreduce.job.maps", "mapred.map.tasks") ?? "0");
    const total = inputs.reduce((sum, file) => sum + file.data.length, 0);
    const hint = total > LARGE ? Math.max(DEFAULT_MAPS, workers) : DEFAULT_MAPS;
    const goal = Math.max(1, Math.ceil(total / (asked > 0 ? asked : hint)));
    return inputs.flatMap((file) =>
        // Packed files cannot be cut.
        cut(file.uri, file.data, file.uri.endsWith(".gz") ? 1 : Math.ceil(file.data.length / goal)),
    );
}

/** How records are keyed, ordered and dealt out. */
export class Shuffle {
    private readonly layout: KeyLayout;
    private readonly separator: number;
    private readonly compare: (a: Buffer, b: Buffer) => number;

    private readonly job: StreamingJob;
    readonly parts: number;

    constructor(job: StreamingJob, parts: number) {
        this.job = job;
        this.parts = parts;

        this.layout = {
            fields: Number(setting(job, "stream.num.map.output.key.fields") ?? "1"),
            separator: byteOf(setting(job, "stream.map.output.field.separator"), 9),
        };
        this.separator = byteOf(
            setting(job, "mapreduce.map.output.key.field.separator", "map.output.key.field.separator"),
            9,
        );
        const comparator = setting(
            job,
            "mapreduce.job.output.key.comparator.class",
            "mapred.output.key.comparator.class",
        );
        if (comparator !== undefined && !FIELD_COMPARATOR.test(comparator)) {
            throw new UsageError(`The pocket cloud does not implement the comparator ${comparator}`);
        }
        const options = setting(
            job,
            "mapreduce.partition.keycomparator.options",
            "mapred.text.key.comparator.options",
        );
        this.compare = keyComparator(
            comparator === undefined ? undefined : parseKeyOptions(options ?? ""),
            this.separator,
        );
        if (
            job.partitioner !== undefined &&
            !/(HashPartitioner|KeyFieldBasedPartitioner)$/.test(job.partitioner)
        ) {
            throw new UsageError(`The pocket cloud does not implement the partitioner ${job.partitioner}`);
        }
    }

    /** Lines of a map task as sorted records. Equal keys stay in the order in which they came. */
    sort(lines: readonly Buffer[]): Buffer[] {
        const records = lines.map((line) => {
            const record = withTab(line);
            return { record, key: keyOf(record, this.layout) };
        });
        return records.sort((a, b) => this.compare(a.key, b.key)).map(({ record }) => record);
    }

    /** Deals sorted records out to the reducers. */
    deal(records: readonly Buffer[]): Buffer[][] {
        const parts: Buffer[][] = Array.from({ length: this.parts }, () => []);
        for (const record of records) parts[this.part(record)]?.push(record);
        return parts;
    }

    /** Number of different keys in sorted records. */
    groups(records: readonly Buffer[]): number {
        let count = 0;
        let last: Buffer | undefined;
        for (const record of records) {
            const key = keyOf(record, this.layout);
            if (last === undefined || this.compare(last, key) !== 0) count += 1;
            last = key;
        }
        return count;
    }

    private part(record: Buffer): number {
        const key = keyOf(record, this.layout);
        if (this.job.partitioner === undefined || !FIELD_PARTITIONER.test(this.job.partitioner)) {
            return partitionOf(key, this.parts);
        }
        const options = setting(
            this.job,
            "mapreduce.partition.keypartitioner.options",
            "mapred.text.key.partitioner.options",
        );
        const ranges = parseKeyOptions(options ?? "").map((field) => fieldRange(key, field, this.separator));
        return partitionOf(Buffer.concat(ranges), this.parts);
    }
}
