/** The program of the contract tests: declares the resources that it is told of. */
import { readFileSync } from "node:fs";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import type { Declared } from "./contractStack.ts";

type Resource = new (
    name: string,
    args: never,
    options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;
type Resolve = (id: string, property: string) => pulumi.Output<unknown>;

const CLASSES: Readonly<Record<string, Resource>> = {
    "command:remote:Command": command.remote.Command,
    "random:index/randomPassword:RandomPassword": random.RandomPassword,
    "tls:index/privateKey:PrivateKey": tls.PrivateKey,
};
/** A resource that is registered without its class: nothing is added to what the program says. */
class RawResource extends pulumi.CustomResource {}

/** `{"$secret": v}` and `{"$ref": id, "prop": p}` made what they stand for. */
function resolved(value: unknown, resolve: Resolve): unknown {
    if (Array.isArray(value)) {
        return value.map((child) => resolved(child, resolve));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, unknown>;
    if ("$secret" in object) {
        return pulumi.secret(resolved(object["$secret"], resolve));
    }
    if ("$ref" in object) {
        return resolve(object["$ref"] as string, object["prop"] as string);
    }
    return Object.fromEntries(Object.entries(object).map(([key, child]) => [key, resolved(child, resolve)]));
}

export default function program(): void {
    // INPUT of testProject.ts: the program imports nothing of the test's own machinery.
    const declared = JSON.parse(readFileSync("input.json", "utf8")) as Declared[];
    const made = new Map<string, pulumi.CustomResource>();
    const resolve: Resolve = (id, property) =>
        (made.get(id) as unknown as Record<string, pulumi.Output<unknown>>)[property] ??
        pulumi.output(undefined);
    for (const { id, type, raw, inputs, options } of declared) {
        const all = resolved(inputs, resolve) as pulumi.Inputs;
        const Class = CLASSES[type];
        made.set(
            id,
            raw || Class === undefined
                ? new RawResource(type, id, all, options)
                : new Class(id, all as never, options),
        );
    }
}
