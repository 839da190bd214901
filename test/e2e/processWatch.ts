import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Where a process runs: on this machine itself, or on one of the pocket cloud's hosts. */
export type Where = "machine" | "hosts";

const read = (file: string): string => {
    try {
        return readFileSync(file, "latin1").replaceAll("\0", "\n");
    } catch {
        return ""; // it has ended meanwhile
    }
};

const processSpace = (pid: string): string => {
    try {
        return readlinkSync(`/proc/${pid}/ns/pid`);
    } catch {
        return "";
    }
};

/** How a watch looks; the defaults are for use, others for tests. */
export interface WatchOptions {
    /** Milliseconds from one look to the next, where the machine has time for it. */
    readonly everyMs?: number;
    /** Milliseconds that a clock shows. */
    readonly now?: () => number;
    /** Hears of looks that came late. */
    readonly warn?: (line: string) => void;
}

/** What a watch has seen. */
export interface Seen extends Readonly<Record<Where, string>> {
    /** Looks that came late, in words; empty where none did. */
    readonly late: string;
}

/** Somebody who waits for a text to be seen. */
interface Waiting {
    readonly where: Where;
    readonly value: string;
    readonly done: () => void;
}

/** A look is late that comes this many milliseconds after its time: what is planted by mistake waits longer. */
const LATE_MS = 500;

/**
 * Keeps what every process had as arguments and in its environment, as anybody on the machine could have looked.
 *
 * What to look for is not known yet while it watches, so it keeps all texts, each once. A program that lives shorter than
 * the time between two looks may be missed, and on a busy machine that time is as long as it is: the watch says so.
 */
export class ProcessWatch {
    private readonly texts: Readonly<Record<Where, Set<string>>> = { machine: new Set(), hosts: new Set() };
    private readonly here = processSpace("self");
    private readonly timer: NodeJS.Timeout;
    private readonly everyMs: number;
    private readonly now: () => number;
    private readonly warn: (line: string) => void;
    private readonly waiting = new Set<Waiting>();
    private last: number | undefined;
    private lateLooks = 0;
    private longestMs = 0;

    constructor(options: WatchOptions = {}) {
        this.everyMs = options.everyMs ?? 50;
        this.now = options.now ?? (() => performance.now());
        this.warn = options.warn ?? ((line) => process.stderr.write(`${line}\n`));
        this.look();
        this.timer = setInterval(() => this.look(), this.everyMs);
    }

    private look(): void {
        const now = this.now();
        const gap = now - (this.last ?? now);
        this.last = now;
        if (gap > this.everyMs + LATE_MS) this.lateLooks += 1;
        this.longestMs = Math.max(this.longestMs, gap);
        for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
            const texts = this.texts[processSpace(pid) === this.here ? "machine" : "hosts"];
            texts.add(read(`/proc/${pid}/cmdline`)).add(read(`/proc/${pid}/environ`));
        }
        for (const waiting of this.waiting) {
            if (this.has(waiting.where, waiting.value)) waiting.done();
        }
    }

    private has(where: Where, value: string): boolean {
        return [...this.texts[where]].some((text) => text.includes(value));
    }

    private late(): string {
        if (this.lateLooks === 0) return "";
        return (
            `the watch of processes was late ${this.lateLooks} times, once by ${Math.round(this.longestMs)} ms: ` +
            "a process that lived shorter than that may have been missed"
        );
    }

    /**
     * Resolves when a process there was seen with that text; keep the process alive until then.
     *
     * @throws Error that says so where none was seen in time
     */
    async sees(value: string, where: Where, limitMs = 120_000): Promise<void> {
        let waiting: Waiting | undefined;
        let timer: NodeJS.Timeout | undefined;
        try {
            await new Promise<void>((done, fail) => {
                waiting = { where, value, done };
                this.waiting.add(waiting);
                timer = setTimeout(() => {
                    const said = [
                        `no process with ${value} was seen on the ${where} in ${limitMs} ms`,
                        this.late(),
                    ];
                    fail(new Error(said.filter((part) => part !== "").join("; ")));
                }, limitMs);
                if (this.has(where, value)) done();
            });
        } finally {
            clearTimeout(timer);
            if (waiting !== undefined) this.waiting.delete(waiting);
        }
    }

    /** Ends it; what it has seen, and a warning where it was late. */
    stop(): Seen {
        clearInterval(this.timer);
        this.look();
        const late = this.late();
        if (late !== "") this.warn(`  ! ${late}`);
        const joined = (texts: ReadonlySet<string>) => [...texts].join("\n");
        return { machine: joined(this.texts.machine), hosts: joined(this.texts.hosts), late };
    }
}
