import { refusal } from "./failure.ts";
import { UNKNOWN, type CheckFailure, type CheckResult, type Properties, type Value } from "./provider.ts";

type Kind = "string" | "bool" | "number" | "int" | "list" | "texts" | "connection";

/** Inputs of `command:remote:Command`, all of them. */
const INPUTS: Readonly<Record<string, Kind>> = {
    addPreviousOutputInEnv: "bool",
    connection: "connection",
    create: "string",
    delete: "string",
    environment: "texts",
    logging: "string",
    stdin: "string",
    triggers: "list",
    update: "string",
};

const CONNECTION: Readonly<Record<string, Kind>> = {
    agentSocketPath: "string",
    dialErrorLimit: "int",
    host: "string",
    hostKey: "string",
    password: "string",
    perDialTimeout: "int",
    port: "number",
    privateKey: "string",
    privateKeyPassword: "string",
    proxy: "connection",
    user: "string",
};

/** Ways to connect that the real provider has and the stand-in has not. */
const REFUSED_CONNECTION: readonly string[] = ["agentSocketPath", "privateKeyPassword", "proxy"];

const CONNECTION_DEFAULTS: Properties = { dialErrorLimit: 10, perDialTimeout: 15, port: 22, user: "root" };

/** Names of Go's types in the real provider's messages. */
const GO_TYPES: Readonly<Record<Kind, string>> = {
    string: "string",
    bool: "bool",
    number: "float64",
    int: "int",
    list: "[]interface {}",
    texts: "map[string]string",
    connection: "map[string]interface {}",
};

/** Names of the inputs that the stand-in implements. */
export const COMMAND_INPUTS: readonly string[] = Object.keys(INPUTS);

/** Checks the inputs of a remote command and fills in the defaults of its connection, in the real provider's words. */
export function checkCommand(news: Properties): CheckResult {
    const failures: CheckFailure[] = [];
    const owner = "remote.CommandInputs";
    for (const [name, value] of Object.entries(news)) {
        const kind = INPUTS[name];
        if (kind === undefined) {
            failures.push({ property: name, reason: `Unrecognized field '${name}' on '${owner}'` });
        } else if (kind === "texts" && isObject(value)) {
            failures.push(...textFailures(name, value, owner));
        } else if (!isKind(value, kind)) {
            failures.push({ property: name, reason: wrongType(name, owner, kind, value) });
        }
    }
    const { connection } = news;
    if (connection === undefined) {
        const reason = `Missing required field 'connection' on '${owner}'`;
        failures.push({ property: "connection", reason });
    } else if (isObject(connection)) {
        failures.push(...connectionFailures(connection));
    }
    if (failures.length > 0 || !isObject(connection)) {
        return { inputs: news, failures };
    }
    return { inputs: { ...news, connection: { ...CONNECTION_DEFAULTS, ...connection } } };
}

function textFailures(name: string, values: Properties, owner: string): CheckFailure[] {
    return Object.entries(values)
        .filter(([, value]) => !isKind(value, "string"))
        .map(([key, value]) => {
            const field = `${name}[${key}] value`;
            return { property: field, reason: wrongType(field, owner, "string", value) };
        });
}

function connectionFailures(connection: Properties): CheckFailure[] {
    const owner = "remote.Connection";
    const problems: string[] = [];
    for (const [name, value] of Object.entries(connection)) {
        const kind = CONNECTION[name];
        if (kind === undefined) {
            problems.push(`${name}: Unrecognized field '${name}' on '${owner}'`);
        } else if (!isKind(value, kind)) {
            problems.push(`${name}: ${wrongType(name, owner, kind, value)}`);
        }
    }
    if (connection["host"] === undefined) {
        problems.push(`host: Missing required field 'host' on '${owner}'`);
    }
    const refused = REFUSED_CONNECTION.filter((name) => connection[name] !== undefined).map((name) => ({
        property: "",
        reason: refusal(`the input 'connection.${name}' of command:remote:Command`),
    }));
    if (problems.length === 0) {
        return refused;
    }
    const count = `${problems.length} failures decoding:`;
    const reason = `An error occurred decoding 'CommandInputs.connection': ${[count, ...problems].join("\n\t")}`;
    return [{ property: "connection", reason }, ...refused];
}

function wrongType(name: string, owner: string, wanted: Kind, value: Value): string {
    return `Field '${name}' on '${owner}' must be a '${GO_TYPES[wanted]}'; got '${GO_TYPES[kindOf(value)]}' instead`;
}

function isKind(value: Value, kind: Kind): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    switch (kind) {
        case "int":
            return typeof value === "number";
        case "texts":
        case "connection":
            return isObject(value);
        default:
            return kindOf(value) === kind;
    }
}

function kindOf(value: Value): Kind {
    switch (typeof value) {
        case "string":
            return "string";
        case "boolean":
            return "bool";
        case "number":
            return "number";
        default:
            return Array.isArray(value) ? "list" : "connection";
    }
}

function isObject(value: Value): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
