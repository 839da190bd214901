import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { lookIntoArchive } from "../../components/settings/archiveFile.ts";
import { tar, type TarMember } from "../tarArchive.ts";
import { declareClass, registeredSoFar, valuesOf } from "./classInMocks.ts";

const file: TarMember = { name: "notes.txt", content: "one" };
const long = `${"folder/".repeat(30)}${"n".repeat(200)}.py`;

/** What an archive is, and names with reasons of what is left out. */
const usable: Readonly<Record<string, readonly [Buffer, string]>> = {
    "files, folders and links that stay within": [
        gzipSync(
            tar([
                { name: "./", type: "Directory" },
                { name: "./src/", type: "Directory" },
                { name: "src/a.py" },
                { name: "src/latest", type: "SymbolicLink", target: "a.py" },
                { name: "src/up", type: "SymbolicLink", target: "../notes.txt" },
                { name: "src/same", type: "Link", target: "src/a.py" },
                file,
            ]),
        ),
        "",
    ],
    "a name that is long and one that is not of ASCII": [
        gzipSync(tar([{ name: long, content: "x" }, { name: "лекция 1/naïve.txt" }])),
        "",
    ],
    "a venv, whose links are absolute": [
        gzipSync(
            tar([
                { name: "venv/bin/python3", type: "SymbolicLink", target: "/usr/bin/python3" },
                { name: "venv/bin/python", type: "SymbolicLink", target: "python3" },
                file,
            ]),
        ),
        "venv/bin/python3 (a link that leaves the home folder)",
    ],
    "absolute and other paths that lead out": [
        gzipSync(tar([{ name: "/etc/motd" }, { name: "../evil" }, { name: "a/../../evil" }, file])),
        "/etc/motd (an absolute path), ../evil (a path that leaves the home folder), a/../../evil (a path that leaves the home folder)",
    ],
    "links that lead out, and paths through links": [
        gzipSync(
            tar([
                { name: "link", type: "SymbolicLink", target: "../../etc" },
                { name: "here", type: "SymbolicLink", target: "." },
                { name: "here/evil" },
                { name: "hard", type: "Link", target: "not/there" },
                file,
            ]),
        ),
        "link (a link that leaves the home folder), here/evil (a path through a link), hard (a link to a file that is not in the archive)",
    ],
    "devices and pipes": [
        gzipSync(tar([{ name: "null", type: "CharacterDevice" }, { name: "pipe", type: "FIFO" }, file])),
        "null (a device or the like), pipe (a device or the like)",
    ],
    "more of it than a line takes": [
        gzipSync(tar([...[1, 2, 3, 4, 5, 6, 7].map((one) => ({ name: `/${one}` })), file])),
        `${[1, 2, 3, 4, 5].map((one) => `/${one} (an absolute path)`).join(", ")} and 2 more`,
    ],
    "the label of a tape": [gzipSync(tar([{ name: "My lecture", type: "TapeVolumeHeader" }, file])), ""],
    "what macOS adds": [
        gzipSync(
            tar([
                { name: "._notes.txt" },
                { name: "src/.DS_Store" },
                { name: "__MACOSX/x", type: "SymbolicLink", target: "/nowhere" },
                file,
            ]),
        ),
        "",
    ],
    "several gzip members, and zeros behind the end": [
        Buffer.concat([
            gzipSync(tar([file], "no end")),
            gzipSync(tar([{ name: "b" }])),
            Buffer.alloc(10_000),
        ]),
        "",
    ],
};

const random = Buffer.from(
    Array.from({ length: 100_000 }, (_, index) => (index * 7919 + (index >> 3)) & 0xff),
);
const whole = tar([file, { name: "data", content: random }]);
const damaged = Buffer.from(whole);
damaged.write("ZZ", 1024 + 10); // in the second header

