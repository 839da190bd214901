/** EMR's lists in pages: `Marker` says where the next one begins. */
import { stringOf, type JsonObject } from "../json.ts";
import { listOf, pageOf } from "../paging.ts";
import type { AwsCall } from "../request.ts";
import { invalidRequest } from "./clusters.ts";

/** Clusters and steps on a page (API reference, ListClusters and ListSteps). */
const PAGE = 50;

/** One page of a list under its name. */
export function marked(call: AwsCall, name: string, items: readonly JsonObject[]): JsonObject {
    const { items: shown, next } = pageOf(
        items,
        {
            token: stringOf(call.input["Marker"]),
            size: PAGE,
            of: listOf(call.region, call.action, call.input),
        },
        () => invalidRequest("Marker is not valid."),
    );
    return { [name]: [...shown], ...(next === undefined ? {} : { Marker: next }) };
}
