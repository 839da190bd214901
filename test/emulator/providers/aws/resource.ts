/**
 * The dull part of every resource type: check, diff, preview, partial failures, refresh. A type declares its inputs and
 * adds the AWS calls. The rules are those of pulumi-terraform-bridge and of terraform-provider-aws.
 */
import {
    PartialFailure,
    UNKNOWN,
    type CheckContext,
    type CheckFailure,
    type CheckResult,
    type OperationContext,
    type Properties,
    type ResourceHandler,
    type ResourceState,
} from "../provider.ts";
import { autoName } from "../naming.ts";
import type { Aws } from "./clients.ts";
import {
    changesOf,
    diffResult,
    importedInputs,
    notIgnored,
    refreshedInputs,
    type Change,
} from "./compare.ts";
import { describe } from "./errors.ts";
import { map, problems, string, type Fields } from "./schema.ts";
import { mergedTags } from "./tags.ts";
import { isObject, isZero, texts } from "./values.ts";

/** How a type names itself where the program is silent: `<logical name>-<7 hex>`. */
export interface AutoName {
    readonly field: string;
    readonly maxLength: number;
    /** Names of buckets are lower case. */
    readonly lowerCase?: true;
}
/** One call to a resource type. */
export interface Operation {
    readonly aws: Aws;
    readonly signal: AbortSignal;
    readonly name: string;
    /** Patience of so many seconds, cut short when the engine cancels. */
    patience(seconds: number): { readonly seconds: number; readonly signal: AbortSignal };
    warn(message: string): void;
}
/** What an update may look at. */
export interface Update extends Operation {
    readonly olds: Properties;
    readonly news: Properties;
    /** True if this input, or a part of it, changed. */
    readonly changed: (...inputs: readonly string[]) => boolean;
}

/** A resource type. */
export interface ResourceType {
    /** In messages, e.g. `EC2 Subnet`. */
    readonly noun: string;
    readonly fields: Fields;
    /** Outputs that are no inputs; unknown in a preview. */
    readonly outputs: readonly string[];
    readonly secretOutputs?: readonly string[];
    /** Has `tags` and `tagsAll`. */
    readonly tagged?: true;
    /** Belongs to no region (IAM, Route 53). */
    readonly global?: true;
    readonly autoName?: AutoName;
    /** For leaves that a second create would only find again (policy attachments and the like). */
    readonly deleteBeforeReplace?: true;
    /** Problems that need more than one input to see. */
    readonly check?: (inputs: Properties) => readonly CheckFailure[];
    /** Changes beyond the declared ones. */
    readonly customDiff?: (state: Properties, news: Properties) => readonly Change[];
    /** Outputs that these changed inputs make unknown in a preview of an update. */
    readonly unknownAfter?: (changed: (...inputs: readonly string[]) => boolean) => readonly string[];
    /**
     * Calls `created` as soon as the object exists: a later error then is a partial failure. What AWS tells only now
     * (the secret of a key) goes along.
     */
    create(
        inputs: Properties,
        operation: Operation,
        created: (id: string, told?: Properties) => void,
    ): Promise<string>;
    /** What AWS says; `undefined` if it is gone. Unreported properties keep their value, `null` ones are unset. */
    read(id: string, state: Properties, operation: Operation): Promise<Properties | undefined>;
    update?(id: string, update: Update): Promise<void>;
    delete(id: string, state: Properties, operation: Operation): Promise<void>;
}

const defaultsKey = "__defaults";

/** Serves a resource type with the clients that are configured by then. */
export function handler(type: ResourceType, aws: () => Aws): ResourceHandler {
    const fields: Fields = {
        ...type.fields,
        ...(type.tagged ? { tags: map(), tagsAll: map({ computed: true }) } : {}),
        ...(type.global ? {} : { region: string({ computed: true, forceNew: true }) }),
    };
    const operation = (context: OperationContext): Operation => ({
        aws: aws(),
        signal: context.signal,
        name: context.name,
        patience: (seconds) => ({ seconds, signal: context.signal }),
        warn: (message) => context.log("warning", message),
    });
    const read = async (
        id: string,
        state: Properties,
        context: OperationContext,
    ): Promise<Properties | undefined> => {
        const found = await failing(`reading ${type.noun} (${id})`, () =>
            type.read(id, state, operation(context)),
        );
        return found && merged(type, aws(), state, found);
    };

    return {
        inputs: [...Object.keys(type.fields), ...(type.tagged ? ["tags"] : [])],
        secretOutputs: type.secretOutputs,

        check: (news, context) => checked(type, fields, aws(), news, context),

        diff(_id, olds, news, context) {
            const changes = [
                ...changesOf(fields, olds.outputs, news),
                ...(type.customDiff?.(olds.outputs, news) ?? []),
            ];
            return diffResult(
                notIgnored(changes, context.ignoreChanges),
                type.deleteBeforeReplace ?? keepsName(type, olds, news),
            );
        },

        async create(inputs, context) {
            const given = withoutDefaults(inputs);
            if (context.preview) return { id: "", outputs: previewed(type, fields, given) };
            let id: string | undefined;
            let state = given;
            const created = (made: string, told: Properties = {}) => {
                id = made;
                state = { ...given, ...told };
            };
            try {
                id = await type.create(given, operation(context), created);
                const outputs = await read(id, state, context);
                if (!outputs) throw new Error("couldn't find resource");
                return { id, outputs };
            } catch (error) {
                const reason = `creating ${type.noun}${id === undefined ? "" : ` (${id})`}: ${describe(error)}`;
                if (id === undefined) throw new Error(reason, { cause: error });
                const outputs = (await read(id, state, context).catch(() => undefined)) ?? state;
                throw new PartialFailure({ id, outputs, inputs }, [reason]);
            }
        },

        async read(id, olds, context): Promise<ResourceState | undefined> {
            const outputs = await read(id, olds.outputs, context);
            if (!outputs) return undefined;
            const imported = Object.keys(olds.inputs).length === 0;
            const inputs = imported
                ? { ...importedInputs(fields, outputs), [defaultsKey]: [] }
                : refreshedInputs(fields, olds.inputs, outputs);
            return { id, outputs, inputs };
        },

        async update(id, olds, news, context) {
            const given = withoutDefaults(news);
            const changes = notIgnored(changesOf(fields, olds.outputs, given), context.ignoreChanges);
            const changed = (...inputs: readonly string[]) =>
                changes.some(({ path }) =>
                    inputs.some(
                        (input) =>
                            path === input || path.startsWith(`${input}.`) || path.startsWith(`${input}[`),
                    ),
                );
            if (context.preview) {
                const unknown = type.unknownAfter?.(changed) ?? [];
                return {
                    ...olds.outputs,
                    ...given,
                    ...Object.fromEntries(unknown.map((key) => [key, UNKNOWN])),
                };
            }
            try {
                if (!type.update) throw new Error("nothing of it can be updated");
                await type.update(id, { ...operation(context), olds: olds.outputs, news: given, changed });
            } catch (error) {
                throw new Error(`updating ${type.noun} (${id}): ${describe(error)}`, { cause: error });
            }
            const outputs = await read(id, { ...olds.outputs, ...given }, context);
            if (!outputs) throw new Error(`updating ${type.noun} (${id}): couldn't find resource`);
            return outputs;
        },

        async delete(id, olds, context) {
            await failing(`deleting ${type.noun} (${id})`, () =>
                type.delete(id, olds.outputs, operation(context)),
            );
        },
    };
}

