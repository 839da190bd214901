import { strict as assert } from "node:assert";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as fc from "fast-check";
import { editStackFile } from "../../../scripts/operator/stackFiles/edit.ts";
import { parseStackFile } from "../../../scripts/operator/stackFiles/stackFile.ts";
import { asTexts } from "../classInMocks.ts";
import { seed } from "./seed.ts";
import { difference, written } from "./writtenFile.ts";

const root = path.join(import.meta.dirname, "..", "..", "..");
const project = { name: "student-labs" };

/** Settings with the project's name before them. */
const full = (settings: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [`student-labs:${key}`, value]),
    ) as Parameters<typeof editStackFile>[2];

const edit = (text: string, settings: Readonly<Record<string, unknown>>) =>
    editStackFile("Pulumi.eu-west-1.yaml", text, full(settings), "student-labs");

describe("Writing a stack file", () => {
    for (const name of ["eu-west-1", "us-east-1", "sa-east-1"]) {
        it(`leaves Pulumi.${name}.yaml byte for byte as it is where nothing changes`, async () => {
            const text = await fs.readFile(path.join(root, `Pulumi.${name}.yaml`), "utf8");
            assert.equal(edit(text, {}), text);
            assert.equal(
                edit(text, { zone: `${name}a`, students: undefined, instanceType: "t3.small" }),
                text,
            );
            const more = edit(text, { students: ["Ada", "Grace"], maxLabs: 40 });
            assert.equal(more, `${text}  student-labs:students: [Ada, Grace]\n  student-labs:maxLabs: 40\n`);
            assert.equal(edit(more, { students: undefined, maxLabs: undefined }), text);
        });
    }

    it("changes only the items of a list that change, with the comments on those that stay", () =>
        assert.deepEqual(difference(written, edit(written, { students: ["Ada", "Grace", "Emmy"] })), {
            gone: ['      - "No"'],
            new: ["      - Emmy"],
        }));

    it("takes comments away with what they are about", () =>
        assert.deepEqual(difference(written, edit(written, { students: ["Ada", "No"] })), {
            gone: ["      # no laptop", "      - 'Grace'"],
            new: [],
        }));

    it("changes a value in its line", () =>
        assert.deepEqual(
            difference(written, editStackFile("x", written, { "aws:region": "us-east-1" }, "student-labs")),
            {
                gone: ["    aws:region:   eu-west-1   # pinned"],
                new: ["    aws:region:   us-east-1   # pinned"],
            },
        ));

    it("changes a list in brackets in its line, over several lines where it was so", () => {
        assert.deepEqual(difference(written, edit(written, { sshPorts: [443, 2222] })), {
            gone: ["    student-labs:sshPorts: [443, 22] # the room blocks 22"],
            new: ["    student-labs:sshPorts: [443, 2222] # the room blocks 22"],
        });
        const packages = edit(written, { aptPackages: ["nano", "htop"] });
        assert.match(packages, /nano, # for beginners\n.*htop\n {4}\] # editors\n/);
    });

    it("changes the members of a group in their line", () =>
        assert.deepEqual(
            difference(
                written,
                edit(written, {
                    groups: [
                        { lab: "t1", students: ["x"] },
                        { lab: "t2", students: ["z"] },
                        { lab: "t3", students: ["w", "v"] },
                    ],
                }),
            ),
            {
                gone: ["      students: [x, y]   # both"],
                new: ["      students: [x]   # both", "    - lab: t3", "      students: [w, v]"],
            },
        ));

    it("takes a setting out with its lines, and leaves what stands above it", () =>
        assert.deepEqual(difference(written, edit(written, { students: undefined, zone: undefined })), {
            gone: [
                "    student-labs:students:   # from the registrar",
                "      - Ada # arrives late",
                "      # no laptop",
                "      - 'Grace'",
                '      - "No"',
                "    student-labs:zone: >-",
                "      eu-west-1a",
            ],
            new: [],
        }));

    it("writes a long list with an item a line, indented as the file is", () => {
        const students = Array.from({ length: 12 }, (_, index) => `Student Number ${index}`);
        const { new: lines } = difference(written, edit(written, { supportMachines: students }));
        assert.deepEqual(lines.slice(0, 3), [
            "    student-labs:supportMachines:",
            "      - Student Number 0",
            "      - Student Number 1",
        ]);
        assert.equal(lines.length, 13);
    });

    it("writes maps and groups as people do", () =>
        assert.deepEqual(
            difference(
                written,
                edit(written, {
                    nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
                    courseArchive: { bucket: "b", object: "c.tar.gz" },
                }),
            ).new,
            [
                '    student-labs:nightlyStop: { at: "20:00", timezone: Europe/Lisbon }',
                "    student-labs:courseArchive: { bucket: b, object: c.tar.gz }",
            ],
        ));

    it("quotes what YAML would take for something else", () => {
        const names = [
            "No",
            "on",
            "Y",
            "null",
            "~",
            "007",
            "1e3",
            "0x1F",
            "2027-01-01",
            "12:30",
            "a, b",
            "#1",
            "- x",
            "O'Neil",
            '"q"',
            "José",
        ];
        const text = edit("config:\n  aws:region: eu-west-1\n", { students: names });
        const read = parseStackFile({ stack: "x", file: "x", text }, project).get("student-labs:students");
        assert.deepEqual(read, { kind: "text", text: JSON.stringify(names) });
        assert.match(text, /\["No", "on", "Y", "null", "~", "007"|- "No"\n/);
    });

    for (const [what, before, after] of [
        ["nothing", "", "config:\n  student-labs:spares: 1\n"],
        ["comments alone", "# ours", "# ours\nconfig:\n  student-labs:spares: 1\n"],
        ["an empty config", "config: # ours\nx: 1\n", "config: # ours\n  student-labs:spares: 1\nx: 1\n"],
        ["an empty map", "config: {} # ours\nx: 1\n", "config: # ours\n  student-labs:spares: 1\nx: 1\n"],
        [
            "all on one line",
            "config: {aws:region: a} # ours\n",
            "config: { aws:region: a, student-labs:spares: 1 } # ours\n",
        ],
        [
            "no line end at its end",
            "config:\n  aws:region: a",
            "config:\n  aws:region: a\n  student-labs:spares: 1\n",
        ],
        [
            "lines of Windows",
            "\uFEFFconfig:\r\n  aws:region: a\r\n",
            "\uFEFFconfig:\r\n  aws:region: a\r\n  student-labs:spares: 1\r\n",
        ],
        ["keys without the project", "config:\n  spares: 3 # few\n", "config:\n  spares: 1 # few\n"],
        [
            "an empty value",
            "config:\n  student-labs:spares:\n  zone: z\n",
            "config:\n  student-labs:spares: 1\n  zone: z\n",
        ],
        [
            "an alias",
            "config:\n  a: &n 2\n  student-labs:spares: *n\n",
            "config:\n  a: &n 2\n  student-labs:spares: 1\n",
        ],
    ] as const) {
        it(`finds its place in a file with ${what}`, () => assert.equal(edit(before, { spares: 1 }), after));
    }

    it("refuses to change one line with which others would change", () => {
        const tied =
            /Pulumi\.eu-west-1\.yaml has student-labs:zone tied to other lines .* Change it by hand\./;
        assert.throws(() => edit("config:\n  student-labs:zone: &z a\n  b: *z\n", { zone: "c" }), tied);
        assert.throws(
            () => edit("x: &x\n  student-labs:zone: a\nconfig:\n  <<: *x\n", { zone: undefined }),
            tied,
        );
    });

    it("refuses to write over what is encrypted", () => {
        for (const value of [["Ada"], undefined]) {
            assert.throws(
                () => edit("config:\n  student-labs:students:\n    secure: v1:abc\n", { students: value }),
                /has student-labs:students encrypted, and it would stand there in clear\. Change it with pulumi config set --secret/,
            );
        }
    });
});

/** Ways to write a setting, by its value. */
const entry = fc
    .record({
        list: fc.array(fc.constantFrom("Ada", "Grace", "No", "a b", "007", "José", "x:y", "#1"), {
            maxLength: 5,
        }),
        style: fc.constantFrom("block", "block", "indented", "flow", "lines"),
        quote: fc.boolean(),
        comment: fc.constantFrom("", " # why", "   #x"),
        above: fc.constantFrom("", "  # above\n", "\n"),
    })
    .map(({ list, style, quote, comment, above }) => {
        const say = (item: string) =>
            quote || !/^[A-Z][a-z]+$|^a b$/.test(item) || item === "No" ? JSON.stringify(item) : item;
        const [key, items] = ["  student-labs:KEY:", list.map(say)];
        const body =
            list.length === 0
                ? `${key} []${comment}\n`
                : {
                      block: `${key}${comment}\n${items.map((item) => `  - ${item}${comment}\n`).join("")}`,
                      indented: `${key}\n${items.map((item) => `      -   ${item}${comment}\n`).join("")}`,
                      flow: `${key} [${items.join(",  ")}]${comment}\n`,
                      lines: `${key} [\n${items.map((item) => `      ${item},${comment}\n`).join("")}    ]${comment}\n`,
                  }[style as "block"];
        return { list: [...list], above, body };
    });

describe(`Writing stack files (SEED=${seed})`, () => {
    it("changes nothing but the setting, which then says what it should", () =>
        fc.assert(
            fc.property(
                fc.array(entry, { minLength: 1, maxLength: 4 }),
                fc.nat({ max: 3 }),
                fc.option(
                    fc.array(fc.constantFrom("Ada", "No", "Emmy", "a b", "007", "c, d"), { maxLength: 14 }),
                ),
                fc.constantFrom("\n", "\r\n"),
                (entries, which, value, end) => {
                    const at = which % entries.length;
                    const named = entries.map(
                        ({ above, body }, index) => above + body.replace("KEY", `k${index}`),
                    );
                    const lines = (text: string) => text.replaceAll("\n", end);
                    const text = lines(`# top\nconfig:\n  aws:region: r\n${named.join("")}# end\nz: 1\n`);
                    const before = lines(
                        `# top\nconfig:\n  aws:region: r\n${named.slice(0, at).join("")}${entries[at]?.above ?? ""}`,
                    );
                    const after = lines(`${named.slice(at + 1).join("")}# end\nz: 1\n`);
                    const edited = edit(text, { [`k${at}`]: value ?? undefined });
                    assert.ok(edited.startsWith(before), edited);
                    assert.ok(edited.endsWith(after), edited);
                    assert.equal(edited.replaceAll("\r\n", "").includes("\r"), false);
                    assert.equal(
                        edited.split("\n").filter((line) => line.endsWith("\r")).length,
                        end === "\n" ? 0 : edited.split("\n").length - 1,
                    );

                    const read = parseStackFile({ stack: "x", file: "x", text: edited }, project);
                    const wanted = entries.map(({ list }, index) =>
                        index === at ? (value ?? undefined) : list,
                    );
                    assert.deepEqual(
                        Object.fromEntries(
                            [...read].filter(([key]) => key !== "aws:region").map(([key, one]) => [key, one]),
                        ),
                        Object.fromEntries(
                            Object.entries(
                                asTexts(
                                    Object.fromEntries(
                                        wanted.map((one, index) => [`student-labs:k${index}`, one]),
                                    ),
                                ),
                            ).map(([key, one]) => [key, { kind: "text", text: one }]),
                        ),
                    );
                    // Writing the same again changes nothing.
                    assert.equal(edit(edited, { [`k${at}`]: value ?? undefined }), edited);
                },
            ),
            { seed, numRuns: 250 },
        ));
});
