import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "./contractStack.ts";
import type { Placeholders } from "./placeholders.ts";
import type { RecordedInputs, RecordedOptions, Recording } from "./recordings.ts";

/** Password of the recording of an import: only its length was recorded. */
const IMPORTED = "abcdefgh12345678";

type Resolve = (id: string, property: string) => pulumi.Output<unknown>;

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
        inputs: {},
        references: (resolve) => concrete(all, recording.id, placeholders, resolve) as pulumi.Inputs,
        options: {
            ...options,
            import: options.import === undefined ? undefined : options.import.replace(/^<.*>$/, IMPORTED),
        },
    };
}

function concrete(value: unknown, id: string, placeholders: Placeholders, resolve: Resolve): unknown {
    const inner = (child: unknown): unknown => concrete(child, id, placeholders, resolve);
    if (typeof value === "string") {
        return placeholders.concrete(value, id);
    }
    if (Array.isArray(value)) {
        return value.map(inner);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, unknown>;
    if ("$secret" in object) {
        return pulumi.secret(inner(object["$secret"]));
    }
    if ("$ref" in object) {
        return resolve(object["$ref"] as string, object["prop"] as string);
    }
    return Object.fromEntries(Object.entries(object).map(([key, child]) => [key, inner(child)]));
}
