import * as pulumi from "@pulumi/pulumi";
import * as net from "node:net";

/** Milliseconds that an agent on the same computer gets to take a connection. */
const patienceMs = 3000;

/** Why a socket takes no connection; `undefined` where it does. */
function refusalOf(socket: string): Promise<string | undefined> {
    return new Promise((resolve) => {
        const connection = net.connect({ path: socket });
        const done = (refusal: string | undefined) => {
            connection.destroy();
            clearTimeout(timer);
            resolve(refusal);
        };
        const timer = setTimeout(() => done("does not answer"), patienceMs);
        connection.once("connect", () => done(undefined));
        connection.once("error", ({ code, message }: NodeJS.ErrnoException) => done(code ?? message));
    });
}

/**
 * Refuses an SSH agent that is gone, before anything is created.
 *
 * The command provider asks the agent of `SSH_AUTH_SOCK` although it is given a key, and every lab fails where nobody
 * listens there any more (command 1.2.1, remote/connection.go): usual in tmux and after a re-connection.
 *
 * @param socket value of `SSH_AUTH_SOCK`; `undefined` or empty = no agent, which is fine
 * @throws RunError with the way out
 */
export async function checkSshAgent(socket: string | undefined): Promise<void> {
    if (socket === undefined || socket === "") {
        return;
    }
    const refusal = await refusalOf(socket);
    if (refusal !== undefined) {
        throw new pulumi.RunError(
            [
                "The SSH agent of this shell is gone, and no machine could be reached; nothing was created or changed.",
                `  SSH_AUTH_SOCK: ${JSON.stringify(socket)} takes no connection (${refusal}).`,
                "Run `unset SSH_AUTH_SOCK`, or start the agent again (`eval $(ssh-agent)`), then the same command again.",
            ].join("\n"),
        );
    }
}
