import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { awsEnvironment } from "../../emulator/awsEnvironment.ts";
import { CACHE_VARIABLE } from "../../emulator/cache.ts";
import { type CloudRecord, Run } from "../../emulator/runs.ts";
import { self } from "../../emulator/tools/process.ts";

describe("runs of the pocket cloud", () => {
    let folder: string;
    let before: NodeJS.ProcessEnv;
    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "student-labs-runs-"));
        before = { ...process.env };
        process.env[CACHE_VARIABLE] = folder;
    });
    afterEach(() => {
        process.env = before;
        rmSync(folder, { recursive: true, force: true });
    });

    it("have names that are safe as a folder", () => {
        assert.equal(Run.of("demo").dir, path.join(folder, "runs", "demo"));
        for (const name of ["", "..", "a/b", "-a", "Demo"]) {
            assert.throws(() => Run.of(name), /is no name for a pocket cloud/);
        }
    });

    it("are known while their daemon lives, and not after", async () => {
        const run = Run.of("demo");
        await run.prepare();
        assert.equal(await run.daemon(), undefined);
        assert.equal(await run.record(), undefined);
        const record: CloudRecord = {
            name: "demo",
            daemon: self(),
            url: "http://127.0.0.1:1",
            mode: "simulated",
            providers: { aws: 2 },
            keep: false,
        };
        await writeFile(run.lockFile, JSON.stringify(self()));
        await run.write(record);
        assert.deepEqual(await run.daemon(), self());
        assert.deepEqual(await run.record(), record);
        assert.equal((await Run.all()).length, 1);
        await run.write({ ...record, daemon: { ...self(), started: "0" } });
        assert.equal(await run.record(), undefined);
    });

    it("lead every SDK to the pocket cloud and to no file of the user", () => {
        const env = awsEnvironment("http://127.0.0.1:1", "/empty");
        assert.equal(env.AWS_ENDPOINT_URL, "http://127.0.0.1:1");
        assert.equal(env.AWS_SHARED_CREDENTIALS_FILE, "/empty");
        assert.equal(env.AWS_CONFIG_FILE, "/empty");
        assert.equal(env.AWS_EC2_METADATA_DISABLED, "true");
    });
});
