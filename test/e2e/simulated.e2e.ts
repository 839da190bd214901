import assert from "node:assert/strict";
import * as path from "node:path";
import { classStack, labsOf } from "../demo/pocketClass.ts";
import { login } from "../demo/proofs.ts";
import { stillThere } from "../demo/stillThere.ts";
import { PocketCloud } from "../emulator/cloud.ts";
import { REPOSITORY } from "../emulator/engine/scratch.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { SIMULATED } from "../emulator/machines/simulatedHost.ts";
import { exists } from "../emulator/tools/buildOnce.ts";
import { prepareTools } from "../emulator/tools/prepare.ts";
import { isAlive } from "../emulator/tools/process.ts";
import { run } from "../emulator/tools/run.ts";
import { succeeded } from "./liveClass.ts";
import { mayLogIn, ssh } from "./ssh.ts";

describe("a class on simulated machines", () => {
    it("comes up, takes the roster's passwords, changes nothing the second time, and goes", async () => {
        const cloud = await PocketCloud.start({
            name: "e2e-simulated",
            tools: await prepareTools({ mode: "simulated" }),
        });
        try {
            assert.equal(cloud.mode, "simulated");
            const stack = await classStack(cloud, { students: ["Ada", "Grace"] });
            succeeded("up", await stack.up({ parallel: 150 }));
            const [ada, grace] = await labsOf(cloud, stack);
            assert.ok(ada !== undefined && grace !== undefined);
            for (const lab of [ada, grace]) {
                const { code, stderr } = await ssh(login(lab), "hostname");
                assert.deepEqual({ code, stderr }, { code: 126, stderr: `${SIMULATED}\n` });
            }
            assert.equal(await mayLogIn({ ...login(ada), password: grace.password }), false);

            const second = succeeded("up", await stack.up({ parallel: 150 }));
            assert.ok(!changesAnything(second.changes), JSON.stringify(second.changes));

            succeeded("destroy", await stack.destroy({ parallel: 150 }));
            assert.deepEqual(await stillThere(cloud.env), []);
            const machines = await cloud.control.machines();
            assert.deepEqual(
                machines.filter(({ status }) => status !== undefined),
                [],
            );
        } finally {
            await cloud.stop();
        }
        assert.ok(!(await exists(cloud.dir)) && !isAlive(cloud.daemon));
    });

    it("is what the demo shows and labels where namespaces and port 22 cannot be had", async function () {
        const root = process.geteuid?.() === 0;
        // As for an ordinary user: who lacks this capability may not listen on port 22, root or not (capabilities(7)).
        const less = root
            ? ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
            : [];
        if (root && (await run("setpriv", ["--version"])).exitCode !== 0) {
            this.skip();
        }
        const [command = "", ...args] = [
            ...less,
            process.execPath,
            path.join("test", "demo", "demo.ts"),
            "--simulated",
            "--name",
            "e2e-simulated-demo",
            "--students",
            "Ada",
        ];
        const { exitCode, stdout, stderr } = await run(command, args, { cwd: REPOSITORY });
        assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
        for (const said of [
            /^Machines are SIMULATED \(nothing runs on them\): asked for with --simulated$/m,
            /^== pulumi stack output roster --show-secrets {4}\(SIMULATED machines\)$/m,
            /ok \(simulated\).*ada logs in with the password of the roster\n +ubuntu@127\.\d+\.\d+\.\d+, port (?!22$)\d+$/m,
            /^ {2}All 3 hold/m,
            /^ {2}Not shown with simulated machines/m,
            /^ {4}- a word count runs on ada's own cluster and counts right$/m,
            /resources looked at, nothing changed/,
            /^ {2}ok {2}nothing is left/m,
        ]) {
            assert.match(stdout, said);
        }
    });
});
