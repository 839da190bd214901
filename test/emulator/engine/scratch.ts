import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
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

/**
 * A folder in which the engine runs the repository's program without writing into the repository: real copies of the
 * Pulumi*.yaml files, which the engine writes salts and secrets into, and links to all the rest. Node resolves links before
 * it loads a module, so the program that runs is the repository's own. `test` is not there: the program needs nothing of it.
 */
export class Scratch {
    readonly project: string;
    readonly home: string;
    readonly state: string;
    readonly passphraseFile: string;

    readonly dir: string;

    constructor(dir: string) {
        this.dir = dir;

        this.project = path.join(dir, "project");
        this.home = path.join(dir, "home");
        this.state = path.join(dir, "state");
        this.passphraseFile = path.join(dir, "passphrase");
    }

    /** Makes the folders; a stack that was here before keeps its state, its settings and its passphrase. */
    async prepare(repository: string = REPOSITORY): Promise<void> {
        for (const folder of [this.project, this.home, this.state]) {
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
        const plugins = path.join(process.env.PULUMI_HOME || path.join(homedir(), ".pulumi"), "plugins");
        if (await lstat(plugins).catch(() => undefined)) {
            await link(plugins, path.join(this.home, "plugins"));
        }
        for (const entry of await readdir(repository)) {
            const source = path.join(repository, entry);
            const copy = path.join(this.project, entry);
            if (/^Pulumi(\.[^.]+)?\.yaml$/.test(entry)) {
                // Stack files are kept: they hold the settings of this run and the salt of its secrets.
                const fresh = entry === "Pulumi.yaml" || !(await lstat(copy).catch(() => undefined));
                if (fresh) {
                    await writeFile(copy, await readFile(source));
                }
            } else if (!entry.startsWith(".") && entry !== "test") {
                await link(source, copy);
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
