import { mkdir, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { dump } from "js-yaml";
import { LabStack } from "./labStack.ts";
import { REPOSITORY, type StackConfig } from "./scratch.ts";

/** File in the project's folder, which is where the program runs, with what the test tells it. */
export const INPUT = "input.json";

/** What a small program of a test is run with. */
export interface TestProjectOptions {
    /** Name of the project, and of its stack. */
    readonly name: string;
    /** File that exports the program by default: outputs, or a function that makes them. */
    readonly program: string;
    /** Folder for project and state. */
    readonly dir: string;
    /** What leads the engine to its providers. */
    readonly env: Readonly<Record<string, string>>;
    readonly config?: StackConfig;
}

/** A stack of a program that a test brings along, run by the engine as any other. */
export async function testStack({
    name,
    program,
    dir,
    env,
    config = {},
}: TestProjectOptions): Promise<LabStack> {
    const repository = path.join(dir, "source");
    await mkdir(repository, { recursive: true });
    const files = {
        "Pulumi.yaml": dump({ name, runtime: { name: "nodejs", options: { typescript: false } } }),
        "package.json": JSON.stringify({ name, private: true, type: "module", main: "index.ts" }),
        "index.ts": `export { default } from ${JSON.stringify(pathToFileURL(program).href)};\n`,
    };
    for (const [file, text] of Object.entries(files)) {
        await writeFile(path.join(repository, file), text);
    }
    await symlink(path.join(REPOSITORY, "node_modules"), path.join(repository, "node_modules"));
    return LabStack.create({ cloud: { env }, stack: name, dir, config, repository });
}

/** Says what the program of the next operations shall do; it reads that from {@link INPUT}. */
export async function tellProgram(stack: LabStack, input: unknown): Promise<void> {
    await writeFile(path.join(stack.scratch.project, INPUT), JSON.stringify(input), { mode: 0o600 });
}
