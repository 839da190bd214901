import { strict as assert } from "node:assert";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { handoutFiles, handoutsFolder, writePrivately } from "../../../scripts/operator/handouts.ts";

const mode = async (file: string) => ((await fs.stat(file)).mode & 0o777).toString(8);

describe("Files with passwords", () => {
    let folder: string;
    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "student-labs-handouts-"));
    });
    afterEach(() => fs.rm(folder, { recursive: true, force: true }));

    it("are readable by nobody else, in a folder that is so too", async () => {
        const file = path.join(folder, handoutsFolder, handoutFiles.csv);
        const before = process.umask(0);
        try {
            await writePrivately(file, "ada,secret\n");
        } finally {
            process.umask(before);
        }
        assert.equal(await fs.readFile(file, "utf8"), "ada,secret\n");
        assert.deepEqual([await mode(file), await mode(path.dirname(file))], ["600", "700"]);
    });

    it("replace a former file that everybody could read, and a link instead of what it points to", async () => {
        const file = path.join(folder, "cards.pdf");
        const elsewhere = path.join(folder, "elsewhere");
        await fs.writeFile(elsewhere, "theirs", { mode: 0o644 });
        await fs.symlink(elsewhere, file);
        await writePrivately(file, Buffer.from([1, 2, 3]));
        assert.deepEqual([...(await fs.readFile(file))], [1, 2, 3]);
        assert.equal(await mode(file), "600");
        assert.equal(await fs.readFile(elsewhere, "utf8"), "theirs");
    });

    it("leave nothing behind where they cannot be written", async () => {
        const file = path.join(folder, "cards.pdf");
        await fs.mkdir(path.join(file, "in the way"), { recursive: true });
        await assert.rejects(writePrivately(file, "x"));
        assert.deepEqual(await fs.readdir(folder), ["cards.pdf"]);
    });

    it("are in a folder that git ignores", async () => {
        const ignored = await fs.readFile(
            path.join(import.meta.dirname, "..", "..", "..", ".gitignore"),
            "utf8",
        );
        assert.ok(ignored.split("\n").includes(`/${handoutsFolder}/`));
    });
});
