import { randomBytes } from "node:crypto";
import {
    lstat,
    mkdir,
    readdir,
    readFile,
    readlink,
    rename,
    rm,
    stat,
    symlink,
    writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { dump, load } from "js-yaml";

/** The repository. */
export const REPOSITORY = path.resolve(import.meta.dirname, "../../..");

/** Settings of a stack; keys without a colon belong to the project. */
export type StackConfig = Readonly<Record<string, unknown>>;

interface StackFile {
    config?: Record<string, unknown>;
    [key: string]: unknown;
}

async function link(target: string, file: string): Promise<void> {
    const present = await lstat(file).catch(() => undefined);
    if (present?.isSymbolicLink() && (await readlink(file)) === target) {
        return;
    }
    await rm(file, { recursive: true, force: true });
    await symlink(target, file);
}

/** Copies a file, or a folder with all that is in it, where it is not the same already: an engine may be reading the copy. */
async function copy(source: string, target: string): Promise<void> {
    if ((await stat(source)).isDirectory()) {
        await mkdir(target, { recursive: true });
        for (const entry of await readdir(source)) {
            await copy(path.join(source, entry), path.join(target, entry));
        }
        return;
    }
    const text = await readFile(source);
    const present = await lstat(target).catch(() => undefined);
    if (present?.isFile() && text.equals(await readFile(target))) {
        return;
    }
    const draft = `${target}.${process.pid}.draft`;
    await writeFile(draft, text);
    await rename(draft, target);
}

/** What the program and the operator's tool consist of, besides the files of the folder itself. */
const SOURCES = ["components", "scripts"];

/**
 * A folder in which the engine and the operator's tool run the repository's program as users run it, without writing into the
 * repository: a copy of the project, with a link to its `node_modules`. Several stacks may share it, as the regions of a class
 * do. `test` is not there: the program needs nothing of it.
 */
export class Scratch {
    readonly project: string;
    readonly bin: string;
    readonly home: string;
    readonly state: string;
    readonly passphraseFile: string;
    readonly dir: string;

    constructor(dir: string) {
        this.dir = dir;
        this.project = path.join(dir, "project");
        this.bin = path.join(dir, "bin");
        this.home = path.join(dir, "home");
        this.state = path.join(dir, "state");
        this.passphraseFile = path.join(dir, "passphrase");
    }

    /** Makes the folders; a stack that was here before keeps its state, its settings and its passphrase. */
    async prepare(repository: string = REPOSITORY): Promise<void> {
        for (const folder of [this.project, this.bin, this.home, this.state]) {
            await mkdir(folder, { recursive: true, mode: 0o700 });
        }
        await writeFile(this.passphraseFile, randomBytes(24).toString("base64url"), {
            mode: 0o600,
            flag: "wx",
        }).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== "EEXIST") {
                throw error;
            }
        });
        await link(process.execPath, path.join(this.bin, "node"));
        const plugins = path.join(process.env.PULUMI_HOME || path.join(homedir(), ".pulumi"), "plugins");
        if (await lstat(plugins).catch(() => undefined)) {
            await link(plugins, path.join(this.home, "plugins"));
        }
        for (const entry of await readdir(repository, { withFileTypes: true })) {
            const [source, target] = [path.join(repository, entry.name), path.join(this.project, entry.name)];
            if (entry.name.startsWith(".") || entry.name === "test") {
                continue;
            }
            if (!entry.isFile() && !SOURCES.includes(entry.name)) {
                await link(source, target);
            } else if (
                !/^Pulumi\.[^.]+\.yaml$/.test(entry.name) ||
                !(await lstat(target).catch(() => undefined))
            ) {
                // Stack files are kept: they hold the settings of this run and the salt of its secrets.
                await copy(source, target);
            }
        }
    }

    /** Name of the project, from Pulumi.yaml. */
    async projectName(): Promise<string> {
        const settings = load(await readFile(path.join(this.project, "Pulumi.yaml"), "utf8")) as {
            name: string;
        };
        return settings.name;
    }

    private stackFile(stack: string): string {
        return path.join(this.project, `Pulumi.${stack}.yaml`);
    }

    private async readStack(stack: string): Promise<StackFile> {
        const text = await readFile(this.stackFile(stack), "utf8").catch(() => "");
        return (load(text) ?? {}) as StackFile;
    }

    /** The settings as they stand in the scratch stack file, keys with their namespace. */
    async config(stack: string): Promise<StackConfig> {
        return (await this.readStack(stack)).config ?? {};
    }

    /** Sets settings of a stack, plain or structured; `undefined` removes one. */
    async setConfig(stack: string, values: StackConfig): Promise<void> {
        const file = await this.readStack(stack);
        const project = await this.projectName();
        const config = { ...file.config };
        for (const [key, value] of Object.entries(values)) {
            const full = key.includes(":") ? key : `${project}:${key}`;
            if (value === undefined) {
                delete config[full];
            } else {
                config[full] = value;
            }
        }
        await writeFile(this.stackFile(stack), dump({ ...file, config }), { mode: 0o600 });
    }
}
