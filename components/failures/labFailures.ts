import * as pulumi from "@pulumi/pulumi";
import type { Leftovers } from "./leftovers.ts";
import { scriptFailure, withoutAddressSecrets } from "./machineReport.ts";
import { mendOf } from "./mends.ts";
import { printable } from "./printable.ts";

/**
 * The words of AWS's or a machine's errors as people want them: without the engine's frame around them, each once, one
 * line of at most 500 printable characters, with the way out where it is known. Of a script that failed on a machine, what
 * it says itself.
 *
 * @param errors as an error hook gets them, newest first
 */
export function reasonIn(errors: readonly string[]): string {
    const lines = errors.map(
        (error) =>
            scriptFailure(error) ??
            withoutAddressSecrets(
                error
                    // Of a script's output, what went well says nothing about why it failed.
                    .replace(/^lab: changed: .*$/gm, "")
                    // The command is the same for all machines, and long.
                    .replace(/: running "(?:[^"\\]|\\.)*":/g, ":")
                    .slice(0, 100_000)
                    .replace(/\s+/g, " ")
                    .replace(/^(\d+ errors? occurred: ?)?[*\s]*/, "")
                    .trim(),
            ),
    );
    const said = [...new Set(lines)].filter((line) => line !== "").join("; ");
    // A script that was ended in the middle may have said why it stopped, and not what ended it.
    const mend = mendOf([said, ...errors.map((error) => error.slice(0, 500))].join(" "));
    return mend === undefined ? printable(said) : `${printable(said, 250)} -- ${mend}`;
}

/**
 * Collects why resources of one lab failed, and has those made again that only a leftover of a killed run is in the way of.
 *
 * An output that is recovered only knows that a resource "failed to register"; an error hook sees the provider's words.
 */
export class LabFailures {
    private readonly reasons: string[] = [];
    /** Option of every resource of the lab. */
    readonly hooks: pulumi.ResourceHookBinding;

    /**
     * @param lab name of the lab, unique in the stack
     * @param leftovers of former runs of the stack
     */
    constructor(lab: string, leftovers: Pick<Leftovers, "makeWay">) {
        const collect = async (args: pulumi.ErrorHookArgs): Promise<boolean> => {
            const errors = args.errors.slice(0, 1);
            try {
                if (await leftovers.makeWay(args)) {
                    return true;
                }
            } catch (error) {
                errors.push(
                    `it is there already and could not be taken out of the way: ${error instanceof Error ? error.message : String(error)}`,
                );
            }
            this.reasons.push(`${args.name}: ${reasonIn(errors)}`);
            // Nothing else is tried again here: the next `pulumi up` does.
            return false;
        };
        this.hooks = { onError: [new pulumi.ErrorHook(`failures-of-${lab}`, collect)] };
    }

    /** Why the lab is not whole; "" where nothing failed. */
    get reason(): string {
        return [...new Set(this.reasons)].join("; ");
    }

    /** The value, or `instead` where what it comes from failed, so that one lab's failure leaves the roster whole. */
    orElse<T>(value: pulumi.Output<T>, instead: T): pulumi.Output<T> {
        return pulumi.recover(value, () => instead);
    }
}
