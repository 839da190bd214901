import type * as grpc from "@grpc/grpc-js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { checkConfig, configuration, refusedInputs } from "./checks.ts";
import { diffResponse } from "./difference.ts";
import { grpcError, refusal } from "./failure.ts";
import type { OperationContext, ResourceHandler } from "./provider.ts";
import type { Session } from "./session.ts";
import { mergeSecrets, receive, send, withoutUndefined, type Secrets } from "./wire.ts";

type SecretsByName = Readonly<Record<string, Secrets>>;
/** What a call knows beside its request: who asks, and when to stop. */
interface Call {
    readonly session: Session;
    readonly signal: AbortSignal;
}
interface OperationRequest {
    getUrn(): string;
    getTimeout?(): number;
    getPreview?(): boolean;
    getIgnorechangesList?(): string[];
}

/** The ResourceProvider methods, in terms of a provider definition. */
export class Protocol {
    private readonly sessionOf: (peer: string, greeting?: string) => Session;

    /** @param sessionOf the session of a peer; `greeting` names a call that an engine makes once, at its beginning */
    constructor(sessionOf: (peer: string, greeting?: string) => Session) {
        this.sessionOf = sessionOf;
    }

    /** The methods as gRPC wants them. Those that no stand-in needs answer "unimplemented", as the protocol allows. */
    implementation(): grpc.UntypedServiceImplementation {
        const methods: Partial<IResourceProviderServer> = {
            handshake: this.unary((request: rpc.ProviderHandshakeRequest, { session }) => {
                session.attach(request.getEngineAddress());
                const response = new rpc.ProviderHandshakeResponse();
                response.setAcceptSecrets(true);
                response.setAcceptsByteString(true);
                return response;
            }, "handshake"),
            attach: this.unary((request: { getAddress(): string }, { session }) => {
                session.attach(request.getAddress());
                return new emptyProto.Empty();
            }, "attach"),
            cancel: this.unary((_: emptyProto.Empty, { session }) => {
                session.cancel();
                return new emptyProto.Empty();
            }),
            getPluginInfo: this.unary((_: emptyProto.Empty, { session }) => {
                const response = new pluginProto.PluginInfo();
                response.setVersion(session.definition.version);
                return response;
            }),
            getSchema: this.unary((_: rpc.GetSchemaRequest, { session }) => {
                const response = new rpc.GetSchemaResponse();
                const { name, version } = session.definition;
                response.setSchema(JSON.stringify({ name, version }));
                return response;
            }),
            checkConfig: this.unary(checkConfig),
            configure: this.unary(configure),
            invoke: this.unary(invoke),
            check: this.unary(check),
            diff: this.unary(diff),
            create: this.unary(create),
            read: this.unary(read),
            update: this.unary(update),
            delete: this.unary(remove),
        };
        // `call` and `parameterize` have no use here; gRPC answers UNIMPLEMENTED for what is missing.
        return methods as grpc.UntypedServiceImplementation;
    }

    private unary<Request, Response>(
        handle: (request: Request, call: Call) => Response | Promise<Response>,
        greeting?: string,
    ): grpc.handleUnaryCall<Request, Response> {
        return (call, callback) => {
            const gone = new AbortController();
            call.on("cancelled", () => gone.abort(new Error("the engine has gone")));
            const session = this.sessionOf(call.getPeer(), greeting);
            Promise.resolve()
                .then(() => handle(call.request, { session, signal: gone.signal }))
                .then(
                    (response) => callback(null, response),
                    (error: unknown) => callback(asServiceError(error)),
                );
        };
    }
}

/** An error that already is in gRPC's form. */
class ServiceFailure extends Error {
    readonly error: Partial<grpc.ServiceError>;

    constructor(error: Partial<grpc.ServiceError>) {
        super(error.details);
        this.error = error;
    }
}

function asServiceError(error: unknown): Partial<grpc.ServiceError> {
    return error instanceof ServiceFailure ? error.error : grpcError(error, { inputs: {}, outputs: {} });
}

async function configure(request: rpc.ConfigureRequest, { session }: Call): Promise<rpc.ConfigureResponse> {
    await session.definition.configure?.(configuration(receive(request.getArgs()).values));
    const response = new rpc.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
}

async function invoke(request: rpc.InvokeRequest, { session }: Call): Promise<rpc.InvokeResponse> {
    const token = request.getTok();
    const handler = session.definition.functions[token];
    if (handler === undefined) {
        throw new Error(refusal(`the function ${token}`));
    }
    const { values } = receive(request.getArgs());
    const refused = refusedInputs(values, handler.inputs, `of the function ${token}`);
    const response = new rpc.InvokeResponse();
    response.setFailuresList(refused);
    if (refused.length === 0) {
        response.setReturn(send(await handler.call(values)));
    }
    return response;
}

