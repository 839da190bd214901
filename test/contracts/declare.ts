import type { Declared } from "./contractStack.ts";
import type { Placeholders } from "./placeholders.ts";
import type { RecordedInputs, RecordedOptions, Recording } from "./recordings.ts";

/** Password of the recording of an import: only its length was recorded. */
const IMPORTED = "abcdefgh12345678";

/** A recording's resource with these inputs, as the program of the recording registered it. */
export function declare(
    recording: Recording,
    inputs: RecordedInputs,
    options: RecordedOptions,
    placeholders: Placeholders,
): Declared {
    const dependent = recording.type === "command:local:Command";
    const all: RecordedInputs = dependent
        ? { ...inputs, connection: { host: "HOST1", user: "ubuntu", privateKey: "<PRIVATE KEY>" } }
        : inputs;
    return {
        id: recording.id,
        // Resources that depend on a remote command were recorded with local ones, of which there is no stand-in.
        type: dependent ? "command:remote:Command" : recording.type,
        raw: recording.registeredWithoutTheSdkClass ?? false,
        inputs: concrete(all, recording.id, placeholders) as RecordedInputs,
        options: {
            ...options,
            import: options.import === undefined ? undefined : options.import.replace(/^<.*>$/, IMPORTED),
        },
    };
}

/** The inputs with what placeholders stand for; `$secret` and `$ref` are for the program. */
function concrete(value: unknown, id: string, placeholders: Placeholders): unknown {
    const inner = (child: unknown): unknown => concrete(child, id, placeholders);
    if (typeof value === "string") {
        return placeholders.concrete(value, id);
    }
    if (Array.isArray(value)) {
        return value.map(inner);
    }
    if (typeof value !== "object" || value === null || "$ref" in value) {
        return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, inner(child)]));
}
