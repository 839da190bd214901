/** Declares the inputs of a resource type as terraform-provider-aws does: kinds, ForceNew, Computed, defaults. */
import { UNKNOWN, type Properties, type Value } from "../provider.ts";
import { isAsset, isObject } from "./values.ts";

/** What is declared of one input. */
export interface Field {
    readonly kind: "string" | "number" | "boolean" | "map" | "object" | "list" | "set" | "asset";
    readonly required?: boolean;
    /** A change replaces the resource; parts inherit it unless they say otherwise. */
    readonly forceNew?: boolean;
    /** Filled by AWS where the program is silent; then never a change. */
    readonly computed?: boolean;
    readonly default?: Value;
    /** Of the elements of a list or set. */
    readonly element?: Field;
    /** Of the parts of an object. */
    readonly fields?: Fields;
    /** Says what is wrong with a known value. */
    readonly check?: (value: Value) => string | undefined;
    /** Two texts that AWS takes for the same, e.g. JSON with other white space. */
    readonly same?: (left: string, right: string) => boolean;
}
/** Inputs by name. */
export type Fields = Readonly<Record<string, Field>>;
type Options = Omit<Field, "kind" | "element" | "fields">;

export const string = (options: Options = {}): Field => ({ kind: "string", ...options });
export const integer = (options: Options = {}): Field => ({ kind: "number", ...options });
export const boolean = (options: Options = {}): Field => ({ kind: "boolean", ...options });
export const asset = (options: Options = {}): Field => ({ kind: "asset", ...options });
export const map = (options: Options = {}): Field => ({ kind: "map", ...options });
export const block = (fields: Fields, options: Options = {}): Field => ({
    kind: "object",
    fields,
    ...options,
});
export const list = (element: Field, options: Options = {}): Field => ({ kind: "list", element, ...options });
export const set = (element: Field, options: Options = {}): Field => ({ kind: "set", element, ...options });
/** JSON text, compared by meaning (`SuppressEquivalentJSONDiffs`, `SuppressEquivalentPolicyDiffs`). */
export const json = (options: Options = {}): Field => ({
    kind: "string",
    same: sameJson,
    check: (value) =>
        typeof value === "string" && parseJson(value) === undefined ? "contains an invalid JSON" : undefined,
    ...options,
});

/** A check: the value is one of these. */
export function oneOf(...allowed: readonly string[]): (value: Value) => string | undefined {
    return (value) =>
        typeof value === "string" && allowed.includes(value)
            ? undefined
            : `expected to be one of ["${allowed.join('" "')}"], got ${shown(value)}`;
}

/** A check: the number is within these bounds. */
export function between(low: number, high: number): (value: Value) => string | undefined {
    return (value) =>
        typeof value === "number" && Number.isInteger(value) && value >= low && value <= high
            ? undefined
            : `expected to be in the range (${low} - ${high}), got ${shown(value)}`;
}

/** What is wrong with these inputs, path and reason; unknown values are not judged. */
export function problems(
    fields: Fields,
    values: Properties,
    prefix = "",
): { property: string; reason: string }[] {
    const found: { property: string; reason: string }[] = [];
    for (const key of Object.keys(values)) {
        if (!(key in fields) && values[key] !== undefined) {
            found.push({
                property: prefix + key,
                reason: "is not an input that the pocket cloud implements",
            });
        }
    }
    for (const [key, field] of Object.entries(fields)) {
        const value = values[key];
        if (value === undefined || value === null) {
            if (!field.required) continue;
            const reason = `Missing required argument. The argument "${prefix}${key}" is required, but no definition was found.`;
            found.push({ property: prefix + key, reason });
        } else {
            found.push(...fieldProblems(field, value, prefix + key));
        }
    }
    return found;
}

function fieldProblems(field: Field, value: Value, path: string): { property: string; reason: string }[] {
    if (value === UNKNOWN || value === undefined || value === null) return [];
    if (!ofKind(field, value)) {
        return [{ property: path, reason: `expected ${field.kind} type, got ${shown(value)}` }];
    }
    const reason = field.check?.(value);
    if (reason !== undefined) return [{ property: path, reason }];
    if (field.fields && isObject(value)) return problems(field.fields, value, `${path}.`);
    const { element } = field;
    if (element && Array.isArray(value)) {
        return value.flatMap((entry, index) => fieldProblems(element, entry, `${path}[${index}]`));
    }
    if (field.kind === "map" && isObject(value)) {
        return Object.entries(value)
            .filter(([, entry]) => entry !== UNKNOWN && typeof entry !== "string")
            .map(([key]) => ({ property: `${path}.${key}`, reason: "expected string type" }));
    }
    return [];
}

function ofKind(field: Field, value: Value): boolean {
    switch (field.kind) {
        case "string":
        case "number":
        case "boolean":
            return typeof value === field.kind;
        case "list":
        case "set":
            return Array.isArray(value);
        case "asset":
            return isAsset(value);
        case "map":
        case "object":
            return isObject(value);
    }
}

/** Values are named by kind only where they may be long or secret. */
function shown(value: Value): string {
    if (typeof value === "string") return value.length > 60 ? "a long text" : JSON.stringify(value);
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return Array.isArray(value) ? "a list" : "an object";
}

/** The JSON value in a text, `undefined` if it is none. */
export function parseJson(value: string): Value {
    try {
        return JSON.parse(value) as Value;
    } catch {
        return undefined;
    }
}

/** True if both texts hold the same JSON, whatever the order of keys, or one action as text or as a list of one. */
export function sameJson(left: string, right: string): boolean {
    const a = parseJson(left);
    const b = parseJson(right);
    if (a === undefined || b === undefined) return left === right;
    return canonical(a) === canonical(b);
}

function canonical(value: Value): string {
    if (Array.isArray(value)) {
        const [only] = value;
        // A policy's "Action": "x" and "Action": ["x"] are one and the same to IAM; the order of a list never counts.
        if (value.length === 1 && typeof only === "string") return canonical(only);
        return `[${value.map(canonical).sort().join(",")}]`;
    }
    if (isObject(value)) {
        const entries = Object.keys(value)
            .sort()
            .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
        return `{${entries.join(",")}}`;
    }
    return JSON.stringify(value ?? null);
}
