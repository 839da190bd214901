import type { ChangeRecording, PhaseRecording, RecordedResult, RecordedState } from "./recordings.ts";
import type { Replayed } from "./replay.ts";

/** Recorded and replayed, each reduced to what can be compared. */
export interface Comparison {
    readonly recorded: unknown;
    readonly replayed: unknown;
}

/** What is compared of a recording of change. */
export function compareChange(recording: ChangeRecording, replayed: Replayed<ChangeRecording>): Comparison {
    if (recording.type === "command:local:Command") {
        // Recorded with a local command: only what it saw of the remote one that it depends on.
        const preview = (one: Replayed<ChangeRecording>): unknown => one.preview;
        return { recorded: preview(recording), replayed: preview(replayed) };
    }
    const shape = (one: Replayed<ChangeRecording>): unknown => ({
        create: {
            ...result(one.create),
            preview: one.create.preview,
            state: state(one.create.state, recording.create.state),
        },
        previewUnchanged: one.previewUnchanged,
        preview: one.preview,
        result: {
            ...result(one.result),
            outputsChanged: one.result.outputsChanged,
            secretInputs: recording.result.secretInputs && one.result.secretInputs,
        },
        secretOutputs: one.secretOutputs,
        previewAfterwards: one.previewAfterwards,
        destroy: destroyed(one.destroy),
    });
    return { recorded: shape(recording), replayed: shape(replayed) };
}

/** What is compared of a recording of phases. */
export function comparePhases(recording: PhaseRecording, replayed: Replayed<PhaseRecording>): Comparison {
    const shape = (one: Replayed<PhaseRecording>): unknown => ({
        phases: one.phases.map((phase, number) => {
            const like = recording.phases[number];
            const errors = ownErrors(phase.preview.errors);
            if (like?.result === undefined) {
                // What cannot be previewed was not applied.
                return { errors };
            }
            return {
                preview: { ...phase.preview, errors },
                ...(like.result && {
                    result: phase.result && result(phase.result),
                    error: phase.error?.map(sortedLines).sort() ?? null,
                    stored: phase.stored && like.stored ? state(phase.stored, like.stored) : phase.stored,
                    storedPendingDelete: phase.storedPendingDelete ?? false,
                }),
            };
        }),
        destroy: recording.destroy &&
            one.destroy && { ...destroyed(one.destroy), stillStored: one.destroy.stillStored },
    });
    return { recorded: shape(recording), replayed: shape(replayed) };
}

function result({ steps, ran, logged }: RecordedResult): RecordedResult {
    // Lines of stdout and stderr come in any order, also within an error's text.
    return { steps, ran, logged: logged.map(sortedLines).sort() };
}

/** A resource and its replaced predecessor are deleted at the same time. */
function destroyed(one: RecordedResult): RecordedResult {
    const { steps, ran, logged } = result(one);
    return { steps: [...steps].sort(), ran: [...ran].sort(), logged };
}

function state(one: RecordedState, like: RecordedState): Record<string, unknown> {
    const keys = Object.keys(like) as (keyof RecordedState)[];
    return Object.fromEntries(keys.map((key) => [key, sorted(one[key])]));
}

function sorted(value: unknown): unknown {
    return Array.isArray(value) ? [...(value as unknown[])].sort() : value;
}

function sortedLines(text: string): string {
    const [first = "", ...rest] = text.split("\n");
    return [first, ...rest.sort()].join("\n");
}

/** The recordings also list what the engine says about the preview as a whole. */
function ownErrors(errors: readonly string[] | undefined): string[] | undefined {
    return errors?.filter((error) => error !== "error: preview failed");
}
