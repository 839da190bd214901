import * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";

// Lower-case letters and digits without look-alikes (0 o, 1 l i) and without what a shell or a keyboard layout makes
// trouble of: it is typed from paper. 31 characters, 14 times: 69 bits.
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

// Every argument of a RandomPassword replaces it, and a replaced password makes the printed cards worthless.
const everyArgument = [
    "keepers",
    "length",
    "lower",
    "minLower",
    "minNumeric",
    "minSpecial",
    "minUpper",
    "number",
    "numeric",
    "overrideSpecial",
    "special",
    "upper",
];

/**
 * The password of a lab, for people to type. Once made it never changes, whatever becomes of this rule.
 *
 * @param name name of the resource
 */
export function labPassword(name: string, opts: pulumi.CustomResourceOptions): random.RandomPassword {
    return new random.RandomPassword(
        name,
        // The resource has no way to leave characters out of a class, but takes any characters as "special".
        { length: 14, lower: false, upper: false, numeric: false, special: true, overrideSpecial: alphabet },
        { ...opts, ignoreChanges: everyArgument },
    );
}
