import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { Terminal } from "../../demo/terminal.ts";
import { UpProgress } from "../../demo/upProgress.ts";

function lines(events: readonly [kind: "begin" | "end" | "fail", op: string, type: string, name: string][]) {
    const out = new PassThrough();
    const progress = new UpProgress(["ada", "ada-2"], new Terminal(out as unknown as NodeJS.WriteStream));
    const keys = { begin: "resourcePreEvent", end: "resOutputsEvent", fail: "resOpFailedEvent" };
    for (const [kind, op, type, name] of events) {
        const metadata = { op, type, urn: `urn:pulumi:eu-west-1::student-labs::${type}::${name}` };
        progress.onEvent({ [keys[kind]]: { metadata } } as unknown as EngineEvent);
    }
    progress.end();
    return ((out.read() as Buffer | null)?.toString() ?? "").split("\n").filter((line) => line !== "");
}

const instance = "aws:ec2/instance:Instance";
const command = "command:remote:Command";

describe("progress of the demo", () => {
    it("has one line for each big step of a lab, when it has ended", () => {
        assert.deepEqual(
            lines([
                ["begin", "create", instance, "ada-machine-instance"],
                ["begin", "create", instance, "ada-2-machine-instance"],
                ["end", "create", "aws:iam/role:Role", "student-labs-eu-west-1-ada"],
                ["end", "create", instance, "ada-2-machine-instance"],
                ["end", "create", instance, "ada-machine-instance"],
                ["begin", "create", command, "ada-machine-bootstrap"],
                ["end", "create", command, "ada-machine-bootstrap"],
            ]),
            [
                "     0s  ada-2  machine is up (0s)",
                "     0s  ada    machine is up (0s)",
                "     0s  ada    machine is ready for its student: packages, password, course files (0s)",
            ],
        );
    });

    it("has none for what is only looked at, and none for scripts that are removed", () => {
        assert.deepEqual(
            lines([
                ["begin", "refresh", instance, "ada-machine-instance"],
                ["end", "refresh", instance, "ada-machine-instance"],
                ["end", "same", instance, "ada-machine-instance"],
                ["begin", "delete", command, "ada-connect"],
                ["end", "delete", command, "ada-connect"],
            ]),
            [],
        );
    });

    it("says in one line what goes on, many labs at a time", () => {
        const said: string[] = [];
        const terminal = { status: (text?: string) => said.push(text ?? ""), say: () => undefined };
        const names = ["a", "b", "c", "d", "e"];
        const progress = new UpProgress(names, terminal as unknown as Terminal);
        for (const name of names) {
            const urn = `urn:pulumi:eu-west-1::student-labs::${instance}::${name}-machine-instance`;
            progress.onEvent({
                resourcePreEvent: { metadata: { op: "create", type: instance, urn } },
            } as unknown as EngineEvent);
        }
        assert.equal(said[0], "the engine starts");
        assert.equal(said[4], "a, b, c, d: machine boots");
        assert.equal(said[5], "5 labs: machine boots");
    });

    it("tells what failed, whatever it is", () => {
        assert.deepEqual(
            lines([
                ["begin", "create", instance, "ada-machine-instance"],
                ["fail", "create", instance, "ada-machine-instance"],
                ["begin", "create", "aws:ec2/vpc:Vpc", "network-vpc"],
                ["fail", "create", "aws:ec2/vpc:Vpc", "network-vpc"],
            ]),
            [
                "     0s  ada    machine boots: FAILED after 0s",
                "     0s  class  network-vpc: FAILED after 0s",
            ],
        );
    });
});
