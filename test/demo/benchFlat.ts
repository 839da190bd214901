/**
 * A flat program: the same resources as `index.ts` declares, with the same inputs, options and order, made directly with the
 * classes of the SDKs. No components, no settings, no checks. `bench.ts` compares the program with it.
 *
 * It follows a recording of the program's own run, so that it is the same whatever the program becomes.
 */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Recording, sdkMember, tokens } from "./benchRecording";

/** Variable with the file of the recording. */
const file = process.env.STUDENT_LABS_BENCH_RECORDING ?? "";

type Values = Map<string, Readonly<Record<string, unknown>>>;

/** Puts outputs in the places of their tokens. */
function wire(value: unknown, values: Values): pulumi.Input<unknown> {
    if (typeof value === "string") {
        const parts = [...value.matchAll(tokens)];
        if (parts.length === 0) {
            return value;
        }
        const found = parts.map(([, owner = "", property = ""]) => values.get(owner)?.[property]);
        return parts[0]?.[0] === value
            ? found[0]
            : pulumi.all(found).apply((plain) => {
                  let index = 0;
                  return value.replace(tokens, () => String(plain[index++]));
              });
    }
    if (Array.isArray(value)) {
        return value.map((item) => wire(item, values));
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const entries = Object.entries(value);
    return entries.length === 1 && entries[0]?.[0] === "secret"
        ? pulumi.secret(wire(entries[0][1], values))
        : Object.fromEntries(entries.map(([key, inner]) => [key, wire(inner, values)]));
}

export = async () => {
    const recording = JSON.parse(fs.readFileSync(file, "utf8")) as Recording;
    const values: Values = new Map();
    await Promise.all(
        recording.calls.map(async ({ name, args }, index) => {
            const lookUp = sdkMember<(args: unknown) => Promise<Record<string, unknown>>>(name);
            values.set(`call ${index}`, await lookUp(args));
        }),
    );
    const resources = new Map<string, pulumi.Resource>();
    const known = (key: string) => {
        const resource = resources.get(key);
        if (resource === undefined) {
            throw new Error(`${key} is not declared yet`);
        }
        return resource;
    };
    for (const { type, name, inputs, dependencies, deletedWith, ...options } of recording.resources) {
        const Class =
            sdkMember<
                new (name: string, args: unknown, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource
            >(type);
        const resource = new Class(name, wire(inputs, values), {
            dependsOn: dependencies.map(known),
            ignoreChanges: [...options.ignoreChanges],
            additionalSecretOutputs: [...options.additionalSecretOutputs],
            ...(deletedWith === "" ? {} : { deletedWith: known(deletedWith) }),
            ...(options.customTimeouts === undefined ? {} : { customTimeouts: options.customTimeouts }),
        });
        resources.set(`${type}::${name}`, resource);
        values.set(`${type}::${name}`, resource as unknown as Record<string, unknown>);
    }
    return wire(recording.outputs, values);
};