const unusable: Readonly<Record<string, readonly [Buffer, string]>> = {
    "no gzip": [Buffer.from("hello"), "is not a tar.gz archive"],
    nothing: [Buffer.alloc(0), "is not a tar.gz archive"],
    "a tar without gzip": [whole, "is not a tar.gz archive"],
    "text in gzip": [gzipSync("hello\n".repeat(500)), "is not a tar.gz archive"],
    "noise in gzip": [gzipSync(random), "is not a tar.gz archive"],
    "nothing in gzip": [gzipSync(""), "is not a tar.gz archive"],
    "gzip twice": [gzipSync(gzipSync(whole)), "is not a tar.gz archive"],
    "two bytes of gzip": [Buffer.from([0x1f, 0x8b]), "is not a tar.gz archive"],
    "a download that was cut": [gzipSync(whole).subarray(0, -1000), "is cut: its end is missing"],
    "a tar that was cut within a file, then compressed": [
        gzipSync(whole.subarray(0, 20_000)),
        "is cut: its end is missing",
    ],
    "a tar that was cut between files, then compressed": [
        gzipSync(tar([file], "no end")),
        "is cut: its end is missing",
    ],
    "a header that is damaged": [gzipSync(damaged), "is damaged (checksum failure)"],
    "a tar with nothing in it": [gzipSync(tar([])), "has nothing in it"],
    "only what macOS adds": [gzipSync(tar([{ name: ".DS_Store" }])), "has nothing in it"],
    "only what leads out": [
        gzipSync(tar([{ name: "/etc/motd" }, { name: "../x" }])),
        "has nothing in it that can be put into a home: /etc/motd (an absolute path), ../x (a path that leaves the home folder)",
    ],
};

describe("A local course archive", () => {
    let folder: string;
    const written = (content: Buffer) => {
        const name = path.join(folder, "course.tar.gz");
        fs.writeFileSync(name, content);
        return name;
    };
    before(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "course-"));
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    for (const [what, [content, leftOut]] of Object.entries(usable)) {
        it(`can be used: ${what}`, () =>
            assert.deepEqual(lookIntoArchive(written(content)), {
                sha256: createHash("sha256").update(content).digest("hex"),
                leftOut,
            }));
    }

    for (const [what, [content, problem]] of Object.entries(unusable)) {
        it(`cannot be used: ${what}`, () => {
            const found = lookIntoArchive(written(content));
            assert.ok("problem" in found);
            // zlib's own words may follow in brackets.
            assert.equal(found.problem, problem);
        });
    }

    it("is no folder, and has to be there", () => {
        assert.deepEqual(lookIntoArchive(folder), { problem: "is not a file" });
        assert.deepEqual(lookIntoArchive(path.join(folder, "missing")), {
            problem: "is not a file that can be read from the folder of Pulumi.yaml",
        });
    });

    it("may be larger than a Buffer: more than 2 GiB", async function () {
        this.timeout(120_000);
        const name = written(gzipSync(tar([file])));
        const size = 2 ** 31 + 4096;
        fs.truncateSync(name, size); // a hole: zeros behind the end of an archive mean nothing
        assert.equal(fs.statSync(name).size, size);
        const stack = await declareClass({ courseArchive: name });
        const versions = valuesOf(stack.the("ada-machine-bootstrap", "Command")).filter((line) =>
            /^LAB_COURSE_ARCHIVE_VERSION='[0-9a-f]{64}'$/.test(line),
        );
        assert.equal(versions.length, 1);
    });

    it("that cannot be used is refused before anything is created, with the others' complaints", async () => {
        await assert.rejects(
            declareClass({ courseArchive: written(gzipSync(tar([{ name: "/x" }]))), clusters: "yes" }),
            (error: Error) => {
                assert.match(error.message, /need 2 things mended; nothing was created/);
                assert.match(
                    error.message,
                    /courseArchive: ".*course\.tar\.gz" has nothing in it that can be put into a home: \/x \(an absolute path\)\. Write courseArchive: /,
                );
                return true;
            },
        );
        assert.equal(registeredSoFar(), 0);
    });
});
