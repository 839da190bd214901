import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
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
});
