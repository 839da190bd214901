/**
 * Serves a {@link ProviderDefinition} over the engine's ResourceProvider protocol, so that secrets, unknowns, diffs,
 * replacements and partial failures are the stand-in's own to decide. The engine attaches by `PULUMI_DEBUG_PROVIDERS`.
 */
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { ProviderDefinition } from "./provider.ts";
import { Protocol } from "./protocol.ts";
import { Session } from "./session.ts";

export { autoName, type NameRules } from "./naming.ts";

/** A provider that is being served. */
export interface ServedProvider {
    readonly name: string;
    readonly port: number;
    /** Ends running operations and frees the port. */
    close(): Promise<void>;
}

// The SDK's own limit: outputs with a course archive or many keys go well beyond gRPC's 4 MB.
const MAX_MESSAGE_BYTES = 1024 * 1024 * 400;

/**
 * Serves a provider on a free port of 127.0.0.1. Give a function where the definition keeps its configuration: each
 * engine that connects then gets a definition of its own.
 */
export async function serveProvider(
    definition: ProviderDefinition | (() => ProviderDefinition),
): Promise<ServedProvider> {
    const make = typeof definition === "function" ? definition : (): ProviderDefinition => definition;
    const sessions = new Map<string, Session>();
    // The engine opens one connection for each provider it attaches to, so the peer tells engines apart. But a port that
    // one engine had is another's in time, and that one must not find what the first has cancelled.
    const protocol = new Protocol((peer, greeting) => {
        const known = sessions.get(peer);
        if (known !== undefined && (greeting === undefined || known.greet(greeting))) {
            return known;
        }
        known?.close();
        const session = new Session(make());
        if (greeting !== undefined) session.greet(greeting);
        sessions.set(peer, session);
        return session;
    });
    const server = new grpc.Server({
        "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
        "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    server.addService(ResourceProviderService, protocol.implementation());
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return {
        name: make().name,
        port,
        close: async () => {
            sessions.forEach((session) => session.close());
            server.forceShutdown();
        },
    };
}

/** The value of `PULUMI_DEBUG_PROVIDERS` that attaches an engine to these providers. */
export function debugProviders(providers: readonly ServedProvider[]): string {
    return providers.map(({ name, port }) => `${name}:${port}`).join(",");
}
