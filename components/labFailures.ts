import * as pulumi from "@pulumi/pulumi";

/**
 * The words of AWS's errors as people want them: without the engine's frame around them, each once, one line.
 *
 * @param errors as an error hook gets them, newest first
 */
export function reasonIn(errors: readonly string[]): string {
    const lines = errors.map((error) =>
        error
            // Of a script's output, what went well says nothing about why it failed.
            .replace(/^lab: changed: .*$/gm, "")
            .replace(/\s+/g, " ")
            .replace(/^(\d+ errors? occurred: ?)?[*\s]*/, "")
            .trim(),
    );
    return [...new Set(lines)].filter((line) => line !== "").join("; ");
}

/**
 * Collects why resources of one lab failed.
 *
 * An output that is recovered only knows that a resource "failed to register"; an error hook sees the provider's words.
 */
export class LabFailures {
    private readonly reasons: string[] = [];
    /** Option of every resource of the lab. */
    readonly hooks: pulumi.ResourceHookBinding;

    /** @param lab name of the lab, unique in the stack */
    constructor(lab: string) {
        const collect = (args: pulumi.ErrorHookArgs): boolean => {
            this.reasons.push(`${args.name}: ${reasonIn(args.errors.slice(0, 1))}`);
            // Never tried again here: the next `pulumi up` does.
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
