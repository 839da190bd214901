import * as pulumi from "@pulumi/pulumi";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { getCallbacks } from "@pulumi/pulumi/runtime/settings.js";
import program from "../../index.ts";
import { showSecrets } from "../secretsOnWire.ts";
import { answer, computed, type MockCloud } from "./mockCloud.ts";

/** A value that was sent to the engine as a secret. */
export interface Secret {
    readonly secret: unknown;
}

/** A resource as the program registered it. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    /** What the engine knows it by: types of all that it is in, its own type, its name. */
    readonly urn: string;
    /** Inputs as they went over the wire; secrets are `{ secret: value }`. */
    readonly inputs: Record<string, unknown>;
    /** `type::name` of the component it belongs to. */
    readonly parent: string;
    /** `type::name` of everything that it waits for, sorted. */
    readonly dependencies: readonly string[];
    readonly ignoreChanges: readonly string[];
    readonly replaceOnChanges: readonly string[];
    readonly deleteBeforeReplace: boolean;
    readonly deletedWith: string;
    readonly additionalSecretOutputs: readonly string[];
}

/** What a run of the program in mocks came to. */
export interface ClassInMocks {
    /** Sorted by URN. */
    readonly resources: readonly Registered[];
    /** The stack's outputs, resolved; secrets are plain here. */
    readonly outputs: {
        roster: Record<string, unknown>[];
        supportMachines: Record<string, unknown>[];
        classKey: string;
        readme: string;
    };
    /** True where the stack's output is a secret, by path, e.g. `roster[0].password`. */
    isSecret(path: string): Promise<boolean>;
    /** The one resource of that name and type; fails where there is none or more. `type` may be its last part. */
    the(name: string, type: string): Registered;
    ofType(type: string): readonly Registered[];
}

const short = (urn: string) => urn.split("::").slice(2).join("::").split("$").at(-1) ?? "";

interface RegisterRequest {
    getType(): string;
    getName(): string;
    getParent(): string;
    getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
    getDependenciesList(): string[];
    getIgnorechangesList(): string[];
    getReplaceonchangesList(): string[];
    getDeletebeforereplace(): boolean;
    getDeletedwith(): string;
    getAdditionalsecretoutputsList(): string[];
    getHooks(): { getOnErrorList(): string[] } | undefined;
}
type Callback = (error: null, response: object) => void;
interface HookRequest {
    getName(): string;
    getCallback(): { getToken(): string } | undefined;
}

let registered: Registered[] = [];
let cloud: MockCloud = {};
let hooks = new Map<string, string>();

// The mock monitor hands on neither dependencies nor options, shortens URNs, and knows error hooks as a feature but not
// as a call. Tests of order, of names and of failures need them as the engine has them.
const monitor = MockMonitor.prototype as unknown as {
    registerResource: (this: unknown, request: RegisterRequest, callback: Callback) => Promise<void>;
    registerErrorHook?: (request: HookRequest, callback: Callback) => void;
    newUrn: (parent: string, type: string, name: string) => string;
};

monitor.newUrn = (parent, type, name) => {
    const within = parent === "" ? "" : `${parent.split("::")[2]}$`;
    return `urn:pulumi:eu-west-1::student-labs::${within}${type}::${name}`;
};

monitor.registerErrorHook = (request, callback) => {
    hooks.set(request.getName(), request.getCallback()?.getToken() ?? "");
    callback(null, {});
};

/** Fails a resource as the engine does with `--continue-on-error`: tells its error hooks, then the program. */
async function fail(request: RegisterRequest, error: string, callback: Callback): Promise<void> {
    const calls = getCallbacks() as unknown as {
        _callbacks: Map<string, (request: Uint8Array) => Promise<unknown>>;
    };
    const told = new resourceProto.ErrorHookRequest();
    told.setName(request.getName());
    told.setType(request.getType());
    told.setFailedOperation("create");
    told.setErrorsList([error]);
    for (const hook of request.getHooks()?.getOnErrorList() ?? []) {
        await calls._callbacks.get(hooks.get(hook) ?? "")?.(told.serializeBinary());
    }
    const response = new resourceProto.RegisterResourceResponse();
    response.setResult(resourceProto.Result.FAIL);
    callback(null, response);
}

