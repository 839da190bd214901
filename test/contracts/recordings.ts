import { readFileSync } from "node:fs";
import * as path from "node:path";

/** Inputs as recorded: placeholders, `{"$secret": v}` and `{"$ref": id, "prop": p}` stand for what the text says. */
export type RecordedInputs = Readonly<Record<string, unknown>>;

/** Resource options of a recording. */
export interface RecordedOptions {
    readonly ignoreChanges?: string[];
    readonly replaceOnChanges?: string[];
    readonly additionalSecretOutputs?: string[];
    readonly deleteBeforeReplace?: boolean;
    readonly retainOnDelete?: boolean;
    readonly import?: string;
}

/** What a preview showed for the resource. */
export interface RecordedPreview {
    readonly op: string | string[];
    readonly diffReasons?: string[];
    readonly replaceReasons?: string[];
    readonly detailedDiff?: Readonly<Record<string, string>>;
    readonly unknownInputs?: string[];
    readonly unknownOutputs?: string[];
    readonly knownOutputs?: string[];
    readonly errors?: string[];
}

/** What the engine, the machines and the display showed of one operation. */
export interface RecordedResult {
    readonly steps: string[];
    readonly ran: string[];
    readonly logged: string[];
}

/** A resource in the state file. */
export interface RecordedState {
    readonly id: string;
    readonly inputs?: unknown;
    readonly outputs?: unknown;
    readonly stdout?: unknown;
    readonly stderr?: unknown;
    readonly secretInputs?: string[];
    readonly secretOutputs: string[];
    readonly additionalSecretOutputsFromTheSDK?: string[];
    readonly pendingReplacement?: boolean;
}

interface Common {
    readonly id: string;
    readonly type: string;
    readonly what: string;
    readonly registeredWithoutTheSdkClass?: boolean;
}

/** `before` applied, then `after`. */
export interface ChangeRecording extends Common {
    readonly before: RecordedInputs;
    readonly after: RecordedInputs;
    readonly options?:
        RecordedOptions | { readonly before: RecordedOptions; readonly after: RecordedOptions };
    readonly create: RecordedResult & { readonly preview: RecordedPreview; readonly state: RecordedState };
    readonly previewUnchanged: string;
    readonly preview: RecordedPreview;
    readonly result: RecordedResult & {
        readonly outputsChanged: Readonly<Record<string, unknown>>;
        readonly secretInputs?: string[];
    };
    readonly secretOutputs: string[];
    readonly previewAfterwards: string;
    readonly destroy: RecordedResult;
}

/** One of several inputs that were applied in turn. */
export interface RecordedPhase {
    readonly inputs: RecordedInputs | "as before";
    readonly preview: RecordedPreview;
    readonly result?: RecordedResult;
    readonly error?: string[] | null;
    readonly stored?: RecordedState | null;
    readonly storedPendingDelete?: boolean;
}

/** Failures and invalid inputs. */
export interface PhaseRecording extends Common {
    readonly phases: readonly RecordedPhase[];
    readonly options?: RecordedOptions;
    readonly destroy?: RecordedResult & { readonly stillStored: boolean };
}

/** A recording of a real provider. */
export type Recording = ChangeRecording | PhaseRecording;

interface RecordingFile {
    readonly recordings: readonly Recording[];
    readonly passwordComposition: { readonly specialCharactersObserved: string };
}

const file = JSON.parse(
    readFileSync(path.join(import.meta.dirname, "providers.json"), "utf8"),
) as RecordingFile;

/** Special characters that the real provider used in passwords. */
export const OBSERVED_SPECIALS = file.passwordComposition.specialCharactersObserved;

/** All recordings of change. */
export const CHANGES: readonly ChangeRecording[] = file.recordings.filter(
    (recording): recording is ChangeRecording => "before" in recording,
);

/** All recordings of phases. */
export const PHASES: readonly PhaseRecording[] = file.recordings.filter(
    (recording): recording is PhaseRecording => "phases" in recording,
);

/** Options of a change recording, which may differ between its two halves. */
export function optionsOf(recording: ChangeRecording, half: "before" | "after"): RecordedOptions {
    const { options = {} } = recording;
    return "before" in options ? options[half] : options;
}
