import { described, describedId } from "./placeholders.ts";
import type { RecordedState } from "./recordings.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A resource in an exported stack, its secrets in clear. */
export interface StoredResource {
    readonly urn: string;
    readonly id?: string;
    readonly type: string;
    readonly delete?: boolean;
    readonly pendingReplacement?: boolean;
    readonly inputs?: Record<string, unknown>;
    readonly outputs?: Record<string, unknown>;
    readonly additionalSecretOutputs?: string[];
}

/** Plain values, and the paths of those that were secret. */
export interface Opened {
    readonly values: Record<string, unknown>;
    readonly secrets: string[];
}

/** Takes the secrets' wrapping off. */
export function open(stored: Record<string, unknown> = {}): Opened {
    const secrets: string[] = [];
    const values = unwrap(stored, "", secrets) as Record<string, unknown>;
    return { values, secrets: secrets.sort() };
}

/** A resource of the state as the recordings show it. */
export function recordedState(resource: StoredResource, name: string): RecordedState {
    const inputs = open(resource.inputs);
    const outputs = open(resource.outputs);
    return {
        id: describedId(resource.id ?? "", name) as string,
        inputs: inputs.values,
        outputs: describedOutputs(outputs.values),
        stdout: outputs.values["stdout"],
        stderr: outputs.values["stderr"],
        secretInputs: inputs.secrets,
        secretOutputs: outputs.secrets,
        additionalSecretOutputsFromTheSDK: resource.additionalSecretOutputs,
        pendingReplacement: resource.pendingReplacement,
    };
}

/** Outputs with what differs in each run described. */
export function describedOutputs(outputs: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, described(key, value)]));
}

function unwrap(value: unknown, path: string, secrets: string[]): unknown {
    if (Array.isArray(value)) {
        return value.map((child, index) => unwrap(child, `${path}[${index}]`, secrets));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, unknown>;
    if (object[SIGNATURE] === SECRET) {
        secrets.push(path);
        return unwrap(JSON.parse(object["plaintext"] as string), path, []);
    }
    const entries = Object.entries(object).map(([key, child]) => [
        key,
        unwrap(child, path === "" ? key : `${path}.${key}`, secrets),
    ]);
    return Object.fromEntries(entries) as unknown;
}
