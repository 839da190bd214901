import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { ProcessWatch } from "../e2e/processWatch.ts";

describe("The watch of processes", function () {
    before(function () {
        // It reads /proc.
        if (process.platform !== "linux") this.skip();
    });

    const living: ChildProcess[] = [];
    after(() => living.forEach((child) => child.kill()));
    const live = (argv0: string, env: Readonly<Record<string, string>> = {}): void => {
        living.push(spawn("sleep", ["600"], { argv0, env, stdio: "ignore" }));
    };
    const lines: string[] = [];
    const warn = (line: string): unknown => lines.push(line);

    it("sees what is planted in arguments and environments, whenever it comes to look", async () => {
        const watch = new ProcessWatch({ everyMs: 200, warn });
        try {
            const seen = Promise.all([
                watch.sees("in-arguments-7Qx", "machine"),
                watch.sees("in-environment-7Qx", "machine"),
            ]);
            live("sleep in-arguments-7Qx");
            live("sleep", { PLANTED: "in-environment-7Qx" });
            await seen;
            // What was seen once counts, also when nobody waited for it then.
            await watch.sees("in-arguments-7Qx", "machine");
        } finally {
            const { machine, hosts } = watch.stop();
            assert.match(machine, /^sleep in-arguments-7Qx$/m);
            assert.match(machine, /^PLANTED=in-environment-7Qx$/m);
            assert.doesNotMatch(hosts, /7Qx/);
        }
    });

    it("fails with what it waited for, where that never comes", async () => {
        const watch = new ProcessWatch({ everyMs: 20, now: () => 0, warn });
        await assert.rejects(watch.sees("never-9Zt", "hosts", 100), {
            message: "no process with never-9Zt was seen on the hosts in 100 ms",
        });
        assert.equal(watch.stop().late, "");
    });

    it("says so when it was late, with the longest time without a look, and is silent otherwise", () => {
        const told: string[] = [];
        const run = (...times: number[]): string =>
            new ProcessWatch({
                // Looks at its beginning and at its end alone.
                everyMs: 1_000_000,
                now: () => times.shift() ?? NaN,
                warn: (line) => told.push(line),
            }).stop().late;
        assert.equal(run(0, 1_000_500), "");
        assert.deepEqual(told, []);
        assert.match(run(0, 1_002_300), /was late 1 times, once by 1002300 ms/);
        assert.match(run(7, 3_000_007), /may have been missed$/);
        assert.equal(told.length, 2);
    });
});
