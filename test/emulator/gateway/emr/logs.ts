/** Logs as Hadoop and EMR write them, in the shapes that mrjob's parsers read. */

/** A log in log4j's layout of Hadoop's client: `time LEVEL logger (thread): message`. */
export class ClientLog {
    private readonly lines: string[] = [];

    /** Adds a message; it may have several lines. */
    add(logger: string, message: string, level: "INFO" | "WARN" | "ERROR" = "INFO"): void {
        this.lines.push(`${stamp()} ${level} ${logger} (main): ${message}`);
    }

    /** The log so far. */
    toString(): string {
        return this.lines.map((line) => `${line}\n`).join("");
    }
}

/** A line of a task's syslog: `time LEVEL [thread] logger: message`. */
export function taskLine(logger: string, message: string, level: "INFO" | "WARN" | "ERROR" = "INFO"): string {
    return `${stamp()} ${level} [main] ${logger}: ${message}\n`;
}

function stamp(): string {
    return new Date().toISOString().replace("T", " ").replace(".", ",").replace("Z", "");
}

/** Frames below the streaming ones, the same for all tasks. */
const CHILD_FRAMES = [
    "org.apache.hadoop.mapred.YarnChild$2.run(YarnChild.java:178)",
    "java.base/java.security.AccessController.doPrivileged(Native Method)",
    "java.base/javax.security.auth.Subject.doAs(Subject.java:423)",
    "org.apache.hadoop.security.UserGroupInformation.doAs(UserGroupInformation.java:1899)",
    "org.apache.hadoop.mapred.YarnChild.main(YarnChild.java:172)",
];

const MAP_FRAMES = [
    "org.apache.hadoop.streaming.PipeMapRed.waitOutputThreads(PipeMapRed.java:326)",
    "org.apache.hadoop.streaming.PipeMapRed.mapRedFinished(PipeMapRed.java:539)",
    "org.apache.hadoop.streaming.PipeMapper.close(PipeMapper.java:130)",
    "org.apache.hadoop.mapred.MapRunner.run(MapRunner.java:61)",
    "org.apache.hadoop.streaming.PipeMapRunner.run(PipeMapRunner.java:34)",
    "org.apache.hadoop.mapred.MapTask.runOldMapper(MapTask.java:466)",
    "org.apache.hadoop.mapred.MapTask.run(MapTask.java:350)",
];

const REDUCE_FRAMES = [
    "org.apache.hadoop.streaming.PipeMapRed.waitOutputThreads(PipeMapRed.java:326)",
    "org.apache.hadoop.streaming.PipeMapRed.mapRedFinished(PipeMapRed.java:539)",
    "org.apache.hadoop.streaming.PipeReducer.close(PipeReducer.java:134)",
    "org.apache.hadoop.mapred.ReduceTask.runOldReducer(ReduceTask.java:454)",
    "org.apache.hadoop.mapred.ReduceTask.run(ReduceTask.java:393)",
];

/** What Java says when a task's process failed; mrjob looks for a stack trace and for "subprocess failed". */
export function javaError(type: "m" | "r", code: number): string {
    const frames = [...(type === "m" ? MAP_FRAMES : REDUCE_FRAMES), ...CHILD_FRAMES];
    const head = `java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess failed with code ${code}`;
    return [head, ...frames.map((frame) => `\tat ${frame}`)].join("\n");
}

/** One event of a job's history file. */
export function historyEvent(type: string, className: string, event: object): string {
    return JSON.stringify({
        type,
        event: { [`org.apache.hadoop.mapreduce.jobhistory.${className}`]: event },
    });
}

/** The history file: a header, then events. mrjob skips the header. */
export function historyFile(events: readonly string[]): string {
    return ["Avro-Json", '{"type":"record","name":"Event"}', ...events, ""].join("\n");
}

/** Where the history server puts a job's history. */
export function historyPath(
    job: string,
    submitted: Date,
    finished: Date,
    name: string,
    ok: boolean,
): { folder: string; file: string } {
    const day = submitted.toISOString().slice(0, 10).replace(/-/g, "/");
    const state = ok ? "SUCCEEDED" : "FAILED";
    const file = `${job}-${submitted.getTime()}-hadoop-${name}-${finished.getTime()}-0-0-${state}-default-${submitted.getTime()}.jhist`;
    return { folder: `/mnt/var/log/hadoop-mapreduce/history/${day}/000000`, file };
}
