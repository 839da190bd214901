import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as path from "node:path";
import { load } from "js-yaml";
import { withoutAccounts } from "../emulator/engine/environment.ts";
import { Recorder } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { SettingSet } from "./settingSets.ts";

/** A preview of a class that is not there yet, or an `up` in which everything succeeds. */
export type Mode = "preview" | "up";

/** What a program did. */
export interface Run {
    /** 0 where it declared all that it wanted to. */
    readonly exitCode: number;
    readonly recording: Recording;
    /** What it wrote to its terminal, for people: not compared. */
    readonly output: string;
}

interface RuntimeOptions {
    readonly nodeargs?: string;
    readonly typescript?: boolean;
    readonly tsconfig?: string;
}

interface Project {
    readonly name: string;
    readonly runtime: { readonly options?: RuntimeOptions };
    readonly config?: Readonly<Record<string, { readonly default?: unknown; readonly value?: unknown }>>;
}

type Config = Readonly<Record<string, unknown>>;

/** A value as the engine hands it to a program. */
const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Ends with the program; whoever is silent for longer waits for something that does not come. */
const limitMs = 5 * 60_000;

/** A copy of the repository with its packages, in which the program is run as that copy says. */
export class Checkout {
    private readonly folder: string;
    private readonly project: Project;

    private constructor(folder: string, project: Project) {
        this.folder = folder;
        this.project = project;
    }

    /**
     * @param folder with Pulumi.yaml and node_modules
     * @throws Error where they are not there
     */
    static async at(folder: string): Promise<Checkout> {
        const text = await readFile(path.join(folder, "Pulumi.yaml"), "utf8").catch(() => {
            throw new Error(`${folder} has no Pulumi.yaml: name a checkout of the repository`);
        });
        return new Checkout(path.resolve(folder), load(text) as Project);
    }

    /** Keys of the settings that the program has. */
    get settingKeys(): ReadonlySet<string> {
        return new Set(Object.keys(this.project.config ?? {}).filter((key) => !key.includes(":")));
    }

    /**
     * Runs the program for a class, as Pulumi's language host does: with the SDK's own `cmd/run` and the options of
     * Pulumi.yaml, in a process of its own.
     *
     * @param settings of the class, besides the stack file's
     */
    async run(set: SettingSet, mode: Mode, settings: Config): Promise<Run> {
        const { name: project } = this.project;
        const stack = set.stack ?? "eu-west-1";
        const config = await this.config(set, settings);
        const recorder = new Recorder({
            stack,
            project,
            region: textOf(config["aws:region"] ?? stack),
            preview: mode === "preview",
            ...(set.kept === undefined ? {} : { kept: set.kept }),
        });
        const address = await recorder.start();
        try {
            const { exitCode, output } = await this.spawn(
                [
                    ...["--monitor", address, "--engine", address],
                    ...["--project", project, "--stack", stack, "--organization", "organization"],
                    ...["--root-directory", this.folder, "--pwd", this.folder],
                    ...["--parallel", "8", ...(mode === "preview" ? ["--dry-run"] : [])],
                    ".",
                ],
                Object.fromEntries(Object.entries(config).map(([key, value]) => [key, textOf(value)])),
            );
            return { exitCode, output, recording: recorder.stop() };
        } finally {
            recorder.stop();
        }
    }

    /** Defaults of the project, then the stack's file, then the class's own settings: as the engine puts them together. */
    private async config(set: SettingSet, settings: Config): Promise<Config> {
        const full = (key: string) => (key.includes(":") ? key : `${this.project.name}:${key}`);
        const defaults = Object.entries(this.project.config ?? {}).map(
            ([key, { value, default: otherwise }]) => [full(key), value ?? otherwise] as const,
        );
        const own = Object.entries(settings).map(([key, value]) => [full(key), value] as const);
        return Object.fromEntries([...defaults, ...Object.entries(await this.stackFile(set)), ...own]);
    }

    private async stackFile({ stack }: SettingSet): Promise<Config> {
        if (stack === undefined) {
            return {};
        }
        const text = await readFile(path.join(this.folder, `Pulumi.${stack}.yaml`), "utf8");
        return (load(text) as { config: Config }).config;
    }

    private spawn(
        args: readonly string[],
        config: Readonly<Record<string, string>>,
    ): Promise<{ exitCode: number; output: string }> {
        const { nodeargs = "", typescript = true, tsconfig } = this.project.runtime.options ?? {};
        const entry = createRequire(path.join(this.folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
        const child = spawn(process.execPath, [...nodeargs.split(/\s+/).filter(Boolean), entry, ...args], {
            cwd: this.folder,
            env: {
                ...withoutAccounts(process.env),
                // The program looks whether that agent is there; this shell's is nobody's business.
                SSH_AUTH_SOCK: undefined,
                PULUMI_CONFIG: JSON.stringify(config),
                PULUMI_CONFIG_SECRET_KEYS: "[]",
                PULUMI_NODEJS_TYPESCRIPT: String(typescript),
                ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
            },
            stdio: ["ignore", "pipe", "pipe"],
            timeout: limitMs,
        });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        return new Promise((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (code) => resolve({ exitCode: code ?? 137, output }));
        });
    }
}
