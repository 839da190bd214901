import { isDeepStrictEqual } from "node:util";
import {
    Document,
    isAlias,
    isMap,
    isNode,
    isScalar,
    isSeq,
    type Node,
    type Pair,
    type YAMLMap,
    YAMLSeq,
} from "yaml";
import {
    applySplices,
    asLines,
    columnOf,
    type Editing,
    endOf,
    isBlock,
    lineStart,
    rangeOf,
    type Splice,
} from "./places.ts";
import { type ConfigValue, inlineText, isList, isRecord, itemLines, pairLines } from "./valueText.ts";

type AnyPair = Pair<unknown, unknown>;

const keyOf = ({ key }: AnyPair) => key as Node;
const valueOf = ({ value }: AnyPair) => (isNode(value) ? value : null);

/** Start of the line behind a pair. */
function pairEnd(pair: AnyPair, editing: Editing): number {
    const value = valueOf(pair);
    const empty = value === null || (isScalar(value) && value.source === "" && value.value === null);
    return endOf(empty ? keyOf(pair) : value, editing);
}

/** True for a value that stands in one line behind its key, so that another one can take its place there. */
function isInline(value: Node | null, { text, file }: Editing): value is Node {
    if (value === null || !value.range || isBlock(value)) {
        return false;
    }
    const [start, end] = rangeOf(value, file);
    // Not empty, and no text over several lines.
    return end > start && !/^[|>]/.test(text.slice(start, end));
}

/** A list in brackets over several lines, item by item, with the comments on those that stay. */
function flowLines(
    list: YAMLSeq,
    values: readonly ConfigValue[],
    { text, file, document, end }: Editing,
): string {
    const nodes = list.items.filter(isNode);
    const left = new Set(nodes);
    const items = values.map((value) => {
        const kept = [...left].find((node) => isDeepStrictEqual(node.toJS(document), value));
        if (kept !== undefined) {
            left.delete(kept);
        }
        return kept ?? document.createNode(value);
    });
    const alone = new Document<Node>([], { compat: "yaml-1.1" });
    const changed = new YAMLSeq();
    changed.flow = true;
    changed.items = items;
    alone.contents = changed;
    const [first = "", ...more] = alone
        .toString({ lineWidth: 40, flowCollectionPadding: false })
        .trimEnd()
        .split("\n");
    const [start] = rangeOf(list, file);
    const indent = /^ */.exec(text.slice(lineStart(text, start)))?.[0] ?? "";
    return [first, ...more.map((line) => `${indent}${line}`)].join(end);
}

/** An item of a list as it stands in the file, with the comments and empty lines above it. */
interface Item {
    readonly node: Node;
    readonly value: unknown;
    readonly start: number;
    readonly end: number;
}

function itemsOf(list: YAMLSeq, editing: Editing): readonly Item[] {
    const nodes = list.items.filter(isNode);
    const [first] = rangeOf(list, editing.file);
    let start = lineStart(editing.text, first);
    return nodes.map((node, index) => {
        const end = index === nodes.length - 1 ? endOf(list, editing) : endOf(node, editing);
        const item = { node, value: node.toJS(editing.document) as unknown, start, end };
        start = end;
        return item;
    });
}

/** A group that has become another one keeps its place, and the comments on what stays. */
const sameLab = (one: unknown, other: ConfigValue) =>
    isRecord(other) &&
    other.lab !== undefined &&
    typeof one === "object" &&
    one !== null &&
    (one as Record<string, unknown>).lab === other.lab;

/**
 * Changes a list that is written an item a line. Items that stay keep their lines, with comments and quotation marks.
 *
 * @param values at least one
 */
