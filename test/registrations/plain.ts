/** Values as JSON has them. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Where the calls of a program come from and where its callbacks listen: other lines and ports with every change and run. */
const ofTheRun = new Set(["sourceposition", "stacktrace", "parentstacktracehandle", "target", "token"]);

/** How often each text of a list is in it. */
function countsOf(texts: readonly string[]): Plain {
    return Object.fromEntries(
        [...Map.groupBy(texts, (text) => text)].map(([text, all]) => [text, all.length]),
    );
}

/**
 * A protobuf message as `toObject` shows it, without what differs from run to run: the positions of calls in the source,
 * addresses and tokens of callbacks. Maps become objects. Lists of text are sets in the messages of the engine, and become
 * objects of how often each text is there: one more does not move all others to another place. What a program puts into
 * its inputs is not a field of a message and is left alone.
 */
export function settled(field: unknown): Plain {
    if (Array.isArray(field)) {
        const items = (field as unknown[]).map(settled);
        return items.every((item) => typeof item === "string") ? countsOf(items) : items;
    }
    if (field === null || typeof field !== "object") {
        return (field ?? null) as Plain;
    }
    const kept = Object.entries(field).filter(([key, value]) => !ofTheRun.has(key) && value !== undefined);
    return Object.fromEntries(
        kept.map(([key, value]) => [
            key,
            // How google-protobuf shows a map: as a list of pairs, under such a name.
            key.endsWith("Map") && Array.isArray(value)
                ? settled(Object.fromEntries(value as [string, unknown][]))
                : settled(value),
        ]),
    );
}

/**
 * The leaves of a value by path, e.g. `object.tags.lab`, `outputs.roster[0].lab` or `dependenciesList["urn:pulumi:..."]`. An
 * empty list or map is a leaf.
 */
export function leavesOf(value: Plain, path = ""): Map<string, Plain> {
    const below = (key: string) => {
        const step = /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
        return path === "" ? step.replace(/^\./, "") : `${path}${step}`;
    };
    const inner: readonly (readonly [string, Plain])[] = Array.isArray(value)
        ? (value as readonly Plain[]).map((item, index) => [`${path}[${index}]`, item])
        : value !== null && typeof value === "object"
          ? Object.entries(value).map(([key, item]) => [below(key), item])
          : [];
    return inner.length === 0
        ? new Map([[path, value]])
        : new Map(inner.flatMap(([at, item]) => [...leavesOf(item, at)]));
}
