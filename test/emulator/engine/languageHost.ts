/**
 * A small language host for Node programs, for engines that come without Pulumi's own: the engine starts it, asks it to run
 * the program, and shows what the program prints. It does what Pulumi's does for `up`, `preview`, `refresh` and `destroy`.
 * What it does not implement (component providers in Node, `pulumi install`, code generation) is answered "unimplemented".
 *
 * `languageHostFiles.ts` puts this file, without its types, beside the engine. So it imports nothing of this repository: the
 * SDK is the project's, found from the folder that the engine starts it in, as Pulumi's own host finds it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type * as grpcModule from "@grpc/grpc-js";
import type * as serviceModule from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type * as languageModule from "@pulumi/pulumi/proto/language_pb.js";
import type * as pluginModule from "@pulumi/pulumi/proto/plugin_pb.js";

/** The SDK ends a program with this code when it has told the user everything (@pulumi/pulumi, cmd/run/index.js). */
const TOLD_ALREADY = 32;
/** As the engine has it (sdk/go/common/util/rpcutil): configurations and states can be large. */
const MESSAGE_LIMIT = 400 * 1024 * 1024;

/** Options under `runtime` in the project's Pulumi.yaml that say how Node is started. */
export interface RuntimeOptions {
    /** Arguments for Node itself, as one line of a shell. */
    readonly nodeargs?: string;
    /** Whether the SDK compiles the program with ts-node. Default true, as in Pulumi's host. */
    readonly typescript?: boolean;
    readonly tsconfig?: string;
}

/** What the engine tells about a run of the program. */
export interface ProgramRun {
    /** Address of the engine, to which the program sends what it logs. */
    readonly engine: string;
    /** Address of the resource monitor, with which it registers resources. */
    readonly monitor: string;
    readonly organization: string;
    readonly project: string;
    readonly stack: string;
    /** Where the program is, and where Pulumi.yaml is. */
    readonly programDirectory: string;
    readonly rootDirectory: string;
    /** Entry file, or `.` for the one that package.json names. */
    readonly entryPoint: string;
    readonly args: readonly string[];
    readonly parallel: number;
    readonly dryRun: boolean;
    readonly config: Readonly<Record<string, string>>;
    readonly secretKeys: readonly string[];
    readonly options: RuntimeOptions;
}

