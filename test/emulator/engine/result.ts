import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** One thing the engine did (or, in a preview, would do) with a resource. */
export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** It did not succeed. */
    readonly failed: boolean;
    /** It has come to an end: false for what was going on when the engine was killed. */
    readonly ended: boolean;
    /** Top-level inputs that differ, e.g. `tags`. */
    readonly diffs: readonly string[];
}

/** What the engine said about a resource or the whole. */
export interface Diagnostic {
    readonly severity: string;
    readonly urn?: string;
    readonly message: string;
}

/** How an operation ended. */
export interface OperationResult {
    readonly result: "succeeded" | "failed";
    readonly exitCode: number;
    /** Number of resources per kind of change, as in the last lines of `pulumi up`. */
    readonly changes: Readonly<Record<string, number>>;
    readonly steps: readonly Step[];
    readonly diagnostics: readonly Diagnostic[];
    readonly stdout: string;
    readonly stderr: string;
    readonly durationMs: number;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` -> NAME */
export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

/** Steps that only look. */
const READING = new Set(["same", "refresh", "read"]);

/** Whether anything was created, changed, replaced or removed. */
export function changesAnything(changes: Readonly<Record<string, number>>): boolean {
    return Object.entries(changes).some(([op, count]) => count > 0 && !READING.has(op));
}

/** Removes the colour marks of the engine's messages. */
export function plain(message: string): string {
    return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** Collects the engine's events of one operation. */
export class EventCollector {
    private readonly stepsByKey = new Map<string, Step>();
    readonly diagnostics: Diagnostic[] = [];
    changes: Record<string, number> = {};

    get steps(): Step[] {
        return [...this.stepsByKey.values()];
    }

    /** Takes the next event. */
    add(event: EngineEvent): void {
        const started = event.resourcePreEvent?.metadata;
        const done = event.resOutputsEvent?.metadata;
        const failed = event.resOpFailedEvent?.metadata;
        const metadata = started ?? done ?? failed;
        if (metadata) {
            const { op, urn, type } = metadata;
            this.stepsByKey.set(`${op} ${urn}`, {
                op,
                urn,
                type,
                name: nameOf(urn),
                failed: failed !== undefined,
                ended: started === undefined,
                diffs: metadata.diffs ?? [],
            });
        } else if (event.summaryEvent) {
            this.changes = Object.fromEntries(
                Object.entries(event.summaryEvent.resourceChanges ?? {}).map(([op, count]) => [
                    op,
                    Number(count),
                ]),
            );
        } else if (event.diagnosticEvent && !event.diagnosticEvent.ephemeral) {
            const { urn, message } = event.diagnosticEvent;
            // The event log has the engine's debug messages too, thousands of them; the SDK's type does not know.
            const severity: string = event.diagnosticEvent.severity;
            const text = plain(message);
            if (text && severity !== "debug") {
                this.diagnostics.push({ severity, ...(urn ? { urn } : {}), message: text });
            }
        }
    }
}
