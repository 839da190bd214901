import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { renderMachineScript } from "../../components/lab/machineScript.ts";

describe("What a machine gets on standard input", () => {
    it("is the values, then the script", () => {
        const text = renderMachineScript("bootstrap.sh", { LAB_NAME: "ada" });
        assert.match(text, /^LAB_NAME='ada'\n# shellcheck shell=bash\n/);
        for (const file of ["common.sh", "reasons.py", "course-archive.py", "bootstrap.sh"]) {
            assert.ok(
                text.includes(
                    fs.readFileSync(path.join(import.meta.dirname, "../../scripts/machine", file), "utf8"),
                ),
                file,
            );
        }
    });

    it("hands over any text as it is", () => {
        fc.assert(
            fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 5 }), (texts) => {
                const clean = texts.map((text) => text.replaceAll("\0", ""));
                const values = Object.fromEntries(clean.map((text, index) => [`LAB_V${index}`, text]));
                const assignments =
                    renderMachineScript("bootstrap.sh", values).split("# shellcheck")[0] ?? "";
                const shown = Object.keys(values)
                    .map((name) => `printf '%s\\0' "$${name}"\n`)
                    .join("");
                const output = execFileSync("bash", ["-s"], { input: assignments + shown, encoding: "utf8" });
                assert.deepEqual(output.split("\0").slice(0, -1), clean);
            }),
            { numRuns: 30 },
        );
    });

    it("never has a name that a shell would take for something else", () => {
        assert.throws(() => renderMachineScript("bootstrap.sh", { "LAB_X;reboot": "1" }), /cannot be handed/);
        assert.throws(() => renderMachineScript("bootstrap.sh", { PATH: "1" }), /cannot be handed/);
        assert.throws(() => renderMachineScript("bootstrap.sh", { LAB_X: "a\0b" }), /cannot be handed/);
    });
});