/** The words of a line, as a shell would split it: spaces separate, quotes hold together. */
export function words(line: string): string[] {
    const found = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
    return found.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Arguments of the Node process that runs the program. */
export function programArguments(run: ProgramRun, runner: string): string[] {
    const flags = {
        monitor: run.monitor,
        engine: run.engine,
        organization: run.organization,
        project: run.project,
        stack: run.stack,
        pwd: run.programDirectory,
        "root-directory": run.rootDirectory,
        parallel: String(run.parallel),
    };
    return [
        ...words(run.options.nodeargs ?? ""),
        runner,
        ...Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
        ...(run.dryRun ? ["--dry-run"] : []),
        run.entryPoint || ".",
        ...run.args,
    ];
}

/** What is added to the environment of that process: secret settings too, which must not be in its arguments. */
export function programEnvironment(run: ProgramRun): Record<string, string> {
    return {
        PULUMI_CONFIG: JSON.stringify(run.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
        PULUMI_NODEJS_TYPESCRIPT: String(run.options.typescript ?? true),
        ...(run.options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: run.options.tsconfig }),
    };
}

/**
 * What the engine is told about a program that ended. Only after an empty answer does it take what was declared for all there
 * is, and remove the rest: any other end must not look like that.
 */
export function verdict(
    code: number | null,
    signal: NodeJS.Signals | null,
): { readonly bail?: true; readonly error?: string } {
    if (code === 0) {
        return {};
    }
    if (code === TOLD_ALREADY) {
        return { bail: true };
    }
    return {
        error:
            code === null
                ? `Program exited unexpectedly: ${signal ?? "no exit code"}`
                : `Program exited with non-zero exit code: ${code}`,
    };
}

/** Which Node the project demands, where this one is another; in words that name both. */
export function wrongNode(
    demanded: string | undefined,
    satisfies: Semver["satisfies"],
    node = { version: process.version, path: process.execPath },
): string | undefined {
    if (demanded === undefined || satisfies(node.version, demanded)) {
        return undefined;
    }
    return (
        `The "node" on the PATH is ${node.version} (${node.path}), and the project runs on Node ${demanded} only ` +
        `("engines" in its package.json). Put such a Node first on the PATH; where the project has its own, ` +
        `"npx pulumi up" instead of "pulumi up" does that.`
    );
}

/** As far as it is used here of the package `semver`, which the SDK depends on. */
interface Semver {
    readonly satisfies: (version: string, range: string) => boolean;
}

interface Libraries {
    readonly grpc: typeof grpcModule;
    readonly service: typeof serviceModule;
    readonly language: typeof languageModule;
    readonly plugin: typeof pluginModule;
    /** google/protobuf/empty.proto */
    readonly Empty: new () => object;
}

/** The libraries of the SDK that a project uses; throws where it has none. */
function librariesOf(folder: string): Libraries {
    const sdkFile = createRequire(path.join(folder, "_")).resolve("@pulumi/pulumi");
    const load = createRequire(sdkFile);
    return {
        grpc: load("@grpc/grpc-js") as typeof grpcModule,
        service: load("@pulumi/pulumi/proto/language_grpc_pb.js") as typeof serviceModule,
        language: load("@pulumi/pulumi/proto/language_pb.js") as typeof languageModule,
        plugin: load("@pulumi/pulumi/proto/plugin_pb.js") as typeof pluginModule,
        Empty: (load("google-protobuf/google/protobuf/empty_pb.js") as { Empty: new () => object }).Empty,
    };
}

function programRun(engine: string, request: languageModule.RunRequest): ProgramRun {
    const info = request.getInfo();
    return {
        engine,
        monitor: request.getMonitorAddress(),
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        programDirectory: info?.getProgramDirectory() || request.getPwd(),
        rootDirectory: info?.getRootDirectory() || request.getPwd(),
        entryPoint: info?.getEntryPoint() || request.getProgram(),
        args: request.getArgsList(),
        parallel: request.getParallel(),
        dryRun: request.getDryrun(),
        config: Object.fromEntries(request.getConfigMap().toObject()),
        secretKeys: request.getConfigsecretkeysList(),
        options: info?.getOptions()?.toJavaScript() ?? {},
    };
}

/** Serves an engine until it is gone; answers the port. */
export class LanguageHost {
    private readonly engine: string;
    private readonly libraries: Libraries;
    private readonly server: grpcModule.Server;
    private program: ChildProcess | undefined;

    /**
     * @param engine address of the engine
     * @param folder in or below the project
     */
    constructor(engine: string, folder: string) {
        this.engine = engine;
        this.libraries = librariesOf(folder);
        this.server = new this.libraries.grpc.Server({
            "grpc.max_receive_message_length": MESSAGE_LIMIT,
            "grpc.max_send_message_length": MESSAGE_LIMIT,
        });
    }

    /** Listens on this machine only. */
    async start(): Promise<number> {
        const { grpc, service, language, plugin, Empty } = this.libraries;
        const answer =
            (make: () => object): grpcModule.handleUnaryCall<unknown, object> =>
            (_, callback) =>
                callback(null, make());
        this.server.addService(service.LanguageRuntimeService, {
            handshake: answer(() => new language.LanguageHandshakeResponse()),
            getPluginInfo: answer(() => new plugin.PluginInfo().setVersion("0.0.0")),
            // Each resource says its provider's version itself; nothing is fetched before it is needed.
            getRequiredPackages: answer(() => new language.GetRequiredPackagesResponse()),
            getRequiredPlugins: answer(() => new language.GetRequiredPluginsResponse()),
            about: answer(() =>
                new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
            ),
            cancel: answer(() => {
                this.program?.kill("SIGINT");
                return new Empty();
            }),
            run: ((call, callback) => {
                this.run(programRun(this.engine, call.request)).then(
                    (response) => callback(null, response),
                    (error: unknown) => callback({ code: grpc.status.UNKNOWN, message: String(error) }),
                );
            }) as grpcModule.handleUnaryCall<languageModule.RunRequest, languageModule.RunResponse>,
        });
        return new Promise((resolve, reject) => {
            this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(port),
            );
        });
    }

    /** Ends the program at once, and listens no more. */
    stop(): void {
        this.program?.kill("SIGKILL");
        this.server.forceShutdown();
    }

    private async run(run: ProgramRun): Promise<languageModule.RunResponse> {
        const response = new this.libraries.language.RunResponse();
        const load = createRequire(path.join(run.programDirectory, "_"));
        const { satisfies } = createRequire(load.resolve("@pulumi/pulumi"))("semver") as Semver;
        const unfit = wrongNode(demandedNode(run.programDirectory), satisfies);
        if (unfit !== undefined) {
            return response.setError(unfit);
        }
        const runner = load.resolve("@pulumi/pulumi/cmd/run");
        const program = spawn(process.execPath, programArguments(run, runner), {
            cwd: run.programDirectory,
            env: { ...process.env, ...programEnvironment(run) },
            // Straight to the engine, which shows it line by line.
            stdio: ["ignore", "inherit", "inherit"],
        });
        this.program = program;
        const { bail, error } = await new Promise<ReturnType<typeof verdict>>((resolve) => {
            program.once("error", (problem) =>
                resolve({ error: `Node cannot be started: ${problem.message}` }),
            );
            program.once("exit", (code, signal) => resolve(verdict(code, signal)));
        });
        this.program = undefined;
        return response.setBail(bail ?? false).setError(error ?? "");
    }
}

/** `engines.node` of the nearest package.json at or above a folder. */
export function demandedNode(folder: string): string | undefined {
    const file = path.join(folder, "package.json");
    if (existsSync(file)) {
        return (JSON.parse(readFileSync(file, "utf8")) as { engines?: { node?: string } }).engines?.node;
    }
    return folder === path.dirname(folder) ? undefined : demandedNode(path.dirname(folder));
}

/** As a process: prints its port, and lives as long as the engine that started it. */
async function main(): Promise<void> {
    // The engine's address comes last, after flags for logs and traces.
    const engine = process.argv.at(-1) ?? "";
    let host: LanguageHost;
    try {
        host = new LanguageHost(engine, process.cwd());
    } catch (error) {
        console.error(
            `There is no Pulumi SDK in ${process.cwd()} (${error instanceof Error ? error.message.split("\n")[0] : String(error)}). ` +
                `Run "npm ci" there.`,
        );
        process.exit(1);
    }
    // A pipe that the engine holds open. It ends with the engine, also with one that was killed; then the program must not
    // go on by itself. The engine's own way, when it is done, is SIGINT to this group of processes.
    process.stdin.resume();
    process.stdin.once("close", () => {
        host.stop();
        process.exit(1);
    });
    process.stdout.write(`${await host.start()}\n`);
}

if (process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === import.meta.url) {
    await main();
}
