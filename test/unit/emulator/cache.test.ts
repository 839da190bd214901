import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CACHE_VARIABLE, cacheFolder, cachePath, ensureCache } from "../../emulator/cache.ts";
import { buildOnce } from "../../emulator/tools/buildOnce.ts";
import { clean } from "../../emulator/tools/clean.ts";
import { tryLock, withLock } from "../../emulator/tools/lock.ts";
import { identify, isAlive, self } from "../../emulator/tools/process.ts";

/** A process that has ended, as the owner of a lock or a run. */
function deadProcess(): { pid: number; started: string } {
    const pid = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
    return { pid, started: "1" };
}

describe("cache of the pocket cloud", () => {
    let folder: string;
    let before: NodeJS.ProcessEnv;

    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "student-labs-cache-"));
        before = { ...process.env };
        process.env[CACHE_VARIABLE] = folder;
        process.env.PULUMI_HOME = path.join(folder, "pulumi");
    });
    afterEach(() => {
        process.env = before;
        rmSync(folder, { recursive: true, force: true });
    });

    it("is where the variable says, else in the user's cache folder", () => {
        assert.equal(cacheFolder({ [CACHE_VARIABLE]: "/x/y" }), "/x/y");
        if (process.platform === "linux") {
            assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c" }), "/c/student-labs");
        }
        assert.match(cacheFolder({}), /student-labs/);
    });

    it("knows a process from a later one with its number", () => {
        assert.ok(isAlive(self()));
        assert.ok(!isAlive({ ...self(), started: "0" }));
        assert.equal(identify(deadProcess().pid), undefined);
    });

    it("lets one at a time have a lock", async () => {
        let inside = 0;
        let most = 0;
        const work = async (): Promise<void> => {
            most = Math.max(most, ++inside);
            await new Promise((resolve) => setTimeout(resolve, 10));
            inside--;
        };
        await Promise.all([withLock("a", work), withLock("a", work), withLock("a", work)]);
        assert.equal(most, 1);
    });

    it("takes over the lock of a dead process, but only one taker gets it", async () => {
        const file = path.join(await ensureCache("locks"), "dead.lock");
        await writeFile(file, JSON.stringify(deadProcess()));
        const results = await Promise.all([tryLock(file), tryLock(file), tryLock(file), tryLock(file)]);
        const taken = results.filter((result) => "release" in result);
        assert.equal(taken.length, 1);
        assert.deepEqual(
            results.filter((result) => "owner" in result).map((result) => result.owner.pid),
            [process.pid, process.pid, process.pid],
        );
    });

    it("never takes a half-made thing for a whole one", async () => {
        const target = cachePath("tools", "thing");
        const log = (): void => undefined;
        const failing = buildOnce({
            name: "thing",
            target,
            log,
            build: async (draft) => {
                await mkdir(draft);
                throw new Error("no network");
            },
        });
        await assert.rejects(failing, /no network/);
        // What a kill would leave:
        await mkdir(path.join(cachePath("tools"), ".thing.draft-killed"));
        let builds = 0;
        const build = async (draft: string): Promise<void> => {
            builds++;
            await writeFile(draft, "whole");
        };
        await Promise.all([
            buildOnce({ name: "thing", target, log, build }),
            buildOnce({ name: "thing", target, log, build }),
        ]);
        assert.equal(builds, 1);
        assert.equal(await readFile(target, "utf8"), "whole");
        assert.deepEqual(await readdir(cachePath("tools")), ["thing"]);
    });

    it("is removed as a whole, and nothing beside it", async () => {
        await writeFile(path.join(await ensureCache("tools"), "thing"), "");
        await writeFile(
            path.join(await ensureCache("runs", "crashed"), "daemon.lock"),
            JSON.stringify(deadProcess()),
        );
        await writeFile(path.join(folder, "somebody-elses.txt"), "");
        assert.deepEqual((await clean()).sort(), [cachePath("runs"), cachePath("tools")]);
        assert.deepEqual(await readdir(folder), ["somebody-elses.txt"]);
    });

    it("is not removed while a pocket cloud runs or something is being built", async () => {
        const lock = path.join(await ensureCache("runs", "demo"), "daemon.lock");
        await writeFile(lock, JSON.stringify(self()));
        await assert.rejects(
            clean(),
            new RegExp(`pocket cloud "demo" runs \\(process ${process.pid}\\).*--down`),
        );
        await writeFile(lock, JSON.stringify(deadProcess()));
        await withLock("rootfs", () => assert.rejects(clean(), /process \d+ holds rootfs/));
        await clean();
    });
});
