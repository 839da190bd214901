/** Arguments of Hadoop streaming (`hadoop-streaming ...`), as its documentation and Hadoop's StreamJob know them. */

/** A file that a task finds in its working directory. */
export interface LocalFile {
    readonly uri: string;
    /** Name in the working directory: what is after `#`, else the file's own. */
    readonly name: string;
}

/** A streaming job. */
export interface StreamingJob {
    readonly files: readonly LocalFile[];
    readonly archives: readonly LocalFile[];
    /** Job configuration: `-D`. */
    readonly conf: Readonly<Record<string, string>>;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly mapper: string;
    readonly combiner: string | undefined;
    readonly reducer: string | undefined;
    readonly partitioner: string | undefined;
    readonly environment: Readonly<Record<string, string>>;
}

/** The command line is wrong; the message is Hadoop's. */
export class UsageError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "UsageError";
    }
}

/** `uri#name`, separated by commas. */
export function parseLocalFiles(list: string): LocalFile[] {
    return list.split(",").map((item) => {
        const hash = item.indexOf("#");
        const uri = hash < 0 ? item : item.slice(0, hash);
        return { uri, name: hash < 0 ? (uri.split("/").pop() ?? uri) : item.slice(hash + 1) };
    });
}

/** Splits a command as streaming does (PipeMapRed.splitArgs): blanks separate, both kinds of quotes hold together. */
export function splitCommand(command: string): string[] {
    const words: string[] = [];
    let word = "";
    let quote = "";
    let started = false;
    for (const c of command) {
        if (quote !== "") {
            if (c === quote) quote = "";
            else word += c;
        } else if (c === '"' || c === "'") {
            quote = c;
            started = true;
        } else if (/\s/.test(c)) {
            if (started || word !== "") words.push(word);
            word = "";
            started = false;
        } else word += c;
    }
    if (started || word !== "") words.push(word);
    return words;
}

const GENERIC = new Set(["-D", "-files", "-archives", "-libjars"]);

/** Formats that are what streaming does without the option. */
const PLAIN_FORMATS = /^(org\.apache\.hadoop\.mapred(uce\.lib\.(input|output))?\.)?Text(In|Out)putFormat$/;

function define(conf: Record<string, string>, text: string): void {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`Invalid -D option: ${text}`);
    conf[name] = value;
}

/** Reads the arguments after `hadoop-streaming`; throws a UsageError on what Hadoop (or the pocket cloud) does not know. */
export function parseStreamingArgs(args: readonly string[]): StreamingJob {
    const conf: Record<string, string> = {};
    const environment: Record<string, string> = {};
    const files: LocalFile[] = [];
    const archives: LocalFile[] = [];
    const inputs: string[] = [];
    const single = new Map<string, string>();
    let generic = true;
    for (let at = 0; at < args.length; at += 1) {
        let option = args[at] ?? "";
        if (option.startsWith("--")) option = option.slice(1);
        // Hadoop's own options come first; behind one of streaming's they are unknown, as every beginner finds out.
        if (!GENERIC.has(option)) generic = false;
        else if (!generic) throw new UsageError(`Unrecognized option: ${option}`);
        if (option === "-verbose" || option === "-background") continue;
        const value = args[at + 1];
        if (value === undefined) throw new UsageError(`Missing argument for option: ${option.slice(1)}`);
        at += 1;
        switch (option) {
            case "-D":
            case "-jobconf":
                define(conf, value);
                break;
            case "-files":
                files.push(...parseLocalFiles(value));
                break;
            case "-file":
                files.push(...parseLocalFiles(value));
                break;
            case "-archives":
                archives.push(...parseLocalFiles(value));
                break;
            case "-input":
                inputs.push(...value.split(","));
                break;
            case "-cmdenv":
                define(environment, value);
                break;
            case "-numReduceTasks":
                conf["mapreduce.job.reduces"] = value;
                break;
            case "-inputformat":
            case "-outputformat":
                if (!PLAIN_FORMATS.test(value)) {
                    throw new UsageError(`The pocket cloud does not implement ${option} ${value}`);
                }
                break;
            case "-output":
            case "-mapper":
            case "-combiner":
            case "-reducer":
            case "-partitioner":
                single.set(option, value);
                break;
            case "-libjars":
                throw new UsageError("The pocket cloud does not implement -libjars");
            default:
                throw new UsageError(`Unrecognized option: ${option}`);
        }
    }
    const output = single.get("-output");
    if (inputs.length === 0) throw new UsageError("Required argument: -input <name>");
    if (output === undefined) throw new UsageError("Required argument: -output ");
    const reducer = single.get("-reducer");
    if (reducer === "NONE") conf["mapreduce.job.reduces"] = "0";
    return {
        files,
        archives,
        conf,
        inputs,
        output,
        mapper: single.get("-mapper") ?? "cat",
        combiner: single.get("-combiner"),
        reducer,
        partitioner: single.get("-partitioner"),
        environment,
    };
}

/** Value of a setting under its present or its old name. */
export function setting(job: StreamingJob, ...names: string[]): string | undefined {
    for (const name of names) if (job.conf[name] !== undefined) return job.conf[name];
    return undefined;
}
