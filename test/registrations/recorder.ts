import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import type proto from "@pulumi/pulumi/proto/resource_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { token } from "../demo/benchRecording.ts";
import { showSecrets } from "../secretsOnWire.ts";
import { answerLookUp, outputsOf } from "./answers.ts";
import { type Handlers, InstantEngine, type Registered } from "./instantEngine.ts";
import { type Plain, settled } from "./plain.ts";
import type { Asked, Recording } from "./recording.ts";

/** What the class is that a program is run for. */
export interface Scene {
    /** Name of the stack. */
    readonly stack: string;
    readonly project: string;
    /** Region of AWS, e.g. `eu-west-1`. */
    readonly region: string;
    /** True where nothing exists yet and nothing is made: outputs are not known. */
    readonly preview: boolean;
    /** What a stash has kept from an earlier `up`; `undefined` = what it is given now. */
    readonly kept?: unknown;
}

const stackType = "pulumi:pulumi:Stack";
const { DEBUG } = engineProto.LogSeverity;

/** A message with its payload as the program wrote it, secrets as `{ secret: value }`. */
function fieldsOf(
    message: { toObject(): object },
    payload: string,
    struct: structProto.Struct | undefined,
): Plain {
    const fields = settled({ ...message.toObject(), [payload]: undefined }) as Record<string, Plain>;
    return { ...fields, [payload]: showSecrets(struct?.toJavaScript() ?? {}) as Plain };
}

/** An engine that answers at once, as if everything succeeded, and notes down all that a program asks of it. */
export class Recorder implements Handlers {
    private readonly asked: Asked[] = [];
    private readonly engine = new InstantEngine(this);
    private readonly scene: Scene;

    constructor(scene: Scene) {
        this.scene = scene;
    }

    /** Listens; answers the address for the program. */
    start(): Promise<string> {
        return this.engine.start();
    }

    /** Stops listening; answers what the program asked for. */
    stop(): Recording {
        this.engine.stop();
        return this.asked;
    }

    invoke(request: proto.ResourceInvokeRequest): Readonly<Record<string, unknown>> {
        const name = request.getTok();
        const args = showSecrets(request.getArgs()?.toJavaScript() ?? {}) as Record<string, unknown>;
        this.note(`look-up ${name}`, fieldsOf(request, "args", request.getArgs()));
        return answerLookUp({ name, args }, this.scene.region);
    }

    register(request: proto.RegisterResourceRequest): Registered {
        const [type, name] = [request.getType(), request.getName()];
        const urn = this.urnOf(request.getParent(), type, name);
        this.note(`resource ${urn}`, fieldsOf(request, "object", request.getObject()));
        if (!request.getCustom()) {
            return { urn, id: "", outputs: {} };
        }
        const inputs = request.getObject()?.toJavaScript() ?? {};
        if (this.scene.preview) {
            return { urn, id: "", outputs: inputs };
        }
        const key = `${type}::${name}`;
        const outputs = outputsOf(type, key, inputs);
        const kept = type === "pulumi:index:Stash" && this.scene.kept !== undefined;
        return {
            urn,
            id: token(key, "id"),
            outputs: kept ? { ...outputs, output: this.scene.kept } : outputs,
        };
    }

    registerOutputs(request: proto.RegisterResourceOutputsRequest): void {
        this.note(`outputs ${request.getUrn()}`, fieldsOf(request, "outputs", request.getOutputs()));
    }

    registerErrorHook(request: proto.RegisterErrorHookRequest): void {
        this.note(`error hook ${request.getName()}`, settled(request.toObject()));
    }

    registerResourceHook(request: proto.RegisterResourceHookRequest): void {
        this.note(`resource hook ${request.getName()}`, settled(request.toObject()));
    }

    log(request: engineProto.LogRequest): void {
        // What the SDK says for its own makers is full of addresses and promises' numbers.
        if (request.getSeverity() !== DEBUG) {
            const [severity, text] = [request.getSeverity(), request.getMessage()];
            this.note(`message ${text.split("\n")[0]}`, { severity, text, urn: request.getUrn() });
        }
    }

    private note(about: string, fields: Plain): void {
        this.asked.push({ about, fields });
    }

    /** As the engine makes it: the types of all that it is in, without the stack's own. */
    private urnOf(parent: string, type: string, name: string): string {
        const within = parent.split("::")[2] ?? "";
        const types = within === "" || within === stackType ? type : `${within}$${type}`;
        return `urn:pulumi:${this.scene.stack}::${this.scene.project}::${types}::${name}`;
    }
}
