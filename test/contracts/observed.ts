import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import type { RecordedPreview } from "./recordings.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Parts of a replacement; the recordings name only the replacement as a whole for a preview. */
const PARTS_OF_REPLACE = ["create-replacement", "delete-replaced"];

interface Said {
    readonly severity: string;
    readonly message: string;
}

/** What the engine showed of one resource in one operation. */
export class Observed {
    private readonly planned: StepEventMetadata[] = [];
    readonly steps: string[] = [];
    private readonly said: Said[] = [];

    /** Takes an event of this resource. */
    add(event: EngineEvent): void {
        const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
        if (resourcePreEvent) {
            this.planned.push(resourcePreEvent.metadata);
        }
        const done = resOutputsEvent?.metadata.op;
        if (done !== undefined) {
            this.steps.push(done);
        }
        if (resOpFailedEvent) {
            this.steps.push(`${resOpFailedEvent.metadata.op} FAILED`);
        }
        if (diagnosticEvent) {
            const message = diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, "");
            this.said.push({ severity: diagnosticEvent.severity, message });
        }
    }

    /** Errors, word for word. */
    get errors(): string[] {
        return this.said.filter(({ severity }) => severity === "error").map(({ message }) => message);
    }

    /** Lines of the display, errors only where they are asked for. */
    logged(withErrors: boolean): string[] {
        return this.said
            .filter(({ severity }) => severity !== "debug" && (withErrors || severity !== "error"))
            .map(({ severity, message }) => `${severity}: ${message.replace(/\n+$/, "")}`)
            .sort();
    }

    /** What a preview says that will be done. */
    preview(): RecordedPreview {
        const ops = this.planned.map(({ op }) => op as string).filter((op) => !PARTS_OF_REPLACE.includes(op));
        const errors = this.errors.map((message) => `error: ${message.trimEnd()}`);
        if (ops.length === 0 && errors.length > 0) {
            return { op: "none (check failed)", errors };
        }
        const step = [...this.planned].reverse().find(({ op }) => !PARTS_OF_REPLACE.includes(op));
        const op = ops.length > 1 ? ops : (ops[0] ?? "same");
        const details = Object.entries(step?.detailedDiff ?? {}).map(([path, { diffKind }]) => [
            path,
            diffKind,
        ]);
        const outputs = step?.op === "replace" ? (step.new?.outputs ?? {}) : {};
        const unknown = Object.keys(outputs).filter((name) => outputs[name] === UNKNOWN);
        return omitEmpty({
            op,
            diffReasons: [...(step?.diffs ?? [])].sort(),
            replaceReasons: [...(step?.keys ?? [])].sort(),
            detailedDiff: Object.fromEntries(details) as Record<string, string>,
            unknownInputs: op === "same" ? [] : unknownPaths(step?.new?.inputs ?? {}),
            unknownOutputs: unknown.sort(),
            knownOutputs: Object.keys(outputs)
                .filter((name) => !unknown.includes(name))
                .sort(),
            errors,
        });
    }
}

function unknownPaths(value: unknown, path = ""): string[] {
    if (value === UNKNOWN) {
        return [path];
    }
    if (Array.isArray(value)) {
        return value.flatMap((child, index) => unknownPaths(child, `${path}[${index}]`));
    }
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value as Record<string, unknown>);
        return entries.flatMap(([key, child]) => unknownPaths(child, path === "" ? key : `${path}.${key}`));
    }
    return [];
}

function omitEmpty(preview: RecordedPreview): RecordedPreview {
    const filled = Object.entries(preview).filter(
        ([, value]) => typeof value === "string" || Object.keys(value as object).length > 0,
    );
    return Object.fromEntries(filled) as unknown as RecordedPreview;
}
