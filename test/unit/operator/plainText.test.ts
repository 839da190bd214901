import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { plainJson, plainText } from "../../../scripts/operator/roster/plainText.ts";

describe("Plain text of people", () => {
    const cases: readonly [string, string, string][] = [
        ["stays as it is", "José Núñez 王小明", "José Núñez 王小明"],
        ["is one line", "Ada\r\nLovelace\u2028x\u0085y", "Ada Lovelace x y"],
        ["has no escape sequences", "\u001b[31mAda\u001b[0m\u009b2J", "[31mAda [0m 2J"],
        ["does not turn the writing direction round", "Ada\u202egnp.exe \u2066x\u2069", "Adagnp.exe x"],
        ["has no invisible characters", "A\u200bd\u00ada\ufeff", "Ada"],
        ["keeps what joins letters", "नेहा क्\u200dष می\u200cخواهم", "नेहा क्\u200dष می\u200cخواهم"],
        ["keeps it nowhere else", "\u200dAda\u200c \u200d", "Ada"],
        ["has letters and their marks together", "Jose\u0301", "José"],
        ["has no half characters", "Ada\ud800", "Ada\ufffd"],
    ];
    for (const [what, from, to] of cases) {
        it(what, () => assert.equal(plainText(from), to));
    }

    it("is plain once and for all, whatever it was", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
                const plain = plainText(text);
                assert.equal(plainText(plain), plain);
                assert.doesNotMatch(plain, /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]|\s\s|^\s|\s$/u);
            }),
            { numRuns: 2000 },
        );
    });

    it("as JSON says the same as JSON does, and shows nothing that a terminal obeys", () => {
        fc.assert(
            fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
                const text = plainJson(value);
                assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
                assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
            }),
            { numRuns: 500 },
        );
    });
});
