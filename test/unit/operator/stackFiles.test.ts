import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings } from "../../../components/settings/settings.ts";
import { checkStack, checkStacks, problemsText } from "../../../scripts/operator/stackFiles/checkStacks.ts";
import { newStackFile, stackFileName } from "../../../scripts/operator/stackFiles/newStack.ts";
import { parseProject, type Project } from "../../../scripts/operator/stackFiles/project.ts";
import { parseStackFile, type StackFile } from "../../../scripts/operator/stackFiles/stackFile.ts";
import { asTexts } from "../classInMocks.ts";

const root = path.join(import.meta.dirname, "..", "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const project = parseProject(read("Pulumi.yaml"));
const bareProject: Project = { name: "student-labs", stackConfigDir: "", defaults: new Map() };

const stack = (text: string, name = "eu-west-1"): StackFile => ({
    stack: name,
    file: `Pulumi.${name}.yaml`,
    text,
});

/** Texts of the project's own settings in a stack file, as the program gets them. */
function textsIn(text: string): Record<string, string> {
    const found = [...parseStackFile(stack(text), bareProject)];
    return Object.fromEntries(
        found.map(([key, value]) => [
            key.replace("student-labs:", ""),
            value.kind === "text" ? value.text : "(encrypted)",
        ]),
    );
}

describe("Settings of a stack file", () => {
    // Each was given to `pulumi config --json` of engine 3.259, which answered these texts.
    for (const [written, text] of [
        ["on", "on"],
        ['"20"', "20"],
        ["20", "20"],
        ["-5", "-5"],
        ["+5", "5"],
        ["017", "15"],
        ["0o17", "15"],
        ["0x1F", "31"],
        ["0b11", "3"],
        ["1_000", "1000"],
        ["0.150", "0.15"],
        ["1e3", "1000"],
        ["1.0", "1"],
        ["TRUE", "true"],
        ["~", ""],
        ["", ""],
        ["20:00", "20:00"],
        ["2027-07-25T18:00:00+01:00", "2027-07-25 18:00:00 +0100 +0100"],
        ["2027-07-25T18:00:00Z", "2027-07-25 18:00:00 +0000 UTC"],
        ["2027-07-25", "2027-07-25 00:00:00 +0000 UTC"],
        ["2027-7-5 8:00:00", "2027-07-05 08:00:00 +0000 UTC"],
        ["2027-07-25T18:00:00", "2027-07-25T18:00:00"],
        ['"2027-07-25T18:00:00+01:00"', "2027-07-25T18:00:00+01:00"],
        [
            '[Ada, No, on, 017, 1.50, ~, 2027-07-25, "x"]',
            '["Ada","No","on",15,1.5,null,"2027-07-25 00:00:00 +0000 UTC","x"]',
        ],
        ["{a: 1, b: [x], c: {d: true}}", '{"a":1,"b":["x"],"c":{"d":true}}'],
        ["|\n    abc\n    def", "abc\ndef\n"],
        [">-\n    abc\n    def", "abc def"],
        ["{<<: {k: v, l: w}, l: z}", '{"k":"v","l":"z"}'],
        ["!!str 12", "12"],
        ["{secure: x, other: y}", '{"secure":"x","other":"y"}'],
        ["{secure: v1:abc}", "(encrypted)"],
        ["[Ada, {secure: v1:abc}]", "(encrypted)"],
    ] as const) {
        it(`are read as Pulumi reads them: ${JSON.stringify(written)}`, () =>
            assert.deepEqual(textsIn(`config:\n  student-labs:x: ${written}\n`), { x: text }));
    }

    it("may be aliases, and come from maps that are merged in", () =>
        assert.deepEqual(
            textsIn(
                "common: &c\n  student-labs:zone: z\n  student-labs:spares: 1\nconfig:\n  <<: *c\n  student-labs:spares: 2\n  a: &s [x]\n  b: *s\n",
            ),
            { zone: "z", spares: "2", a: '["x"]', b: '["x"]' },
        ));

    it("may leave out the project's name, or have Pulumi's old form of it", () =>
        assert.deepEqual(textsIn("config:\n  students: [a]\n  student-labs:config:zone: z\n"), {
            students: '["a"]',
            zone: "z",
        }));

    for (const [what, text, message] of [
        ["is not YAML", "config:\n  a: [x\n", /cannot be read: .* \(line 3, column 1\)\. Mend that line/],
        ["has a key twice", "config:\n  a: 1\n  a: 2\n", /Map keys must be unique \(line 3, column 3\)/],
        [
            "has a setting in two forms",
            "config:\n  zone: a\n  student-labs:zone: b\n",
            /has student-labs:zone twice/,
        ],
        ["is a list", "- a\n", /is not a map\. Write settings under config:/],
        ["has a list of settings", "config: [a]\n", /has a config that is not a map/],
    ] as const) {
        it(`are told to be mended where the file ${what}`, () =>
            assert.throws(
                () => textsIn(text),
                (error: Error) =>
                    error.message.startsWith("Pulumi.eu-west-1.yaml ") && message.test(error.message),
            ));
    }

    it("are none in an empty file", () => {
        for (const text of ["", "# nothing yet\n", "config:\n", "config: {}\n"]) {
            assert.deepEqual(textsIn(text), {});
        }
    });
});

describe("Pulumi.yaml", () => {
    it("gives the defaults that the program has itself", () => {
        const own = [...project.defaults].filter(([key]) => key.startsWith("student-labs:"));
        const texts = Object.fromEntries(own.map(([key, text]) => [key.replace("student-labs:", ""), text]));
        const more = asTexts({ students: ["ada"], allowedSshCidrs: ["130.88.0.0/16"] });
        assert.deepEqual(checkSettings({ ...texts, ...more }), checkSettings(more));
        assert.equal(project.defaults.get("aws:maxRetries"), "25");
        assert.equal(project.name, "student-labs");
    });

    it("without a name is none", () =>
        assert.throws(() => parseProject("runtime: nodejs\n"), /Pulumi\.yaml has no name/));

    it("says where stack files are", () =>
        assert.equal(parseProject("name: x\nstackConfigDir: stacks\n").stackConfigDir, "stacks"));
});

describe("The check of stack files", () => {
    const own = ["eu-west-1", "us-east-1", "sa-east-1"].map((name) =>
        stack(read(`Pulumi.${name}.yaml`), name),
    );

    it("is the program's own, for all stacks, with all problems at once", () => {
        const stacks = checkStacks(own, project);
        assert.deepEqual(
            stacks.map(({ stack: name, region, settings, problems }) => [
                name,
                region,
                settings,
                problems.map(({ key }) => key),
            ]),
            own.map(({ stack: name }) => [name, name, undefined, ["allowedSshCidrs", "students"]]),
        );
        assert.equal(
            problemsText(stacks).split("\n").slice(0, 3).join("\n"),
            [
                "Pulumi.eu-west-1.yaml needs 2 things mended:",
                "  allowedSshCidrs: [] is missing, so nobody could log in. Write the public addresses of the class room and of your own (checkip.amazonaws.com tells it): allowedSshCidrs: [130.88.0.0/16].",
                "  students: [] names nobody, and neither do groups and studentCount. Write students: [ada, grace], or studentCount: 20.",
            ].join("\n"),
        );
    });

    it("answers settings as the program gets them", () => {
        const [first] = own;
        const text = `${first?.text}  student-labs:students: [Ada, Grace]\n  student-labs:allowedSshCidrs: [130.88.0.0/16]\n`;
        const checked = checkStack(stack(text), project);
        assert.deepEqual(checked.problems, []);
        assert.deepEqual(
            [
                checked.settings?.people.students,
                checked.settings?.machines.zone,
                checked.settings?.people.maxLabs,
            ],
            [["Ada", "Grace"], "eu-west-1a", 30],
        );
        assert.equal(problemsText([checked]), "");
    });

    it("takes the defaults of Pulumi.yaml, also where somebody changed them", () => {
        const changed = {
            ...project,
            defaults: new Map([...project.defaults, ["student-labs:maxLabs", "3"]]),
        };
        const text =
            "config:\n  aws:region: eu-west-1\n  student-labs:studentCount: 4\n  student-labs:allowedSshCidrs: [130.88.0.0/16]\n";
        assert.deepEqual(
            checkStack(stack(text), changed).problems.map(({ key, message }) => [key, message]),
            [["maxLabs", "is less than the 4 labs that are asked for"]],
        );
    });

    it("knows how long a lab's name may be in the stack", () => {
        const text = (name: string) =>
            `config:\n  aws:region: eu-west-1\n  student-labs:allowedSshCidrs: [130.88.0.0/16]\n  student-labs:students: [${name}]\n`;
        const long = "a".repeat(30);
        assert.deepEqual(checkStack(stack(text(long)), project).problems, []);
        assert.match(
            checkStack(stack(text(long), "a-stack-with-a-very-long-name"), project).problems[0]?.message ??
                "",
            /leave only 13 characters for the names of labs/,
        );
    });

    it("misses the region, which nothing else says", () => {
        const settings = "  student-labs:studentCount: 4\n  student-labs:allowedSshCidrs: [130.88.0.0/16]\n";
        const keys = (text: string) =>
            checkStack(stack(text), project).problems.map(({ key, message }) => [key, message]);
        assert.deepEqual(keys(`config:\n${settings}`), [
            ["aws:region", "is missing, so nobody knows where the class is"],
        ]);
        assert.deepEqual(keys(`config:\n  aws:region: Ireland\n${settings}`), [
            ["aws:region", "is not the name of a region"],
        ]);
    });

    it("goes on where one file cannot be read", () => {
        const text = problemsText(checkStacks([stack("config: [a]\n", "a"), stack("- b\n", "b")], project));
        assert.equal(
            text,
            [
                "Pulumi.a.yaml needs 1 thing mended:",
                "  It has a config that is not a map. Write settings as key: value under config:.",
                "Pulumi.b.yaml needs 1 thing mended:",
                "  It is not a map. Write settings under config:.",
            ].join("\n"),
        );
    });

    it("says which settings are encrypted, and checks them where their texts are given", () => {
        const text =
            "config:\n  aws:region: eu-west-1\n  student-labs:allowedSshCidrs: [130.88.0.0/16]\n  student-labs:students:\n    secure: v1:abc\n";
        const unread = checkStack(stack(text), project);
        assert.deepEqual(unread.encrypted, ["student-labs:students"]);
        assert.deepEqual(
            unread.problems.map(({ key, message }) => [key, message]),
            [["students", "is encrypted and could not be read"]],
        );
        const given = (students: string) =>
            checkStack(stack(text), project, { "eu-west-1": { "student-labs:students": students } });
        assert.deepEqual(given('["Ada"]').settings?.people.students, ["Ada"]);
        assert.deepEqual(
            given("[7]").problems.map(({ key }) => key),
            ["students[0]"],
        );
    });
});

describe("A new stack file", () => {
    const pattern = stack(
        [
            "# Ours",
            "encryptionsalt: v1:salt",
            "config:",
            "  aws:region: eu-west-1 # pinned",
            "  student-labs:zone: eu-west-1a",
            "  student-labs:emrRelease: emr-7.12.0 # the last one that we tried",
            "  student-labs:students: [Ada]",
            "  student-labs:amiId: ami-0123456789abcdef0",
            "  student-labs:allowedSshCidrs: [130.88.0.0/16]",
            "  student-labs:operatorPublicKeys:",
            "    - secure: v1:abc",
            "secretsprovider: passphrase",
            "",
        ].join("\n"),
    );

    it("has what the class has in common, and nothing that is another region's own", () =>
        assert.deepEqual(newStackFile("ap-south-1", "ap-south-1", pattern, project, "ap-south-1b"), {
            file: {
                stack: "ap-south-1",
                file: "Pulumi.ap-south-1.yaml",
                text: [
                    "# Ours",
                    "config:",
                    "  aws:region: ap-south-1 # pinned",
                    "  student-labs:zone: ap-south-1b",
                    "  student-labs:emrRelease: emr-7.12.0 # the last one that we tried",
                    "  student-labs:allowedSshCidrs: [130.88.0.0/16]",
                    "",
                ].join("\n"),
            },
            left: ["student-labs:operatorPublicKeys"],
        }));

    for (const name of ["eu-west-1", "us-east-1", "sa-east-1"]) {
        it(`after ${name}'s is the one that lies here for another region`, () => {
            const from = stack(read(`Pulumi.${name}.yaml`), name);
            for (const other of ["eu-west-1", "us-east-1", "sa-east-1"]) {
                assert.equal(
                    newStackFile(other, other, from, project, `${other}a`).file.text,
                    read(`Pulumi.${other}.yaml`),
                );
            }
        });
    }

    it("is there also where no stack file is", () => {
        const { file } = newStackFile("eu-west-1", "eu-west-1", undefined, project, "eu-west-1a");
        const settings = [...parseStackFile(file, project)].map(([key]) => key);
        assert.deepEqual(
            settings.sort(),
            [...parseStackFile(stack(read("Pulumi.eu-west-1.yaml")), project)].map(([key]) => key).sort(),
        );
    });

    it("is called as Pulumi calls it", () => {
        assert.equal(stackFileName("eu-west-1"), "Pulumi.eu-west-1.yaml");
        assert.equal(stackFileName("org/dev", "Pulumi.yml"), "Pulumi.org-dev.yml");
    });
});
