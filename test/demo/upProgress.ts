import type { EngineEvent } from "@pulumi/pulumi/automation";
import { nameOf } from "../emulator/engine/result";
import { elapsed } from "../emulator/tools/progress";

/** What goes on, in words, while a resource of a type is being made or removed. */
const words: Readonly<Record<string, { readonly create: string; readonly delete: string }>> = {
    "aws:ec2/instance:Instance": { create: "machine boots", delete: "machine ends" },
    "command:remote:Command": { create: "script runs on the machine", delete: "script is forgotten" },
    "aws:emr/cluster:Cluster": { create: "cluster starts", delete: "cluster ends" },
};

/** What a lab is doing now and how far it is. */
interface Part {
    readonly busy: Map<string, string>;
    done: number;
    failed: number;
}

/**
 * Follows an operation of the engine lab by lab and says what changes, a line at a time.
 *
 * Lines, not a screen that redraws itself: they read the same on a terminal, in a log and in a recording.
 */
export class UpProgress {
    private readonly begin = Date.now();
    private readonly parts = new Map<string, Part>();

    constructor(
        private readonly labs: readonly string[],
        private readonly say: (line: string) => void,
    ) {}

    /** Which lab a resource belongs to; "class" for what all share. */
    private owner(name: string): string {
        const own = (lab: string) => name === lab || name.startsWith(`${lab}-`) || name.endsWith(`-${lab}`);
        return [...this.labs].sort((a, b) => b.length - a.length).find(own) ?? "class";
    }

    /** Takes the next event of the engine. */
    readonly onEvent = (event: EngineEvent): void => {
        const started = event.resourcePreEvent?.metadata;
        const ended = event.resOutputsEvent?.metadata;
        const failed = event.resOpFailedEvent?.metadata;
        const metadata = started ?? ended ?? failed;
        if (metadata === undefined || !/^(create|delete|update|replace)/.test(metadata.op)) {
            return;
        }
        const name = nameOf(metadata.urn);
        const owner = this.owner(name);
        const part = this.parts.get(owner) ?? { busy: new Map<string, string>(), done: 0, failed: 0 };
        this.parts.set(owner, part);
        const kind = words[metadata.type]?.[metadata.op.startsWith("delete") ? "delete" : "create"];
        const what =
            metadata.type === "command:remote:Command" &&
            kind !== undefined &&
            !metadata.op.startsWith("delete")
                ? name.endsWith("-bootstrap")
                    ? "machine is prepared: packages, password, course files"
                    : "machine is connected to its cluster"
                : kind;
        if (started !== undefined) {
            if (what !== undefined) {
                part.busy.set(metadata.urn, what);
                this.tell(owner, what);
            }
            return;
        }
        part.done += 1;
        part.busy.delete(metadata.urn);
        if (failed !== undefined) {
            part.failed += 1;
            this.tell(owner, `${what ?? name}: FAILED`);
        } else if (what !== undefined) {
            this.tell(owner, `${what}: done`);
        }
    };

    private tell(owner: string, what: string): void {
        this.say(`${elapsed(Date.now() - this.begin).padStart(7)}  ${owner.padEnd(14)} ${what}`);
    }
}
