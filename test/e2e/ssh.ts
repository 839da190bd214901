import { Client, type ConnectConfig } from "ssh2";

/** Who logs in where. The host key is not checked: the hosts of a test are minutes old. */
export interface Login {
    readonly host: string;
    readonly port?: number;
    readonly username: string;
    readonly password?: string;
    readonly privateKey?: string;
    /** Socket of an agent that is forwarded. */
    readonly agent?: string;
}

/** What a remote command left. */
export interface RemoteResult {
    /** Exit code, or -1 if the connection ended or a signal did it. */
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Logs in, runs one command with `stdin` and waits for its end. Rejects if the login is refused. */
export async function ssh(login: Login, command: string, stdin = ""): Promise<RemoteResult> {
    const client = await connect(login);
    try {
        return await new Promise<RemoteResult>((resolve, reject) => {
            let code = -1;
            let [stdout, stderr] = ["", ""];
            client.on("close", () => resolve({ code, stdout, stderr }));
            client.exec(command, (error, channel) => {
                if (error) {
                    reject(error);
                    return;
                }
                channel.on("data", (data: Buffer) => (stdout += data.toString()));
                channel.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
                channel.on("exit", (exit: number | null) => (code = exit ?? -1));
                channel.on("close", () => resolve({ code, stdout, stderr }));
                channel.on("error", () => undefined);
                channel.end(stdin);
            });
        });
    } finally {
        client.end();
    }
}

/** Says whether a login is accepted; any other trouble (no answer, no host) rejects. */
export async function mayLogIn(login: Login): Promise<boolean> {
    try {
        (await connect(login)).end();
        return true;
    } catch (error) {
        if ((error as { level?: string }).level === "client-authentication") {
            return false;
        }
        throw error;
    }
}

function connect(login: Login): Promise<Client> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        const { agent, ...rest } = login;
        const config: ConnectConfig = { ...rest, port: login.port ?? 22, readyTimeout: 20_000 };
        client.on("ready", () => resolve(client));
        client.on("error", reject);
        client.connect(agent === undefined ? config : { ...config, agent, agentForward: true });
    });
}
