import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import {
    PartialFailure,
    type Properties,
    type ProviderDefinition,
    type ResourceHandler,
} from "../../emulator/providers/provider.ts";
import { serveProvider, type ServedProvider } from "../../emulator/providers/server.ts";
import { receive, send } from "../../emulator/providers/wire.ts";

const TYPE = "toy:index:Thing";
const URN = `urn:pulumi:dev::class::student-labs:index:StudentLab$${TYPE}::ada`;

/** What the definition of the last engine saw. */
let configured: Properties[] = [];
let started: () => void = () => undefined;

function thing(): ResourceHandler {
    return {
        inputs: ["size", "mode", "tags"],
        secretOutputs: ["token"],
        check: (news, { name }) => ({ inputs: { ...news, label: name } }),
        diff: (_id, _olds, news) => ({
            updates: ["tags.added", "tags.gone", "tags.other"],
            replaces: news["size"] === undefined ? ["size"] : [],
            deleteBeforeReplace: true,
        }),
        create: async (inputs, operation) => {
            if (inputs["mode"] === "partial") {
                throw new PartialFailure({ id: "t-1", outputs: { token: "hush" } }, ["it did not start"]);
            }
            if (inputs["mode"] === "wait") {
                started();
                operation.signal.throwIfAborted();
                await new Promise((_, reject) => operation.signal.addEventListener("abort", reject));
            }
            Array.from({ length: 20 }, (_, line) => operation.log("info", `line ${line}`));
            return { id: "t-1", outputs: { ...inputs, token: "hush" } };
        },
        read: async (id, { outputs }) => (id === "gone" ? undefined : { id, outputs }),
        update: async (_id, _olds, news) => news,
        delete: async () => undefined,
    };
}

function definition(): ProviderDefinition {
    return {
        name: "toy",
        version: "1.0.0",
        config: ["region", "defaultTags"],
        configure: (config) => void configured.push(config),
        resources: { [TYPE]: thing() },
        functions: { "toy:index:look": { inputs: ["name"], call: async ({ name }) => ({ found: name }) } },
    };
}

