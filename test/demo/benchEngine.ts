import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
    ownerOf,
    ownersIn,
    type RecordedCall,
    type RecordedResource,
    type Recording,
    sdkMember,
    token,
} from "./benchRecording.ts";
import { showSecrets } from "../secretsOnWire.ts";

// All but output values, which would be one more shape of inputs to understand. They matter to remote components only.
const supported = Object.values(proto.ResourceMonitorFeature).filter(
    (feature): feature is proto.ResourceMonitorFeature =>
        typeof feature === "number" &&
        feature !== proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
);

const stackType = "pulumi:pulumi:Stack";

/** `urn:pulumi:stack::project::parent$type::name` -> `type::name` */
function keyOf(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    return urn === "" ? "" : `${types.split("$").at(-1)}::${name.join("::")}`;
}

const propertiesByType = new Map<string, readonly string[]>();

/** Every property that the SDK's class of a resource knows, input or output. */
function propertiesOf(type: string): readonly string[] {
    const known = propertiesByType.get(type);
    if (known !== undefined) {
        return known;
    }
    const found = [
        ...new Set(
            [
                ...sdkMember<() => void>(type)
                    .toString()
                    .matchAll(/resourceInputs\["(\w+)"\]/g),
            ].map(([, property = ""]) => property),
        ),
    ];
    propertiesByType.set(type, found);
    return found;
}

// What the program takes apart, so that a token would not do.
const structured: Readonly<Record<string, (key: string) => Readonly<Record<string, unknown>>>> = {
    "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "fd00:1234:5678::/56" }),
    "aws:ec2/instance:Instance": (key) => ({ ipv6Addresses: [token(key, "ipv6Addresses.0")] }),
};

/** What a look-up asks. */
type Question = Pick<RecordedCall, "name" | "args">;

/** What look-ups answer: plain values where the program decides by them, tokens where it hands them on. */
function answer(call: Question): Record<string, unknown> {
    switch (call.name) {
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return { accountId: "123456789012" };
        case "aws:index/getRegion:getRegion":
            return { region: "eu-west-1" };
        case "aws:index/getPartition:getPartition":
            return { partition: "aws" };
        case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
            return { locations: ["eu-west-1a"] };
        case "aws:ssm/getParameter:getParameter":
            return { insecureValue: token(ownerOf(call), "insecureValue") };
        case "aws:ec2/getInstances:getInstances":
            return { publicIps: [token(ownerOf(call), "publicIps.0")] };
        default:
            throw new Error(
                `the program looks up ${call.name}, which the bench does not know (benchEngine.ts)`,
            );
    }
}

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

/** Answers with what `make` makes of a request, or with its error. */
function unary<Request, Response>(make: (request: Request) => Response): Unary<Request, Response> {
    return ({ request }, callback) => {
        try {
            callback(null, make(request));
        } catch (error) {
            callback({ code: grpc.status.UNKNOWN, message: String(error) });
        }
    };
}

/**
 * An engine that answers at once and does nothing: what a program takes with it is the program's own time. It notes
 * everything that the program asks for.
 */
export class BenchEngine {
    /** When the last resource was registered, on the clock of `performance.now()`. */
    lastRegistered = 0;
    /** Whether the program has said that it declares nothing more; an engine then removes what it has not declared. */
    saidAll = false;
    private readonly calls = new Map<string, Question>();
    private readonly resources: RecordedResource[] = [];
    private outputs: Record<string, unknown> = {};
    private refused: Error | undefined;
    private root = "";
    private readonly onError: (message: string) => void;
    private readonly server = new grpc.Server({
        "grpc.max_receive_message_length": 400 * 1024 * 1024,
        "grpc.max_send_message_length": 400 * 1024 * 1024,
    });

    /** @param onError gets the errors that the program tells its user */
    constructor(onError = (message: string): void => void process.stderr.write(`${message}\n`)) {
        this.onError = onError;
    }

