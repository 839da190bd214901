/**
 * A flat program: the same resources as `index.ts` declares, with the same inputs, options and order, made directly with the
 * classes of the SDKs. No components, no settings, no checks. `bench.ts` compares the program with it.
 *
 * It follows a recording of the program's own run, so that it is the same whatever the program becomes.
 */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
    ownerOf,
    ownersIn,
    type RecordedCall,
    type RecordedResource,
    type Recording,
    sdkMember,
    tokens,
} from "./benchRecording.ts";

type ResourceClass = new (
    name: string,
    args: unknown,
    opts: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;
type LookUp = (args: unknown) => Promise<unknown>;

const at = (value: unknown, step: string) => (value as Readonly<Record<string, unknown>>)[step];

/** Does again what a recording says. */
class Repetition {
    private readonly resources = new Map<string, pulumi.CustomResource>();
    private readonly results = new Map<string, unknown>();
    /** Look-ups that wait for resources, by owner; made where their results are used first. */
    private readonly waiting = new Map<string, RecordedCall>();

    async lookUp(calls: readonly RecordedCall[]): Promise<void> {
        const known = calls.filter(({ args }) => ownersIn(args).length === 0);
        for (const call of calls.filter((call) => !known.includes(call))) {
            this.waiting.set(ownerOf(call), call);
        }
        await Promise.all(
            known.map(async (call) =>
                this.results.set(ownerOf(call), await sdkMember<LookUp>(call.name)(call.args)),
            ),
        );
    }

    declare({ type, name, inputs, ...options }: RecordedResource): void {
        const resource = new (sdkMember<ResourceClass>(type))(name, this.wire(inputs), {
            dependsOn: options.dependencies.map((key) => this.resource(key)),
            ignoreChanges: [...options.ignoreChanges],
            replaceOnChanges: [...options.replaceOnChanges],
            additionalSecretOutputs: [...options.additionalSecretOutputs],
            ...(options.deletedWith === "" ? {} : { deletedWith: this.resource(options.deletedWith) }),
            ...(options.customTimeouts === undefined ? {} : { customTimeouts: options.customTimeouts }),
        });
        this.resources.set(`${type}::${name}`, resource);
    }

    /** Puts outputs in the places of their tokens. */
    wire(value: unknown): pulumi.Input<unknown> {
        if (typeof value === "string") {
            const parts = [...value.matchAll(tokens)];
            if (parts.length === 0) {
                return value;
            }
            const found = parts.map(([, owner = "", property = ""]) => this.valueOf(owner, property));
            return parts[0]?.[0] === value
                ? found[0]
                : pulumi.all(found).apply((plain) => {
                      let index = 0;
                      return value.replace(tokens, () => String(plain[index++]));
                  });
        }
        if (Array.isArray(value)) {
            return value.map((item) => this.wire(item));
        }
        if (value === null || typeof value !== "object") {
            return value;
        }
        const entries = Object.entries(value);
        return entries.length === 1 && entries[0]?.[0] === "secret"
            ? pulumi.secret(this.wire(entries[0][1]))
            : Object.fromEntries(entries.map(([key, inner]) => [key, this.wire(inner)]));
    }

    private resource(key: string): pulumi.CustomResource {
        const resource = this.resources.get(key);
        if (resource === undefined) {
            throw new Error(`${key} is not declared yet`);
        }
        return resource;
    }

    /** The value that a token stands for, e.g. of the property `publicIps.0`. */
    private valueOf(owner: string, property: string): pulumi.Input<unknown> {
        const of = this.results.get(owner) ?? this.resultOf(this.waiting.get(owner), owner);
        const steps = property.split(".");
        if (of instanceof pulumi.CustomResource) {
            const value = at(of, steps[0] ?? "") as pulumi.Output<unknown>;
            return steps.length === 1 ? value : value.apply((plain) => steps.slice(1).reduce(at, plain));
        }
        const find = (plain: unknown) => steps.reduce(at, plain);
        return pulumi.Output.isInstance<unknown>(of) ? of.apply(find) : find(of);
    }

    /** Makes a look-up that waits for resources; without one, the owner is a resource. */
    private resultOf(call: RecordedCall | undefined, owner: string): unknown {
        if (call === undefined) {
            return this.resource(owner);
        }
        const before = call.dependencies.map((key) => this.resource(key).urn);
        const result = pulumi
            .all([this.wire(call.args), ...before])
            .apply(([args]) => sdkMember<LookUp>(call.name)(args));
        this.results.set(owner, result);
        return result;
    }
}

export default async () => {
    const file = process.env.STUDENT_LABS_BENCH_RECORDING ?? "";
    const recording = JSON.parse(fs.readFileSync(file, "utf8")) as Recording;
    const repetition = new Repetition();
    await repetition.lookUp(recording.calls);
    for (const resource of recording.resources) {
        repetition.declare(resource);
    }
    return repetition.wire(recording.outputs);
};
