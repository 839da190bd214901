import { strict as assert } from "node:assert";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { readFolder, writeStackFile } from "../../../scripts/operator/stackFiles/folder.ts";
import { writePeople } from "../../../scripts/operator/stackFiles/stackPeople.ts";
import { difference, written } from "./writtenFile.ts";

const root = path.join(import.meta.dirname, "..", "..", "..");
const project = { name: "student-labs" };

describe("Writing people into a stack file", () => {
    const file = (text: string) => ({ stack: "eu-west-1", file: "Pulumi.eu-west-1.yaml", text });

    it("keeps the order that is there, adds at the end, and touches nothing else", () =>
        assert.deepEqual(
            difference(
                written,
                writePeople(
                    file(written),
                    {
                        students: ["Zoe", "Grace", "Ada", "No"],
                        groups: [
                            { lab: "T2", students: ["z"] },
                            { lab: "t1", students: ["x", "y"] },
                        ],
                        studentCount: undefined,
                    },
                    project,
                ),
            ),
            {
                gone: [],
                new: ["      - Zoe"],
            },
        ));

    it("leaves one way of saying who comes", () => {
        const text = "config:\n  student-labs:students: [Ada]\n  student-labs:maxLabs: 3\n";
        const people = { students: undefined, groups: undefined, studentCount: 40 };
        assert.equal(
            writePeople(file(text), people, project, { maxLabs: 40 }),
            "config:\n  student-labs:maxLabs: 40\n  student-labs:studentCount: 40\n",
        );
    });
});

describe("The project's folder", () => {
    let folder = "";
    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "student-labs-plan-"));
    });
    afterEach(async () => fs.rm(folder, { recursive: true, force: true }));

    it("is read with its stacks in order", async () => {
        const { project: found, stacks } = await readFolder(root);
        assert.equal(found.name, "student-labs");
        assert.deepEqual(
            stacks.map(({ stack, file }) => [stack, file]),
            [
                ["eu-west-1", "Pulumi.eu-west-1.yaml"],
                ["sa-east-1", "Pulumi.sa-east-1.yaml"],
                ["us-east-1", "Pulumi.us-east-1.yaml"],
            ],
        );
    });

    it("is another one where there is no project, or a file that is no text", async () => {
        await assert.rejects(
            readFolder(folder),
            /Pulumi\.yaml is not in .*\. Run this in the folder of student-labs\./,
        );
        await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: x\n");
        await fs.writeFile(path.join(folder, "Pulumi.a.yaml"), Buffer.from("# Jos\xe9\n", "latin1"));
        await assert.rejects(readFolder(folder), /Pulumi\.a\.yaml is not UTF-8\. Save it as UTF-8\./);
    });

    it("may keep stack files in a folder of their own", async () => {
        await fs.writeFile(path.join(folder, "Pulumi.yml"), "name: x\nstackConfigDir: stacks\n");
        await fs.mkdir(path.join(folder, "stacks"));
        await fs.writeFile(path.join(folder, "stacks", "Pulumi.dev.yml"), "config: {}\n");
        await fs.writeFile(path.join(folder, "stacks", "Pulumi.other.yaml"), "config: {}\n");
        const { stackFolder, stacks } = await readFolder(folder);
        assert.deepEqual(
            [stackFolder, stacks],
            [path.join(folder, "stacks"), [{ stack: "dev", file: "Pulumi.dev.yml", text: "config: {}\n" }]],
        );
    });

    it("gets files whole, keeps their rights and links, and leaves nothing beside them", async () => {
        const real = path.join(folder, "real.yaml");
        const file = { stack: "a", file: "Pulumi.a.yaml", text: "\uFEFFconfig: {}\r\n" };
        await fs.writeFile(real, "old\n", { mode: 0o640 });
        await fs.symlink(real, path.join(folder, file.file));
        await writeStackFile(folder, file, "old\n");
        await writeStackFile(folder, { ...file, file: "Pulumi.b.yaml", text: "new\n" }, undefined);
        assert.equal(await fs.readFile(real, "utf8"), file.text);
        assert.equal((await fs.stat(real)).mode & 0o777, 0o640);
        assert.ok((await fs.lstat(path.join(folder, file.file))).isSymbolicLink());
        assert.deepEqual((await fs.readdir(folder)).sort(), ["Pulumi.a.yaml", "Pulumi.b.yaml", "real.yaml"]);
    });

    it("is not written over what somebody else wrote meanwhile", async () => {
        const file = { stack: "a", file: "Pulumi.a.yaml", text: "mine\n" };
        await fs.writeFile(path.join(folder, file.file), "theirs\n");
        for (const before of ["mine before\n", undefined]) {
            await assert.rejects(
                writeStackFile(folder, file, before),
                /Pulumi\.a\.yaml has been changed meanwhile/,
            );
        }
        assert.equal(await fs.readFile(path.join(folder, file.file), "utf8"), "theirs\n");
        assert.deepEqual(await fs.readdir(folder), ["Pulumi.a.yaml"]);
    });
});