    /** Listens; answers the address for the program. */
    async start(): Promise<string> {
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
            invoke: unary((request: proto.ResourceInvokeRequest) => this.invoke(request)),
            registerResource: unary((request: proto.RegisterResourceRequest) => this.register(request)),
            registerResourceOutputs: unary((request: proto.RegisterResourceOutputsRequest) => {
                if (keyOf(request.getUrn()).startsWith(stackType)) {
                    this.outputs = showSecrets(
                        request.getOutputs()?.toJavaScript() ?? {},
                    ) as typeof this.outputs;
                }
                return new emptyProto.Empty();
            }),
            registerErrorHook: unary(() => new emptyProto.Empty()),
            registerResourceHook: unary(() => new emptyProto.Empty()),
            signalAndWaitForShutdown: unary(() => {
                this.saidAll = true;
                return new emptyProto.Empty();
            }),
        });
        this.server.addService(EngineService, {
            log: unary((request: engineProto.LogRequest) => {
                if (request.getSeverity() === engineProto.LogSeverity.ERROR) {
                    this.onError(request.getMessage());
                }
                return new emptyProto.Empty();
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

    /**
     * Stops listening; answers what the program asked for.
     *
     * @throws Error where it looked up what the bench does not know: the SDK's own words for that do not lead here
     */
    stop(): Recording {
        this.server.forceShutdown();
        if (this.refused !== undefined) {
            throw this.refused;
        }
        const users = this.resources.map(({ inputs, dependencies }) => ({
            owners: new Set(ownersIn(inputs)),
            dependencies,
        }));
        const awaitedByAll = (owner: string): readonly string[] => {
            const [one, ...others] = users.filter(({ owners }) => owners.has(owner));
            return (one?.dependencies ?? []).filter((key) =>
                others.every(({ dependencies }) => dependencies.includes(key)),
            );
        };
        const calls = [...this.calls].map(([owner, call]) => ({
            ...call,
            dependencies: awaitedByAll(owner),
        }));
        return { calls, resources: this.resources, outputs: this.outputs };
    }

    private invoke(request: proto.ResourceInvokeRequest): proto.ResourceInvokeResponse {
        const args = showSecrets(request.getArgs()?.toJavaScript() ?? {}) as RecordedCall["args"];
        const call = { name: request.getTok(), args };
        this.calls.set(ownerOf(call), call);
        const response = new proto.ResourceInvokeResponse();
        try {
            response.setReturn(structProto.Struct.fromJavaScript(answer(call) as never));
        } catch (error) {
            this.refused ??= error as Error;
            throw error;
        }
        return response;
    }

    private register(request: proto.RegisterResourceRequest): proto.RegisterResourceResponse {
        this.lastRegistered = performance.now();
        const [type, name] = [request.getType(), request.getName()];
        const parent = keyOf(request.getParent()).split("::")[0] ?? "";
        const under = parent === "" || parent === stackType ? "" : `${parent}$`;
        const response = new proto.RegisterResourceResponse();
        response.setUrn(`urn:pulumi:eu-west-1::student-labs::${under}${type}::${name}`);
        const inputs = request.getObject()?.toJavaScript() ?? {};
        if (!request.getCustom()) {
            response.setObject(structProto.Struct.fromJavaScript({}));
            return response;
        }
        const key = `${type}::${name}`;
        const timeouts = request.getCustomtimeouts()?.toObject();
        this.resources.push({
            type,
            name,
            inputs: showSecrets(inputs) as Record<string, unknown>,
            dependencies: [...new Set(request.getDependenciesList().map(keyOf))].sort(),
            ignoreChanges: [...new Set(request.getIgnorechangesList())].sort(),
            replaceOnChanges: [...new Set(request.getReplaceonchangesList())].sort(),
            additionalSecretOutputs: [...new Set(request.getAdditionalsecretoutputsList())].sort(),
            deletedWith: keyOf(request.getDeletedwith()),
            ...(timeouts === undefined
                ? {}
                : {
                      customTimeouts: Object.fromEntries(
                          Object.entries(timeouts).filter(([, text]) => text !== ""),
                      ),
                  }),
        });
        response.setId(token(key, "id"));
        const computed = propertiesOf(type).map((property) => [property, token(key, property)] as const);
        response.setObject(
            structProto.Struct.fromJavaScript({
                ...Object.fromEntries(computed),
                ...structured[type]?.(key),
                ...inputs,
            } as never),
        );
        return response;
    }
}
