import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import program from "../../../index.ts";
import { BenchEngine } from "../../demo/benchEngine.ts";
import flatProgram from "../../demo/benchFlat.ts";
import { compare, type Recording } from "../../demo/benchRecording.ts";
import { asTexts } from "../classInMocks.ts";

// What Pulumi's `cmd/run` does before it runs a program; there, but not in the SDK's declarations.
const features = pulumi.runtime as unknown as { awaitFeatureSupport(): Promise<void> };

/** What a program asks an engine for, run in this process: without a new one, it takes a second. */
async function record(run: () => Promise<unknown>): Promise<Recording> {
    const engine = new BenchEngine();
    const address = await engine.start();
    const { stackTraceLimit } = Error;
    // As in the mocks of the other tests: half the time of a run.
    Error.stackTraceLimit = 0;
    try {
        pulumi.runtime.resetOptions("student-labs", "eu-west-1", 8, address, address, true, "organization");
        await features.awaitFeatureSupport();
        await pulumi.runtime.runInPulumiStack(run);
        await pulumi.runtime.disconnect();
        return engine.stop();
    } finally {
        Error.stackTraceLimit = stackTraceLimit;
    }
}

describe("the benchmark", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-bench-"));
    const variable = "STUDENT_LABS_BENCH_RECORDING";

    after(() => {
        delete process.env[variable];
        fs.rmSync(folder, { recursive: true });
    });

    it("can record the program, and repeat it flat", async () => {
        const texts = asTexts({ students: ["Ada", "Grace"], allowedSshCidrs: ["130.88.0.0/16"] });
        pulumi.runtime.setAllConfig(
            Object.fromEntries(Object.entries(texts).map(([key, text]) => [`student-labs:${key}`, text])),
        );
        const ours = await record(program);
        assert.equal(ours.resources.filter(({ type }) => type === "aws:ec2/instance:Instance").length, 2);

        process.env[variable] = path.join(folder, "recording.json");
        fs.writeFileSync(process.env[variable], JSON.stringify(ours));
        compare(await record(flatProgram), ours);
    });
});
