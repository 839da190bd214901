import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { archive as tarArchive } from "../tarArchive.ts";
import * as yaml from "js-yaml";
import { checkSettings } from "../../components/settings/settings.ts";
import { settingsTables, tablesIn } from "../../scripts/settingsTable.ts";
import { asTexts } from "./classInMocks.ts";
import { MarkdownPage } from "./markdown.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const filesIn = (folder: string) =>
    fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .map((file) => path.join(folder, file));

const pages = [...fs.readdirSync(root), ...["docs", "test"].flatMap((folder) => filesIn(folder))]
    .filter((file) => file.endsWith(".md"))
    .map((file) => new MarkdownPage(root, file));
const page = (file: string) => {
    const found = pages.find((one) => one.file === file);
    assert.ok(found, `${file} is not there`);
    return found;
};

/** What a link leads to, within the repository; `undefined` for one that leads out of it. */
function target(from: MarkdownPage, link: string): { file: string; anchor: string } | undefined {
    if (/^[a-z]+:/.test(link)) {
        return undefined;
    }
    const [file = "", anchor = ""] = decodeURI(link).split("#");
    return { file: file === "" ? from.file : path.join(path.dirname(from.file), file), anchor };
}

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
    it("is read at one sitting: at most 150 lines", () => {
        const lines = read("README.md").trimEnd().split("\n").length;
        assert.ok(lines <= 150, `${lines} lines`);
    });

    it("leads to every page of docs/", () => {
        const linked = page("README.md").links.map((link) => target(page("README.md"), link)?.file);
        assert.deepEqual(
            pages
                .map(({ file }) => file)
                .filter((file) => file.startsWith("docs/") && !linked.includes(file)),
            [],
        );
    });
});

describe("docs/settings.md", () => {
    it("has the tables of settings as the program declares them (npm run docs writes them)", () =>
        assert.deepEqual(cells(tablesIn(read("docs/settings.md"))), cells(settingsTables())));
});

describe("The documentation", () => {
    it("has pages enough for the tests below to mean something", () => assert.ok(pages.length >= 12));

    for (const from of pages) {
        it(`links only to what there is: ${from.file}`, () => {
            const broken = from.links.filter((link) => {
                const to = target(from, link);
                if (to === undefined) {
                    return false;
                }
                const there = !to.file.startsWith("..") && fs.existsSync(path.join(root, to.file));
                return !there || (to.anchor !== "" && !page(to.file).anchors.includes(to.anchor));
            });
            assert.deepEqual(broken, []);
        });
    }

    it("uses every picture that there is", () => {
        const used = pages.flatMap((from) => from.links.map((link) => target(from, link)?.file));
        assert.deepEqual(
            filesIn("docs/images").filter((file) => !used.includes(file)),
            [],
        );
    });

    it("names only npm scripts that there are", () => {
        const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
        const named = pages.flatMap(({ file, text }) =>
            [...text.matchAll(/npm (?:run ([\w:]+)|(test)\b)/g)].map(
                ([, script, test]) => `${file}: ${script ?? test ?? ""}`,
            ),
        );
        assert.ok(named.length > 0);
        assert.deepEqual(
            named.filter((name) => !((name.split(": ")[1] ?? "") in scripts)),
            [],
        );
    });

    it("shows only settings that the program takes", () => {
        const archive = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "docs-")), "course.tar.gz");
        fs.writeFileSync(archive, tarArchive({ "course/notes.txt": "" }));
        const needed = { students: ["ada"], allowedSshCidrs: ["130.88.0.0/16"] };
        const blocks = pages.flatMap((from) => from.codeBlocks("yaml"));
        const examples = blocks.flatMap((text) => {
            const { config } = yaml.load(text) as { config?: Record<string, unknown> };
            return config === undefined ? [] : [config];
        });
        assert.ok(examples.length >= 4);
        for (const example of examples) {
            const settings = Object.fromEntries(
                Object.entries(example)
                    .filter(([key]) => key.startsWith("student-labs:"))
                    .map(([key, value]) => [key.slice("student-labs:".length), value]),
            );
            // What is the reader's own: a file, and a moment that has not come yet.
            if (settings.courseArchive === "course.tar.gz") {
                settings.courseArchive = archive;
            }
            if (typeof settings.endsAt === "string") {
                settings.endsAt = settings.endsAt.replace(/^20\d\d/, "9999");
            }
            checkSettings(asTexts({ ...needed, ...settings }));
        }
        fs.rmSync(path.dirname(archive), { recursive: true });
    });
});

/** What docs/troubleshooting.md quotes of others. */
const wordsOfOthers = {
    node: ['Unknown file extension ".ts"'],
    pulumi: [
        "configuration key 'studentCount' must be of type 'integer'",
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE",
        "the stack is currently locked by 1 lock(s)",
        "failed to load checkpoint",
        "no stack named 'eu-west-1' found",
        "destroy",
    ],
    aws: [
        "VcpuLimitExceeded",
        "TERMINATED_WITH_ERRORS",
        "DependencyViolation",
        "AccessDenied",
        "is not authorized to perform: elasticmapreduce:...",
    ],
    commandProvider: ["after 60 failed attempts: dial tcp ...: i/o timeout"],
    ssh: [
        "Connection timed out",
        "Permission denied (publickey,password)",
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
    ],
    mrjob: ["Waiting 10 minutes for logs to transfer to S3", "~/.mrjob.conf"],
    roster: ["problem"],
};

describe("docs/troubleshooting.md", () => {
    const quoted = page("docs/troubleshooting.md").firstColumnCode;
    const others = Object.values(wordsOfOthers).flat();
    const program = ["index.ts", ...filesIn("components"), ...filesIn("scripts/machine")]
        .filter((file) => /\.(ts|sh|py)$/.test(file))
        .map(read)
        .join("\n");

    /** Whether the program says it; what differs from case to case is `...` on the page. */
    function isSaid(text: string): boolean {
        const pieces = text.split("...").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
        return new RegExp(pieces.join(".{1,40}")).test(program);
    }

    for (const text of quoted.filter((one) => !others.includes(one))) {
        it(`quotes what the program says: ${text}`, () => assert.ok(isSaid(text)));
    }

    it("would notice words that the program does not say", () =>
        assert.equal(isSaid("The settings of this stack need ... repaired"), false));

    it("quotes of others nothing that this test has not been told of, and all of that", () =>
        assert.deepEqual(
            others.filter((text) => !quoted.includes(text)),
            [],
        ));
});
