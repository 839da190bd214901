import type { ContractStack, Operation } from "./contractStack.ts";
import { declare } from "./declare.ts";
import { describedLine, type Placeholders } from "./placeholders.ts";
import {
    optionsOf,
    type ChangeRecording,
    type PhaseRecording,
    type RecordedInputs,
    type RecordedPhase,
    type RecordedResult,
    type RecordedState,
} from "./recordings.ts";
import type { SshMachines } from "./sshMachines.ts";
import { describedOutputs, open, recordedState, type StoredResource } from "./state.ts";

type Stored = Map<string, StoredResource[]>;

/** What a recording is compared with: the same, as it happened here. */
export type Replayed<Kind> = Omit<Kind, "what" | "type">;

/** Replays recordings on a stack: all of them at the same time, each as a resource of its own. */
export class Replay {
    /** What a refresh changed and ran, after all changes were made. */
    refreshed?: { readonly changes: Readonly<Record<string, number>>; readonly ran: readonly string[] };

    private readonly stack: ContractStack;
    private readonly machines: SshMachines;
    private readonly placeholders: Placeholders;

    constructor(stack: ContractStack, machines: SshMachines, placeholders: Placeholders) {
        this.stack = stack;
        this.machines = machines;
        this.placeholders = placeholders;
    }

    /** `before`, the same again, `after`, the same again, and nothing. */
    async changes(recordings: readonly ChangeRecording[]): Promise<Map<string, Replayed<ChangeRecording>>> {
        const halves = (half: "before" | "after") =>
            recordings.map((recording) =>
                declare(recording, recording[half], optionsOf(recording, half), this.placeholders),
            );
        const before = halves("before");
        const after = halves("after");
        const firstPreview = await this.stack.preview(before);
        const created = await this.step(() => this.stack.up(before));
        const first = await this.stack.stored();
        const unchanged = await this.stack.preview(before);
        const preview = await this.stack.preview(after);
        const changed = await this.step(() => this.stack.up(after));
        const second = await this.stack.stored();
        const refreshed = await this.step(() => this.stack.refresh(after));
        this.refreshed = {
            changes: refreshed.operation.changes ?? {},
            ran: recordings.flatMap(({ id }) => refreshed(id).ran),
        };
        const afterwards = await this.stack.preview(after);
        const destroyed = await this.step(() => this.stack.destroy());
        return this.each(recordings, ({ id }) => {
            const old = this.stateOf(first, id);
            const now = this.stateOf(second, id);
            return {
                id,
                before: {},
                after: {},
                create: {
                    ...created(id),
                    preview: this.recorded(firstPreview.of(id).preview(), id),
                    state: old ?? NOTHING,
                },
                previewUnchanged: String(unchanged.of(id).preview().op),
                preview: this.recorded(preview.of(id).preview(), id),
                result: {
                    ...changed(id),
                    outputsChanged: this.recorded(changes(live(first, id), live(second, id)), id),
                    secretInputs: now?.secretInputs,
                },
                secretOutputs: now?.secretOutputs ?? [],
                previewAfterwards: String(afterwards.of(id).preview().op),
                destroy: destroyed(id, true),
            };
        });
    }