const original = monitor.registerResource;
monitor.registerResource = function (request, callback) {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    registered.push({
        type,
        name,
        urn: monitor.newUrn(parent, type, name),
        parent: short(parent),
        inputs: showSecrets(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
        dependencies: request.getDependenciesList().map(short).sort(),
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        deletedWith: short(request.getDeletedwith()),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    const error = cloud.fails?.[`${type.split(":").at(-1)} ${name}`];
    return error === undefined ? original.call(this, request, callback) : fail(request, error, callback);
};

/** Settings that are complete; tests add to them. */
export const settings = { students: ["Ada", "Grace"], allowedSshCidrs: ["130.88.0.0/16"] };

/** Settings as the engine hands them over: lists and maps as JSON, text as it is; `undefined` is left out. */
export function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return Object.fromEntries(
        given.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
}

/** The standard input of a command, which is a secret. */
export function stdinOf(command: Registered): string {
    return (command.inputs.stdin as Secret).secret as string;
}

/** The values at the start of a script's standard input, as they stand there, one a line. */
export function valuesOf(command: Registered): string[] {
    return stdinOf(command).split("# shellcheck")[0]?.trimEnd().split("\n") ?? [];
}

/** How many resources the last run of the program registered, also one that failed. */
export function registeredSoFar(): number {
    return registered.length;
}

/**
 * Runs the whole program with Pulumi's mocks.
 *
 * @param changes settings to add to {@link settings}; `undefined` takes one away
 * @param options what is unusual about the cloud; a preview
 * @throws what the program throws
 */
export async function declareClass(
    changes: Readonly<Record<string, unknown>> = {},
    options: MockCloud & { readonly preview?: boolean } = {},
): Promise<ClassInMocks> {
    // The SDK takes a stack trace for every promise, mapped to the sources: half the time of a run.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
        return await runProgram(changes, options);
    } finally {
        Error.stackTraceLimit = stackTraceLimit;
    }
}

async function runProgram(
    changes: Readonly<Record<string, unknown>>,
    options: MockCloud & { readonly preview?: boolean },
): Promise<ClassInMocks> {
    registered = [];
    hooks = new Map();
    cloud = options;
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                const given = inputs as Record<string, unknown>;
                return { id: `${name}-id`, state: { ...given, ...computed(options, type, name, given) } };
            },
            call: ({ token, inputs }) => answer(options, token, inputs as Record<string, unknown>),
        },
        "student-labs",
        "eu-west-1",
        options.preview ?? false,
    );
    const texts = Object.entries(asTexts({ ...settings, ...changes }));
    pulumi.runtime.setAllConfig(
        Object.fromEntries(texts.map(([key, text]) => [`student-labs:${key}`, text])),
    );

    const outputs = await program();
    const resolve = <T>(value: pulumi.Input<T>) =>
        new Promise<pulumi.Unwrap<T>>((done) => pulumi.output(value).apply((plain) => done(plain)));
    const resolved = (await resolve(outputs)) as unknown as ClassInMocks["outputs"];
    await pulumi.runtime.disconnect();
    // In an order that does not depend on which promise was settled first.
    const resources = registered.sort((one, other) => (one.urn < other.urn ? -1 : 1));

    const ofType = (type: string) =>
        resources.filter((one) => one.type === type || one.type.endsWith(`:${type}`));
    return {
        resources,
        outputs: resolved,
        ofType,
        the(name, type) {
            const found = ofType(type).filter((one) => one.name === name);
            if (found.length !== 1 || found[0] === undefined) {
                throw new Error(
                    `${found.length} resources ${type} ${name} among:\n${resources.map((r) => `${r.type} ${r.name}`).join("\n")}`,
                );
            }
            return found[0];
        },
        async isSecret(path) {
            const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
            const value = steps.reduce<unknown>((of, step) => (of as Record<string, unknown>)[step], outputs);
            return (
                pulumi.Output.isInstance(value) &&
                (await (value as unknown as { isSecret: Promise<boolean> }).isSecret)
            );
        },
    };
}
