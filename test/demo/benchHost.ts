import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/language_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import { type ProgramRun, runProgram } from "./benchProgram.ts";

/** Which program an engine gets, and with what. */
export interface HostedProgram {
    /** Entry file, or `.` for the one that package.json names. */
    readonly entry: string;
    readonly env: NodeJS.ProcessEnv;
}

/**
 * A language host in this process, to which an engine attaches: it runs another program than the project's, and notes how much
 * time and memory that took.
 */
export class BenchHost {
    /** The last run of the program. */
    lastRun: ProgramRun | undefined;
    private engine = "";
    private readonly server = new grpc.Server();

    private readonly program: HostedProgram;

    constructor(program: HostedProgram) {
        this.program = program;
    }

    /** Listens; answers what attaches an engine to it. */
    async start(): Promise<Record<string, string>> {
        this.server.addService(LanguageRuntimeService, {
            handshake: ((call, callback) => {
                this.engine = call.request.getEngineAddress();
                callback(null, new proto.LanguageHandshakeResponse());
            }) as grpc.handleUnaryCall<proto.LanguageHandshakeRequest, proto.LanguageHandshakeResponse>,
            getRequiredPlugins: ((_, callback) =>
                callback(null, new proto.GetRequiredPluginsResponse())) as grpc.handleUnaryCall<
                proto.GetRequiredPluginsRequest,
                proto.GetRequiredPluginsResponse
            >,
            getRequiredPackages: ((_, callback) =>
                callback(null, new proto.GetRequiredPackagesResponse())) as grpc.handleUnaryCall<
                proto.GetRequiredPackagesRequest,
                proto.GetRequiredPackagesResponse
            >,
            getPluginInfo: ((_, callback) => {
                const info = new pluginProto.PluginInfo();
                info.setVersion("1.0.0");
                callback(null, info);
            }) as grpc.handleUnaryCall<unknown, pluginProto.PluginInfo>,
            run: ((call, callback) => {
                this.run(call.request).then(
                    (response) => callback(null, response),
                    (error: unknown) => callback({ code: grpc.status.UNKNOWN, message: String(error) }),
                );
            }) as grpc.handleUnaryCall<proto.RunRequest, proto.RunResponse>,
        });
        const port = await new Promise<number>((resolve, reject) => {
            this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
                error ? reject(error) : resolve(bound),
            );
        });
        return { PULUMI_DEBUG_LANGUAGES: `nodejs:${port}` };
    }

    /** Stops listening. */
    stop(): void {
        this.server.forceShutdown();
    }

    private async run(request: proto.RunRequest): Promise<proto.RunResponse> {
        this.lastRun = await runProgram({
            engine: this.engine,
            monitor: request.getMonitorAddress(),
            stack: request.getStack(),
            project: request.getProject(),
            folder: request.getPwd(),
            entry: this.program.entry,
            preview: request.getDryrun(),
            parallel: request.getParallel(),
            config: Object.fromEntries(request.getConfigMap().toObject()),
            secretKeys: request.getConfigsecretkeysList(),
            env: this.program.env,
        });
        const response = new proto.RunResponse();
        if (this.lastRun.exitCode !== 0) {
            response.setError(`the program ended with ${this.lastRun.exitCode}: ${this.lastRun.output}`);
        }
        return response;
    }
}
