import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";

/** The engine's form of a value with secrets in it, with each of them as `{ secret: value }`. */
export function showSecrets(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(showSecrets);
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const object = value as Record<string, unknown>;
    return object[specialSigKey] === specialSecretSig
        ? { secret: showSecrets(object.value) }
        : Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, showSecrets(inner)]));
}
