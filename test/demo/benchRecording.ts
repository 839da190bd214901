import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

/** A resource as a program registered it. */
export interface RecordedResource {
    readonly type: string;
    readonly name: string;
    /** Outputs of other resources are {@link token}s in it; secrets are `{ secret: value }`. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** `type::name` of everything that it waits for. */
    readonly dependencies: readonly string[];
    readonly ignoreChanges: readonly string[];
    readonly replaceOnChanges: readonly string[];
    readonly additionalSecretOutputs: readonly string[];
    /** `type::name`, or empty. */
    readonly deletedWith: string;
    readonly customTimeouts?: pulumi.CustomTimeouts;
}

/** A look-up as a program made it. */
export interface RecordedCall {
    /** e.g. `aws:index/getRegion:getRegion` */
    readonly name: string;
    /** Outputs of resources are {@link token}s in it: it was made when those were known. */
    readonly args: Readonly<Record<string, unknown>>;
    /**
     * `type::name` of everything that it waits for, as far as that is seen: what all that use its result wait for, which is
     * that, or a little more.
     */
    readonly dependencies: readonly string[];
}

/** Everything that a program asked of the engine. */
export interface Recording {
    /** In the order in which they were made, each once. */
    readonly calls: readonly RecordedCall[];
    /** Without components, in the order of registration. */
    readonly resources: readonly RecordedResource[];
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Owner of a look-up's result in {@link token}s: from what is asked, as the order is chance where look-ups wait for outputs. */
export function ownerOf({ name, args }: Pick<RecordedCall, "name" | "args">): string {
    const question = JSON.stringify([name, Object.entries(args).sort()]);
    return `${name} ${createHash("sha256").update(question).digest("hex").slice(0, 16)}`;
}

/**
 * Stands in a recording for a property of a resource (`type::name`) or of a look-up's result ({@link ownerOf}); an item of a
 * list is `property.index`.
 */
export function token(owner: string, property: string): string {
    return `⟦${owner}#${property}⟧`;
}

/** Finds tokens: owner, then property. */
export const tokens = /⟦([^#⟧]+)#([^⟧]+)⟧/g;

/** Owners of all tokens in a value. */
export function ownersIn(value: unknown): string[] {
    return [...JSON.stringify(value).matchAll(tokens)].map(([, owner = ""]) => owner);
}

const packages: Readonly<Record<string, unknown>> = { aws, command, pulumi, random, tls };

/**
 * The class or function of the SDK behind a type or look-up, e.g. `aws.ec2.Vpc` for `aws:ec2/vpc:Vpc`.
 *
 * @throws Error where there is none
 */
export function sdkMember<T>(type: string): T {
    const [packageName = "", module = "", name = ""] = type.split(":");
    const folder = module.split("/")[0] ?? "";
    const steps = folder === "index" ? [name] : [folder, name];
    const member = steps.reduce<unknown>(
        (of, step) => (of as Record<string, unknown> | undefined)?.[step],
        packages[packageName],
    );
    if (typeof member !== "function") {
        throw new Error(`${type} is not in the SDKs`);
    }
    return member as T;
}

/**
 * Compares what two programs ask the engine for, whatever the order in which independent requests arrive.
 *
 * @throws AssertionError where that differs
 */
export function compare(one: Recording, other: Recording): void {
    const resourcesOf = ({ resources }: Recording) =>
        Object.fromEntries(resources.map((resource) => [`${resource.type}::${resource.name}`, resource]));
    const callsOf = ({ calls }: Recording) =>
        Object.fromEntries(calls.map((call) => [ownerOf(call), call] as const).sort());
    const [left, right] = [resourcesOf(one), resourcesOf(other)];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
        assert.deepEqual(left[key], right[key], `the programs declare ${key} differently`);
    }
    assert.deepEqual(one.outputs, other.outputs, "the programs have other outputs");
    assert.deepEqual(callsOf(one), callsOf(other), "the programs look up other things");
}
