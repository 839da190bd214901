import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import program from "../../../index.ts";
import { BenchEngine } from "../../demo/benchEngine.ts";
import flatProgram from "../../demo/benchFlat.ts";
import { compare, type Recording } from "../../demo/benchRecording.ts";
import { runHere } from "../programHere.ts";

/** What a program asks an engine for. */
async function record(run: () => Promise<unknown>): Promise<Recording> {
    const engine = new BenchEngine();
    const address = await engine.start();
    const settings = { students: ["Ada", "Grace"], allowedSshCidrs: ["130.88.0.0/16"] };
    await runHere(run, { address, settings, preview: true });
    return engine.stop();
}

describe("the benchmark", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-bench-"));
    const variable = "STUDENT_LABS_BENCH_RECORDING";

    after(() => {
        delete process.env[variable];
        fs.rmSync(folder, { recursive: true });
    });

    it("can record the program, and repeat it flat", async () => {
        const ours = await record(program);
        assert.equal(ours.resources.filter(({ type }) => type === "aws:ec2/instance:Instance").length, 2);

        process.env[variable] = path.join(folder, "recording.json");
        fs.writeFileSync(process.env[variable], JSON.stringify(ours));
        compare(await record(flatProgram), ours);
    });
});
