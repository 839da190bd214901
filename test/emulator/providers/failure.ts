import * as grpc from "@grpc/grpc-js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import { PartialFailure } from "./provider.ts";
import { send, type Secrets } from "./wire.ts";

/** What the stand-ins say about anything that the real provider has and they do not. */
export function refusal(what: string): string {
    return `the pocket cloud's stand-in does not implement ${what}`;
}

/** The gRPC form of an error. A {@link PartialFailure} carries the object's state, which the engine then stores. */
export function grpcError(
    error: unknown,
    secrets: { inputs: Readonly<Record<string, Secrets>>; outputs: Readonly<Record<string, Secrets>> },
): Partial<grpc.ServiceError> {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof PartialFailure)) {
        return { code: grpc.status.UNKNOWN, details: message };
    }
    const detail = new providerProto.ErrorResourceInitFailed();
    detail.setId(error.state.id);
    detail.setProperties(send(error.state.outputs, secrets.outputs));
    detail.setReasonsList([...error.reasons]);
    if (error.state.inputs !== undefined) {
        detail.setInputs(send(error.state.inputs, secrets.inputs));
    }
    const packed = new anyProto.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusProto.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed);
    const metadata = new grpc.Metadata();
    // gRPC's own field for structured errors; the Go side of the engine reads it.
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: message, metadata };
}
