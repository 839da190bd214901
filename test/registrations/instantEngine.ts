import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";

// All but output values, which would be one more shape of inputs to understand. They matter to remote components only.
const supported = Object.values(proto.ResourceMonitorFeature).filter(
    (feature): feature is proto.ResourceMonitorFeature =>
        typeof feature === "number" &&
        feature !== proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
);

/** What an engine answers to the registration of a resource. */
export interface Registered {
    readonly urn: string;
    /** Empty where it is not known yet, and for components. */
    readonly id: string;
    /** Those that are not there are not known yet. */
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** What an engine does with the requests of a program. One that throws refuses the request, with the error's words. */
export interface Handlers {
    invoke(request: proto.ResourceInvokeRequest): Readonly<Record<string, unknown>>;
    register(request: proto.RegisterResourceRequest): Registered;
    registerOutputs(request: proto.RegisterResourceOutputsRequest): void;
    registerErrorHook(request: proto.RegisterErrorHookRequest): void;
    registerResourceHook(request: proto.RegisterResourceHookRequest): void;
    log(request: engineProto.LogRequest): void;
}

/** Answers with what `make` makes of a request, or with its error. */
function unary<Request, Response>(
    make: (request: Request) => Response,
): grpc.handleUnaryCall<Request, Response> {
    return ({ request }, callback) => {
        try {
            callback(null, make(request));
        } catch (error) {
            callback({ code: grpc.status.UNKNOWN, message: String(error) });
        }
    };
}

const empty = () => new emptyProto.Empty();

/** The engine as a program sees it: over gRPC, as the SDK speaks it. Answers at once and does nothing by itself. */
export class InstantEngine {
    /** Whether the program has said that it declares nothing more; the real engine then removes what it has not declared. */
    saidAll = false;
    private root = "";
    private readonly handlers: Handlers;
    private readonly server = new grpc.Server({
        "grpc.max_receive_message_length": 400 * 1024 * 1024,
        "grpc.max_send_message_length": 400 * 1024 * 1024,
    });

    constructor(handlers: Handlers) {
        this.handlers = handlers;
    }

    /** Listens; answers the address for the program, of the engine and of its resource monitor. */
    async start(): Promise<string> {
        const { handlers } = this;
        this.server.addService(ResourceMonitorService, {
            getDeploymentInfo: unary(() => {
                const info = new proto.DeploymentInfo();
                info.setSupportedfeaturesList(supported);
                return info;
            }),
            supportsFeature: unary((request: proto.SupportsFeatureRequest) => {
                const response = new proto.SupportsFeatureResponse();
                response.setHassupport(request.getId() !== "outputValues");
                return response;
            }),
            invoke: unary((request: proto.ResourceInvokeRequest) => {
                const response = new proto.ResourceInvokeResponse();
                response.setReturn(structProto.Struct.fromJavaScript(handlers.invoke(request) as never));
                return response;
            }),
            registerResource: unary((request: proto.RegisterResourceRequest) => {
                const { urn, id, outputs } = handlers.register(request);
                const response = new proto.RegisterResourceResponse();
                response.setUrn(urn);
                response.setId(id);
                response.setObject(structProto.Struct.fromJavaScript(outputs as never));
                return response;
            }),
            registerResourceOutputs: unary((request: proto.RegisterResourceOutputsRequest) => {
                handlers.registerOutputs(request);
                return empty();
            }),
            registerErrorHook: unary((request: proto.RegisterErrorHookRequest) => {
                handlers.registerErrorHook(request);
                return empty();
            }),
            registerResourceHook: unary((request: proto.RegisterResourceHookRequest) => {
                handlers.registerResourceHook(request);
                return empty();
            }),
            signalAndWaitForShutdown: unary(() => {
                this.saidAll = true;
                return empty();
            }),
        });
        this.server.addService(EngineService, {
            log: unary((request: engineProto.LogRequest) => {
                handlers.log(request);
                return empty();
            }),
            getRootResource: unary(() => {
                const response = new engineProto.GetRootResourceResponse();
                response.setUrn(this.root);
                return response;
            }),
            setRootResource: unary((request: engineProto.SetRootResourceRequest) => {
                this.root = request.getUrn();
                return new engineProto.SetRootResourceResponse();
            }),
            requirePulumiVersion: unary(() => new engineProto.RequirePulumiVersionResponse()),
        });
        const port = await new Promise<number>((resolve, reject) => {
            this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
                error ? reject(error) : resolve(bound),
            );
        });
        return `127.0.0.1:${port}`;
    }

    /** Stops listening. */
    stop(): void {
        this.server.forceShutdown();
    }
}
