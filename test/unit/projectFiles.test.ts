import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { definitions } from "../../components/settings/definitions.ts";
import { checkSettings } from "../../components/settings/settings.ts";
import { asTexts } from "./classInMocks.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

describe("Pulumi.yaml", () => {
    const project = yaml.load(read("Pulumi.yaml")) as {
        config: Record<string, { description?: string; default?: unknown; type?: string; value?: unknown }>;
        options: { refresh: string };
        template: {
            quickstart: string;
            config: Record<string, { description: string; default?: string }>;
        };
    };
    const own = Object.entries(project.config).filter(([key]) => !key.includes(":"));

    it("declares every setting with the description and default of the program, in its order", () => {
        assert.deepEqual(
            own.map(([key, { description, default: standard }]) => ({ key, description, default: standard })),
            Object.entries(definitions).map(([key, { description, default: standard }]) => ({
                key,
                description,
                default: standard,
            })),
        );
    });

    it("leaves lists and maps without a type, which Pulumi would refuse without saying which value", () => {
        const types = { integer: "integer", text: "string", boolean: "boolean", structure: undefined };
        assert.deepEqual(
            own.map(([key, { type }]) => [key, type]),
            Object.entries(definitions).map(([key, { kind }]) => [key, types[kind]]),
        );
    });

    it("has defaults that make a class, with names and networks added", () => {
        const defaults = Object.fromEntries(own.map(([key, { default: standard }]) => [key, standard]));
        assert.deepEqual(
            checkSettings(asTexts({ ...defaults, students: ["ada"], allowedSshCidrs: ["130.88.0.0/16"] })),
            checkSettings(asTexts({ students: ["ada"], allowedSshCidrs: ["130.88.0.0/16"] })),
        );
    });

    describe("as a template for `pulumi new`", () => {
        const { config, quickstart } = project.template;

        it("asks for the region and for what has no default", () => {
            assert.deepEqual(Object.keys(config), ["aws:region", "students", "allowedSshCidrs"]);
            assert.equal(config["aws:region"]?.default, "eu-west-1");
        });

        it("shows how a list is written, so that the program takes it as it was typed", () => {
            // Pulumi saves what is typed as text.
            const asTyped = (key: string) => /as (\[.*?\])/.exec(config[key]?.description ?? "")?.[1] ?? "";
            const settings = checkSettings({
                students: asTyped("students"),
                allowedSshCidrs: asTyped("allowedSshCidrs"),
            });
            assert.deepEqual(settings.people.students, ["Ada Lovelace", "Grace Hopper"]);
            assert.deepEqual(settings.access.allowedSshCidrs, ["130.88.0.0/16"]);
        });

        it("ends with commands as the README has them", () => {
            const commands = [...quickstart.matchAll(/^ *\d\. (pulumi .*?)(?: {2,}.*)?$/gm)].map(
                ([, one = ""]) => one,
            );
            const readme = read("README.md").replaceAll(" -s eu-west-1", "");
            assert.equal(commands.length, 4);
            assert.deepEqual(
                commands.filter((command) => command !== "pulumi preview" && !readme.includes(command)),
                [],
            );
        });

        it("names only files that come with it", () => {
            const named = JSON.stringify(project.template).match(/docs\/[\w-]+\.md/g) ?? [];
            assert.equal(new Set(named).size, 3);
            assert.deepEqual(
                named.filter((file) => !fs.existsSync(path.join(root, file))),
                [],
            );
        });
    });

    it("looks at what is really there before every run", () =>
        assert.equal(project.options.refresh, "always"));

    it("lets the calls of a class wait for EMR's limits, which are per account and region", () =>
        assert.deepEqual(project.config["aws:maxRetries"], { value: 25 }));
});

describe("The workflow for GitHub", () => {
    const workflow = yaml.load(read(".github/workflows/ci.yml")) as {
        permissions: Record<string, string>;
        jobs: { test: { container: { image: string }; steps: { uses?: string; run?: string }[] } };
    };
    const { container, steps } = workflow.jobs.test;

    it("runs what a developer runs on a clean clone, last", () => assert.equal(steps.at(-1)?.run, ".ci/run"));

    it("runs on the Node that the project's own scripts run on", () => {
        const { devDependencies } = JSON.parse(read("package.json")) as {
            devDependencies: Record<string, string>;
        };
        assert.equal(container.image.split("-")[0], `node:${devDependencies.node?.split(".")[0]}`);
    });

    it("takes actions by their whole version, and may only read", () => {
        const actions = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
        assert.equal(actions.length, 2);
        assert.deepEqual(
            actions.filter((action) => !/^actions\/\w+@v\d+\.\d+\.\d+$/.test(action)),
            [],
        );
        assert.deepEqual(workflow.permissions, { contents: "read" });
    });
});

describe("The stack files", () => {
    for (const region of ["eu-west-1", "us-east-1", "sa-east-1"]) {
        it(`pin what must not move while a class runs in ${region}`, () => {
            const { config } = yaml.load(read(`Pulumi.${region}.yaml`)) as { config: Record<string, string> };
            assert.equal(config["aws:region"], region);
            for (const key of ["zone", "instanceType", "clusterInstanceType", "emrRelease"]) {
                assert.ok(config[`student-labs:${key}`], `${key} is not pinned`);
            }
            const own = Object.entries(config).filter(([key]) => key.startsWith("student-labs:"));
            const settings: Record<string, string> = Object.fromEntries(
                own.map(([key, value]): [string, string] => [key.split(":")[1] ?? "", value]),
            );
            checkSettings({ ...settings, students: '["ada"]', allowedSshCidrs: '["130.88.0.0/16"]' });
        });
    }
});

describe("The program", () => {
    const files = [
        "index.ts",
        ...fs
            .readdirSync(path.join(root, "components"), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts"))
            .map((file) => path.join("components", file)),
    ];

    for (const file of files) {
        it(`knows nothing of the pocket cloud: ${file}`, () => {
            const text = read(file);
            // Declarations, which begin a line, and calls.
            const imports = [
                /^(?:import|export)\b[^;"'=]*\bfrom\s+["']([^"']+)["']/gm,
                /^import\s+["']([^"']+)["']/gm,
                /\b(?:import|require)\(\s*["']?([^"')]*)/g,
            ].flatMap((form) => [...text.matchAll(form)].map((found) => found[1] ?? ""));
            const outside = imports.filter((name) =>
                name.startsWith(".")
                    ? !path.join(path.dirname(file), name).match(/^components\//)
                    : !/^(@pulumi\/(pulumi|aws|random|command|tls)|@aws-sdk\/client-(ec2|iam|route-53|sts)|tar|zod|any-ascii|ipaddr\.js|node:(crypto|fs|net|path))$/.test(
                          name,
                      ),
            );
            assert.deepEqual(outside, []);
            assert.doesNotMatch(
                text,
                /emulator|pocket|moto|AWS_ENDPOINT|127\.0\.|process\.env(?!\.SSH_AUTH_SOCK\b)/i,
            );
        });

        it(`is in pieces that a person can read: ${file}`, () =>
            assert.ok(read(file).split("\n").length <= 300));
    }

    it("is under 60 lines where it is entered", () => assert.ok(read("index.ts").split("\n").length < 60));
});

describe("Scripts for machines", () => {
    for (const file of fs
        .readdirSync(path.join(root, "scripts", "machine"))
        .filter((name) => name.endsWith(".sh"))) {
        it(`know nothing of the pocket cloud: ${file}`, () =>
            assert.doesNotMatch(read(path.join("scripts", "machine", file)), /emulator|pocket|moto_/i));
    }
});
