import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { refusal } from "./failure.ts";
import type { Properties, Value } from "./provider.ts";
import type { Session } from "./session.ts";
import { receive, send } from "./wire.ts";

/** Keys that the engine itself adds to a provider's configuration. */
const ENGINE_KEYS: readonly string[] = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];

/**
 * A failure for every input that is not implemented. It names the input in its text and not as its property, since the
 * engine prints the value of a failed property, which may be a secret.
 */
export function refusedInputs(
    values: Properties,
    implemented: readonly string[],
    owner: string,
): rpc.CheckFailure[] {
    return Object.entries(values)
        .filter(([key, value]) => value !== undefined && value !== null && !implemented.includes(key))
        .map(([key]) => {
            const failure = new rpc.CheckFailure();
            failure.setReason(refusal(`the input '${key}' ${owner}`));
            return failure;
        });
}

/** Refuses configuration that no stand-in reads. */
export function checkConfig(request: rpc.CheckRequest, { session }: { session: Session }): rpc.CheckResponse {
    const { values, secrets } = receive(request.getNews());
    const { name, config } = session.definition;
    const response = new rpc.CheckResponse();
    response.setInputs(send(values, secrets));
    response.setFailuresList(
        refusedInputs(values, [...config, ...ENGINE_KEYS], `of the provider ${name}'s configuration`),
    );
    return response;
}

/** The configuration for {@link ProviderDefinition.configure}: without the engine's keys, lists and objects decoded. */
export function configuration(values: Properties): Properties {
    return Object.fromEntries(
        Object.entries(values)
            .filter(([key]) => !ENGINE_KEYS.includes(key))
            .map(([key, value]) => [key, decoded(value)]),
    );
}

/** The engine hands lists and objects of a provider's configuration over as JSON text. */
function decoded(value: Value): Value {
    if (typeof value !== "string" || !/^\s*[[{]/.test(value)) {
        return value;
    }
    try {
        return JSON.parse(value) as Value;
    } catch {
        return value;
    }
}
