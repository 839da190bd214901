import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { REPOSITORY } from "../../emulator/engine/scratch.ts";
import { Checkout, type Mode, type Run } from "../../registrations/checkout.ts";
import { compare } from "../../registrations/recording.ts";

const settings = { students: ["Ada"] };
const set = { name: "a class", stack: "eu-west-1", settings: () => settings };

/** What a small program registers: one secret, and its settings. */
const program = (size: number) => `
    const config = new pulumi.Config();
    const stash = new pulumi.Stash("settings", {
        input: {
            students: config.requireObject("students"),
            spares: config.require("spares"),
            zone: config.require("zone"),
            size: pulumi.secret(${size}),
        },
    });
    return { kept: stash.output };`;

describe("A checkout whose registrations are compared", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-checkout-"));

    after(() => fs.rmSync(folder, { recursive: true }));

    /** A checkout with its own way to run the program. */
    function make(name: string, files: Readonly<Record<string, string>>, typescript: boolean): string {
        const checkout = path.join(folder, name);
        fs.mkdirSync(checkout);
        const project = [
            "name: student-labs",
            `runtime: { name: nodejs, options: { typescript: ${typescript}, nodeargs: --stack-trace-limit=3 } }`,
            "config: { spares: { type: integer, default: 2 }, students: { default: [] } }",
        ];
        const all = {
            "Pulumi.yaml": project.join("\n"),
            "Pulumi.eu-west-1.yaml": 'config: { student-labs:zone: "eu-west-1a", aws:region: eu-west-1 }',
            ...files,
        };
        for (const [file, text] of Object.entries(all)) {
            fs.writeFileSync(path.join(checkout, file), text);
        }
        fs.symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(checkout, "node_modules"));
        return checkout;
    }
    const modules = (size: number) => ({
        "package.json": '{ "type": "module", "main": "index.ts" }',
        "index.ts": `
            import * as pulumi from "@pulumi/pulumi";
            export default async (): Promise<object> => {${program(size)}};`,
    });
    const run = async (checkout: string, mode: Mode): Promise<Run> =>
        (await Checkout.at(checkout)).run(set, mode, settings);

    it("is run as it says itself, with the project's, the stack's and the class's settings", async function () {
        // Three new processes.
        this.timeout(120_000);
        const [older, newer, changed] = [
            make(
                "older",
                {
                    "package.json": '{ "main": "index.js" }',
                    "index.js": `const pulumi = require("@pulumi/pulumi"); module.exports = async () => {${program(1)}};`,
                },
                false,
            ),
            make("newer", modules(1), false),
            make("changed", modules(2), false),
        ];
        const runs = [older, newer, changed].map((checkout) => run(checkout, "up"));
        const [one, other, third] = (await Promise.all(runs)) as [Run, Run, Run];
        for (const { exitCode, output } of [one, other, third]) {
            assert.equal(exitCode, 0, output);
        }
        const urn = "urn:pulumi:eu-west-1::student-labs::pulumi:index:Stash::settings";
        const stash = one.recording.find(({ about }) => about === `resource ${urn}`);
        assert.deepEqual((stash?.fields as { object: unknown }).object, {
            input: {
                students: ["Ada"],
                spares: "2",
                zone: "eu-west-1a",
                size: { secret: 1 },
            },
        });
        const equal = compare(one.recording, other.recording);
        // The stack, the stash, and the outputs of the stack.
        assert.deepEqual([equal.requests, equal.resources, equal.differences], [3, 2, []]);
        const outputs =
            "outputs urn:pulumi:eu-west-1::student-labs::pulumi:pulumi:Stack::student-labs-eu-west-1";
        assert.deepEqual(
            compare(one.recording, third.recording).differences.map(({ about, field }) => [about, field]),
            [
                [outputs, "outputs.kept.secret.size"],
                [`resource ${urn}`, "object.input.size.secret"],
            ],
        );
    });

    it("knows which settings its program has", async () => {
        const checkout = await Checkout.at(make("settings", modules(1), false));
        assert.deepEqual([...checkout.settingKeys], ["spares", "students"]);
    });

    it("must have a Pulumi.yaml", async () => {
        await assert.rejects(
            Checkout.at(path.join(folder, "nothing")),
            new Error(
                `${path.join(folder, "nothing")} has no Pulumi.yaml: name a checkout of the repository`,
            ),
        );
    });
});
