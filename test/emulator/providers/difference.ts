import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { UNKNOWN, type DiffResult, type Properties, type Value } from "./provider.ts";
import { isAsset } from "./wire.ts";

/** True if both values are the same. A value that is not known yet is never the same as another. */
export function equal(one: Value, other: Value): boolean {
    if (one === UNKNOWN || other === UNKNOWN) {
        return false;
    }
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
        return (one ?? undefined) === (other ?? undefined);
    }
    if (isAsset(one) && isAsset(other)) {
        return one.kind === other.kind && one.hash === other.hash;
    }
    if (Array.isArray(one) !== Array.isArray(other)) {
        return false;
    }
    const left = one as Properties;
    const right = other as Properties;
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => equal(left[key], right[key]));
}

/** Paths of the innermost values that differ, e.g. `tags.Name` or `triggers[0].k`, in order of their names. */
export function changedPaths(olds: Properties, news: Properties): string[] {
    const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
    return keys.flatMap((key) => changedBelow(key, olds[key], news[key]));
}

/** Names of the top-level properties that differ. */
export function changedNames(olds: Properties, news: Properties): string[] {
    const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
    return keys.filter((key) => !equal(olds[key], news[key]));
}

/** The engine's form of a handler's answer; whether a path is new or gone is read from old and new inputs. */
export function diffResponse(
    diff: DiffResult,
    olds: Properties,
    news: Properties,
): providerProto.DiffResponse {
    const response = new providerProto.DiffResponse();
    const paths = [...new Set([...diff.updates, ...diff.replaces])];
    const top = (path: string): string => steps(path)[0] ?? path;
    response.setChanges(
        paths.length > 0
            ? providerProto.DiffResponse.DiffChanges.DIFF_SOME
            : providerProto.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setDiffsList([...new Set(paths.map(top))].sort());
    response.setReplacesList([...new Set(diff.replaces.map(top))]);
    response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
    if (diff.detailed !== false) {
        response.setHasdetaileddiff(true);
        for (const path of paths) {
            const kind = new providerProto.PropertyDiff();
            kind.setKind(kindOf(at(olds, path), at(news, path), diff.replaces.includes(path)));
            kind.setInputdiff(true);
            response.getDetaileddiffMap().set(path, kind);
        }
    }
    return response;
}

function changedBelow(path: string, old: Value, now: Value): string[] {
    if (equal(old, now)) {
        return [];
    }
    if (Array.isArray(old) && Array.isArray(now)) {
        const longest = old.length > now.length ? old : now;
        return longest.flatMap((_, index) => changedBelow(`${path}[${index}]`, old[index], now[index]));
    }
    if (isPlainObject(old) && isPlainObject(now)) {
        const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
        return keys.flatMap((key) => changedBelow(path + step(key), old[key], now[key]));
    }
    return [path];
}

function step(key: string): string {
    return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key.replaceAll('"', '\\"')}"]`;
}

function steps(path: string): string[] {
    return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
        ([, quoted, index, name]) => quoted?.replaceAll('\\"', '"') ?? index ?? name ?? "",
    );
}

function at(values: Properties, path: string): Value {
    return steps(path).reduce<Value>(
        (value, key) =>
            typeof value === "object" && value !== null ? (value as Properties)[key] : undefined,
        values,
    );
}

function kindOf(old: Value, now: Value, replaces: boolean): providerProto.PropertyDiff.Kind {
    const { Kind } = providerProto.PropertyDiff;
    if (old === undefined || old === null) {
        return replaces ? Kind.ADD_REPLACE : Kind.ADD;
    }
    if (now === undefined || now === null) {
        return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
    }
    return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}

function isPlainObject(value: Value): value is { [key: string]: Value } {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !isAsset(value);
}
