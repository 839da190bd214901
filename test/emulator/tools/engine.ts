import { constants } from "node:fs";
import { access, readFile, realpath, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { exists } from "./buildOnce.ts";
import { buildEngine } from "./engineBuild.ts";
import { installLanguageHost, languageHostIn } from "./languageHostFiles.ts";
import { elapsed, heartbeat, type Log } from "./progress.ts";
import { run } from "./run.ts";

/** The Pulumi CLI that runs the stacks. */
export interface Engine {
    /** The executable, not npx's wrapper. */
    readonly path: string;
    /** Without the leading "v". */
    readonly version: string;
    readonly source: "PATH" | "npx" | "built";
    /** Whose host runs its Node programs: its own, or ours, which then lies beside it. */
    readonly languageHost: "pulumi" | "student-labs";
    /** Resource plugins that are installed. */
    readonly plugins: readonly { readonly name: string; readonly version: string }[];
}

/** `pulumi.recover`, error hooks that see all errors and `options: refresh` need it (FACTS.md, section 6). */
export const OLDEST_ENGINE = "3.248.0";
/** File beside an engine that was built by this project, which `clean` may remove again. */
export const ENGINE_MARK = "built-by-student-labs";
/** The vendor's archive is about 100 MB. Without a way to the vendor the download fails within seconds. */
const DOWNLOAD_LIMIT_MS = 5 * 60_000;
const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Whether `version` is at least `oldest`; both like "3.259.0", with or without "v" and what follows the third number. */
export function atLeast(version: string, oldest: string): boolean {
    const parse = (text: string): number[] => (/(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
    const [have, want] = [parse(version), parse(oldest)];
    for (let i = 0; i < 3; i++) {
        const difference = (have[i] ?? -1) - (want[i] ?? 0);
        if (difference !== 0) {
            return difference > 0;
        }
    }
    return true;
}

/** Folders of a PATH that are searched for a CLI: npm puts every `node_modules/.bin` in front, with npx's wrapper in it. */
export function searchedFolders(searchPath: string): string[] {
    return searchPath
        .split(path.delimiter)
        .filter((folder) => folder !== "" && path.basename(path.dirname(folder)) !== "node_modules");
}

function executable(file: string): Promise<boolean> {
    return access(file, constants.X_OK).then(
        () => true,
        () => false,
    );
}

/** Where npx's wrapper keeps a version (node_modules/pulumi/lib/cache.js). */
export function npxFolder(version: string, environment: NodeJS.ProcessEnv = process.env): string {
    return path.join(environment.PULUMI_HOME || path.join(homedir(), ".pulumi"), "versions", version);
}

/** Version of the CLI that npx's wrapper in this project stands for. */
export async function wrapperVersion(): Promise<string> {
    const manifest = await readFile(path.join(ROOT, "node_modules", "pulumi", "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
}

async function versionOf(file: string): Promise<string | undefined> {
    const { exitCode, stdout } = await run(file, ["version"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutMs: 30_000,
    });
    return exitCode === 0 ? /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] : undefined;
}

async function onPath(log: Log): Promise<{ path: string; version: string } | undefined> {
    for (const folder of searchedFolders(process.env.PATH ?? "")) {
        const file = path.join(folder, "pulumi");
        // A global `npm install pulumi` is the same wrapper: it would start a download for `pulumi version`.
        if (!(await executable(file)) || (await realpath(file)).endsWith(".js")) {
            continue;
        }
        const version = await versionOf(file);
        const host = await findLanguageHost(file);
        if (version && atLeast(version, OLDEST_ENGINE) && host) {
            return { path: file, version };
        }
        const old = version ? `${version} is older than ${OLDEST_ENGINE}` : "it does not run";
        log(
            `${file} is not used: ${host ? old : "it has no host for Node programs (pulumi-language-nodejs) beside it"}`,
        );
    }
    return undefined;
}

/** Lets npx's wrapper download the CLI; false when it could not. Its own output is of no use to people then. */
async function download(version: string, log: Log): Promise<boolean> {
    const beat = heartbeat(log);
    const begin = Date.now();
    beat.say(`downloading the Pulumi CLI ${version}`);
    const wrapper = path.join(ROOT, "node_modules", "pulumi", "run.js");
    const { exitCode } = await run(process.execPath, [wrapper, "version"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_VERSION: version },
        timeoutMs: DOWNLOAD_LIMIT_MS,
    });
    beat.stop();
    log(exitCode === 0 ? `downloaded (${elapsed(Date.now() - begin)})` : "it cannot be downloaded here");
    return exitCode === 0;
}

/** The host that an engine finds: one on the PATH is preferred to one beside it (sdk/go/common/workspace/plugins.go). */
async function findLanguageHost(engine: string): Promise<Engine["languageHost"] | undefined> {
    const beside = [path.dirname(engine), path.dirname(await realpath(engine))];
    for (const folder of [...(process.env.PATH ?? "").split(path.delimiter), ...beside]) {
        const host = folder ? await languageHostIn(folder) : undefined;
        if (host) {
            return host;
        }
    }
    return undefined;
}

async function installedPlugins(engine: string): Promise<Engine["plugins"]> {
    const { exitCode, stdout } = await run(engine, ["plugin", "ls", "--json"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutMs: 30_000,
    });
    if (exitCode !== 0) {
        return [];
    }
    const list = JSON.parse(stdout || "[]") as { name: string; kind: string; version?: string }[];
    return list
        .filter((plugin) => plugin.kind === "resource" && plugin.version)
        .map((plugin) => ({ name: plugin.name, version: String(plugin.version) }));
}

/**
 * The engine: the `pulumi` on the PATH; else the one that npx keeps or downloads; else, where only package registries can
 * be reached, one built from its published Go module into the place where npx looks. One without a host for Node programs gets
 * ours beside it; one on the PATH is somebody else's, and is not used without.
 */
export async function findEngine(log: Log = () => undefined): Promise<Engine> {
    const version = await wrapperVersion();
    const kept = path.join(npxFolder(version), "bin", "pulumi");
    const mark = path.join(npxFolder(version), ENGINE_MARK);
    let found: Pick<Engine, "path" | "version" | "source">;
    const installed = await onPath(log);
    if (installed) {
        found = { ...installed, source: "PATH" };
    } else if (await executable(kept)) {
        found = { path: kept, version, source: (await exists(mark)) ? "built" : "npx" };
    } else if (await download(version, log)) {
        found = { path: kept, version, source: "npx" };
    } else {
        found = { path: await buildEngine(version, kept, log), version, source: "built" };
        await writeFile(
            mark,
            `built with Go for student-labs, because it could not be downloaded; made ${new Date().toISOString()}\n`,
        );
    }
    const answered = await versionOf(found.path);
    if (answered !== found.version) {
        throw new Error(
            `${found.path} says it is ${answered ?? "nothing"} instead of ${found.version}. Remove it and run again.`,
        );
    }
    let languageHost = await findLanguageHost(found.path);
    if (languageHost !== "pulumi") {
        // Also where ours is there already: it may be that of an earlier day.
        await installLanguageHost(path.dirname(found.path));
        languageHost = "student-labs";
    }
    return { ...found, languageHost, plugins: await installedPlugins(found.path) };
}