/** Check of the bridge: default tags, region, auto-name, schema defaults, then validation. */
function checked(
    type: ResourceType,
    fields: Fields,
    aws: Aws,
    news: Properties,
    context: CheckContext,
): CheckResult {
    const inputs: Properties = {};
    for (const [key, value] of Object.entries(news))
        if (value !== undefined && value !== null) inputs[key] = value;
    const failures: CheckFailure[] = [];
    const defaults: string[] = [];
    if (type.tagged) {
        const tagsAll = mergedTags(aws.defaultTags, inputs.tags);
        if (tagsAll !== undefined) inputs.tagsAll = tagsAll;
    }
    if (!type.global && aws.configuredRegion !== undefined) inputs.region ??= aws.configuredRegion;
    for (const [key, field] of Object.entries(fields)) {
        if (inputs[key] !== undefined) continue;
        if (type.autoName?.field === key) {
            try {
                inputs[key] = newName(type.autoName, context);
                defaults.push(key);
            } catch (error) {
                failures.push({ property: key, reason: describe(error) });
            }
        } else if (field.default !== undefined) {
            inputs[key] = field.default;
            defaults.push(key);
        }
    }
    failures.push(...problems(fields, inputs), ...(type.check?.(inputs) ?? []));
    return { inputs: { ...inputs, [defaultsKey]: defaults }, failures };
}

/** An auto-name stays; a name that the program gave before and gives no longer does not. */
function newName({ field, maxLength, lowerCase }: AutoName, context: CheckContext): string {
    const name = lowerCase ? context.name.toLowerCase() : context.name;
    const olds = context.olds && texts(context.olds, defaultsKey).includes(field) ? context.olds : undefined;
    return autoName({ ...context, name, olds }, { max: maxLength, property: field });
}

/** A name that the program chose and keeps cannot exist twice: delete first (`nameRequiresDeleteBeforeReplace`). */
function keepsName(type: ResourceType, olds: { readonly inputs: Properties }, news: Properties): boolean {
    if (!type.autoName) return false;
    const { field } = type.autoName;
    return !texts(news, defaultsKey).includes(field) && olds.inputs[field] === news[field];
}

function withoutDefaults(inputs: Properties): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== defaultsKey));
}

/** Outputs of a preview: what the program gave; the rest AWS will tell. */
function previewed(type: ResourceType, fields: Fields, given: Properties): Properties {
    const outputs: Properties = {};
    for (const key of type.outputs) outputs[key] = UNKNOWN;
    for (const [key, field] of Object.entries(fields)) {
        if (given[key] !== undefined) outputs[key] = given[key];
        else if (field.computed) outputs[key] = UNKNOWN;
    }
    return outputs;
}

/** State as stored: what AWS reports over what was known; in the program's words where both mean the same. */
function merged(type: ResourceType, aws: Aws, state: Properties, found: Properties): Properties {
    const outputs: Properties = { ...state, ...(type.global ? {} : { region: aws.region }) };
    for (const [key, value] of Object.entries(found)) {
        if (value === null) delete outputs[key];
        else if (value !== undefined)
            outputs[key] = equivalent(type.fields, key, state, value) ? state[key] : value;
    }
    return outputs;
}

function equivalent(fields: Fields, key: string, state: Properties, value: Properties[string]): boolean {
    const field = fields[key];
    const before = state[key];
    if (!field || isZero(before) || isObject(before)) return false;
    return changesOf({ [key]: field }, { [key]: value }, { [key]: before }).length === 0;
}

async function failing<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
        return await call();
    } catch (error) {
        throw new Error(`${what}: ${describe(error)}`, { cause: error });
    }
}
