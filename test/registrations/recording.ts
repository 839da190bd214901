import { leavesOf, type Plain } from "./plain.ts";

/** One thing that a program asked of the engine. */
export interface Asked {
    /** What it is about, e.g. `resource urn:pulumi:...`. The same may be asked several times. */
    readonly about: string;
    readonly fields: Plain;
}

/** Everything that a program asked of the engine, in any order: which of two resources comes first is chance. */
export type Recording = readonly Asked[];

/** One field that differs; `undefined` where it is not there at all. */
export interface Difference {
    readonly about: string;
    /** Path of the field; empty where the whole request is missing on one side. */
    readonly field: string;
    readonly before: Plain | undefined;
    readonly after: Plain | undefined;
}

/** What came out of a comparison. */
export interface Comparison {
    /** Requests of either side, those that both made counted once. */
    readonly requests: number;
    /** Of these, resources with their URN: components and the stack itself too. */
    readonly resources: number;
    /** Fields of either side, those that both have counted once. */
    readonly fields: number;
    readonly differences: readonly Difference[];
}

type Pair = readonly [before: Plain | undefined, after: Plain | undefined];

/** Requests about the same: those that are equal belong together, of the rest the first with the first and so on. */
function pairs(before: Recording, after: Recording): Pair[] {
    const sorted = (recording: Recording) =>
        recording
            .map(({ fields }) => ({ fields, text: JSON.stringify(fields) }))
            .sort((one, other) => (one.text < other.text ? -1 : 1));
    const others = sorted(after);
    const equal: Pair[] = [];
    const rest = sorted(before).filter(({ fields, text }) => {
        const index = others.findIndex((other) => other.text === text);
        if (index >= 0) {
            others.splice(index, 1);
            equal.push([fields, fields]);
        }
        return index < 0;
    });
    const differing = Array.from({ length: Math.max(rest.length, others.length) }, (_, index): Pair => [
        rest[index]?.fields,
        others[index]?.fields,
    ]);
    return [...equal, ...differing];
}

/** Compares two recordings, field by field. */
export function compare(before: Recording, after: Recording): Comparison {
    const byAbout = (recording: Recording) => Map.groupBy(recording, ({ about }) => about);
    const [left, right] = [byAbout(before), byAbout(after)];
    const found = [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((about) =>
        pairs(left.get(about) ?? [], right.get(about) ?? []).map(([one, other], index) => ({
            about: index === 0 ? about : `${about} (${index + 1})`,
            ...fieldDifferences(one, other),
        })),
    );
    return {
        requests: found.length,
        resources: found.filter(({ about }) => about.startsWith("resource ")).length,
        fields: found.reduce((sum, { fields }) => sum + fields, 0),
        differences: found.flatMap(({ about, differences }) =>
            differences.map((difference) => ({ about, ...difference })),
        ),
    };
}

/** How many fields two requests have between them, and those that differ. */
function fieldDifferences(
    before: Plain | undefined,
    after: Plain | undefined,
): { readonly fields: number; readonly differences: readonly Omit<Difference, "about">[] } {
    if (before === after) {
        return { fields: before === undefined ? 0 : leavesOf(before).size, differences: [] };
    }
    const leaves = (fields: Plain | undefined) =>
        fields === undefined ? new Map<string, Plain>() : leavesOf(fields);
    const [ours, theirs] = [leaves(before), leaves(after)];
    const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
    const differences =
        before === undefined || after === undefined
            ? [{ field: "", before, after }]
            : paths
                  .map((field) => ({ field, before: ours.get(field), after: theirs.get(field) }))
                  .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
    return { fields: paths.length, differences };
}

const most = 160;

/** A value in one line; of long text only what is near to the first character that differs. */
function shown(value: Plain | undefined, other: Plain | undefined): string {
    if (value === undefined) {
        return "(nothing)";
    }
    const [text, against] = [JSON.stringify(value), JSON.stringify(other ?? null)];
    if (text.length <= most) {
        return text;
    }
    let same = 0;
    while (same < text.length && text[same] === against[same]) {
        same += 1;
    }
    const from = other === undefined ? 0 : Math.max(0, Math.min(same - 40, text.length - most));
    const end = from + most < text.length ? "..." : "";
    return `${from > 0 ? `(from ${from}) ...` : ""}${text.slice(from, from + most)}${end}`;
}

/** A difference in three lines: what it is about, then the old and the new value. */
export function describeDifference({ about, field, before, after }: Difference): string {
    return [
        field === "" ? about : `${about}  ${field}`,
        `  - ${shown(before, after)}`,
        `  + ${shown(after, before)}`,
    ].join("\n");
}
