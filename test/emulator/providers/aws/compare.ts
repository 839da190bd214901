/** What changed between the state and the program, as the bridge's Diff tells it, and what a refresh makes of inputs. */
import { UNKNOWN, type DiffResult, type Properties, type Value } from "../provider.ts";
import type { Field, Fields } from "./schema.ts";
import { hasUnknown, isAsset, isObject, isZero } from "./values.ts";

/** A changed path and whether it replaces the resource. */
export interface Change {
    readonly path: string;
    readonly replaces: boolean;
}

/** Compares what the state holds with what the program wants, path by path. */
export function changesOf(fields: Fields, state: Properties, wanted: Properties): Change[] {
    return Object.entries(fields).flatMap(([key, field]) =>
        compare(key, field, state[key], wanted[key], field.forceNew ?? false),
    );
}

function compare(path: string, field: Field, old: Value, news: Value, replaces: boolean): Change[] {
    // Neither says anything: a default is no change of itself.
    if ((news ?? old ?? undefined) === undefined) return [];
    const wanted = news ?? field.default;
    const change = [{ path, replaces }];
    if (wanted === UNKNOWN) return change;
    if (wanted === undefined || wanted === null) return field.computed || isZero(old) ? [] : change;
    if (isZero(wanted) && isZero(old)) return [];
    if (isAsset(wanted)) return isAsset(old) && old.hash === wanted.hash ? [] : change;
    if (Array.isArray(wanted))
        return compareLists(path, field, Array.isArray(old) ? old : [], wanted, replaces);
    if (isObject(wanted)) {
        if (!isObject(old)) return change;
        const keys = field.fields
            ? Object.keys(field.fields)
            : [...new Set([...Object.keys(old), ...Object.keys(wanted)])];
        return keys.flatMap((key) => {
            const part: Field = field.fields?.[key] ?? { kind: "string" };
            return compare(path + step(key), part, old[key], wanted[key], part.forceNew ?? replaces);
        });
    }
    if (typeof wanted === "string" && typeof old === "string" && field.same?.(old, wanted)) return [];
    return old === wanted ? [] : change;
}

function compareLists(
    path: string,
    field: Field,
    old: Value[],
    wanted: Value[],
    replaces: boolean,
): Change[] {
    const element: Field = field.element ?? { kind: "string" };
    if (field.kind === "set") {
        if (wanted.some(hasUnknown)) return [{ path, replaces }];
        const rest = [...old];
        const added = wanted.filter((entry) => {
            const at = rest.findIndex((other) => compare("", element, other, entry, false).length === 0);
            if (at >= 0) rest.splice(at, 1);
            return at < 0;
        });
        return added.length + rest.length === 0 ? [] : [{ path, replaces }];
    }
    const length = Math.max(old.length, wanted.length);
    return Array.from({ length }, (_, index) => {
        const at = `${path}[${index}]`;
        if (index >= old.length || index >= wanted.length) return [{ path: at, replaces }];
        return compare(at, element, old[index], wanted[index], element.forceNew ?? replaces);
    }).flat();
}

/** A key as the engine writes it in a path: `.Name`, `["for-use-with"]`. */
function step(key: string): string {
    return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key.replaceAll('"', '\\"')}"]`;
}

/** Leaves out the paths that the program tells the engine to ignore (`ami`, `tags.Name`, `*`). */
export function notIgnored(changes: readonly Change[], ignored: readonly string[]): Change[] {
    const covered = (path: string) =>
        ignored.some(
            (entry) =>
                entry === "*" ||
                path === entry ||
                path.startsWith(`${entry}.`) ||
                path.startsWith(`${entry}[`),
        );
    return changes.filter((change) => !covered(change.path));
}

/** The engine's answer for these changes. */
export function diffResult(changes: readonly Change[], deleteBeforeReplace: boolean): DiffResult {
    const replaces = changes.filter((change) => change.replaces).map((change) => change.path);
    const updates = changes.filter((change) => !change.replaces).map((change) => change.path);
    return {
        updates,
        replaces,
        ...(replaces.length > 0 && deleteBeforeReplace ? { deleteBeforeReplace } : {}),
    };
}

/**
 * Inputs after a refresh: those that the program gave, with what was found in the cloud (`extractInputs` of the bridge).
 * What means the same keeps the program's own words.
 */
export function refreshedInputs(fields: Fields, inputs: Properties, found: Properties): Properties {
    const refreshed: Properties = {};
    for (const [key, value] of Object.entries(inputs)) {
        const field = fields[key];
        const now = field ? refreshedValue(field, value, found[key]) : value;
        if (now !== undefined && now !== null) refreshed[key] = now;
    }
    return refreshed;
}

function refreshedValue(field: Field, input: Value, found: Value): Value {
    if (input === undefined || input === null) return undefined;
    if (compare("", field, found, input, false).length === 0) return input;
    if (isObject(input) && isObject(found) && field.fields)
        return refreshedInputs(field.fields, input, found);
    const { element } = field;
    if (Array.isArray(input) && Array.isArray(found) && element?.fields) {
        const parts = element.fields;
        return found.map((entry, index) => {
            if (!isObject(entry)) return entry;
            const before = input[index];
            return isObject(before) ? refreshedInputs(parts, before, entry) : importedInputs(parts, entry);
        });
    }
    return found;
}

/** Inputs of an imported resource: all that is set and not at its default. */
export function importedInputs(fields: Fields, found: Properties): Properties {
    const inputs: Properties = {};
    for (const [key, field] of Object.entries(fields)) {
        const value = found[key];
        if (isZero(value) || value === field.default) continue;
        inputs[key] = field.fields && isObject(value) ? importedInputs(field.fields, value) : value;
    }
    return inputs;
}
