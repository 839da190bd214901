/**
 * What the random and tls providers have in common: both are Terraform providers behind Pulumi's bridge.
 */
import { changedNames } from "./difference.ts";
import type { CheckFailure, Properties, Value } from "./provider.ts";

/** A failed check. The bridge names the property only in its text. */
export function failure(reason: string): CheckFailure {
    return { property: "", reason };
}

/** The bridge takes a number also as text. */
export function asNumber(value: Value): Value {
    return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** Arguments that differ from the state, as Terraform compares: one that is set to its default is no change. */
export function changedFromState(outputs: Properties, planned: Properties): string[] {
    const stored: Properties = {};
    for (const name of Object.keys(planned)) {
        stored[name] = outputs[name];
    }
    return changedNames(stored, planned);
}
