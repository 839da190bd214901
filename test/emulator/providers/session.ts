import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { variableOfListener } from "./engineEnvironment.ts";
import type { OperationContext, ProviderDefinition } from "./provider.ts";

type Severity = Parameters<OperationContext["log"]>[0];

const SEVERITIES: Readonly<Record<Severity, engineProto.LogSeverity>> = {
    debug: engineProto.LogSeverity.DEBUG,
    info: engineProto.LogSeverity.INFO,
    warning: engineProto.LogSeverity.WARNING,
    error: engineProto.LogSeverity.ERROR,
};

/**
 * One engine that is connected to a provider. Several can be connected at once (two stacks, or a preview beside an
 * update), so nothing of an engine is kept outside of its session.
 */
export class Session {
    private engine?: EngineClient;
    private engineAddress?: string;
    private readonly cancellation = new AbortController();
    private readonly greetings = new Set<string>();
    private readonly variables = new Map<string, Promise<string | undefined>>();
    /** Last line of each resource: the next one waits for it, since the engine takes concurrent calls in any order. */
    private readonly lines = new Map<string, Promise<void>>();

    readonly definition: ProviderDefinition;

    constructor(definition: ProviderDefinition) {
        this.definition = definition;
    }

    /**
     * Notes a call that an engine makes once, at its beginning.
     *
     * @returns false where this session has had it: then another engine has begun, on the same address as the last one
     */
    greet(call: string): boolean {
        const first = !this.greetings.has(call);
        this.greetings.add(call);
        return first;
    }

    /** Says where this session's engine listens. */
    attach(address: string): void {
        if (address !== "" && address !== this.engineAddress) {
            this.engine?.close();
            this.engine = undefined;
            this.engineAddress = address;
            this.variables.clear();
        }
    }

    /** A variable that this session's engine was started with. */
    engineVariable(name: string): Promise<string | undefined> {
        const port = Number(/:(\d+)$/.exec(this.engineAddress ?? "")?.[1]);
        if (Number.isNaN(port)) return Promise.resolve(undefined);
        let found = this.variables.get(name);
        if (found === undefined) {
            found = variableOfListener(port, name);
            this.variables.set(name, found);
        }
        return found;
    }

    /** The engine wants everything of this session to end. */
    cancel(): void {
        this.cancellation.abort(new Error("the engine cancelled the operation"));
    }

    /** Ends with this session, with the call, or with the resource's timeout in seconds. */
    signal(call: AbortSignal, timeout: number): AbortSignal {
        const signals = [this.cancellation.signal, call];
        return AbortSignal.any(timeout > 0 ? [...signals, AbortSignal.timeout(timeout * 1000)] : signals);
    }

    /**
     * Shows a line in the engine's display. Lines keep their order; a line that an engine does
     * not take any more is lost, as with a real provider.
     */
    log(severity: Severity, message: string, urn: string, status: boolean): void {
        if (this.engineAddress === undefined) {
            return;
        }
        this.engine ??= new EngineClient(this.engineAddress, grpc.credentials.createInsecure());
        const request = new engineProto.LogRequest();
        request.setSeverity(SEVERITIES[severity]);
        request.setMessage(message);
        request.setUrn(urn);
        request.setEphemeral(status);
        const engine = this.engine;
        const sent = (this.lines.get(urn) ?? Promise.resolve()).then(
            () => new Promise<void>((resolve) => engine.log(request, () => resolve())),
        );
        this.lines.set(urn, sent);
    }

    /** Resolves when the engine has every line of a resource, so that none comes after the end of its operation. */
    async flush(urn: string): Promise<void> {
        await this.lines.get(urn);
        this.lines.delete(urn);
    }

    /** Ends everything and closes the connection to the engine. */
    close(): void {
        this.cancel();
        this.engine?.close();
    }
}
