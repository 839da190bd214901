import * as grpc from "@grpc/grpc-js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/language_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { REPOSITORY } from "../../emulator/engine/scratch.ts";
import { installLanguageHost, LANGUAGE_HOST } from "../../emulator/tools/languageHostFiles.ts";
import { identify } from "../../emulator/tools/process.ts";
import { InstantEngine } from "../../registrations/instantEngine.ts";

describe("the language host serves an engine", function () {
    this.timeout(60_000);
    let dir: string;
    let project: string;
    let engine: InstantEngine;
    let address: string;
    let errors: string[];
    let outputs: unknown;
    let host: ChildProcess;
    let client: LanguageRuntimeClient;
    let output: string;

    beforeEach(async () => {
        dir = await mkdtemp(path.join(tmpdir(), "language-host-"));
        project = path.join(dir, "a project");
        await mkdir(path.join(dir, "bin"));
        await mkdir(project);
        await symlink(path.join(REPOSITORY, "node_modules"), path.join(project, "node_modules"));
        await symlink(process.execPath, path.join(dir, "bin", "node"));
        await installLanguageHost(path.join(dir, "bin"));
        await manifest({});
        errors = [];
        engine = new InstantEngine({
            invoke: () => ({}),
            register: (resource) => ({
                urn: `urn:pulumi:here::toy::${resource.getType()}::${resource.getName()}`,
                id: "",
                outputs: {},
            }),
            registerOutputs: (request) => (outputs = request.getOutputs()?.toJavaScript()),
            registerErrorHook: () => undefined,
            registerResourceHook: () => undefined,
            log: (request) => {
                if (request.getSeverity() === engineProto.LogSeverity.ERROR) {
                    errors.push(request.getMessage());
                }
            },
        });
        address = await engine.start();
    });

    afterEach(async () => {
        client?.close();
        host?.kill("SIGKILL");
        engine.stop();
        await rm(dir, { recursive: true, force: true });
    });

    const manifest = (more: object) =>
        writeFile(
            path.join(project, "package.json"),
            JSON.stringify({ name: "toy", type: "module", main: "index.ts", ...more }),
        );
    const program = (text: string) => writeFile(path.join(project, "index.ts"), text);

    /** Starts the host as the engine does; answers the first line that it prints. */
    async function launch(folder = project): Promise<string> {
        output = "";
        host = spawn(path.join(dir, "bin", LANGUAGE_HOST), ["--logtostderr", "-v=9", address], {
            cwd: folder,
            env: { ...process.env, PATH: `${path.join(dir, "bin")}:/usr/bin:/bin` },
            stdio: ["pipe", "pipe", "pipe"],
            detached: true,
        });
        for (const stream of [host.stdout, host.stderr]) {
            stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
        }
        const ended = new Promise((resolve) => host.once("close", resolve));
        while (!output.includes("\n") && (await Promise.race([ended, pause(10, "not yet")])) === "not yet");
        const [line = ""] = output.split("\n");
        if (/^\d+$/.test(line)) {
            output = output.slice(line.length + 1);
            client = new LanguageRuntimeClient(`127.0.0.1:${line}`, grpc.credentials.createInsecure());
        }
        return line;
    }

    function request(options: Record<string, structProto.JavaScriptValue> = { typescript: false }) {
        const info = new proto.ProgramInfo()
            .setProgramDirectory(project)
            .setRootDirectory(project)
            .setEntryPoint(".")
            .setOptions(structProto.Struct.fromJavaScript(options));
        const run = new proto.RunRequest()
            .setProject("toy")
            .setStack("here")
            .setOrganization("teachers")
            .setMonitorAddress(address)
            .setParallel(7)
            .setDryrun(true)
            .setConfigsecretkeysList(["toy:token"])
            .setInfo(info);
        run.getConfigMap().set("toy:token", "hush").set("toy:name", "Ada");
        return run;
    }

    const run = (options?: Parameters<typeof request>[0]) =>
        new Promise<proto.RunResponse.AsObject>((resolve, reject) =>
            client.run(request(options), (error, response) =>
                error ? reject(error) : resolve(response.toObject()),
            ),
        );

    it("demands no plugins, and runs a program with all that it was told", async () => {
        await program(`
            import * as pulumi from "@pulumi/pulumi";
            const config = new pulumi.Config();
            console.log("said", Error.stackTraceLimit);
            console.error("complained");
            export default {
                where: [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), process.cwd()],
                dry: pulumi.runtime.isDryRun(),
                name: config.get("name"),
                token: pulumi.isSecret(config.get("token")) || process.env.PULUMI_CONFIG_SECRET_KEYS,
                node: process.version,
            } satisfies object;
        `);
        assert.match(await launch(), /^\d+$/);
        const required = await new Promise((resolve, reject) =>
            client.getRequiredPackages(new proto.GetRequiredPackagesRequest(), (error, response) =>
                error ? reject(error) : resolve(response.toObject()),
            ),
        );
        assert.deepEqual(required, { packagesList: [], specsList: [] });
        const response = await run({ typescript: false, nodeargs: "--stack-trace-limit=2" });
        assert.deepEqual(response, { error: "", bail: false });
        assert.deepEqual(output.trim().split("\n").sort(), ["complained", "said 2"]);
        assert.equal(engine.saidAll, true);
        assert.deepEqual(outputs, {
            where: ["teachers", "toy", "here", project],
            dry: true,
            name: "Ada",
            token: '["toy:token"]',
            node: process.version,
        });
    });

    for (const { what, text, response, told } of [
        {
            what: "throws",
            text: `throw new Error("no students");`,
            response: { error: "", bail: true },
            told: /no students/,
        },
        {
            what: "has an error that nobody waits for",
            text: `void Promise.reject(new Error("lost")); export default {};`,
            response: { error: "", bail: true },
            told: /lost/,
        },
    ]) {
        it(`a program that ${what} is none that has declared all: nothing may be removed`, async () => {
            await program(text);
            await launch();
            assert.deepEqual(await run(), response);
            assert.match(errors.join("\n"), told);
            assert.equal(engine.saidAll, false);
        });
    }

    it("refuses to run on a Node that the project does not take, naming both", async () => {
        await manifest({ engines: { node: ">=99" } });
        await program(`console.log("ran");`);
        await launch();
        const { error } = await run();
        assert.ok(error.includes(process.version) && error.includes("Node >=99 only"), error);
        assert.equal(output, "");
    });

    it("says what to do where there is no SDK", async () => {
        await launch(dir);
        await new Promise((resolve) => (host.exitCode === null ? host.once("exit", resolve) : resolve(0)));
        assert.equal(host.exitCode, 1);
        assert.match(output, /There is no Pulumi SDK in .*Run "npm ci" there\./);
    });

    /** Starts a program that goes on until it is ended; answers its process. */
    async function endless(): Promise<{ pid: number; response: ReturnType<typeof run> }> {
        await program(`console.log(process.pid, "runs"); setInterval(() => {}, 1000);`);
        await launch();
        const response = run();
        response.catch(() => undefined);
        while (!/^\d+ runs$/m.test(output)) {
            await pause(10);
        }
        return { pid: parseInt(output), response };
    }

    const gone = async (pid: number) => {
        while (identify(pid) !== undefined) {
            await pause(10);
        }
    };

    it("ends a program that is cancelled", async () => {
        const { pid, response } = await endless();
        await new Promise((resolve) => client.cancel(new emptyProto.Empty(), resolve));
        assert.deepEqual(await response, { error: "Program exited unexpectedly: SIGINT", bail: false });
        await gone(pid);
    });

    it("ends with an engine that was killed, and its program with it", async () => {
        const { pid } = await endless();
        // What the engine's end does to the pipe between them.
        host.stdin?.destroy();
        await gone(host.pid ?? 0);
        await gone(pid);
    });

    it("says what is missing where there is no node at all", async () => {
        await rm(path.join(dir, "bin", "node"));
        host = spawn("/bin/sh", [path.join(dir, "bin", LANGUAGE_HOST), address], {
            env: { PATH: path.join(dir, "bin") },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let said = "";
        host.stderr?.on("data", (text: Buffer) => (said += text.toString()));
        assert.equal(await new Promise((resolve) => host.once("close", resolve)), 1);
        assert.match(said, /There is no node on the PATH/);
    });
});
