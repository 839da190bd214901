import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { tar, type TarMember } from "../tarArchive.ts";
import { CourseBucket } from "./courseBucket.ts";
import { changes, classKey, type LabHost, LabHosts, lines, PASSWORD, succeeded } from "./labHost.ts";
import { ssh } from "./ssh.ts";

const uri = "s3://course/material.tar.gz";
const values = {
    LAB_NAME: "ada",
    LAB_USER: "ubuntu",
    LAB_PASSWORD: PASSWORD,
    LAB_REGION: "eu-west-1",
    LAB_APT_PACKAGES: "",
    LAB_PIP_PACKAGES: "boto3",
    LAB_OPERATOR_KEYS: classKey.public,
    LAB_COURSE_ARCHIVE_URI: uri,
    LAB_COURSE_ARCHIVE_REGION: "eu-west-1",
    LAB_SSH_PORTS: "22",
    LAB_ARCHIVE_WAIT_SECONDS: "0",
};
/** Bytes that cannot be compressed, the same every time. */
const noise = (bytes: number) =>
    Buffer.concat(
        Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
            createHash("sha256").update(String(index)).digest(),
        ),
    ).subarray(0, bytes);

describe("the course archive on a machine", function () {
    this.timeout(10 * 60_000); // other tests run beside
    let hosts: LabHosts;
    let bucket: CourseBucket;
    let host: LabHost;
    let version = 0;

    /** Gives the class another archive and runs bootstrap. */
    const bring = (members: readonly TarMember[]) => {
        bucket.put("/course/material.tar.gz", gzipSync(tar(members)));
        version += 1;
        return again();
    };
    /** Runs bootstrap again with the archive that is there. */
    const again = () => host.run("bootstrap.sh", { ...values, LAB_COURSE_ARCHIVE_VERSION: String(version) });
    /** What was said of the archive. */
    const said = (of: readonly string[]) => of.filter((line) => /^lab: (problem|left out)/.test(line));
    const nothingLeft = async () =>
        assert.equal(
            await host.root(
                "find / -xdev -name '.lab-tmp*' -o -xdev -path '/var/lib/student-labs/course-*' -o -xdev -name '*.new' -path '/var/lib/student-labs/*'",
            ),
            "",
        );

    before(async function () {
        this.timeout(15 * 60_000); // the image may have to be built
        hosts = await LabHosts.start();
        bucket = await CourseBucket.start();
        host = await hosts.boot({
            AWS_ENDPOINT_URL: bucket.url,
            AWS_ACCESS_KEY_ID: "AKIATEST",
            AWS_SECRET_ACCESS_KEY: "test",
        });
        succeeded(await bring([{ name: "first.txt", content: "x" }]));
    });

    after(async () => {
        await hosts?.close();
        await bucket?.close();
    });

    afterEach(nothingLeft);

    it("is reproduced: folders without files, modes, links, times", async () => {
        const said = succeeded(
            await bring([
                { name: "./", type: "Directory", mode: 0o777 },
                { name: "lab/", type: "Directory" },
                { name: "lab/results/", type: "Directory" },
                { name: "lab/private/", type: "Directory", mode: 0o700 },
                { name: "lab/private/id_ed25519", content: "key", mode: 0o600 },
                { name: "lab/run.sh", content: "#!/bin/sh\n", mode: 0o775 },
                { name: "lab/given.csv", content: "1,2", mode: 0o444 },
                { name: "lab/shared.txt", content: "s", mode: 0o666 },
                { name: "lab/setuid", content: "s", mode: 0o4755 },
                { name: "lab/none", content: "n", mode: 0 },
                { name: "lab/latest", type: "SymbolicLink", target: "private/../run.sh" },
                { name: "lab/twin.sh", type: "Link", target: "lab/run.sh", mode: 0o775 },
            ]),
        );
        assert.deepEqual(changes(said), [
            "lab: changed: course files: 8 new, 0 updated, 0 left as the student has them",
        ]);
        assert.equal(
            await host.root("cd /home/ubuntu && find lab -printf '%p %y %m %u %l\\n' | sort"),
            [
                "lab d 755 ubuntu ",
                "lab/given.csv f 444 ubuntu ",
                "lab/latest l 777 ubuntu private/../run.sh",
                "lab/none f 644 ubuntu ",
                "lab/private d 700 ubuntu ",
                "lab/private/id_ed25519 f 600 ubuntu ",
                "lab/results d 755 ubuntu ",
                "lab/run.sh f 755 ubuntu ",
                "lab/setuid f 755 ubuntu ",
                "lab/shared.txt f 644 ubuntu ",
                "lab/twin.sh f 755 ubuntu ",
            ]
                .join("\n")
                .trim(),
        );
        assert.equal(await host.root("cat /home/ubuntu/lab/twin.sh"), "#!/bin/sh");
        assert.equal(await host.root("date -u -r /home/ubuntu/lab/run.sh +%FT%TZ"), "2026-09-01T08:00:00Z");
        assert.notEqual(await host.root("stat -c %a /home/ubuntu"), "777", "the home's own mode is no one's");
    });

    it("brings every name that the file system takes", async () => {
        const names = [
            "n".repeat(255),
            "é".repeat(127),
            "-rf",
            " begins and ends ",
            "two\nlines",
            "back\\slash",
            'quote\'s "and" $HOME `date`',
            "лекция/第一课/naïve 🙂.txt",
        ];
        succeeded(await bring(names.map((name) => ({ name: `names/${name}`, content: "x" }))));
        const found = await host.root("cd /home/ubuntu/names && find . -type f -printf '%P\\0'");
        assert.deepEqual(
            found.split("\0").filter((name) => name !== ""),
            found.split("\0").filter((name) => names.includes(name)),
        );
        assert.deepEqual(new Set(found.split("\0").filter((name) => name !== "")), new Set(names));
    });

    it("has what macOS adds left out without a word", async () => {
        const result = succeeded(
            await bring([
                { name: "mac/._a.py" },
                { name: "mac/.DS_Store" },
                { name: "__MACOSX/mac/._a.py" },
                { name: "mac/a.py", content: "x" },
            ]),
        );
        assert.deepEqual(said(result), []);
        assert.equal(
            await host.root("cd /home/ubuntu && ls -A mac; ls -d __MACOSX 2>&1 || true"),
            "a.py\nls: cannot access '__MACOSX': No such file or directory",
        );
    });

    it("what would leave the home folder is left out and named, and all else arrives", async () => {
        const result = succeeded(
            await bring([
                { name: "/etc/evil", content: "x" },
                { name: "../evil", content: "x" },
                { name: "link", type: "SymbolicLink", target: "../../etc" },
                { name: "venv/bin/python3", type: "SymbolicLink", target: "/usr/bin/python3" },
                { name: "here", type: "SymbolicLink", target: "." },
                { name: "here/evil", content: "x" },
                { name: "shadow", type: "Link", target: "/etc/shadow" },
                { name: "null", type: "CharacterDevice" },
                { name: "A label", type: "TapeVolumeHeader" },
                { name: "good.txt", content: "good" },
            ]),
        );
        assert.deepEqual(said(result), [
            "lab: left out: /etc/evil (an absolute path), ../evil (a path that leaves the home folder), link (a link that leaves the home folder), venv/bin/python3 (a link that leaves the home folder), here/evil (a path through a link) and 2 more",
        ]);
        assert.equal(await host.root("find / -xdev -name evil; cat /home/ubuntu/good.txt"), "good");
        assert.equal(
            await host.root("cd /home/ubuntu; ls -d link shadow null 'A label' venv 2>/dev/null || true"),
            "",
        );
    });

    it("what cannot be placed is said, leaves nothing behind, and is tried again by the next run", async () => {
        // Each: what is in the way on the machine, what is said of it, and how the student or the operator mends it.
        const obstacles = [
            {
                before: "install -d -o root -g root -m 755 /home/ubuntu/locked",
                members: [{ name: "locked/a.txt", content: "x" }],
                told: "1 of 2 not placed, tried again next time: locked/a.txt (Permission denied)",
                mend: "chown ubuntu: /home/ubuntu/locked",
            },
            {
                // The student has put the folder on another disk, of which 100 kB are left.
                before: `install -d -o ubuntu -g ubuntu /dev/shm/full && ln -s /dev/shm/full /home/ubuntu/full
                    head -c $(($(df -B1 --output=avail /dev/shm | tail -n 1) - 100000)) /dev/zero >/dev/shm/fill`,
                members: [
                    { name: "full/big.bin", content: noise(300_000) },
                    { name: "full/small.txt", content: "x" },
                ],
                told: "1 of 3 not placed, tried again next time: full/big.bin (No space left on device)",
                mend: "rm /dev/shm/fill",
            },
            {
                before: "ln -s /nowhere /home/ubuntu/away",
                members: [
                    { name: "away/a.txt", content: "x" },
                    { name: "away/b.txt", content: "y" },
                ],
                told: "2 of 3 not placed, tried again next time: away/a.txt (No such file or directory), away/b.txt (No such file or directory)",
                mend: "rm /home/ubuntu/away",
            },
            {
                before: "true",
                members: [{ name: `long/${"n".repeat(256)}`, content: "x" }],
                told: `1 of 2 not placed, tried again next time: long/${"n".repeat(256)} (File name too long)`,
                mend: undefined,
            },
        ];
        for (const [index, { before, members, told, mend }] of obstacles.entries()) {
            await host.root(before);
            const other = { name: `other-${index}.txt`, content: "x" };
            const first = succeeded(await bring([...members, other]));
            assert.deepEqual(said(first), [`lab: problem course archive: ${told}`]);
            assert.equal(await host.root(`cat /home/ubuntu/other-${index}.txt`), "x", told);
            await nothingLeft();
            assert.deepEqual(said(succeeded(await again())), said(first), "nothing has changed");
            if (mend !== undefined) {
                await host.root(mend);
                assert.deepEqual(said(succeeded(await again())), []);
                for (const { name, content } of members.filter((one) => "content" in one) as TarMember[]) {
                    assert.equal(
                        await host.root(`stat -c '%s %U' '/home/ubuntu/${name}'`),
                        `${Buffer.from(content ?? "").length} ubuntu`,
                    );
                }
                assert.deepEqual(changes(succeeded(await again())), [], "all is placed");
            }
        }
    });

    it("a mode that the archive changes follows, one that the student changed stays, and content follows either way", async () => {
        const modes = (mode: number, content: string) => [
            { name: "modes/given.sh", content, mode },
            { name: "modes/mine.sh", content, mode },
        ];
        succeeded(await bring(modes(0o644, "one")));
        await ssh(host.login(), "chmod 700 modes/mine.sh");
        assert.deepEqual(changes(succeeded(await bring(modes(0o755, "one")))), [
            "lab: changed: course files: 0 new, 1 updated, 0 left as the student has them",
        ]);
        succeeded(await bring(modes(0o755, "two")));
        assert.equal(
            await host.root("cd /home/ubuntu/modes && stat -c '%n %a' * && cat *"),
            "given.sh 755\nmine.sh 700\ntwotwo",
        );
    });

    it("a folder that the student removed, or made a file of, stays as it is", async () => {
        const first = [
            { name: "gone/", type: "Directory" as const },
            { name: "file/", type: "Directory" as const },
            { name: "file/a.txt", content: "x" },
        ];
        succeeded(await bring(first));
        await ssh(host.login(), "rmdir gone; rm -r file; echo mine > file");
        const result = succeeded(await bring([...first, { name: "file/b.txt", content: "x" }]));
        assert.deepEqual(said(result), []);
        assert.equal(await host.root("cd /home/ubuntu; cat file; ls -d gone 2>/dev/null || true"), "mine");
    });

    it("what a student called like a part of Python is not run by root", async () => {
        await ssh(
            host.login(),
            "for name in json tarfile boto3; do echo 'raise SystemExit(9)' > $name.py; done",
        );
        succeeded(await bring([{ name: "python.txt", content: "x" }]));
        assert.equal(await host.root("cat /home/ubuntu/python.txt"), "x");
        await ssh(host.login(), "rm json.py tarfile.py boto3.py");
    });

    it("is asked for in its own region", async () => {
        bucket.regions.clear();
        version += 1;
        const elsewhere = { ...values, LAB_COURSE_ARCHIVE_REGION: "us-east-1" };
        succeeded(
            await host.run("bootstrap.sh", { ...elsewhere, LAB_COURSE_ARCHIVE_VERSION: String(version) }),
        );
        assert.deepEqual([...bucket.regions], ["us-east-1"]);
    });

    it("that cannot be used fails with its name and the reason", async () => {
        const bad = {
            missing: [undefined, /missing: .*NoSuchKey/],
            text: [Buffer.from("hello"), /text: is not a tar archive: /],
            cut: [
                gzipSync(tar([{ name: "a", content: noise(50_000) }])).subarray(0, 5000),
                /cut: cannot be read: EOFError/,
            ],
            outside: [
                gzipSync(tar([{ name: "/etc/evil" }])),
                /outside: nothing in it can be placed: \/etc\/evil \(an absolute path\)$/,
            ],
            empty: [gzipSync(tar([])), /empty: nothing is in it$/],
        } as const;
        for (const [name, [content, reason]] of Object.entries(bad)) {
            if (content !== undefined) {
                bucket.put(`/course/${name}`, content);
            }
            const result = await host.run("bootstrap.sh", {
                ...values,
                LAB_COURSE_ARCHIVE_URI: `s3://course/${name}`,
                LAB_COURSE_ARCHIVE_VERSION: "1",
            });
            const all = lines(result);
            assert.equal(result.code, 1, `${name}: ${all.join("\n")}`);
            assert.match(all.at(-3) ?? "", /^lab: problem course archive: s3:\/\/course\//, all.join("\n"));
            assert.match(all.at(-3) ?? "", reason);
            assert.equal(all.at(-2), "lab: failed: course archive (exit code 1)");
            assert.match(all.at(-1) ?? "", /^lab: to do: check courseArchive/);
            await nothingLeft();
        }
    });
});