async function check(request: rpc.CheckRequest, { session }: Call): Promise<rpc.CheckResponse> {
    const { type, handler } = resource(session, request.getUrn());
    const { values, secrets } = receive(request.getNews());
    const news = withoutUndefined(values);
    const response = new rpc.CheckResponse();
    const refused = handler.refusesUnknownInputs ? [] : refusedInputs(news, handler.inputs, `of ${type}`);
    if (refused.length > 0) {
        response.setInputs(send(values, secrets));
        response.setFailuresList(refused);
        return response;
    }
    const olds = receive(request.getOlds()).values;
    const result = (await handler.check?.(news, {
        urn: request.getUrn(),
        name: nameOf(request.getUrn()),
        randomSeed: Buffer.from(request.getRandomseed_asU8()),
        olds: Object.keys(olds).length > 0 ? olds : undefined,
        log: (severity, message) => session.log(severity, message, request.getUrn(), false),
    })) ?? { inputs: news };
    await session.flush(request.getUrn());
    response.setInputs(send(result.inputs, mergeSecrets(secrets, handler.secretInputs), true));
    response.setFailuresList(
        (result.failures ?? []).map(({ property, reason }) => {
            const failure = new rpc.CheckFailure();
            failure.setProperty(property);
            failure.setReason(reason);
            return failure;
        }),
    );
    return response;
}

async function diff(request: rpc.DiffRequest, call: Call): Promise<rpc.DiffResponse> {
    const olds = states(request.getOldInputs(), request.getOlds());
    const news = receive(request.getNews()).values;
    return operate(request, call, {}, async (handler, context) =>
        diffResponse(await handler.diff(request.getId(), olds, news, context), olds.inputs, news),
    );
}

async function create(request: rpc.CreateRequest, call: Call): Promise<rpc.CreateResponse> {
    const { values, secrets } = receive(request.getProperties());
    return operate(request, call, secrets, async (handler, context) => {
        const state = await handler.create(values, context);
        const response = new rpc.CreateResponse();
        response.setId(context.preview ? "" : state.id);
        response.setProperties(send(state.outputs, mergeSecrets(secrets, handler.secretOutputs)));
        return response;
    });
}

async function read(request: rpc.ReadRequest, call: Call): Promise<rpc.ReadResponse> {
    const outputs = receive(request.getProperties());
    const inputs = receive(request.getInputs());
    const olds = { inputs: inputs.values, outputs: outputs.values };
    return operate(request, call, outputs.secrets, async (handler, context) => {
        const response = new rpc.ReadResponse();
        const state = await handler.read(request.getId(), olds, context);
        // An empty answer says that the object is gone.
        if (state !== undefined) {
            response.setId(state.id);
            response.setProperties(send(state.outputs, mergeSecrets(outputs.secrets, handler.secretOutputs)));
            response.setInputs(
                send(state.inputs ?? inputs.values, mergeSecrets(inputs.secrets, handler.secretInputs)),
            );
        }
        return response;
    });
}

async function update(request: rpc.UpdateRequest, call: Call): Promise<rpc.UpdateResponse> {
    const olds = states(request.getOldInputs(), request.getOlds());
    const { values, secrets } = receive(request.getNews());
    return operate(request, call, secrets, async (handler, context) => {
        const outputs = await handler.update(request.getId(), olds, values, context);
        const response = new rpc.UpdateResponse();
        response.setProperties(send(outputs, mergeSecrets(secrets, handler.secretOutputs)));
        return response;
    });
}

async function remove(request: rpc.DeleteRequest, call: Call): Promise<emptyProto.Empty> {
    const olds = states(request.getOldInputs(), request.getProperties());
    return operate(request, call, {}, async (handler, context) => {
        await handler.delete(request.getId(), olds, context);
        return new emptyProto.Empty();
    });
}

/** Runs an operation of a resource: its context, its log lines up to the last, and its errors with their secrets. */
async function operate<Result>(
    request: OperationRequest,
    { session, signal }: Call,
    secrets: SecretsByName,
    run: (handler: ResourceHandler, context: OperationContext) => Promise<Result>,
): Promise<Result> {
    const urn = request.getUrn();
    const { handler } = resource(session, urn);
    const context: OperationContext = {
        urn,
        name: nameOf(urn),
        preview: request.getPreview?.() ?? false,
        ignoreChanges: request.getIgnorechangesList?.() ?? [],
        log: (severity, message, options) => session.log(severity, message, urn, options?.status ?? false),
        signal: session.signal(signal, request.getTimeout?.() ?? 0),
        cancelled: session.signal(signal, 0),
        engineVariable: (variable) => session.engineVariable(variable),
    };
    try {
        return await run(handler, context);
    } catch (error) {
        throw new ServiceFailure(
            grpcError(error, {
                inputs: mergeSecrets(secrets, handler.secretInputs),
                outputs: mergeSecrets(secrets, handler.secretOutputs),
            }),
        );
    } finally {
        await session.flush(urn);
    }
}

function resource(session: Session, urn: string): { type: string; handler: ResourceHandler } {
    // urn:pulumi:<stack>::<project>::<type of the parent>$<type>::<name>
    const type = (urn.split("::")[2] ?? "").split("$").pop() ?? "";
    const handler = session.definition.resources[type];
    if (handler === undefined) {
        throw new Error(refusal(`the resource type ${type}`));
    }
    return { type, handler };
}

function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

function states(
    inputs: Parameters<typeof receive>[0],
    outputs: Parameters<typeof receive>[0],
): { inputs: ReturnType<typeof receive>["values"]; outputs: ReturnType<typeof receive>["values"] } {
    return { inputs: receive(inputs).values, outputs: receive(outputs).values };
}
