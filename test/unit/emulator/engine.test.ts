import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { engineEnvironment } from "../../emulator/engine/environment.ts";
import { changesAnything, EventCollector, plain } from "../../emulator/engine/result.ts";
import { Scratch } from "../../emulator/engine/scratch.ts";

const URN =
    "urn:pulumi:eu-west-1::student-labs::student-labs:index:StudentLab$aws:ec2/instance:Instance::ada";

function stepEvent(
    kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent",
    op: string,
): EngineEvent {
    const metadata = {
        op,
        urn: URN,
        type: "aws:ec2/instance:Instance",
        diffs: op === "update" ? ["tags"] : undefined,
    };
    return { sequence: 1, timestamp: 1, [kind]: { metadata } };
}

describe("operations of the engine", () => {
    it("collects steps, changes and messages from the engine's events", () => {
        const events = new EventCollector();
        events.add(stepEvent("resourcePreEvent", "refresh"));
        events.add(stepEvent("resOutputsEvent", "refresh"));
        events.add(stepEvent("resourcePreEvent", "update"));
        events.add(stepEvent("resOpFailedEvent", "update"));
        events.add(stepEvent("resourcePreEvent", "create"));
        const message = "<{%fg 1%}>no\ncapacity<{%reset%}>\n";
        for (const severity of ["error", "debug"]) {
            const diagnosticEvent = { severity, message, urn: URN, color: "never" };
            events.add({ sequence: 1, timestamp: 1, diagnosticEvent } as unknown as EngineEvent);
        }
        events.add({ summaryEvent: { resourceChanges: { same: 3, update: 1 } } } as unknown as EngineEvent);
        assert.deepEqual(
            events.steps.map(({ op, name, failed, ended, diffs }) => ({ op, name, failed, ended, diffs })),
            [
                { op: "refresh", name: "ada", failed: false, ended: true, diffs: [] },
                { op: "update", name: "ada", failed: true, ended: true, diffs: ["tags"] },
                { op: "create", name: "ada", failed: false, ended: false, diffs: [] },
            ],
        );
        assert.deepEqual(events.diagnostics, [{ severity: "error", urn: URN, message: "no\ncapacity" }]);
        assert.deepEqual(events.changes, { same: 3, update: 1 });
    });

    it("knows whether anything changed", () => {
        assert.ok(!changesAnything({ same: 12, refresh: 3, update: 0 }));
        assert.ok(changesAnything({ same: 12, "create-replacement": 1 }));
        assert.equal(plain("<{%reset%}>a<{%fg 1%}>b"), "ab");
    });

    it("gives the engine nothing that leads to a real account", () => {
        const caller = {
            PATH: "/usr/bin",
            HOME: "/home/u",
            AWS_PROFILE: "work",
            AWS_SESSION_TOKEN: "token",
            AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://x",
            PULUMI_ACCESS_TOKEN: "pul-1",
            PULUMI_CONFIG_PASSPHRASE: "secret",
            PULUMI_STACK: "prod",
        };
        const folders = {
            bin: "/d/bin",
            home: "/d/home",
            state: "/d/state",
            passphraseFile: "/d/passphrase",
        };
        const env = engineEnvironment(
            "/opt/pulumi/bin/pulumi",
            folders,
            { AWS_ENDPOINT_URL: "http://e" },
            caller,
        );
        assert.deepEqual(
            Object.entries(env).filter(([name]) => name.startsWith("AWS_")),
            [["AWS_ENDPOINT_URL", "http://e"]],
        );
        assert.equal(env.PATH, "/d/bin:/opt/pulumi/bin:/usr/bin");
        assert.equal(env.HOME, "/home/u");
        assert.equal(env.PULUMI_BACKEND_URL, "file:///d/state");
        assert.equal(env.PULUMI_CONFIG_PASSPHRASE_FILE, "/d/passphrase");
        assert.ok(!Object.values(env).some((value) => ["secret", "pul-1", "prod"].includes(value)));
    });

    describe("in a scratch copy", () => {
        let dir: string;
        beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), "student-labs-scratch-"))));
        afterEach(() => rmSync(dir, { recursive: true, force: true }));

        it("writes settings into the copy and leaves the repository as it is", async () => {
            const repository = path.join(dir, "repository");
            await mkdir(path.join(repository, "test"), { recursive: true });
            await mkdir(path.join(repository, "node_modules"));
            await writeFile(path.join(repository, "index.ts"), "export default {};\n");
            await writeFile(path.join(repository, ".gitignore"), "");
            await writeFile(path.join(repository, "Pulumi.yaml"), "name: labs\n");
            const stackFile = "config:\n  aws:region: eu-west-1\n  labs:zone: eu-west-1a\n";
            await writeFile(path.join(repository, "Pulumi.eu-west-1.yaml"), stackFile);

            const scratch = new Scratch(path.join(dir, "run"));
            await scratch.prepare(repository);
            await scratch.setConfig("eu-west-1", {
                students: [{ name: "ada" }, "grace"],
                zone: undefined,
                "aws:region": "sa-east-1",
            });
            const passphrase = await readFile(scratch.passphraseFile, "utf8");
            // A second preparation is the same stack.
            await scratch.prepare(repository);

            assert.deepEqual(await scratch.config("eu-west-1"), {
                "aws:region": "sa-east-1",
                "labs:students": [{ name: "ada" }, "grace"],
            });
            assert.equal(await readFile(path.join(repository, "Pulumi.eu-west-1.yaml"), "utf8"), stackFile);
            assert.equal(
                await readFile(path.join(scratch.project, "index.ts"), "utf8"),
                "export default {};\n",
            );
            assert.equal(
                await realpath(path.join(scratch.project, "node_modules")),
                await realpath(path.join(repository, "node_modules")),
            );
            assert.equal(await realpath(path.join(scratch.bin, "node")), await realpath(process.execPath));
            await assert.rejects(stat(path.join(scratch.project, "test")));
            assert.equal(await readFile(scratch.passphraseFile, "utf8"), passphrase);
            assert.equal((await stat(scratch.passphraseFile)).mode & 0o777, 0o600);
        });
    });
});
