/** Lines on their way through a job: splitting, keys, partitions and order as Hadoop has them. */

const NEWLINE = 10;
const RETURN = 13;
const TAB = 9;

/** Lines without their ends; `\n`, `\r\n` and `\r` end a line, as in Hadoop's LineReader. */
export function splitLines(data: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < data.length; at += 1) {
        const byte = data[at];
        if (byte !== NEWLINE && byte !== RETURN) continue;
        lines.push(data.subarray(start, at));
        if (byte === RETURN && data[at + 1] === NEWLINE) at += 1;
        start = at + 1;
    }
    if (start < data.length) lines.push(data.subarray(start));
    return lines;
}

/** Lines with `\n` after each. */
export function joinLines(lines: readonly Buffer[]): Buffer {
    const newline = Buffer.from("\n");
    return Buffer.concat(lines.flatMap((line) => [line, newline]));
}

/**
 * A record as it leaves a task: key, tab, value. A line without a tab is all key and gets a tab, which is why the output
 * of such jobs ends in tabs on Hadoop too.
 */
export function withTab(line: Buffer): Buffer {
    return line.includes(TAB) ? line : Buffer.concat([line, Buffer.from("\t")]);
}

/** A part of an input file for one map task. */
export interface Split {
    readonly uri: string;
    readonly start: number;
    readonly data: Buffer;
}

/** Cuts a file at line ends into at most `parts` pieces; an empty file is one empty piece. */
export function cut(uri: string, data: Buffer, parts: number): Split[] {
    const splits: Split[] = [];
    const size = Math.max(1, Math.ceil(data.length / Math.max(1, parts)));
    let start = 0;
    while (start < data.length) {
        const wanted = Math.min(data.length, start + size);
        const end = wanted >= data.length ? -1 : data.indexOf(NEWLINE, wanted - 1);
        const stop = end < 0 ? data.length : end + 1;
        splits.push({ uri, start, data: data.subarray(start, stop) });
        start = stop;
    }
    return splits.length > 0 ? splits : [{ uri, start: 0, data }];
}

/** Fields that a key consists of, and what is between them. */
export interface KeyLayout {
    readonly fields: number;
    readonly separator: number;
}

/** The key of a record: its first fields. */
export function keyOf(line: Buffer, layout: KeyLayout): Buffer {
    let at = -1;
    for (let field = 0; field < layout.fields; field += 1) {
        at = line.indexOf(layout.separator, at + 1);
        if (at < 0) return line;
    }
    return line.subarray(0, at);
}

/** Text.hashCode of Hadoop (WritableComparator.hashBytes): the same key goes to the same part as on a cluster. */
export function hashBytes(bytes: Buffer): number {
    let hash = 1;
    for (const byte of bytes) hash = (Math.imul(31, hash) + ((byte << 24) >> 24)) | 0;
    return hash;
}

/** Part of a key: `(hash & MAX_INT) % parts`. */
export function partitionOf(key: Buffer, parts: number): number {
    return (hashBytes(key) & 0x7fffffff) % parts;
}

/** A range of fields of a key, as `sort -k` has it: `-k2,2nr`. */
export interface SortField {
    readonly from: number;
    readonly to: number | undefined;
    readonly numeric: boolean;
    readonly reverse: boolean;
}

/** Options of KeyFieldBasedComparator and KeyFieldBasedPartitioner. */
export function parseKeyOptions(options: string): SortField[] {
    const flags = (text: string): { numeric: boolean; reverse: boolean } => ({
        numeric: text.includes("n"),
        reverse: text.includes("r"),
    });
    const words = options
        .trim()
        .split(/\s+/)
        .filter((word) => word !== "");
    const common = words.filter((word) => /^-[nr]+$/.test(word)).join("");
    const fields = words
        .filter((word) => !/^-[nr]+$/.test(word))
        .map((word) => {
            const [, from, to, own = ""] = /^-k(\d+)(?:,(\d+))?([nr]*)$/.exec(word) ?? [];
            if (from === undefined)
                throw new Error(`The pocket cloud does not understand the key option ${word}`);
            return {
                from: Number(from),
                to: to === undefined ? undefined : Number(to),
                ...flags(own + common),
            };
        });
    return fields.length > 0 ? fields : [{ from: 1, to: undefined, ...flags(common) }];
}

/** The bytes that a range of fields covers. */
export function fieldRange(key: Buffer, field: Pick<SortField, "from" | "to">, separator: number): Buffer {
    let start = 0;
    for (let n = 1; n < field.from; n += 1) {
        const next = key.indexOf(separator, start);
        if (next < 0) return key.subarray(key.length);
        start = next + 1;
    }
    if (field.to === undefined) return key.subarray(start);
    let end = start - 1;
    for (let n = field.from; n <= field.to; n += 1) {
        const next = key.indexOf(separator, end + 1);
        if (next < 0) return key.subarray(start);
        end = next;
    }
    return key.subarray(start, end);
}

/** Order of keys: by bytes, or by fields where a comparator was asked for. */
export function keyComparator(
    fields: readonly SortField[] | undefined,
    separator: number,
): (a: Buffer, b: Buffer) => number {
    if (fields === undefined) return (a, b) => Buffer.compare(a, b);
    return (a, b) => {
        for (const field of fields) {
            const x = fieldRange(a, field, separator);
            const y = fieldRange(b, field, separator);
            const order = field.numeric
                ? (Number.parseFloat(x.toString()) || 0) - (Number.parseFloat(y.toString()) || 0)
                : Buffer.compare(x, y);
            if (order !== 0) return field.reverse ? -order : order;
        }
        return 0;
    };
}
