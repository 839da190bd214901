import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ESLint, Linter, type Linter as Lint } from "eslint";

const root = path.join(import.meta.dirname, "..", "..");

/** What the linter says of a file of a room that imports another one, by the repository's own configuration. */
async function complaints(room: string, specifier: string): Promise<string[]> {
    const file = path.join(root, "components", room, "anything.ts");
    const config = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as Lint.Config;
    const rule = config.rules?.["no-restricted-imports"];
    return new Linter()
        .verify(`import "${specifier}";`, [{ rules: { "no-restricted-imports": rule ?? "off" } }])
        .map(({ message }) => message);
}

describe("the rooms of components/", () => {
    const storeys = [
        ["names"],
        ["failures"],
        ["settings"],
        ["preflight"],
        ["network", "identity"],
        ["classroom"],
        ["lab"],
    ];

    it("are all known to the linter", () => {
        assert.deepEqual(
            fs.readdirSync(path.join(root, "components")).sort(),
            storeys.flat().sort(),
            "a new room needs a place in eslint.config.mjs",
        );
    });

    for (const [index, storey] of storeys.entries()) {
        for (const room of storey) {
            it(`${room} imports what is there before it, and nothing further down`, async () => {
                for (const [other, names] of storeys.entries()) {
                    for (const name of names.filter((name) => name !== room)) {
                        const said = await complaints(room, `../${name}/anything.ts`);
                        assert.equal(said.length, other < index ? 0 : 1, `${room} imports ${name}`);
                    }
                }
                assert.equal((await complaints(room, "./neighbour.ts")).length, 0);
                assert.equal((await complaints(room, "../../test/unit/classInMocks.ts")).length, 1);
                assert.equal((await complaints(room, "../../scripts/operator/cli.ts")).length, 1);
            });
        }
    }
});
