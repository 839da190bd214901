import { randomBytes } from "node:crypto";
import { checkCommand, COMMAND_INPUTS } from "./commandCheck.ts";
import { changedPaths, equal } from "./difference.ts";
import { refusal } from "./failure.ts";
import {
    UNKNOWN,
    type DiffResult,
    type OperationContext,
    type Properties,
    type ProviderDefinition,
    type ResourceHandler,
    type Value,
} from "./provider.ts";
import { dial, dialAgent, type Connection, type Endpoint } from "./sshDial.ts";
import { runScript } from "./sshScript.ts";
import { bytesOf, text } from "./wire.ts";

/**
 * Stand-in for the command provider 1.2.1: `command:remote:Command` over a real SSH connection. How the real provider
 * behaves is in the recordings (test/contracts) and in its source, provider/pkg/provider/remote.
 *
 * A limit: the real provider is the engine's child and has its `SSH_AUTH_SOCK`. The stand-in asks the engine's process for
 * it, which it can on Linux alone; elsewhere it connects to no agent.
 */
export const commandProvider: ProviderDefinition = commandProviderAt();

/** The same, for machines whose SSH server is reached elsewhere than at their own address (simulated machines). */
export function commandProviderAt(endpoint?: Endpoint): ProviderDefinition {
    return {
        name: "command",
        version: "1.2.1",
        config: [],
        resources: { "command:remote:Command": remoteCommand(endpoint) },
        functions: {},
    };
}

function remoteCommand(endpoint: Endpoint | undefined): ResourceHandler {
    const run = (command: Value, inputs: Properties, previous: Output, context: OperationContext) =>
        runCommand(command, inputs, previous, context, endpoint);
    return {
        inputs: COMMAND_INPUTS,
        refusesUnknownInputs: true,
        secretInputs: ["connection"],
        secretOutputs: ["connection"],
        check: checkCommand,
        diff: (_id, olds, news) => diffCommand(olds.inputs, news),
        create: async (inputs, context) => {
            const id = context.name + randomBytes(4).toString("hex");
            if (context.preview) {
                return { id, outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
            }
            const nothing: Output = { stdout: "", stderr: "" };
            return { id, outputs: { ...inputs, ...(await run(inputs["create"], inputs, nothing, context)) } };
        },
        read: async (id, { inputs, outputs }) => {
            if (outputs["connection"] === undefined) {
                throw new Error(refusal("the import of command:remote:Command"));
            }
            return { id, inputs, outputs };
        },
        update: async (_id, olds, news, context) => {
            if (context.preview) {
                return { ...news, stdout: UNKNOWN, stderr: UNKNOWN };
            }
            const previous: Output = { stdout: olds.outputs["stdout"], stderr: olds.outputs["stderr"] };
            return { ...news, ...(await run(news["update"] ?? news["create"], news, previous, context)) };
        },
        delete: async (_id, { outputs }, context) => {
            const previous: Output = { stdout: outputs["stdout"], stderr: outputs["stderr"] };
            await run(outputs["delete"], outputs, previous, context);
        },
    };
}

interface Output {
    readonly stdout: Value;
    readonly stderr: Value;
}

/**
 * Every changed input is an update; only triggers that appear or disappear replace. A changed element of the triggers
 * replaces because the Node SDK asks for it (`replaceOnChanges`). The connection is one secret: no path below it.
 */
function diffCommand(olds: Properties, news: Properties): DiffResult {
    const { connection: oldConnection, ...oldRest } = olds;
    const { connection, ...rest } = news;
    const paths = changedPaths(oldRest, rest);
    const replaces: string[] =
        (olds["triggers"] === undefined) === (news["triggers"] === undefined)
            ? []
            : paths.filter((path) => path === "triggers");
    const updates = paths.filter((path) => !replaces.includes(path));
    return { updates: equal(oldConnection, connection) ? updates : ["connection", ...updates], replaces };
}

/** Runs one of the scripts; without a script nothing runs, no connection is made, and the last output stays. */
async function runCommand(
    command: Value,
    inputs: Properties,
    previous: Output,
    context: OperationContext,
    endpoint: Endpoint | undefined,
): Promise<Output> {
    if (typeof command !== "string") {
        return previous;
    }
    const { logging } = inputs;
    await dialAgent(await context.engineVariable("SSH_AUTH_SOCK"));
    const client = await dial(
        inputs["connection"] as unknown as Connection,
        (line) => context.log("info", line, { status: true }),
        context,
        endpoint,
    );
    try {
        const printed = await runScript(
            client,
            {
                command,
                environment: (inputs["environment"] ?? {}) as Record<string, string>,
                optionalEnvironment: inputs["addPreviousOutputInEnv"] === false ? {} : variables(previous),
                stdin: typeof inputs["stdin"] === "string" ? inputs["stdin"] : "",
                logStdout: logging === undefined || logging === "stdout" || logging === "stdoutAndStderr",
                logStderr: logging === undefined || logging === "stderr" || logging === "stdoutAndStderr",
                log: (severity, line) => context.log(severity, line, { status: severity === "info" }),
            },
            // Only cancelling ends a script: in the real provider `customTimeouts` end neither a command that does not end
            // nor output without end, and there is no limit to what it keeps in memory.
            context.cancelled,
        );
        return { stdout: text(printed.stdout), stderr: text(printed.stderr) };
    } finally {
        // The real provider leaves the connection open until it exits; hosts that come and go are better off without.
        client.end();
    }
}

function variables({ stdout, stderr }: Output): Record<string, Buffer> {
    const all = { PULUMI_COMMAND_STDOUT: bytesOf(stdout), PULUMI_COMMAND_STDERR: bytesOf(stderr) };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value.length > 0));
}
