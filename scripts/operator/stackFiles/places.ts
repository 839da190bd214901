import { type Document, isMap, isNode, isSeq, type Node } from "yaml";
import { StackFileError } from "./document.ts";

/** A file that is being changed: what stands where. */
export interface Editing {
    /** Name of the file, for complaints. */
    readonly file: string;
    readonly text: string;
    readonly document: Document;
    /** How its lines end. */
    readonly end: string;
}

/** A piece of a text, and what comes in its place. */
export interface Splice {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** Puts pieces in place, which do not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
    // From the end, so that places stay right; of several at one place the last one first, so that they keep their order.
    return splices
        .map((splice, index) => ({ ...splice, index }))
        .sort((one, other) => other.start - one.start || other.index - one.index)
        .reduce(
            (whole, { start, end, text: piece }) => whole.slice(0, start) + piece + whole.slice(end),
            text,
        );
}

/** Start of the line that a place is in. */
export const lineStart = (text: string, at: number) => text.lastIndexOf("\n", at - 1) + 1;

/** Start of the next line. */
export const lineEnd = (text: string, at: number) => {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end + 1;
};

/** Lines as they stand in the file. */
export const asLines = (lines: readonly string[], indent: number, end: string) =>
    lines.map((line) => `${" ".repeat(indent)}${line}${end}`).join("");

/** Where the value of a node begins and ends, without anchor and comment. */
export function rangeOf(node: Node, file: string): readonly [start: number, end: number] {
    if (!node.range) {
        throw new StackFileError(file, "has a value whose place is not known", "Change it by hand.");
    }
    return [node.range[0], node.range[1]];
}

/** Start of the line behind a node, its comment at the end of the line included. */
export function endOf(node: Node, { text, file }: Editing): number {
    const [, end] = rangeOf(node, file);
    // Block collections and texts of several lines end at the start of a line, everything else within one.
    return text[end - 1] === "\n" ? end : lineEnd(text, end);
}

/** True for a list or map that is written over lines, with dashes or indented. */
export function isBlock(node: unknown): boolean {
    return isNode(node) && (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
}

/** Column of a place, counted from 0. */
export const columnOf = (text: string, at: number) => at - lineStart(text, at);
