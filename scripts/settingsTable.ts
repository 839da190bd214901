import * as fs from "node:fs";
import * as path from "node:path";
import type { Setting } from "../components/settings/definition.ts";
import { settingGroups } from "../components/settings/definitions.ts";

const page = path.join(import.meta.dirname, "..", "docs", "settings.md");
const [opening, closing] = ["<!-- settings: written by npm run docs -->", "<!-- end of settings -->"];

type Group = keyof typeof settingGroups;

/** What the page calls the groups. */
const headings: Readonly<Record<Group, string>> = {
    people: "Who gets a lab",
    access: "How people reach the machines",
    machines: "The machines, and what is on them",
    clusters: "Identities and clusters",
    times: "When the class runs",
};

/** A default as a stack file would have it, short. */
function showDefault(value: unknown): string {
    if (value === "") {
        return "empty";
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `\`${Array.isArray(value) ? `[${value.join(", ")}]` : text}\``;
}

function table(settings: Readonly<Record<string, Setting<unknown>>>): string {
    const line = (cells: readonly string[]) =>
        `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [
        line(["setting", "default", "what it is", "what a later change does to running labs"]),
        line(["---", "---", "---", "---"]),
        ...Object.entries(settings).map(([key, { default: standard, description, effect, effectNote }]) =>
            line([`\`${key}\``, showDefault(standard), description, `**${effect}**: ${effectNote}`]),
        ),
    ].join("\n");
}

/** Every setting as the program declares it, in Markdown: a heading and a table for each group. */
export function settingsTables(): string {
    return (Object.keys(settingGroups) as Group[])
        .map((group) => `## ${headings[group]}\n\n${table(settingGroups[group])}`)
        .join("\n\n");
}

/** Where the tables stand in a text, from the end of one mark to the start of the other. */
function place(text: string): [number, number] {
    const [start, end] = [text.indexOf(opening) + opening.length, text.indexOf(closing)];
    if (!text.includes(opening) || end < start) {
        throw new Error(`There is no ${opening} ... ${closing}`);
    }
    return [start, end];
}

/**
 * What a text has between its marks.
 *
 * @throws Error where the marks are missing
 */
export function tablesIn(text: string): string {
    return text.slice(...place(text)).trim();
}

if (import.meta.main) {
    const text = fs.readFileSync(page, "utf8");
    const [start, end] = place(text);
    fs.writeFileSync(page, `${text.slice(0, start)}\n\n${settingsTables()}\n\n${text.slice(end)}`);
}
