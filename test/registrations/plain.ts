/** Values as JSON has them. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Where the calls of a program come from and where its callbacks listen: other lines and ports with every change and run. */
const ofTheRun = new Set(["sourceposition", "stacktrace", "parentstacktracehandle", "target", "token"]);

const isPair = (item: Plain): boolean =>
    Array.isArray(item) && item.length === 2 && typeof item[0] === "string";

/** `{ key: value }` for a protobuf map, which google-protobuf shows as a list of pairs. */
function mapOf(pairs: readonly Plain[]): Plain {
    return Object.fromEntries(
        (pairs as readonly (readonly [string, Plain])[]).map(([key, value]) => [key, value]),
    );
}

/**
 * A protobuf message as `toObject` shows it, without what differs from run to run: the positions of calls in the source,
 * addresses and tokens of callbacks. Maps become objects. Lists of text are sorted, since in the messages of the engine
 * they are all sets; what a program puts into its inputs is not a field of a message and is left alone.
 */
export function settled(field: unknown): Plain {
    if (Array.isArray(field)) {
        const items = (field as unknown[]).map(settled);
        return items.every((item) => typeof item === "string") ? [...items].sort() : items;
    }
    if (field === null || typeof field !== "object") {
        return (field ?? null) as Plain;
    }
    const kept = Object.entries(field).filter(([key, value]) => !ofTheRun.has(key) && value !== undefined);
    return Object.fromEntries(
        kept.map(([key, value]) => {
            const plain = settled(value);
            const map =
                key.endsWith("Map") && Array.isArray(plain) && (plain as readonly Plain[]).every(isPair);
            return [key, map ? mapOf(plain as readonly Plain[]) : plain];
        }),
    );
}

/** The leaves of a value by path, e.g. `object.tags.lab` or `dependencies[0]`. An empty list or map is a leaf. */
export function leavesOf(value: Plain, path = ""): Map<string, Plain> {
    const inner: readonly (readonly [string, Plain])[] = Array.isArray(value)
        ? (value as readonly Plain[]).map((item, index) => [`${path}[${index}]`, item])
        : value !== null && typeof value === "object"
          ? Object.entries(value).map(([key, item]) => [path === "" ? key : `${path}.${key}`, item])
          : [];
    return inner.length === 0
        ? new Map([[path, value]])
        : new Map(inner.flatMap(([at, item]) => [...leavesOf(item, at)]));
}
