import * as fs from "node:fs";
import * as path from "node:path";
import { access } from "../components/settings/access.ts";
import { clusters } from "../components/settings/clusters.ts";
import type { Setting } from "../components/settings/definition.ts";
import { machines } from "../components/settings/machines.ts";
import { people } from "../components/settings/people.ts";
import { times } from "../components/settings/times.ts";

const page = path.join(import.meta.dirname, "..", "docs", "settings.md");
const [opening, closing] = ["<!-- settings: written by npm run docs -->", "<!-- end of settings -->"];

/** The groups of settings, in the order in which people meet them, under the headings that the page gives them. */
const groups: readonly (readonly [heading: string, settings: Readonly<Record<string, Setting<unknown>>>])[] =
    [
        ["Who gets a lab", people],
        ["How people reach the machines", access],
        ["The machines, and what is on them", machines],
        ["Identities and clusters", clusters],
        ["When the class runs", times],
    ];

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
    return groups.map(([heading, settings]) => `## ${heading}\n\n${table(settings)}`).join("\n\n");
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
