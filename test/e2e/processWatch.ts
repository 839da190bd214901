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

/**
 * Keeps what every process had as arguments and in its environment, as anybody on the machine could have looked.
 *
 * What to look for is not known yet while it watches, so it keeps all texts, each once.
 */
export class ProcessWatch {
    private readonly texts: Readonly<Record<Where, Set<string>>> = { machine: new Set(), hosts: new Set() };
    private readonly here = processSpace("self");
    private readonly timer: NodeJS.Timeout;

    /** A program that lives shorter than this may be missed; those that get a secret by mistake wait for something. */
    constructor(everyMs = 50) {
        this.look();
        this.timer = setInterval(() => this.look(), everyMs);
    }

    private look(): void {
        for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
            const texts = this.texts[processSpace(pid) === this.here ? "machine" : "hosts"];
            texts.add(read(`/proc/${pid}/cmdline`)).add(read(`/proc/${pid}/environ`));
        }
    }

    /** Ends it; what it has seen. */
    stop(): Readonly<Record<Where, string>> {
        clearInterval(this.timer);
        this.look();
        const joined = (texts: ReadonlySet<string>) => [...texts].join("\n");
        return { machine: joined(this.texts.machine), hosts: joined(this.texts.hosts) };
    }
}
