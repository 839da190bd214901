/**
 * The shape of a stand-in provider of the pocket cloud.
 *
 * A provider is a table of resource types and functions; `server.ts` serves it over the engine's gRPC protocol.
 * Values are plain JavaScript. Secrets arrive unwrapped: the engine itself marks outputs that share the name of a secret
 * input, and the Node SDK adds `additionalSecretOutputs`, as with the real providers. A value that is not known yet
 * (during a preview) is {@link UNKNOWN}.
 */

/** Stands for a value that a preview does not know yet. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/**
 * An asset as the engine hands it over: a file of the operator's machine, or text. `diff` sees only its hash: the engine
 * leaves path and text out there.
 */
export interface Asset {
    readonly kind: "asset" | "archive";
    readonly path?: string;
    readonly text?: string;
    readonly uri?: string;
    /** SHA-256 that the engine computed; a change of it is a change of the input. */
    readonly hash: string;
}

export type Value =
    | string
    | number
    | boolean
    | null
    | undefined
    | typeof UNKNOWN
    | Asset
    | Value[]
    | { [key: string]: Value };
export type Properties = Record<string, Value>;

export interface CheckContext {
    readonly urn: string;
    /** Logical name of the resource, e.g. `ada-machine`. */
    readonly name: string;
    /** Seed that the engine hands out, for auto-naming that is stable within one operation. */
    readonly randomSeed: Buffer;
    /** Inputs of the last successful check, `undefined` for a new resource. */
    readonly olds?: Properties;
    /** Sends a line to the engine's display. */
    log?(severity: "info" | "warning" | "error", message: string): void;
}
export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}
export interface CheckResult {
    readonly inputs: Properties;
    readonly failures?: readonly CheckFailure[];
}
export interface DiffResult {
    /** Property paths that change in place, e.g. `tags.Name`. */
    readonly updates: readonly string[];
    /** Property paths whose change replaces the resource. */
    readonly replaces: readonly string[];
    readonly deleteBeforeReplace?: boolean;
    /**
     * `false`: name only the changed properties, without paths and kinds, as providers made with Pulumi's Terraform
     * bridge for plugin-framework resources do (random, tls).
     */
    readonly detailed?: boolean;
}
export interface ResourceState {
    readonly id: string;
    readonly outputs: Properties;
    /** For imports and refreshes: the inputs that describe what was found. */
    readonly inputs?: Properties;
}

/** Thrown by `create` or `update` when the object exists but did not become whole; the engine stores it (init error). */
export class PartialFailure extends Error {
    readonly state: ResourceState;
    readonly reasons: readonly string[];

    constructor(state: ResourceState, reasons: readonly string[]) {
        super(reasons.join("; "));
        this.state = state;
        this.reasons = reasons;
    }
}

export interface OperationContext {
    readonly urn: string;
    readonly name: string;
    readonly preview: boolean;
    /** Inputs that the engine ignores changes of. */
    readonly ignoreChanges: readonly string[];
    /**
     * Sends a line to the engine's display, as the real providers do. A `status` line is shown while the operation runs
     * and is not kept among the diagnostics.
     */
    log(
        severity: "debug" | "info" | "warning" | "error",
        message: string,
        options?: { readonly status?: boolean },
    ): void;
    /** Aborted when the engine cancels, goes away, or the resource's `customTimeouts` are over. */
    readonly signal: AbortSignal;
    /** The same without the timeouts, for what a real provider does not end by them. */
    readonly cancelled: AbortSignal;
    /** A variable of the engine, whose child a real provider is; `undefined` where it is not set or cannot be known. */
    engineVariable(name: string): Promise<string | undefined>;
}

export interface ResourceHandler {
    /** Every input that is implemented. The server refuses any other, naming type and input. */
    readonly inputs: readonly string[];
    /** `check` itself refuses unknown inputs, in the words of the real provider. */
    readonly refusesUnknownInputs?: boolean;
    /** Inputs and outputs that the real provider itself marks as secret, whatever the program says. */
    readonly secretInputs?: readonly string[];
    readonly secretOutputs?: readonly string[];
    check?(news: Properties, context: CheckContext): Promise<CheckResult> | CheckResult;
    diff(
        id: string,
        olds: { readonly inputs: Properties; readonly outputs: Properties },
        news: Properties,
        context: OperationContext,
    ): Promise<DiffResult> | DiffResult;
    /** Also called in a preview (`context.preview`), where it must change nothing and leave unknown what it cannot know. */
    create(inputs: Properties, context: OperationContext): Promise<ResourceState>;
    /** Answers `undefined` when the object is gone. */
    read(
        id: string,
        olds: { readonly inputs: Properties; readonly outputs: Properties },
        context: OperationContext,
    ): Promise<ResourceState | undefined>;
    update(
        id: string,
        olds: { readonly inputs: Properties; readonly outputs: Properties },
        news: Properties,
        context: OperationContext,
    ): Promise<Properties>;
    delete(
        id: string,
        olds: { readonly inputs: Properties; readonly outputs: Properties },
        context: OperationContext,
    ): Promise<void>;
}

export interface FunctionHandler {
    /** Every argument that is implemented. The server refuses any other. */
    readonly inputs: readonly string[];
    call(args: Properties): Promise<Properties>;
}

export interface ProviderDefinition {
    /** Package name: `aws`, `random`, `tls`, `command`. */
    readonly name: string;
    /** Version that the engine is told: that of the SDK in package.json. */
    readonly version: string;
    /** Provider configuration keys that are implemented; any other is refused. */
    readonly config: readonly string[];
    /**
     * Values are text as in the stack's configuration, except lists and objects (`aws:defaultTags`), which are decoded.
     * Called once for each engine that connects; two engines can be connected at the same time, so a definition that
     * keeps its configuration is served as a function that makes one (`serveProvider(() => definition)`).
     */
    configure?(config: Properties): Promise<void> | void;
    readonly resources: Readonly<Record<string, ResourceHandler>>;
    readonly functions: Readonly<Record<string, FunctionHandler>>;
}
