import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { settingsTable, tableIn } from "../../scripts/settingsTable.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

/** A table without the white space and the rulers that a formatter puts in. */
function cells(table: string): string[] {
    return table.split("\n").map((line) =>
        line
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim().replace(/^-+$/, "---"))
            .join("|"),
    );
}

describe("README.md", () => {
    const text = read("README.md");

    it("has the table of settings as the program declares them (npm run docs writes it)", () =>
        assert.deepEqual(cells(tableIn(text)), cells(settingsTable())));

    it("names only npm scripts that there are", () => {
        const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
        const named = [
            ...`${text}\n${read("CONTRIBUTING.md")}`.matchAll(/npm (?:run ([\w:]+)|(test)\b)/g),
        ].map(([, script, test]) => script ?? test ?? "");
        assert.deepEqual(
            named.filter((name) => !(name in scripts)),
            [],
        );
    });

    it("links only to files that there are", () => {
        for (const file of ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]) {
            const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
            assert.deepEqual(
                links.filter((link) => !fs.existsSync(path.join(root, link))),
                [],
            );
        }
    });

    it("stays readable: under 350 lines", () => assert.ok(text.split("\n").length < 350));
});