describe("a served stand-in", () => {
    let served: ServedProvider;
    let client: ResourceProviderClient;

    const connect = (): ResourceProviderClient =>
        new ResourceProviderClient(`127.0.0.1:${served.port}`, grpc.credentials.createInsecure(), {
            "grpc.use_local_subchannel_pool": 1,
        });

    before(async () => {
        served = await serveProvider(definition);
        client = connect();
    });
    beforeEach(() => (configured = []));
    after(async () => {
        client.close();
        await served.close();
    });

    it("refuses an unknown resource type by its name", async () => {
        const error = await failure(check(client, {}, URN.replace(TYPE, "toy:index:Other")));
        assert.match(
            error.details,
            /pocket cloud's stand-in does not implement the resource type toy:index:Other/,
        );
    });

    it("refuses an unknown input by its name, without its value", async () => {
        const response = await check(client, { size: 1, colour: "hush" });
        const [failed] = response.getFailuresList();
        assert.match(failed?.getReason() ?? "", /does not implement the input 'colour' of toy:index:Thing/);
        assert.equal(failed?.getProperty(), "", "the engine prints the value of a named property");
        assert.ok(!failed?.getReason().includes("hush"));
    });

    it("refuses unknown functions, arguments and configuration", async () => {
        const unknown = await failure(invoke(client, "toy:index:other", {}));
        assert.match(unknown.details, /the function toy:index:other/);
        const [argument] = (await invoke(client, "toy:index:look", { name: "a", id: 1 })).getFailuresList();
        assert.match(argument?.getReason() ?? "", /the input 'id' of the function toy:index:look/);
        const request = new rpc.CheckRequest();
        request.setNews(send({ version: "1.0.0", region: "eu-west-1", profile: "me" }));
        const checked = await call<rpc.CheckResponse>((done) => client.checkConfig(request, done));
        assert.equal(checked.getFailuresList().length, 1);
        assert.match(
            checked.getFailuresList()[0]?.getReason() ?? "",
            /'profile' of the provider toy's configuration/,
        );
    });

    it("gives inputs and secret outputs their marks back", async () => {
        const secret = { [SIGNATURE]: SECRET, value: "quiet" };
        const checked = receive((await check(client, { tags: { a: secret } })).getInputs());
        assert.deepEqual(checked, {
            values: { tags: { a: "quiet" }, label: "ada" },
            secrets: { tags: { a: true } },
        });
        const created = receive((await create(client, { tags: { a: secret } })).getProperties());
        assert.deepEqual(created.secrets, { tags: { a: true }, token: true });
    });

    it("tells what is added, gone and changed, and what replaces", async () => {
        const request = new rpc.DiffRequest();
        request.setUrn(URN);
        request.setOldInputs(send({ size: 1, tags: { gone: "x", other: "y" } }));
        request.setNews(send({ tags: { added: "x", other: "z" } }));
        const response = await call<rpc.DiffResponse>((done) => client.diff(request, done));
        const kinds = response.getDetaileddiffMap();
        const { Kind } = rpc.PropertyDiff;
        const expected: Record<string, rpc.PropertyDiff.Kind> = {
            "tags.added": Kind.ADD,
            "tags.gone": Kind.DELETE,
            "tags.other": Kind.UPDATE,
            size: Kind.DELETE_REPLACE,
        };
        assert.equal(kinds.getLength(), Object.keys(expected).length);
        Object.entries(expected).forEach(([path, kind]) =>
            assert.equal(kinds.get(path)?.getKind(), kind, path),
        );
        assert.deepEqual(response.getDiffsList(), ["size", "tags"]);
        assert.deepEqual(response.getReplacesList(), ["size"]);
        assert.ok(response.getDeletebeforereplace());
    });

    it("reports an object that did not become whole, with its state", async () => {
        const error = await failure(create(client, { mode: "partial" }));
        const [bytes] = error.metadata.get("grpc-status-details-bin");
        const [detail] = statusProto.Status.deserializeBinary(bytes as Buffer).getDetailsList();
        const failed = rpc.ErrorResourceInitFailed.deserializeBinary(
            detail?.getValue_asU8() ?? new Uint8Array(),
        );
        assert.equal(failed.getId(), "t-1");
        assert.deepEqual(failed.getReasonsList(), ["it did not start"]);
        assert.deepEqual(receive(failed.getProperties()).secrets, { token: true });
    });

    it("says of an object that is gone that it is gone", async () => {
        const request = new rpc.ReadRequest();
        request.setUrn(URN);
        request.setId("gone");
        assert.equal((await call<rpc.ReadResponse>((done) => client.read(request, done))).getId(), "");
    });

    it("serves two engines apart: configuration, and what is cancelled", async () => {
        const other = connect();
        await Promise.all([configure(client, "eu-west-1"), configure(other, "us-east-1")]);
        const regions = configured.map(({ region }) => region as string);
        assert.deepEqual(regions.sort(), ["eu-west-1", "us-east-1"]);
        assert.deepEqual(configured[0]?.["defaultTags"], { tags: { class: "a" } });
        const waiting = new Promise<void>((resolve) => (started = resolve));
        const cancelled = failure(create(other, { mode: "wait" }));
        await waiting;
        await call<emptyProto.Empty>((done) => other.cancel(new emptyProto.Empty(), done));
        await cancelled;
        await create(client, {});
        other.close();
    });

    it("begins anew with an engine that comes from the address of one which has cancelled", async () => {
        const one = connect();
        const begin = async () => {
            const greeting = new rpc.ProviderHandshakeRequest();
            await call<rpc.ProviderHandshakeResponse>((done) => one.handshake(greeting, done));
            await configure(one, "eu-west-1");
        };
        await begin();
        await call<emptyProto.Empty>((done) => one.cancel(new emptyProto.Empty(), done));
        await failure(create(one, { mode: "wait" }));
        // The same connection stands for another one from the same port.
        await begin();
        const waiting = new Promise<void>((resolve) => (started = resolve));
        const going = failure(create(one, { mode: "wait" })).then(() => "ended");
        await waiting;
        assert.equal(
            await Promise.race([going, new Promise((done) => setTimeout(done, 50, "goes on"))]),
            "goes on",
        );
        await call<emptyProto.Empty>((done) => one.cancel(new emptyProto.Empty(), done));
        assert.equal(await going, "ended");
        one.close();
    });

    it("sends every line of an operation to its engine, in order and before the operation ends", async () => {
        const lines: string[] = [];
        const engine = new grpc.Server();
        engine.addService(EngineService, {
            log: (
                { request }: grpc.ServerUnaryCall<LogRequest, emptyProto.Empty>,
                done: grpc.sendUnaryData<emptyProto.Empty>,
            ): void => {
                lines.push(request.getMessage());
                done(null, new emptyProto.Empty());
            },
        });
        const port = await new Promise<number>((resolve) =>
            engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, bound) =>
                resolve(bound),
            ),
        );
        const request = new rpc.ProviderHandshakeRequest();
        request.setEngineAddress(`127.0.0.1:${port}`);
        await call<rpc.ProviderHandshakeResponse>((done) => client.handshake(request, done));
        await create(client, {});
        assert.deepEqual(
            lines,
            Array.from({ length: 20 }, (_, line) => `line ${line}`),
        );
        engine.forceShutdown();
    });
});

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

type Done<Response> = (error: grpc.ServiceError | null, response: Response) => void;

function call<Response>(start: (done: Done<Response>) => unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
        start((error, response) => (error ? reject(error) : resolve(response)));
    });
}

function failure(response: Promise<unknown>): Promise<grpc.ServiceError> {
    return response.then(
        () => assert.fail("it did not fail"),
        (error: grpc.ServiceError) => error,
    );
}

function check(client: ResourceProviderClient, news: Properties, urn = URN): Promise<rpc.CheckResponse> {
    const request = new rpc.CheckRequest();
    request.setUrn(urn);
    request.setNews(send(news));
    return call((done) => client.check(request, done));
}

function create(client: ResourceProviderClient, inputs: Properties): Promise<rpc.CreateResponse> {
    const request = new rpc.CreateRequest();
    request.setUrn(URN);
    request.setProperties(send(inputs));
    return call((done) => client.create(request, done));
}

function invoke(
    client: ResourceProviderClient,
    token: string,
    args: Properties,
): Promise<rpc.InvokeResponse> {
    const request = new rpc.InvokeRequest();
    request.setTok(token);
    request.setArgs(send(args));
    return call((done) => client.invoke(request, done));
}

function configure(client: ResourceProviderClient, region: string): Promise<rpc.ConfigureResponse> {
    const request = new rpc.ConfigureRequest();
    request.setArgs(send({ version: "1.0.0", region, defaultTags: '{"tags":{"class":"a"}}' }));
    return call((done) => client.configure(request, done));
}
