import { asNumber, changedFromState, failure } from "./bridge.ts";
import { bcryptHash, randomPassword, type PasswordRules } from "./password.ts";
import {
    UNKNOWN,
    type CheckContext,
    type CheckResult,
    type Properties,
    type ProviderDefinition,
    type ResourceHandler,
} from "./provider.ts";
import { randomId } from "./randomId.ts";
import { withoutUndefined } from "./wire.ts";

const NUMBERS = ["length", "minLower", "minUpper", "minNumeric", "minSpecial"] as const;

/** The word that is the id of every password. */
const ID = "none";
const META = '{"schema_version":"3"}';

/** Stand-in for the random provider 4.21: `RandomPassword` and `RandomId`. */
export const randomProvider: ProviderDefinition = {
    name: "random",
    version: "4.21.2",
    config: [],
    resources: {
        "random:index/randomId:RandomId": randomId,
        "random:index/randomPassword:RandomPassword": password(),
    },
    functions: {},
};

function password(): ResourceHandler {
    return {
        inputs: [
            ...NUMBERS,
            ...["lower", "upper", "number", "numeric", "special", "overrideSpecial", "keepers"],
        ],
        secretOutputs: ["bcryptHash", "result"],
        check: checkPassword,
        diff: (_id, { outputs }, news) => {
            // Compared with the state, as Terraform does: an argument set to its default is no change.
            const planned = plan(news);
            return { updates: [], replaces: changedFromState(outputs, planned), detailed: false };
        },
        create: async (inputs, { preview }) => {
            const planned = withoutUndefined(plan(inputs));
            if (preview) {
                return { id: ID, outputs: { ...planned, id: UNKNOWN, result: UNKNOWN, bcryptHash: UNKNOWN } };
            }
            const result = randomPassword(planned as unknown as PasswordRules);
            return { id: ID, outputs: await state(planned, result) };
        },
        read: async (id, { inputs, outputs }) => {
            if (outputs["result"] !== undefined) {
                return { id, inputs, outputs };
            }
            // An import: the id is the password itself.
            const length = [...id].length;
            const classes = { lower: true, number: true, numeric: true, special: true, upper: true };
            const found = { length, ...classes };
            return { id: ID, inputs: found, outputs: await state(withoutUndefined(plan(found)), id) };
        },
        update: async () => {
            throw new Error("a RandomPassword is never updated: every argument replaces it");
        },
        delete: async () => undefined,
    };
}

async function state(planned: Properties, result: string): Promise<Properties> {
    return { ...planned, __meta: META, id: ID, result, bcryptHash: await bcryptHash(result) };
}

/** The arguments with their defaults. `number` is the old name of `numeric`; they follow each other. */
function plan(inputs: Properties): Properties {
    const { number, numeric, lower, upper, special, overrideSpecial, keepers } = inputs;
    if (typeof number === "boolean" && typeof numeric === "boolean" && number !== numeric) {
        throw new Error(
            "1 error occurred:\n\t* : Number and numeric are both configured with different values - " +
                "Number is deprecated, use numeric instead\n\n",
        );
    }
    const digits = numeric ?? number ?? true;
    return {
        ...Object.fromEntries(NUMBERS.map((name) => [name, asNumber(inputs[name] ?? 0)])),
        lower: lower ?? true,
        upper: upper ?? true,
        special: special ?? true,
        number: digits,
        numeric: digits,
        overrideSpecial,
        keepers,
    };
}

function checkPassword(news: Properties, context: CheckContext): CheckResult {
    for (const name of NUMBERS) {
        const value = asNumber(news[name]);
        if (value !== undefined && value !== UNKNOWN && typeof value !== "number") {
            // The bridge's own words; here the real provider's call fails as a whole.
            throw new Error(
                `cannot encode resource inputs to call ValidateResourceConfig: objectEncoder failed on property ` +
                    `"${name}": Expected a Number, got resource.PropertyValue{V:${JSON.stringify(news[name])}} true`,
            );
        }
    }
    if (news["number"] !== undefined) {
        const hint = "**NOTE**: This is deprecated, use `numeric` instead.";
        context.log?.("warning", `[WARNING] property "number" is deprecated: ${hint}`);
    }
    return { inputs: news, failures: problems(news, context.name).map(failure) };
}

function problems(news: Properties, name: string): string[] {
    const at = (input: string): string => `Examine values at '${name}.${input}'.`;
    const length = asNumber(news["length"]);
    if (length === undefined) {
        return [
            "Missing required property 'length': The length of the string desired. The minimum value for length is 1 and, " +
                "length must also be >= (`min_upper` + `min_lower` + `min_numeric` + `min_special`).",
        ];
    }
    const found: string[] = [];
    if (typeof length === "number") {
        if (!Number.isInteger(length)) {
            return [
                "Configuration Read Error. An unexpected error was encountered trying to convert an attribute value from " +
                    "the configuration. This is always an error in the provider. Please report the following to the " +
                    `provider developer:\n\nError: Value %!s(*big.Float=${length}) is not an integer.. ${at("length")}`,
            ];
        }
        const invalid = "Invalid Attribute Value. Attribute length value must be at least";
        if (length < 1) {
            found.push(`${invalid} 1, got: ${length}. ${at("length")}`);
        }
        if (length < smallestLength(news)) {
            const sum = "sum of min_upper + min_lower + min_numeric + min_special";
            found.push(`${invalid} ${sum}, got: ${length}. ${at("length")}`);
        }
    }
    const digits = news["numeric"] === undefined ? "number" : "numeric";
    if (["special", "upper", "lower", digits].every((input) => news[input] === false)) {
        found.push(
            "Invalid Attribute Combination. At least one attribute out of [special,upper,lower,numeric] must be " +
                `specified as true. ${at(digits)}`,
        );
    }
    return found;
}

function smallestLength(news: Properties): number {
    const [, ...smallest] = NUMBERS.map((name) => asNumber(news[name]));
    return smallest.reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0);
}
