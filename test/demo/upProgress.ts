import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { nameOf } from "../emulator/engine/result.ts";
import { elapsed } from "../emulator/tools/progress.ts";
import type { Terminal } from "./terminal.ts";

/** How a step is told: what goes on, and what is so when it has ended. */
interface Words {
    readonly during: string;
    readonly after: string;
}

/** Steps that take time, or that somebody waits for; the others count only. */
function wordsFor(type: string, name: string, deleted: boolean, simulated: boolean): Words | undefined {
    const machine = simulated ? "simulated machine" : "machine";
    switch (type) {
        case "aws:ec2/instance:Instance":
            return deleted
                ? { during: `${machine} ends`, after: `${machine} is gone` }
                : { during: `${machine} boots`, after: `${machine} is up` };
        case "aws:emr/cluster:Cluster":
            return deleted
                ? { during: "cluster ends", after: "cluster is gone" }
                : { during: "cluster starts", after: "cluster waits for jobs" };
        case "command:remote:Command":
            // Nothing runs on a machine when its scripts are removed from the state.
            if (deleted) {
                return undefined;
            }
            if (simulated) {
                const script = name.endsWith("-bootstrap") ? "bootstrap.sh" : "connect-cluster.sh";
                return {
                    during: `${machine} gets ${script}`,
                    after: `${machine} has got ${script}, which does not run there`,
                };
            }
            return name.endsWith("-bootstrap")
                ? {
                      during: "machine is prepared: packages, password, course files",
                      after: "machine is ready for its student: packages, password, course files",
                  }
                : { during: "machine is connected to its cluster", after: "machine knows its cluster" };
        default:
            return undefined;
    }
}

interface Busy {
    readonly owner: string;
    readonly during: string;
    readonly begin: number;
}

/** Most labs that are named in the line about what goes on; more are counted. */
const NAMED = 4;

/**
 * Follows an operation of the engine lab by lab: a line for each big step that has ended, with the time it took, and one
 * line below that tells what goes on.
 */
export class UpProgress {
    private readonly begin = Date.now();
    private readonly busy = new Map<string, Busy>();
    private readonly owners: readonly string[];
    private readonly ownerWidth: number;
    // Sets: a component ends twice, once as itself and once with its outputs.
    private readonly looked = new Set<string>();
    private readonly done = new Set<string>();

    private readonly terminal: Terminal;
    private readonly simulated: boolean;

    constructor(labs: readonly string[], terminal: Terminal, simulated = false) {
        this.terminal = terminal;
        this.simulated = simulated;

        this.owners = [...labs].sort((a, b) => b.length - a.length);
        this.ownerWidth = Math.max(5, ...labs.map((lab) => lab.length));
        this.tell();
    }

    /** Which lab a resource belongs to; "class" for what all share. */
    private owner(name: string): string {
        const own = (lab: string) => name === lab || name.startsWith(`${lab}-`) || name.endsWith(`-${lab}`);
        return this.owners.find(own) ?? "class";
    }

    /** Takes the next event of the engine. */
    readonly onEvent = (event: EngineEvent): void => {
        const started = event.resourcePreEvent?.metadata;
        const ended = event.resOutputsEvent?.metadata;
        const failed = event.resOpFailedEvent?.metadata;
        const metadata = started ?? ended ?? failed;
        if (metadata === undefined) {
            return;
        }
        const { urn, type } = metadata;
        if (!/^(create|delete|update|replace)/.test(metadata.op)) {
            this.looked.add(urn);
            this.tell();
            return;
        }
        const name = nameOf(urn);
        const words = wordsFor(type, name, metadata.op.startsWith("delete"), this.simulated);
        const owner = this.owner(name);
        if (started !== undefined) {
            if (words !== undefined) {
                this.busy.set(urn, { owner, during: words.during, begin: Date.now() });
            }
        } else {
            const took = elapsed(Date.now() - (this.busy.get(urn)?.begin ?? Date.now()));
            this.busy.delete(urn);
            if (failed !== undefined) {
                this.line(owner, `${words?.during ?? name}: FAILED after ${took}`);
            } else {
                this.done.add(urn);
                if (words !== undefined) {
                    this.line(owner, `${words.after} (${took})`);
                }
            }
        }
        this.tell();
    };

    /** Ends the line about what goes on. */
    end(): void {
        this.terminal.status(undefined);
    }

    private line(owner: string, what: string): void {
        const time = elapsed(Date.now() - this.begin).padStart(7);
        this.terminal.say(`${time}  ${owner.padEnd(this.ownerWidth)}  ${what}`);
    }

    private tell(): void {
        const doing = new Map<string, string[]>();
        for (const { owner, during } of this.busy.values()) {
            doing.set(during, [...(doing.get(during) ?? []), owner]);
        }
        const now = [...doing].map(
            ([during, owners]) =>
                `${owners.length > NAMED ? `${owners.length} labs` : owners.sort().join(", ")}: ${during}`,
        );
        const some = (count: number) => `${count} resource${count === 1 ? "" : "s"}`;
        const counts = [
            ...(this.done.size > 0 ? [`${some(this.done.size)} done`] : []),
            ...(this.done.size === 0 && this.looked.size > 0 ? [`looked at ${some(this.looked.size)}`] : []),
        ];
        const parts = [...counts, ...now];
        this.terminal.status(parts.length === 0 ? "the engine starts" : parts.join("; "));
    }
}
