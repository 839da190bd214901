/** JSON as TypeScript sees it, and careful ways to read it. */

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** The value as an object, `{}` for anything else. */
export function objectOf(value: Json | undefined): JsonObject {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** The value as an array, `[]` for anything else. */
export function arrayOf(value: Json | undefined): Json[] {
    return Array.isArray(value) ? value : [];
}

/** The value as a string; `undefined` for what is none. */
export function stringOf(value: Json | undefined): string | undefined {
    return typeof value === "string" ? value : undefined;
}

/** The value as a number; `undefined` for what is none. */
export function numberOf(value: Json | undefined): number | undefined {
    return typeof value === "number" ? value : undefined;
}

/** The strings in an array, anything else is left out. */
export function stringsOf(value: Json | undefined): string[] {
    return arrayOf(value).filter((item): item is string => typeof item === "string");
}

/** `[{Key, Value}]` of the AWS API as a record. */
export function tagsOf(value: Json | undefined): Record<string, string> {
    const tags: Record<string, string> = {};
    for (const item of arrayOf(value)) {
        const { Key, Value } = objectOf(item);
        if (typeof Key === "string") tags[Key] = typeof Value === "string" ? Value : "";
    }
    return tags;
}

/** Flattens a JSON value to dotted paths, arrays by index: `{a: [{b: 1}]}` gives `{"a.0.b": "1"}`. */
export function flatten(value: Json, prefix = "", into: Record<string, string> = {}): Record<string, string> {
    if (Array.isArray(value)) {
        value.forEach((item, index) =>
            flatten(item, prefix === "" ? String(index) : `${prefix}.${index}`, into),
        );
    } else if (typeof value === "object" && value !== null) {
        for (const [key, item] of Object.entries(value))
            flatten(item, prefix === "" ? key : `${prefix}.${key}`, into);
    } else if (prefix !== "") {
        into[prefix] = value === null ? "" : String(value);
    }
    return into;
}

/** Parses text that should be a JSON object; `undefined` when it is none. */
export function parseObject(text: string): JsonObject | undefined {
    try {
        const value = JSON.parse(text) as Json;
        return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
    } catch {
        return undefined;
    }
}
