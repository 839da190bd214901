/** Typed access to the loosely typed properties that the engine sends. */
import { UNKNOWN, type Asset, type Properties, type Value } from "../provider.ts";

/** An object value, neither list nor asset. */
export function isObject(value: Value): value is { [key: string]: Value } {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !isAsset(value);
}

/** An asset or archive of the engine. */
export function isAsset(value: Value): value is Asset {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const { kind, hash } = value as { kind?: Value; hash?: Value };
    return (kind === "asset" || kind === "archive") && typeof hash === "string";
}

/** What Terraform counts as not set: nothing, "", 0, false, an empty list or map. */
export function isZero(value: Value): boolean {
    if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
    if (Array.isArray(value)) return value.length === 0;
    return isObject(value) && Object.values(value).every((entry) => entry === undefined || entry === null);
}

/** True if the value is unknown or has an unknown part. */
export function hasUnknown(value: Value): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return isObject(value) && Object.values(value).some(hasUnknown);
}

/** The text at `key`, `undefined` if it is not there. */
export function text(from: Properties, key: string): string | undefined {
    const value = from[key];
    return typeof value === "string" ? value : undefined;
}

/** The text at `key`; anything else is a bug or a damaged state, said loudly. */
export function needText(from: Properties, key: string): string {
    const value = text(from, key);
    if (value === undefined) throw new Error(`property ${key} is missing`);
    return value;
}

/** The number at `key`, `undefined` if it is not there. */
export function number(from: Properties, key: string): number | undefined {
    const value = from[key];
    return typeof value === "number" ? value : undefined;
}

/** The boolean at `key`, `undefined` if it is not there. */
export function flag(from: Properties, key: string): boolean | undefined {
    const value = from[key];
    return typeof value === "boolean" ? value : undefined;
}

/** The object at `key`, `undefined` if it is not there. */
export function object(from: Properties, key: string): Properties | undefined {
    const value = from[key];
    return isObject(value) ? value : undefined;
}

/** The objects of the list at `key`; empty if it is not there. */
export function objects(from: Properties, key: string): Properties[] {
    const value = from[key];
    return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The texts of the list at `key`; empty if it is not there. */
export function texts(from: Properties, key: string): string[] {
    const value = from[key];
    return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

/** The map of texts at `key`, e.g. tags; empty if it is not there. */
export function textMap(from: Properties, key: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, value] of Object.entries(object(from, key) ?? {})) {
        if (typeof value === "string") found[name] = value;
    }
    return found;
}
