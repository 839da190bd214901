import { createHash } from "node:crypto";
import type { CheckContext } from "./provider.ts";

/** What a physical name may look like. */
export interface NameRules {
    /** Longest name that the service takes. */
    readonly max: number;
    /** Between logical name and random part; `-` unless told. */
    readonly separator?: string;
    /** Input that holds the name: a name made earlier is kept. `name` unless told. */
    readonly property?: string;
}

/** Random characters of an automatic name, as Pulumi's Terraform bridge makes them. */
const RANDOM_CHARACTERS = 7;

/**
 * The physical name of a resource whose program gives none: `<logical name>-<7 hex>`, as pulumi-aws does.
 *
 * The name is kept from the last run; a new one is fixed by the engine's seed, so that preview and update agree.
 * A replacement is checked without old inputs, so it gets a name of its own.
 */
export function autoName(context: CheckContext, rules: NameRules): string {
    const kept = context.olds?.[rules.property ?? "name"];
    if (typeof kept === "string" && kept !== "") {
        return kept;
    }
    const prefix = `${context.name}${rules.separator ?? "-"}`;
    if (prefix.length + RANDOM_CHARACTERS > rules.max) {
        // The engine's own words, sdk/go/common/resource/resource_id.go.
        throw new Error(
            `name '${prefix}' plus ${RANDOM_CHARACTERS} random chars is longer than maximum length ${rules.max}`,
        );
    }
    const random = createHash("sha256").update(context.randomSeed).update(context.urn).digest("hex");
    return prefix + random.slice(0, RANDOM_CHARACTERS);
}
