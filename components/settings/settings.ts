import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { crossProblems } from "./crossChecks.ts";
import type { Setting } from "./definition.ts";
import {
    definitions,
    settingGroups,
    type FlatSettings,
    type SettingKey,
    type Settings,
} from "./definitions.ts";
import { settingNotes } from "./notes.ts";
import { type Problem, SettingsError } from "./problem.ts";
import { missingRequirements } from "./requirement.ts";
import { type StackNames, usualNames } from "./stackNames.ts";
import { cleanText, cleanTexts } from "./text.ts";

/** Reads the text of a stack file's value the way the setting wants it; numbers and truth with what cannot be seen around. */
function decode(setting: Setting<unknown>, written: string): unknown {
    const text = setting.kind === "integer" || setting.kind === "boolean" ? cleanText(written) : written;
    if (setting.kind === "text") {
        return text;
    }
    if (setting.kind === "integer") {
        return /^-?\d+$/.test(text) ? Number(text) : text;
    }
    if (setting.kind === "boolean") {
        return text === "true" ? true : text === "false" ? false : text;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

/** What to write instead. Where text was expected, and YAML made something else of what was not in quotes, that first. */
function mendFor({ mend }: Setting<unknown>, issue: z.core.$ZodIssue, value: unknown): string {
    const unquoted =
        issue.code === "invalid_type" &&
        issue.expected === "string" &&
        (typeof value === "number" || typeof value === "boolean" || value === null);
    return unquoted
        ? `Put it in quotes, as it shall stay: without them YAML makes 7 of 007, and no text of true and null. ${mend}`
        : mend;
}

/** Follows the way into a value; `undefined` where it ends early. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (of, step) => (of as Record<PropertyKey, unknown> | null | undefined)?.[step],
        value,
    );
}

/** The key whose spelling is nearest, for a complaint about one that does not exist. */
function nearestKey(key: string): string | undefined {
    const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, "");
    const wanted = plain(key);
    if (wanted.length < 3) {
        return undefined;
    }
    return Object.keys(definitions).find(
        (known) => plain(known).startsWith(wanted.slice(0, 5)) || wanted.startsWith(plain(known).slice(0, 5)),
    );
}

/**
 * Checks the settings of a class, all of them before complaining.
 *
 * @param texts what the stack has, key without the project's name to the text that Pulumi hands over
 * @param names of project and stack, which leave more or less room for names of labs
 * @returns the settings, defaults filled in
 * @throws SettingsError with every problem: key, value and mend
 */
export function checkSettings(
    texts: Readonly<Record<string, string>>,
    names: StackNames = usualNames,
): Settings {
    return readSettings(texts, names).settings;
}

/** Settings that are right, and what is worth knowing about them. */
export interface ReadSettings {
    readonly settings: Settings;
    /** Sentences for the operator; none of them keeps the class from being made. */
    readonly notes: readonly string[];
}

/**
 * {@link checkSettings}, with notes.
 *
 * @throws SettingsError with every problem: key, value and mend
 */
export function readSettings(texts: Readonly<Record<string, string>>, names: StackNames): ReadSettings {
    const problems: Problem[] = [];
    const checked: Partial<Record<SettingKey, unknown>> = {};
    for (const key of Object.keys(texts).filter((key) => !Object.hasOwn(definitions, key))) {
        const nearest = nearestKey(key);
        problems.push({
            key,
            value: texts[key],
            message: "is not a setting of this program",
            mend:
                nearest === undefined
                    ? "Take it out; docs/settings.md lists the settings."
                    : `Did you mean ${nearest}?`,
        });
    }
    for (const [key, setting] of Object.entries(definitions) as [SettingKey, Setting<unknown>][]) {
        const text = texts[key];
        const written = text === undefined ? setting.default : decode(setting, text);
        const value = setting.asWritten === true ? written : cleanTexts(written);
        const result = setting.schema.safeParse(value);
        if (result.success) {
            checked[key] = result.data;
            continue;
        }
        for (const issue of result.error.issues) {
            problems.push({
                key:
                    key +
                    issue.path
                        .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
                        .join(""),
                value: valueAt(written, issue.path) ?? valueAt(value, issue.path),
                message:
                    issue.code === "unrecognized_keys"
                        ? `has unknown fields (${issue.keys.join(", ")})`
                        : issue.message,
                mend: mendFor(setting, issue, valueAt(value, issue.path)),
            });
        }
    }
    problems.push(...crossProblems(checked as Partial<FlatSettings>, names));
    if (problems.length > 0) {
        throw new SettingsError(problems);
    }
    const flat = checked as FlatSettings;
    const missing = missingRequirements(flat.pipPackages, flat.clusters === "on");
    checked.pipPackages = [...flat.pipPackages, ...missing];
    const settings = Object.fromEntries(
        Object.entries(settingGroups).map(([group, declared]) => [
            group,
            Object.fromEntries(Object.keys(declared).map((key) => [key, checked[key as SettingKey]])),
        ]),
    ) as unknown as Settings;
    return { settings, notes: settingNotes(flat) };
}

/**
 * Reads and checks the settings of the running stack, and says what is worth knowing about them.
 *
 * @throws SettingsError with every problem: key, value and mend
 */
export function loadSettings(): Settings {
    const prefix = `${pulumi.getProject()}:`;
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
    const { settings, notes } = readSettings(
        Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text])),
        { project: pulumi.getProject(), stack: pulumi.getStack() },
    );
    for (const note of notes) {
        void pulumi.log.warn(note);
    }
    return settings;
}
