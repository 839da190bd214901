import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import {
    longestProblem,
    machineReport,
    machineSteps,
    scriptFailure,
} from "../../components/failures/machineReport.ts";

const nothing = { problems: [], leftOut: undefined, failed: undefined, toDo: undefined };

describe("What a script says of its run", () => {
    it("is taken over word by word", () => {
        assert.deepEqual(
            machineReport(
                [
                    "lab: changed: host name ada",
                    "lab: problem packages: postfix: broken, but not needed",
                    "lab: left out: venv/bin/python3 (a link that leaves the home folder)",
                    "lab: problem course archive: 1 of 2 not placed, tried again next time: a (No space left on device)",
                    "lab: failed: agent start (exit code 17)",
                    "lab: to do: look at the log",
                    "",
                ].join("\n"),
            ),
            {
                problems: [
                    "packages: postfix: broken, but not needed",
                    "course archive: 1 of 2 not placed, tried again next time: a (No space left on device)",
                ],
                leftOut: "venv/bin/python3 (a link that leaves the home folder)",
                failed: "agent start (exit code 17)",
                toDo: "look at the log",
            },
        );
    });

    for (const line of [
        "",
        "lab: ok",
        "lab: problem",
        "lab: problem packages",
        "lab: problem packages: ",
        "lab: problem Packages: a step of that name there is not",
        "lab: problem packages of mine: x",
        " lab: problem packages: not at the beginning",
        "xlab: problem packages: x",
        "lab: problem: packages: x",
        "LAB: PROBLEM PACKAGES: X",
        `lab: problem packages: ${"x".repeat(461)}`,
        "lab: problem packages: \u001b\u200b\u0007",
        "lab: failed: packages",
        "lab: failed: packages (exit code )",
        "lab: failed: packages (exit code 1000)",
        "lab: failed: packages (exit code 1) and more",
        "lab: left out:",
        "lab: to do: ",
    ]) {
        it(`is nothing in ${JSON.stringify(line.slice(0, 60))}`, () => {
            const { problems, ...rest } = machineReport(line);
            // A problem of which nothing printable is left says at least where.
            assert.deepEqual({ problems: problems.filter((one) => one !== "packages:"), ...rest }, nothing);
        });
    }

    it("names every step that the scripts have, and no other", () => {
        const folder = path.join(import.meta.dirname, "../../scripts/machine");
        const named = ["bootstrap.sh", "connect-cluster.sh"].flatMap((file) =>
            [...fs.readFileSync(path.join(folder, file), "utf8").matchAll(/^ {4}step "([^"]+)"/gm)].map(
                ([, step]) => step,
            ),
        );
        assert.equal(named.length, 16);
        assert.deepEqual([...machineSteps], ["start", ...named]);
    });

    it("is at most five problems, each once, from the end of whatever a student prints", () => {
        const lines = Array.from({ length: 40 }, (_, index) => `lab: problem packages: ${index % 20}`);
        assert.deepEqual(
            machineReport(lines.join("\n")).problems,
            [0, 1, 2, 3, 4].map((index) => `packages: ${index}`),
        );
        const flood = `${"x".repeat(10_000_000)}\n`;
        assert.deepEqual(machineReport(`${flood}lab: problem agent: last\n`).problems, ["agent: last"]);
    });
});

describe("What a machine says", () => {
    const said = (text: string) => machineReport(`lab: problem packages: ${text}`).problems[0];
    for (const [text, shown] of [
        ["\u001b[2K\u001b[1Gnothing to do", "nothing to do"],
        ["a\u0000b\u0007c", "abc"],
        ["right\u202eto left", "rightto left"],
        ["half of a pair: \ud83d", "half of a pair:"],
        ["naïve 日本 ok", "naïve 日本 ok"],
        ["https://ada:s3cret@pypi.example.edu/simple failed", "https://pypi.example.edu/simple failed"],
        ["http://u:p@ss@word@host/x", "http://host/x"],
        [
            "https://bucket.s3.amazonaws.com/key?X-Amz-Signature=abc&x=1 refused",
            "https://bucket.s3.amazonaws.com/key refused",
        ],
        ["write to ada@example.edu?", "write to ada@example.edu?"],
    ] as const) {
        it(`${JSON.stringify(text)} is shown as ${JSON.stringify(shown)}`, () =>
            assert.equal(said(text), `packages: ${shown}`));
    }

    it("is never long, and never anything that a terminal obeys, whatever it was", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary", maxLength: 450 }), (text) => {
                const shown = said(text) ?? "";
                assert.ok([...shown].length <= longestProblem);
                assert.doesNotMatch(shown, /\p{C}|[\n\r\u2028\u2029]/u);
            }),
        );
    });
});

describe("Why a script failed", () => {
    const frame = 'Process exited with status 100: running "sudo bash -s":\n';

    it("is what went wrong, then what to do, without what went well", () =>
        assert.equal(
            scriptFailure(
                `${frame}lab: changed: host name ada\nlab: problem packages: Unable to locate package x\nlab: failed: packages (exit code 100)\nlab: to do: check aptPackages\n`,
            ),
            "packages: Unable to locate package x; to do: check aptPackages",
        ));

    it("is the step where no more is known", () =>
        assert.equal(
            scriptFailure(`${frame}lab: failed: password (exit code 1)\n`),
            "password failed (exit code 1)",
        ));

    it("has what to do however long the other is", () => {
        const problems = [1, 2, 3].map((one) => `lab: problem packages: ${one}${"x".repeat(400)}\n`).join("");
        const reason =
            scriptFailure(`${frame}${problems}lab: failed: packages (exit code 1)\nlab: to do: mend it\n`) ??
            "";
        assert.equal([...reason].length <= longestProblem, true);
        assert.match(reason, /^packages: 1x{400}; packa\S*\.\.\.; to do: mend it$/);
    });

    for (const message of [
        "after 60 failed attempts: dial tcp 10.0.0.1:22: connect: connection refused",
        `${frame}sudo: unable to execute /usr/bin/bash: No such file or directory`,
        'wait: remote command exited without exit status or exit signal: running "sudo bash -s":\nlab: changed: x\n',
    ]) {
        it(`is not what a script says in ${JSON.stringify(message.slice(0, 50))}`, () =>
            assert.equal(scriptFailure(message), undefined));
    }
});
