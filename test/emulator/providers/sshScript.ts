import type { Client, ClientChannel } from "ssh2";
import { quote } from "./goText.ts";
import { throwIfAborted } from "./sshDial.ts";

/** A script to run on a machine, and who hears of it. */
export interface Script {
    readonly command: string;
    /** Variables that must be taken. */
    readonly environment: Readonly<Record<string, string>>;
    /** Variables that may be refused, with a warning. */
    readonly optionalEnvironment: Readonly<Record<string, Buffer>>;
    readonly stdin: string;
    readonly logStdout: boolean;
    readonly logStderr: boolean;
    log(severity: "info" | "warning" | "error", line: string): void;
}

/** What a script printed. */
export interface Printed {
    readonly stdout: Buffer;
    readonly stderr: Buffer;
}

/** The parts of ssh2's channel that it does not offer: its `exec` sends variables without asking for an answer. */
interface RawParts {
    readonly outgoing: { readonly id: number };
    readonly _callbacks: ((failed: boolean) => void)[];
}
type RawChannel = ClientChannel & RawParts;
interface RawClient {
    readonly _chanMgr: { add(opened: unknown): number };
    readonly _protocol: {
        session(channel: number, window: number, packet: number): void;
        env(channel: number, name: string, value: string | Buffer, wantReply: boolean): void;
        exec(channel: number, command: string, wantReply: boolean): void;
    };
}

const WINDOW_BYTES = 2 * 1024 * 1024;
const PACKET_BYTES = 32 * 1024;
/** Longest line that Go's bufio.Scanner takes. */
const LONGEST_LINE_BYTES = 64 * 1024;

/** Numbers of the signals that Go's ssh package knows; others count as 128. */
const SIGNALS: Readonly<Record<string, number>> = {
    HUP: 1,
    INT: 2,
    QUIT: 3,
    ILL: 4,
    ABRT: 6,
    FPE: 8,
    KILL: 9,
    SEGV: 11,
    PIPE: 13,
    ALRM: 14,
    TERM: 15,
};

/** Runs a script in a session of its own and answers what it printed; fails in the words of the real provider. */
export async function runScript(client: Client, script: Script, signal: AbortSignal): Promise<Printed> {
    throwIfAborted(signal);
    const raw = client as unknown as RawClient;
    // ssh2 does not always close the channels of a connection that breaks.
    const gone = new Promise<void>((resolve) => client.once("close", resolve));
    const stop = (): void => {
        client.destroy();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
        const channel = await openSession(raw, gone);
        for (const [name, value] of Object.entries(script.environment)) {
            if (!(await setVariable(raw, channel, name, value))) {
                script.log("error", refusedVariable(name));
                throw new Error(`could not set environment variable ${quote(name)}: ssh: setenv failed`);
            }
        }
        for (const [name, value] of Object.entries(script.optionalEnvironment)) {
            if (!(await setVariable(raw, channel, name, value))) {
                script.log("warning", refusedVariable(name));
            }
        }
        return await execute(raw, channel, script, gone);
    } finally {
        signal.removeEventListener("abort", stop);
        throwIfAborted(signal);
    }
}

function openSession(raw: RawClient, gone: Promise<void>): Promise<RawChannel> {
    return new Promise((resolve, reject) => {
        void gone.then(() => reject(new Error("EOF")));
        const opened = (error: Error | undefined, channel: RawChannel): void =>
            error ? reject(error) : resolve(channel);
        const channel = raw._chanMgr.add(Object.assign(opened, { type: "session" }));
        raw._protocol.session(channel, WINDOW_BYTES, PACKET_BYTES);
    });
}

function setVariable(
    raw: RawClient,
    channel: RawChannel,
    name: string,
    value: string | Buffer,
): Promise<boolean> {
    return request(channel, () => raw._protocol.env(channel.outgoing.id, name, value, true));
}

function request(channel: RawChannel, send: () => void): Promise<boolean> {
    return new Promise((resolve) => {
        channel._callbacks.push((failed) => resolve(!failed));
        channel.once("close", () => resolve(false));
        send();
    });
}

async function execute(
    raw: RawClient,
    channel: RawChannel,
    script: Script,
    gone: Promise<void>,
): Promise<Printed> {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const both: Buffer[] = [];
    const lines = new LineLog((line) => script.log("info", line));
    const take = (own: Buffer[], logged: boolean) => (chunk: Buffer) => {
        own.push(chunk);
        both.push(chunk);
        if (logged) {
            lines.write(chunk);
        }
    };
    channel.on("data", take(stdout, script.logStdout));
    channel.stderr.on("data", take(stderr, script.logStderr));
    // Without an exit status the connection broke, or somebody killed the session.
    let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, name?: string, _dump?: string, description?: string) => {
        failure = exitFailure(code, name, description);
    });
    const closed = new Promise<void>((resolve) => channel.once("close", resolve));
    if (await request(channel, () => raw._protocol.exec(channel.outgoing.id, script.command, true))) {
        channel.end(script.stdin);
        await Promise.race([closed, gone]);
    } else {
        failure = `ssh: command ${script.command} failed`;
    }
    lines.end();
    if (failure !== undefined) {
        const printed = Buffer.concat(both).toString("utf8");
        throw new Error(`${failure}: running ${quote(script.command)}:\n${printed}`);
    }
    if (lines.tooLong) {
        throw new Error(
            `a line of more than ${LONGEST_LINE_BYTES} bytes was printed by a script whose output is logged: ` +
                "here the real provider hangs for ever (use logging: none, or print to a file)",
        );
    }
    return { stdout: withoutNewline(Buffer.concat(stdout)), stderr: withoutNewline(Buffer.concat(stderr)) };
}

function exitFailure(code: number | null, name?: string, description?: string): string | undefined {
    if (code === 0) {
        return undefined;
    }
    const signal = name?.replace(/^SIG/, "");
    const status = code ?? 128 + (SIGNALS[signal ?? ""] ?? 0);
    const from = signal ? ` from signal ${signal}` : "";
    return `Process exited with status ${status}${from}${description ? `. Reason was: ${description}` : ""}`;
}

function refusedVariable(name: string): string {
    return (
        `Unable to set '${name}'. This only works if your SSH server is configured to accept\n` +
        "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could\n" +
        "\tprefix the command itself with the variables in the form 'VAR=value command'"
    );
}

/** One newline is cut from the end, as the real provider does. */
function withoutNewline(output: Buffer): Buffer {
    return output.at(-1) === 0x0a ? output.subarray(0, -1) : output;
}

/** Splits what arrives into lines like Go's bufio.Scanner; both streams go through one. */
class LineLog {
    private rest = Buffer.alloc(0);
    tooLong = false;

    private readonly log: (line: string) => void;

    constructor(log: (line: string) => void) {
        this.log = log;
    }

    write(chunk: Buffer): void {
        let rest = Buffer.concat([this.rest, chunk]);
        for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
            this.line(rest.subarray(0, end));
            rest = rest.subarray(end + 1);
        }
        this.tooLong ||= rest.length >= LONGEST_LINE_BYTES;
        this.rest = rest;
    }

    end(): void {
        if (this.rest.length > 0) {
            this.line(this.rest);
            this.rest = Buffer.alloc(0);
        }
    }

    private line(content: Buffer): void {
        this.tooLong ||= content.length >= LONGEST_LINE_BYTES;
        if (!this.tooLong) {
            // Go turns each run of bytes that are no UTF-8 into one mark.
            this.log(
                content
                    .toString("utf8")
                    .replace(/\ufffd+/g, "\ufffd")
                    .replace(/\r$/, ""),
            );
        }
    }
}
