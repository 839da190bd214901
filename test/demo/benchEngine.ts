import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type proto from "@pulumi/pulumi/proto/resource_pb.js";
import {
    ownerOf,
    ownersIn,
    type RecordedCall,
    type RecordedResource,
    type Recording,
    token,
} from "./benchRecording.ts";
import { answerLookUp, propertiesOf } from "../registrations/answers.ts";
import { type Handlers, InstantEngine, type Registered } from "../registrations/instantEngine.ts";
import { showSecrets } from "../secretsOnWire.ts";

const stackType = "pulumi:pulumi:Stack";

/** `urn:pulumi:stack::project::parent$type::name` -> `type::name` */
function keyOf(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    return urn === "" ? "" : `${types.split("$").at(-1)}::${name.join("::")}`;
}

// What the program takes apart, so that a token would not do.
const structured: Readonly<Record<string, (key: string) => Readonly<Record<string, unknown>>>> = {
    "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "fd00:1234:5678::/56" }),
    "aws:ec2/instance:Instance": (key) => ({ ipv6Addresses: [token(key, "ipv6Addresses.0")] }),
};

/** What a look-up asks. */
type Question = Pick<RecordedCall, "name" | "args">;

/**
 * An engine that answers at once and does nothing: what a program takes with it is the program's own time. It notes
 * everything that the program asks for.
 */
export class BenchEngine implements Handlers {
    /** When the last resource was registered, on the clock of `performance.now()`. */
    lastRegistered = 0;
    private readonly calls = new Map<string, Question>();
    private readonly resources: RecordedResource[] = [];
    private outputs: Record<string, unknown> = {};
    private refused: Error | undefined;
    private readonly engine = new InstantEngine(this);

    /** Listens; answers the address for the program. */
    start(): Promise<string> {
        return this.engine.start();
    }

    /**
     * Stops listening; answers what the program asked for.
     *
     * @throws Error where it looked up what the bench does not know: the SDK's own words for that do not lead here
     */
    stop(): Recording {
        this.engine.stop();
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

    invoke(request: proto.ResourceInvokeRequest): Readonly<Record<string, unknown>> {
        const args = showSecrets(request.getArgs()?.toJavaScript() ?? {}) as RecordedCall["args"];
        const call = { name: request.getTok(), args };
        this.calls.set(ownerOf(call), call);
        try {
            return answerLookUp(call, "eu-west-1");
        } catch (error) {
            this.refused ??= error as Error;
            throw error;
        }
    }

    register(request: proto.RegisterResourceRequest): Registered {
        this.lastRegistered = performance.now();
        const [type, name] = [request.getType(), request.getName()];
        const parent = keyOf(request.getParent()).split("::")[0] ?? "";
        const under = parent === "" || parent === stackType ? "" : `${parent}$`;
        const urn = `urn:pulumi:eu-west-1::student-labs::${under}${type}::${name}`;
        const inputs = request.getObject()?.toJavaScript() ?? {};
        if (!request.getCustom()) {
            return { urn, id: "", outputs: {} };
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
        const computed = propertiesOf(type).map((property) => [property, token(key, property)] as const);
        return {
            urn,
            id: token(key, "id"),
            outputs: { ...Object.fromEntries(computed), ...structured[type]?.(key), ...inputs },
        };
    }

    registerOutputs(request: proto.RegisterResourceOutputsRequest): void {
        if (keyOf(request.getUrn()).startsWith(stackType)) {
            this.outputs = showSecrets(request.getOutputs()?.toJavaScript() ?? {}) as typeof this.outputs;
        }
    }

    registerErrorHook(): void {
        // It is never called: nothing fails here.
    }

    registerResourceHook(): void {
        // The program has none.
    }

    log(request: engineProto.LogRequest): void {
        if (request.getSeverity() === engineProto.LogSeverity.ERROR) {
            process.stderr.write(`${request.getMessage()}\n`);
        }
    }
}
