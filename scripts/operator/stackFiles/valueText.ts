import { stringify } from "yaml";

/** A value that goes into a stack file. */
export type ConfigValue =
    string | number | boolean | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

// Longer lists are written an item a line: that is what a person can read, and what a change shows well in.
const longestLine = 100;

export const isList = (value: ConfigValue): value is readonly ConfigValue[] => Array.isArray(value);
export const isRecord = (value: ConfigValue): value is { readonly [key: string]: ConfigValue } =>
    typeof value === "object" && !isList(value);

/**
 * A value on one line: `[Ada, "No"]`, `{ lab: team-1, students: [Ada] }`.
 *
 * Quoted is what YAML 1.2 or 1.1 would take for something else: Pulumi reads with Go's library, which knows both.
 */
export function inlineText(value: ConfigValue): string {
    if (isList(value)) {
        return `[${value.map(inlineText).join(", ")}]`;
    }
    if (isRecord(value)) {
        const pairs = Object.entries(value).map(([key, inner]) => `${inlineText(key)}: ${inlineText(inner)}`);
        return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
    }
    // Inside a flow list, where more has to be quoted than elsewhere; its brackets are taken off again.
    const options = {
        compat: "yaml-1.1",
        lineWidth: 0,
        collectionStyle: "flow",
        flowCollectionPadding: false,
    } as const;
    return stringify([value], options).trimEnd().slice(1, -1);
}

/** An item of a block list, without its dash: lines, the first one to stand behind the dash. */
export function itemLines(value: ConfigValue): readonly string[] {
    return isRecord(value)
        ? Object.entries(value).flatMap(([key, inner]) => pairLines(inlineText(key), inner))
        : [inlineText(value)];
}

/**
 * `key: value` as lines, on one where it fits.
 *
 * @param key as it is written
 * @param indent spaces before the key, which count
 */
export function pairLines(key: string, value: ConfigValue, indent = 0): readonly string[] {
    const inline = `${key}: ${inlineText(value)}`;
    if (!isList(value) || indent + inline.length <= longestLine) {
        return [inline];
    }
    const items = value.map(itemLines);
    return [
        `${key}:`,
        ...items.flatMap(([first = "", ...more]) => [`  - ${first}`, ...more.map((line) => `    ${line}`)]),
    ];
}