function changeBlockList(list: YAMLSeq, values: readonly ConfigValue[], editing: Editing): Splice {
    const { text, end } = editing;
    const items = itemsOf(list, editing);
    const start = items[0]?.start ?? rangeOf(list, editing.file)[0];
    const indent = columnOf(text, rangeOf(list, editing.file)[0]);
    const left = new Set(items);
    const take = (fits: (item: Item) => boolean) => {
        const found = [...left].find(fits);
        if (found !== undefined) {
            left.delete(found);
        }
        return found;
    };
    const kept = values.map((value) => take((item) => isDeepStrictEqual(item.value, value)));
    const lines = values.map((value, index) => {
        const same = kept[index];
        if (same !== undefined) {
            return text.slice(same.start, same.end);
        }
        const near = take((item) => sameLab(item.value, value) && isMap(item.node) && isBlock(item.node));
        if (near !== undefined && isMap(near.node) && isRecord(value)) {
            const splices = changeMap(near.node, value, (key) => key, editing);
            const moved = splices.map((one) => ({
                ...one,
                start: one.start - near.start,
                end: one.end - near.start,
            }));
            return applySplices(text.slice(near.start, near.end), moved);
        }
        const [first = "", ...more] = itemLines(value);
        return asLines([`- ${first}`, ...more.map((line) => `  ${line}`)], indent, end);
    });
    const whole = lines.map((line) => (line.endsWith("\n") ? line : `${line}${end}`)).join("");
    return { start, end: items.at(-1)?.end ?? endOf(list, editing), text: whole };
}

function changeValue(pair: AnyPair, value: ConfigValue, editing: Editing): Splice {
    const { text, file, end } = editing;
    const old = valueOf(pair);
    if (isSeq(old) && isBlock(old) && isList(value) && value.length > 0) {
        return changeBlockList(old, value, editing);
    }
    if (isInline(old, editing)) {
        const [start, valueEnd] = rangeOf(old, file);
        const over = isSeq(old) && isList(value) && text.slice(start, valueEnd).includes("\n");
        return { start, end: valueEnd, text: over ? flowLines(old, value, editing) : inlineText(value) };
    }
    const [keyStart, keyEnd] = rangeOf(keyOf(pair), file);
    const indent = columnOf(text, keyStart);
    const lines = pairLines(text.slice(keyStart, keyEnd), value, indent);
    // The key may stand behind the dash of a list.
    const [first = "", ...more] = lines;
    return {
        start: keyStart,
        end: pairEnd(pair, editing),
        text: `${first}${end}${asLines(more, indent, end)}`,
    };
}

/**
 * Changes pairs of a map that is written a pair a line. Every other line stays as it is.
 *
 * @param changes values by key; `undefined` takes the pair out
 * @param nameOf the key by which `changes` know a key of the file
 * @returns pieces that do not overlap
 */
export function changeMap(
    map: YAMLMap,
    changes: Readonly<Record<string, ConfigValue | undefined>>,
    nameOf: (key: string) => string,
    editing: Editing,
): readonly Splice[] {
    const { text, file, end, document } = editing;
    const last = map.items.at(-1);
    return Object.entries(changes).flatMap(([key, value]): Splice[] => {
        const pair = map.items.find(({ key: its }) => isScalar(its) && nameOf(String(its.value)) === key);
        if (pair === undefined && value !== undefined && last !== undefined) {
            const indent = columnOf(text, rangeOf(keyOf(last), file)[0]);
            const at = pairEnd(last, editing);
            const before = at > 0 && text[at - 1] !== "\n" ? end : "";
            return [
                {
                    start: at,
                    end: at,
                    text: `${before}${asLines(pairLines(key, value, indent), indent, end)}`,
                },
            ];
        }
        if (pair === undefined) {
            return [];
        }
        if (value === undefined) {
            const [keyStart] = rangeOf(keyOf(pair), file);
            return [{ start: lineStart(text, keyStart), end: pairEnd(pair, editing), text: "" }];
        }
        const old = valueOf(pair);
        const resolved = isAlias(old) ? old.resolve(document) : old;
        return isDeepStrictEqual(resolved?.toJS(document), value) ? [] : [changeValue(pair, value, editing)];
    });
}
