import { randomBytes } from "node:crypto";
import { asNumber, changedFromState, failure } from "./bridge.ts";
import { UNKNOWN, type Properties, type ResourceHandler } from "./provider.ts";
import { withoutUndefined } from "./wire.ts";

const computed = ["id", "b64Std", "b64Url", "dec", "hex"];

function plan({ byteLength, keepers, prefix }: Properties): Properties {
    return { byteLength: asNumber(byteLength), keepers, prefix };
}

/** The outputs of random bytes, as terraform-provider-random's `random_id` documents them; the prefix is not in the id. */
function outputs(bytes: Buffer, prefix: string): Properties {
    const b64Url = bytes.toString("base64url");
    return {
        id: b64Url,
        b64Url: prefix + b64Url,
        b64Std: prefix + bytes.toString("base64"),
        hex: prefix + bytes.toString("hex"),
        dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    };
}

/** Stand-in for `random:index/randomId:RandomId`: every argument replaces, nothing is secret. */
export const randomId: ResourceHandler = {
    inputs: ["byteLength", "keepers", "prefix"],
    check: (news, { name }) => ({
        inputs: news,
        failures:
            news["byteLength"] === undefined
                ? [failure(`Missing required property 'byteLength'. Examine values at '${name}.byteLength'.`)]
                : [],
    }),
    diff: (_id, { outputs: olds }, news) => ({
        updates: [],
        replaces: changedFromState(olds, plan(news)),
        detailed: false,
    }),
    create: async (inputs, { preview }) => {
        const planned = withoutUndefined(plan(inputs));
        if (preview) {
            return {
                id: "",
                outputs: { ...planned, ...Object.fromEntries(computed.map((key) => [key, UNKNOWN])) },
            };
        }
        const made = outputs(
            randomBytes(Number(planned["byteLength"])),
            typeof planned["prefix"] === "string" ? planned["prefix"] : "",
        );
        return { id: made["id"] as string, outputs: { ...planned, ...made } };
    },
    read: async (id, { inputs, outputs: olds }) => {
        if (olds["hex"] !== undefined) {
            return { id, inputs, outputs: olds };
        }
        const bytes = Buffer.from(id, "base64url");
        const found = { byteLength: bytes.length };
        return { id, inputs: found, outputs: { ...found, ...outputs(bytes, "") } };
    },
    update: async () => {
        throw new Error("a RandomId is never updated: every argument replaces it");
    },
    delete: async () => undefined,
};
