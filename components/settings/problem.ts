import * as pulumi from "@pulumi/pulumi";
import { visible } from "./text.ts";

/** One thing that is wrong with the settings. */
export interface Problem {
    /** Key with the way into its value, e.g. `groups[1].lab`. */
    readonly key: string;
    readonly value: unknown;
    /** What is wrong, going on with a verb after key and value. */
    readonly message: string;
    /** What to write instead, a sentence. */
    readonly mend: string;
}

/**
 * Shows a value in a complaint: short, with what cannot be seen as its number, and never a private key that somebody
 * pasted by mistake.
 */
export function showValue(value: unknown): string {
    if (value === undefined) {
        return "(nothing)";
    }
    const text = visible(JSON.stringify(value));
    if (/PRIVATE KEY/.test(text)) {
        return "(a private key, not shown)";
    }
    // Well-formed: the cut may go through a character of two halves.
    return text.length > 80 ? `${text.slice(0, 77).toWellFormed()}...` : text;
}

/** All problems of the settings at once. A `RunError`, so that the CLI prints the message without a stack trace. */
export class SettingsError extends pulumi.RunError {
    readonly problems: readonly Problem[];

    constructor(problems: readonly Problem[]) {
        const things = problems.length === 1 ? "1 thing" : `${problems.length} things`;
        const lines = problems.map(
            (problem) =>
                `  ${visible(problem.key)}: ${showValue(problem.value)} ${visible(problem.message)}. ${problem.mend}`,
        );
        super(
            [
                `The settings of this stack need ${things} mended; nothing was created or changed.`,
                ...lines,
                `Settings are in Pulumi.<stack>.yaml, under "config:", as student-labs:<key>.`,
            ].join("\n"),
        );
        this.problems = problems;
    }
}
