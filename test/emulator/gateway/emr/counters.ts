/** Counters of a job, in Hadoop's groups, names and layout. */

/** Counts by group and name. */
export class Counters {
    private readonly groups = new Map<string, Map<string, number>>();

    /** Adds to a counter. */
    add(group: string, name: string, amount: number): void {
        const counters = this.groups.get(group) ?? new Map<string, number>();
        this.groups.set(group, counters);
        counters.set(name, (counters.get(name) ?? 0) + amount);
    }

    /** Adds all counters of a task. */
    merge(other: Counters): void {
        for (const [group, counters] of other.groups) {
            for (const [name, amount] of counters) this.add(group, name, amount);
        }
    }

    /** The message `Counters: N` of Hadoop's client, with tabs as it prints them. */
    message(): string {
        const lines: string[] = [];
        let count = 0;
        for (const [group, counters] of this.groups) {
            lines.push(`\t${group}`);
            for (const [name, amount] of counters) {
                lines.push(`\t\t${name}=${amount}`);
                count += 1;
            }
        }
        return [`Counters: ${count}`, ...lines].join("\n");
    }

    /** `totalCounters` of the job history. */
    history(): { name: string; groups: { name: string; displayName: string; counts: object[] }[] } {
        const groups = [...this.groups].map(([group, counters]) => ({
            name: group,
            displayName: group,
            counts: [...counters].map(([name, value]) => ({ name, displayName: name, value })),
        }));
        return { name: "TOTAL_COUNTERS", groups };
    }
}

/** Hadoop's own groups, in its order. */
export const GROUPS = {
    files: "File System Counters",
    job: "Job Counters ",
    framework: "Map-Reduce Framework",
    shuffle: "Shuffle Errors",
    input: "File Input Format Counters ",
    output: "File Output Format Counters ",
} as const;

/**
 * What a task wrote to standard error: `reporter:counter:group,name,amount` and `reporter:status:...` are messages to
 * Hadoop and not part of the log (PipeMapRed.MRErrorThread).
 */
export function readReports(stderr: string): { log: string; counters: Counters } {
    const counters = new Counters();
    const kept: string[] = [];
    for (const line of stderr.split("\n")) {
        const [, group, name, amount] = /^reporter:counter:([^,]*),([^,]*),(-?\d+)$/.exec(line) ?? [];
        if (group !== undefined && name !== undefined) counters.add(group, name, Number(amount));
        else if (!line.startsWith("reporter:status:")) kept.push(line);
    }
    return { log: kept.join("\n"), counters };
}
