import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type MachineScript, renderMachineScript } from "./machineScript.ts";

/** Inputs of {@link remoteScript}. */
export interface RemoteScriptArgs {
    readonly script: MachineScript;
    /** Address of the machine. A change runs the script again, there. */
    readonly host: pulumi.Input<string>;
    readonly port: number;
    /**
     * Host key that the machine must have, `ssh-ed25519 AAAA...`. Another one that answers is sent nothing: neither script
     * nor values. A change runs the script again.
     */
    readonly hostKey: pulumi.Input<string>;
    /** Private key of the operator. */
    readonly privateKey: pulumi.Input<string>;
    /** The machine itself: another one makes the command anew, and when it goes, so does the command. */
    readonly machine: pulumi.CustomResource;
    /** Assignments before the script. A change runs the script again. */
    readonly values: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The account of the image that may become root. */
export const loginUser = "ubuntu";

/** Minutes that a script may take on a machine: the slowest first bootstrap that was seen took under ten. */
const limitMinutes = 30;

/** Bytes of a script's output that are taken; the rest is read and thrown away. */
const longestOutput = { stdout: 64 * 1024, stderr: 16 * 1024 };

/** Drops what a terminal would obey: control characters but tab and newline, those of two bytes (C1) too. */
const clean = (bytes: number) =>
    `{ head -c ${bytes}; cat >/dev/null; } | LC_ALL=C tr -d "\\000-\\010\\013-\\037\\177" | LC_ALL=C sed "s/\\xc2[\\x80-\\x9f]//g"`;

/**
 * What is sent to a machine: a shell of root's that reads the script, with limits in time and in output.
 *
 * The provider has neither: a script that never ends, or prints for ever, holds the whole `up` (command 1.2.1, tried; the
 * engine's `customTimeouts` do not end it). They are kept on the machine, so they hold for whatever goes wrong there, and
 * not for a student who rebuilds sshd or sudo: docs/security.md, docs/troubleshooting.md. The student may have another login
 * shell: bash is asked for by name.
 */
export const remoteCommand =
    `exec bash -c 'sudo timeout --kill-after=30 ${limitMinutes}m bash -s ` +
    `> >(${clean(longestOutput.stdout)}) 2> >(${clean(longestOutput.stderr)} >&2)'`;

/**
 * Runs a script on a machine as root, by SSH, now and whenever script or values change.
 *
 * - Script and values travel on standard input, which is a secret: what is in `create` shows in error messages.
 * - No logging: the engine would print the script's output in clear, and a line of more than 64 KiB hangs the provider.
 * - Triggered by the machine's id only, so that a changed script runs in place.
 * - Only to the machine whose host key is known: without one the provider takes any (`InsecureIgnoreHostKey`).
 * - No `delete` script: the connection that is in state may be of a machine that is stopped.
 */
export function remoteScript(
    name: string,
    args: RemoteScriptArgs,
    opts: pulumi.CustomResourceOptions,
): command.remote.Command {
    const stdin = pulumi.secret(
        pulumi.output(args.values).apply((values) => renderMachineScript(args.script, values)),
    );
    return new command.remote.Command(
        name,
        {
            connection: {
                host: args.host,
                port: args.port,
                hostKey: args.hostKey,
                user: loginUser,
                privateKey: args.privateKey,
                // The provider waits 5 s at most between attempts: 60 of them are more than 4 minutes, a slow boot.
                dialErrorLimit: 60,
                perDialTimeout: 15,
            },
            create: remoteCommand,
            stdin,
            triggers: [args.machine.id],
            logging: command.remote.Logging.None,
            // sshd of Ubuntu takes no such variables and the provider would warn of it.
            addPreviousOutputInEnv: false,
        },
        {
            ...opts,
            deletedWith: args.machine,
            additionalSecretOutputs: ["stdout", "stderr"],
        },
    );
}
