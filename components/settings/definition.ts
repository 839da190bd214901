import { z } from "zod";

/** How the text that Pulumi hands over is read: as it is, as a number, as true or false, or as JSON (lists and maps). */
export type SettingKind = "text" | "integer" | "boolean" | "structure";

/** What changing a setting later does to labs that run: nothing, an update in place, or replacement. */
export type SettingEffect = "nothing" | "in place" | "replaced";

/** One setting of a class: everything that the program, Pulumi.yaml and docs/settings.md say about it. */
export interface Setting<T> {
    readonly kind: SettingKind;
    /** One sentence for the operator; Pulumi.yaml carries the same. */
    readonly description: string;
    /** Used where the stack file is silent; Pulumi.yaml carries the same. */
    readonly default: unknown;
    /** What a later change does to running labs. */
    readonly effect: SettingEffect;
    /** The effect in words, for docs/settings.md. */
    readonly effectNote: string;
    /** What to write instead; the last sentence of every complaint about this setting. */
    readonly mend: string;
    readonly schema: z.ZodType<T>;
    /**
     * True where text in the value is taken as it was written, because names of files may have any character. Elsewhere
     * what cannot be seen and has no meaning is left out before the schema sees it (text.ts).
     */
    readonly asWritten?: true;
}

/**
 * Declares a setting, keeping the type that its schema answers.
 *
 * @param setting everything about the setting
 */
export function setting<T>(setting: Setting<T>): Setting<T> {
    return setting;
}

// Control characters, halves of characters, ends of lines, and of what only formats text all but the joiners that some
// names are spelled with. Characters too new for this Unicode are none of them.
const controls = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A text that holds something other than white space and no control characters. */
export function printable(what: string, longest: number) {
    return z
        .string({ error: `is not text, so it cannot be ${what}` })
        .refine((text) => text.trim() !== "", { error: `is empty, so it cannot be ${what}` })
        .refine((text) => text.length <= longest, { error: `is longer than ${longest} characters` })
        .refine((text) => !controls.test(text), { error: "contains control characters" });
}

/** A whole number in a range, with a complaint that names the range. */
export function wholeNumber(least: number, most: number) {
    const error = `is not a whole number from ${least} to ${most}`;
    return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

/** One of some words. */
export const choice = <const Choices extends readonly [string, ...string[]]>(...choices: Choices) =>
    z.enum(choices, { error: `is not one of ${choices.join(", ")}` });

/** A name that goes by a pattern. */
export const packageName = (what: string, pattern: RegExp) =>
    z.string({ error: `is not text, so it cannot be ${what}` }).regex(pattern, { error: `is not ${what}` });

/** The name of an EC2 instance type, as it is spelled; whether a region offers it is looked up later. */
export const instanceType = z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/, {
        error: "is not the name of an EC2 instance type",
    });
