import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { identify, identifyWithPs, isAlive, self } from "../../emulator/tools/process.ts";

/** No process has such a number: Linux and macOS stop far below. */
const NOBODY = 2 ** 30;

describe("identity of a process", () => {
    it("is told by its start, in the same words again", () => {
        assert.deepEqual(identify(process.pid), self());
        assert.ok(isAlive(self()));
        assert.ok(!isAlive({ ...self(), started: "earlier" }));
        assert.equal(identify(NOBODY), undefined);
    });

    it("is told by ps where there is no /proc", () => {
        const zone = process.env.TZ;
        const here = identifyWithPs(process.pid);
        try {
            process.env.TZ = "Pacific/Auckland";
            assert.deepEqual(identifyWithPs(process.pid), here, "the time zone of the asker plays no part");
        } finally {
            if (zone === undefined) {
                delete process.env.TZ;
            } else {
                process.env.TZ = zone;
            }
        }
        assert.match(here?.started ?? "", /^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
        assert.equal(identifyWithPs(NOBODY), undefined);
    });

    it("is gone with the process", async () => {
        const child = spawn("sleep", ["60"]);
        const identity = identify(child.pid ?? 0);
        assert.ok(identity !== undefined && isAlive(identity));
        child.kill();
        await once(child, "exit");
        assert.ok(!isAlive(identity));
    });
});
