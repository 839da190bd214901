import * as path from "node:path";
import { cachePath } from "../cache.ts";

/**
 * Whether a variable of the caller's environment could lead a run to a real account, to another stack or backend, or
 * change what the engine does.
 */
export function leadsElsewhere(name: string): boolean {
    return /^(AWS|PULUMI|SAGEMAKER|ECS_CONTAINER)_/.test(name) || name === "BOTO_CONFIG";
}

/** The caller's environment without such variables. */
export function withoutAccounts(environment: NodeJS.ProcessEnv): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const [name, value] of Object.entries(environment)) {
        if (value !== undefined && !leadsElsewhere(name)) {
            kept[name] = value;
        }
    }
    return kept;
}

/** Files and folders of one stack's engine. */
export interface EngineFolders {
    /** Programs that come before all others: the Node that runs the tests, which the project is made for. */
    readonly bin: string;
    readonly home: string;
    readonly state: string;
    readonly passphraseFile: string;
}

/** The whole environment of the engine and of the program. Holds no secret: the passphrase is in a file. */
export function engineEnvironment(
    enginePath: string,
    folders: EngineFolders,
    cloud: Readonly<Record<string, string>>,
    caller: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
    const base = withoutAccounts(caller);
    return {
        ...base,
        // The language host takes the first `node` on the PATH, the Automation API the first `pulumi`.
        PATH: [folders.bin, path.dirname(enginePath), base.PATH ?? ""].join(path.delimiter),
        // Not the caller's: the engine writes the selected stack and more there.
        PULUMI_HOME: folders.home,
        PULUMI_BACKEND_URL: `file://${folders.state}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: folders.passphraseFile,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Nothing is downloaded in the middle of a run: a stand-in or an installed plugin, or an error.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        // Half of a small program's time is compiling the SDK, the same each time.
        NODE_COMPILE_CACHE: cachePath("tools", "node-compile-cache"),
        // For `--event-log`, as the Automation API has it.
        PULUMI_DEBUG_COMMANDS: "true",
        ...cloud,
    };
}
