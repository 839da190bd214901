import * as fs from "node:fs";
import * as path from "node:path";
import type { Setting } from "../components/settings/definition.ts";
import { definitions } from "../components/settings/definitions.ts";

const readme = path.join(import.meta.dirname, "..", "README.md");
const [opening, closing] = ["<!-- settings: written by npm run docs -->", "<!-- end of settings -->"];

/** A default as a stack file would have it, short. */
function showDefault(value: unknown): string {
    if (value === "") {
        return "empty";
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `\`${Array.isArray(value) ? `[${value.join(", ")}]` : text}\``;
}

/** The README's table of settings, as the program declares them. */
export function settingsTable(): string {
    const rows = (Object.entries(definitions) as [string, Setting<unknown>][]).map(
        ([key, { default: standard, description, effect, effectNote }]) => [
            `\`${key}\``,
            showDefault(standard),
            description,
            `**${effect}**: ${effectNote}`,
        ],
    );
    const line = (cells: readonly string[]) =>
        `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [
        line(["setting", "default", "what it is", "what a later change does to running labs"]),
        line(["---", "---", "---", "---"]),
        ...rows.map(line),
    ].join("\n");
}

/** Where the table stands in a text, from the end of one mark to the start of the other. */
function place(text: string): [number, number] {
    const [start, end] = [text.indexOf(opening) + opening.length, text.indexOf(closing)];
    if (!text.includes(opening) || end < start) {
        throw new Error(`There is no ${opening} ... ${closing}`);
    }
    return [start, end];
}

/**
 * The table that a text has between its marks.
 *
 * @throws Error where the marks are missing
 */
export function tableIn(text: string): string {
    return text.slice(...place(text)).trim();
}

if (import.meta.main) {
    const text = fs.readFileSync(readme, "utf8");
    const [start, end] = place(text);
    fs.writeFileSync(readme, `${text.slice(0, start)}\n\n${settingsTable()}\n\n${text.slice(end)}`);
}
