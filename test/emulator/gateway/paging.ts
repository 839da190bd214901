/** Long answers in pages, as AWS gives them: a token says where the next one begins. */

import type { JsonObject } from "./json.ts";

/** One page of a list. */
export interface Page<T> {
    readonly items: readonly T[];
    /** Asks for the next page; `undefined` on the last one. */
    readonly next: string | undefined;
}

/** What a call says about pages. */
export interface PageRequest {
    /** Token of the page before; `undefined` for the first page. */
    readonly token: string | undefined;
    /** How many items a page has, at most. */
    readonly size: number;
    /**
     * What the list depends on (action, region, filters): a token of one list is worth nothing for another, and nobody
     * shall build one.
     */
    readonly of: string;
}

const encode = (of: string, start: number): string =>
    Buffer.from(JSON.stringify([of, start])).toString("base64url");

/** Where a token points to; `undefined` for one that was not given for this list. */
function decode(of: string, token: string): number | undefined {
    try {
        const [list, start] = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as unknown[];
        return list === of && typeof start === "number" ? start : undefined;
    } catch {
        return undefined;
    }
}

/** A page of a list; throws `badToken()` for a token that was not given for this list. */
export function pageOf<T>(items: readonly T[], request: PageRequest, badToken: () => Error): Page<T> {
    const { of, token, size } = request;
    const start = token === undefined || token === "" ? 0 : decode(of, token);
    if (start === undefined) throw badToken();
    const end = start + size;
    return { items: items.slice(start, end), next: end < items.length ? encode(of, end) : undefined };
}

/** What a list depends on, for {@link PageRequest.of}: all of a call's input but its wishes about pages. */
export function listOf(region: string, action: string, input: JsonObject): string {
    const pages = new Set(["NextToken", "Marker", "MaxResults"]);
    const asked = Object.entries(input).filter(([name]) => !pages.has(name));
    return JSON.stringify([region, action, asked]);
}
