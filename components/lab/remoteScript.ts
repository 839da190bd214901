import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type MachineScript, renderMachineScript } from "./machineScript.ts";

/** Inputs of {@link remoteScript}. */
export interface RemoteScriptArgs {
    readonly script: MachineScript;
    /** Address of the machine. A change runs the script again, there. */
    readonly host: pulumi.Input<string>;
    readonly port: number;
    /** Private key of the operator. */
    readonly privateKey: pulumi.Input<string>;
    /** The machine itself: another one makes the command anew, and when it goes, so does the command. */
    readonly machine: pulumi.CustomResource;
    /** Assignments before the script. A change runs the script again. */
    readonly values: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The account of the image that may become root. */
export const loginUser = "ubuntu";

/**
 * Runs a script on a machine as root, by SSH, now and whenever script or values change.
 *
 * - Script and values travel on standard input, which is a secret: what is in `create` shows in error messages.
 * - No logging: the engine would print the script's output in clear, and a line of more than 64 KiB hangs the provider.
 * - Triggered by the machine's id only, so that a changed script runs in place.
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
                user: loginUser,
                privateKey: args.privateKey,
                // The provider waits 5 s at most between attempts: 60 of them are more than 4 minutes, a slow boot.
                dialErrorLimit: 60,
                perDialTimeout: 15,
            },
            create: "sudo bash -s",
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
            customTimeouts: { create: "40m", update: "40m" },
        },
    );
}