    /** Each phase previewed and applied, then nothing. All recordings have the same number of phases. */
    async phases(recordings: readonly PhaseRecording[]): Promise<Map<string, Replayed<PhaseRecording>>> {
        const done = new Map<string, RecordedPhase[]>(recordings.map(({ id }) => [id, []]));
        const inputs = new Map<string, RecordedInputs>();
        for (let number = 0; number < (recordings[0]?.phases.length ?? 0); number++) {
            const declared = recordings.map((recording) => {
                const { inputs: recorded } = recording.phases[number] ?? { inputs: "as before" };
                const current = recorded === "as before" ? (inputs.get(recording.id) ?? {}) : recorded;
                inputs.set(recording.id, current);
                return declare(recording, current, recording.options ?? {}, this.placeholders);
            });
            const preview = await this.stack.preview(declared);
            // What fails its check is not applied: the recordings end there.
            const applies = recordings.some(({ phases }) => phases[number]?.result !== undefined);
            const applied = applies ? await this.step(() => this.stack.up(declared)) : undefined;
            const stored = applies ? await this.stack.stored() : undefined;
            for (const { id } of recordings) {
                done.get(id)?.push({
                    inputs: "as before",
                    preview: this.recorded(preview.of(id).preview(), id),
                    result: applied?.(id),
                    error: applied && this.errors(applied.operation, id),
                    stored: stored && (this.stateOf(stored, id) ?? null),
                    storedPendingDelete: stored?.get(id)?.some((resource) => resource.delete),
                });
            }
        }
        const made = recordings.some(({ destroy }) => destroy !== undefined);
        const destroyed = made ? await this.step(() => this.stack.destroy()) : undefined;
        const left = made ? await this.stack.stored() : undefined;
        return this.each(recordings, ({ id }) => ({
            id,
            phases: done.get(id) ?? [],
            destroy: destroyed && { ...destroyed(id, true), stillStored: left?.has(id) ?? false },
        }));
    }

    /** Carries out an operation and answers what it did with a resource, on the machines too. */
    private async step(
        run: () => Promise<Operation>,
    ): Promise<((id: string, withErrors?: boolean) => RecordedResult) & { operation: Operation }> {
        const { length } = await this.machines.log();
        const operation = await run();
        const lines = (await this.machines.log()).slice(length);
        const of = (id: string, withErrors = false): RecordedResult => {
            const observed = operation.of(id);
            const own = lines.filter(({ words }) => words.split(" ", 1)[0] === id);
            return {
                steps: observed.steps,
                ran: this.recorded(
                    own.map(({ machine, words }) => `${machine}: ${words.slice(id.length + 1)}`),
                    id,
                ),
                logged: observed
                    .logged(withErrors)
                    .map((line) => {
                        const [, severity = "", text = ""] = /^(\w+): ([\s\S]*)$/.exec(line) ?? [];
                        return `${severity}: ${describedLine(this.recorded(text, id))}`;
                    })
                    .sort(),
            };
        };
        return Object.assign(of, { operation });
    }

    private errors(operation: Operation, id: string): string[] | null {
        const own = this.recorded(operation.of(id).errors, id);
        if (own.length > 0) {
            return own;
        }
        // An output that the Node SDK cannot read fails in the program, not in the provider.
        const [failed] = /Error: failed to register new resource .*/.exec(operation.failure ?? "") ?? [];
        return failed?.includes(id) ? [failed] : null;
    }

    private stateOf(stored: Stored, id: string): RecordedState | undefined {
        const resource = live(stored, id);
        return resource && this.recorded(recordedState(resource, id), id);
    }

    private recorded<T>(value: T, id: string): T {
        return this.placeholders.recorded(value, id);
    }

    private each<From extends { readonly id: string }, To>(
        recordings: readonly From[],
        make: (recording: From) => To,
    ): Map<string, To> {
        return new Map(recordings.map((recording) => [recording.id, make(recording)]));
    }
}

const NOTHING: RecordedState = { id: "", secretOutputs: [] };

function live(stored: Stored, id: string): StoredResource | undefined {
    return stored.get(id)?.find((resource) => !resource.delete);
}

/** Outputs that differ, with what differs in each run described after the comparison. */
function changes(
    old: StoredResource | undefined,
    now: StoredResource | undefined,
): Record<string, { before: unknown; after: unknown } | "changed"> {
    const before = open(old?.outputs).values;
    const after = open(now?.outputs).values;
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const different = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
    const shownBefore = describedOutputs(before);
    const shownAfter = describedOutputs(after);
    return {
        ...Object.fromEntries(
            different.map((name) => [
                name,
                { before: shownBefore[name] ?? "<absent>", after: shownAfter[name] ?? "<absent>" },
            ]),
        ),
        ...(old?.id === now?.id ? {} : { "(resource id)": "changed" as const }),
    };
}
