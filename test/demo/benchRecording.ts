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
    readonly additionalSecretOutputs: readonly string[];
    /** `type::name`, or empty. */
    readonly deletedWith: string;
    readonly customTimeouts?: pulumi.CustomTimeouts;
}

/** A look-up as a program made it. */
export interface RecordedCall {
    /** e.g. `aws:index/getRegion:getRegion` */
    readonly name: string;
    readonly args: Readonly<Record<string, unknown>>;
}

/** Everything that a program asked of the engine. */
export interface Recording {
    readonly calls: readonly RecordedCall[];
    /** Without components, in the order of registration. */
    readonly resources: readonly RecordedResource[];
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Stands in a recording for a property of a resource (`type::name`) or of a look-up's result. */
export function token(owner: string, property: string): string {
    return `⟦${owner}#${property}⟧`;
}

/** Finds tokens: owner, then property. */
export const tokens = /⟦([^#⟧]+)#([^⟧]+)⟧/g;

const packages: Readonly<Record<string, unknown>> = { aws, command, random, tls };

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
