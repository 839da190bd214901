import * as path from "node:path";
import { type Engine, findEngine } from "../tools/engine.ts";
import { run, type RunOptions, type RunResult } from "../tools/run.ts";
import { engineEnvironment } from "./environment.ts";
import { REPOSITORY, Scratch } from "./scratch.ts";

/** What a shell is opened with. */
export interface ShellOptions {
    /** The pocket cloud; its environment leads the providers and the AWS SDKs to it. */
    readonly cloud: { readonly env: Readonly<Record<string, string>> };
    /** Folder for project, state and settings; the same folder later is the same project with the same stacks. */
    readonly dir: string;
    /** Found by `findEngine` unless given. */
    readonly engine?: Engine;
    /** Where the Pulumi*.yaml files and the program are, unless it is this repository. */
    readonly repository?: string;
}

/** A teacher's shell in a copy of the project, with a backend of its own and the pocket cloud for AWS. */
export class Shell {
    readonly engine: Engine;
    /** The copy of the project is `scratch.project`. */
    readonly scratch: Scratch;
    /** The whole environment: nothing in it leads to a real account, and no secret is in it. */
    readonly env: Readonly<Record<string, string>>;

    private constructor(engine: Engine, scratch: Scratch, env: Readonly<Record<string, string>>) {
        this.engine = engine;
        this.scratch = scratch;
        this.env = env;
    }

    /** Copies the project, or brings the copy up to date. Stacks that are there keep their settings. */
    static async open({ cloud, dir, engine, repository = REPOSITORY }: ShellOptions): Promise<Shell> {
        const found = engine ?? (await findEngine());
        const scratch = new Scratch(path.resolve(dir));
        await scratch.prepare(repository);
        return new Shell(found, scratch, engineEnvironment(found.path, scratch, cloud.env));
    }

    /** Runs a line in the project's folder, as it is typed. Put no secret into it. */
    run(line: string, options: Pick<RunOptions, "onLine" | "timeoutMs"> = {}): Promise<RunResult> {
        return this.start("sh", ["-c", line], options);
    }

    /** Runs a program in the project's folder. */
    start(
        file: string,
        args: readonly string[],
        options: Pick<RunOptions, "onLine" | "timeoutMs"> = {},
    ): Promise<RunResult> {
        const { scratch, env } = this;
        return run(file, args, { ...options, cwd: scratch.project, env, bareEnvironment: true });
    }
}
