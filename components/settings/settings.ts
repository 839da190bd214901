import * as pulumi from "@pulumi/pulumi";
import { labRolePrefix } from "../names/roles.ts";
import { longestLabName } from "../names/labs.ts";
import { crossProblems } from "./crossChecks.ts";
import type { Setting } from "./definition.ts";
import {
    definitions,
    settingGroups,
    type FlatSettings,
    type SettingKey,
    type Settings,
} from "./definitions.ts";
import { type Problem, SettingsError } from "./problem.ts";

/** Reads the text of a stack file's value the way the setting wants it. */
function decode(setting: Setting<unknown>, text: string): unknown {
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
 * @param longestName longest name of a lab, in characters
 * @returns the settings, defaults filled in
 * @throws SettingsError with every problem: key, value and mend
 */
export function checkSettings(texts: Readonly<Record<string, string>>, longestName = 30): Settings {
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
                    ? "Take it out; README.md lists the settings."
                    : `Did you mean ${nearest}?`,
        });
    }
    for (const [key, setting] of Object.entries(definitions) as [SettingKey, Setting<unknown>][]) {
        const text = texts[key];
        const value = text === undefined ? setting.default : decode(setting, text);
        const result = setting.schema.safeParse(value);
        if (result.success) {
            checked[key] = result.data;
            continue;
        }
        for (const issue of result.error.issues) {
            const at = (of: unknown, step: PropertyKey) =>
                (of as Record<PropertyKey, unknown> | undefined)?.[step];
            problems.push({
                key:
                    key +
                    issue.path
                        .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
                        .join(""),
                value: issue.path.reduce(at, value),
                message:
                    issue.code === "unrecognized_keys"
                        ? `has unknown fields (${issue.keys.join(", ")})`
                        : issue.message,
                mend: setting.mend,
            });
        }
    }
    problems.push(...crossProblems(checked as Partial<FlatSettings>, longestName));
    if (problems.length > 0) {
        throw new SettingsError(problems);
    }
    return Object.fromEntries(
        Object.entries(settingGroups).map(([group, declared]) => [
            group,
            Object.fromEntries(Object.keys(declared).map((key) => [key, checked[key as SettingKey]])),
        ]),
    ) as unknown as Settings;
}

/**
 * Reads and checks the settings of the running stack.
 *
 * @throws SettingsError with every problem: key, value and mend
 */
export function loadSettings(): Settings {
    const prefix = `${pulumi.getProject()}:`;
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
    return checkSettings(
        Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text])),
        longestLabName(labRolePrefix(pulumi.getProject(), pulumi.getStack())),
    );
}
