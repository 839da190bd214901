import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import proto from "@pulumi/pulumi/proto/language_pb.js";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { InstantEngine } from "../../registrations/instantEngine.ts";
import {
    demandedNode,
    programArguments,
    programEnvironment,
    type ProgramRun,
    verdict,
    words,
    wrongNode,
} from "../../emulator/engine/languageHost.ts";
import { REPOSITORY } from "../../emulator/engine/scratch.ts";
import {
    installLanguageHost,
    LANGUAGE_HOST,
    languageHostIn,
    removeLanguageHost,
} from "../../emulator/tools/languageHostFiles.ts";
import { identify } from "../../emulator/tools/process.ts";

const aRun: ProgramRun = {
    engine: "127.0.0.1:1",
    monitor: "127.0.0.1:2",
    organization: "organization",
    project: "labs",
    stack: "eu-west-1",
    programDirectory: "/p",
    rootDirectory: "/r",
    entryPoint: ".",
    args: [],
    parallel: 150,
    dryRun: true,
    config: { "labs:students": '["Ada"]', "labs:token": "secret" },
    secretKeys: ["labs:token"],
    options: { nodeargs: "--stack-trace-limit=2", typescript: false },
};

describe("the language host", () => {
    it("starts Node with the project's arguments and the SDK's runner with the engine's", () => {
        assert.deepEqual(programArguments(aRun, "/sdk/cmd/run/index.js"), [
            "--stack-trace-limit=2",
            "/sdk/cmd/run/index.js",
            ...["--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1"],
            ...["--organization", "organization", "--project", "labs", "--stack", "eu-west-1"],
            ...["--pwd", "/p", "--root-directory", "/r", "--parallel", "150", "--dry-run", "."],
        ]);
        const up = { ...aRun, dryRun: false, organization: "", entryPoint: "", args: ["a"], options: {} };
        const args = programArguments(up, "run");
        assert.equal(args[0], "run");
        assert.deepEqual(args.slice(-2), [".", "a"]);
        assert.ok(!args.includes("--dry-run") && !args.includes("--organization"));
    });

    it("hands settings on in the environment, where a secret is not in the list of processes", () => {
        assert.deepEqual(programEnvironment(aRun), {
            PULUMI_CONFIG: '{"labs:students":"[\\"Ada\\"]","labs:token":"secret"}',
            PULUMI_CONFIG_SECRET_KEYS: '["labs:token"]',
            PULUMI_NODEJS_TYPESCRIPT: "false",
        });
        assert.equal(programEnvironment({ ...aRun, options: {} }).PULUMI_NODEJS_TYPESCRIPT, "true");
        const { PULUMI_NODEJS_TSCONFIG_PATH } = programEnvironment({ ...aRun, options: { tsconfig: "a" } });
        assert.equal(PULUMI_NODEJS_TSCONFIG_PATH, "a");
        assert.ok(!programArguments(aRun, "run").some((argument) => argument.includes("secret")));
    });

    for (const { line, expected } of [
        { line: "", expected: [] },
        { line: "  --a   --b=1 ", expected: ["--a", "--b=1"] },
        { line: `--import "./a b.mjs" --title='x y'z`, expected: ["--import", "./a b.mjs", "--title=x yz"] },
    ]) {
        it(`takes nodeargs apart as a shell would: ${JSON.stringify(line)}`, () => {
            assert.deepEqual(words(line), expected);
        });
    }

    it("lets the engine take only a program that ended well for whole", () => {
        assert.deepEqual(verdict(0, null), {});
        assert.deepEqual(verdict(32, null), { bail: true });
        assert.deepEqual(verdict(1, null), { error: "Program exited with non-zero exit code: 1" });
        assert.deepEqual(verdict(null, "SIGKILL"), { error: "Program exited unexpectedly: SIGKILL" });
    });

    it("names the version of a Node that the project cannot run on", () => {
        const node = { version: "v20.20.2", path: "/usr/bin/node" };
        assert.match(
            wrongNode(">=22.18", () => false, node) ?? "",
            /"node" on the PATH is v20\.20\.2 \(\/usr\/bin\/node\).* runs on Node >=22\.18 only/,
        );
        assert.equal(
            wrongNode(">=22.18", () => true, node),
            undefined,
        );
        assert.equal(
            wrongNode(undefined, () => false, node),
            undefined,
        );
        assert.equal(demandedNode(path.join(REPOSITORY, "components", "lab")), ">=22.18");
    });

    describe("beside an engine", () => {
        let dir: string;
        beforeEach(async () => (dir = await mkdtemp(path.join(tmpdir(), "language-host-"))));
        afterEach(() => rm(dir, { recursive: true, force: true }));

        it("is installed, made anew where it is of another day, and removed", async () => {
            assert.equal(await languageHostIn(dir), undefined);
            await installLanguageHost(dir);
            assert.equal(await languageHostIn(dir), "student-labs");
            const files = (await readdir(dir)).sort();
            assert.deepEqual(files, [LANGUAGE_HOST, `${LANGUAGE_HOST}.student-labs.mjs`]);
            const [, script = ""] = files.map((file) => path.join(dir, file));
            const text = await readFile(script, "utf8");
            await writeFile(script, "// of another day\n");
            await installLanguageHost(dir);
            assert.equal(await readFile(script, "utf8"), text);
            await writeFile(path.join(dir, "pulumi"), "");
            assert.deepEqual(
                await removeLanguageHost(dir),
                files.map((file) => path.join(dir, file)),
            );
            assert.deepEqual(await readdir(dir), ["pulumi"]);
        });

        it("never takes the place of Pulumi's own, and never removes it", async () => {
            const own = path.join(dir, LANGUAGE_HOST);
            await writeFile(own, "\x7fELF", { mode: 0o755 });
            assert.equal(await languageHostIn(dir), "pulumi");
            await installLanguageHost(dir);
            assert.deepEqual(await removeLanguageHost(dir), []);
            assert.deepEqual(await readdir(dir), [LANGUAGE_HOST]);
            assert.equal(await readFile(own, "utf8"), "\x7fELF");
        });

        it("points into no clone", async () => {
            await installLanguageHost(dir);
            for (const file of await readdir(dir)) {
                assert.ok(!(await readFile(path.join(dir, file), "utf8")).includes(REPOSITORY), file);
            }
        });
    });

    describe("serves an engine", function () {
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
            while (
                !output.includes("\n") &&
                (await Promise.race([ended, pause(10, "not yet")])) === "not yet"
            );
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
            await new Promise((resolve) =>
                host.exitCode === null ? host.once("exit", resolve) : resolve(0),
            );
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
});
