import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * The id of a class: 8 hex digits, made once and kept in the state for the life of the stack.
 *
 * Project and stack have the names of the README in most classes, so they do not tell two classes in one account from each
 * other. With four bytes, two of a hundred classes meet once in a million accounts.
 */
export function classId(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
    const id = new random.RandomId(
        name,
        { byteLength: 4 },
        // Every argument would make another one, and with it another class.
        { ...opts, ignoreChanges: ["byteLength", "keepers", "prefix"] },
    );
    return id.hex;
}
