import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type Client, type ServerChannel } from "ssh2";
import { checkCommand } from "../../emulator/providers/commandCheck.ts";
import { dial, type Connection } from "../../emulator/providers/sshDial.ts";
import { runScript, type Printed, type Script } from "../../emulator/providers/sshScript.ts";
import { newKey } from "../../emulator/machines/newKey.ts";

const rsa = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 });
const ed25519 = newKey();
const other = newKey();

const NEVER = new AbortController().signal;
const quiet = (): void => undefined;

/** What the recordings of the real provider do not cover, against a server that does as told. */
describe("the command stand-in's SSH client", () => {
    let server: ssh2.Server;
    let authenticate: (context: AuthContext) => void;
    let script: (channel: ServerChannel) => void;
    let connection: Connection;
    const clients: Client[] = [];

    before(async () => {
        server = new ssh2.Server({ hostKeys: [rsa.private, ed25519.private] }, (client) => {
            client.on("error", quiet);
            client.on("authentication", (context) => authenticate(context));
            client.on("session", (accept) => {
                accept().on("exec", (acceptExec) => script(acceptExec()));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        connection = { host: "127.0.0.1", port, user: "ubuntu", dialErrorLimit: 0, perDialTimeout: 15 };
    });
    beforeEach(() => {
        authenticate = (context) => context.accept();
    });
    after(() => {
        clients.forEach((client) => client.destroy());
        server.close();
    });

    const login = async (more: Partial<Connection>, signal = NEVER): Promise<Client> => {
        const client = await dial({ ...connection, ...more }, quiet, signal);
        clients.push(client);
        return client;
    };

    const run = async (more: Partial<Script> = {}, signal = NEVER): Promise<Printed> => {
        const nothing = { environment: {}, optionalEnvironment: {}, stdin: "", log: quiet };
        const client = await login({});
        return runScript(
            client,
            { command: "run", logStdout: true, logStderr: true, ...nothing, ...more },
            signal,
        );
    };

    it("answers a password, asked either way", async () => {
        for (const method of ["password", "keyboard-interactive"] as const) {
            const answers: string[] = [];
            authenticate = (context) => {
                if (context.method === "password" && method === "password") {
                    answers.push(context.password);
                    context.accept();
                } else if (context.method === "keyboard-interactive" && method === "keyboard-interactive") {
                    context.prompt([{ prompt: "Password:" }, { prompt: "Again:" }], (given) => {
                        answers.push(...given);
                        context.accept();
                    });
                } else {
                    context.reject([method]);
                }
            };
            await login({ password: "pa ss" });
            assert.ok(answers.length > 0 && answers.every((answer) => answer === "pa ss"), method);
        }
    });

    it("names the methods that were tried, in their order, and not the password", async () => {
        authenticate = (context) => context.reject(["password", "publickey"]);
        await assert.rejects(login({ password: "hush", privateKey: ed25519.private }), {
            message:
                "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, " +
                "attempted methods [none publickey password], no supported methods remain",
        });
    });

    it("knows a host by its key, of any type that the host has", async () => {
        await login({ hostKey: rsa.public });
        await login({ hostKey: ed25519.public });
        await assert.rejects(
            login({ hostKey: other.public }),
            /ssh: handshake failed: ssh: host key mismatch/,
        );
    });

    it("stops trying when the engine cancels or the time is over", async () => {
        authenticate = (context) => context.reject();
        const cancel = new AbortController();
        const trying = login({ dialErrorLimit: -1 }, cancel.signal);
        setTimeout(() => cancel.abort(), 50);
        await assert.rejects(trying, { message: "context canceled" });
        await assert.rejects(login({ dialErrorLimit: -1 }, AbortSignal.timeout(50)), {
            message: "context deadline exceeded",
        });
    });

    it("stops a script when the engine cancels", async () => {
        const cancel = new AbortController();
        script = () => setTimeout(() => cancel.abort(), 20);
        await assert.rejects(run({}, cancel.signal), { message: "context canceled" });
    });

    it("says when a session ends without an exit status", async () => {
        script = (channel) => {
            channel.write("so far\n");
            channel.close();
        };
        await assert.rejects(run(), {
            message:
                'wait: remote command exited without exit status or exit signal: running "run":\nso far\n',
        });
    });

    it("fails where the real provider hangs: a very long line that is logged", async () => {
        script = (channel) => {
            channel.exit(0);
            channel.end("x".repeat(70_000));
        };
        await assert.rejects(run(), /the real provider hangs for ever/);
        const printed = await run({ logStdout: false });
        assert.equal(printed.stdout.length, 70_000);
    });

    it("sends standard input as it is", async () => {
        const stdin = "LAB_PASSWORD='a b'\n".repeat(10_000);
        script = (channel) => {
            const received: Buffer[] = [];
            channel.on("data", (chunk: Buffer) => received.push(chunk));
            channel.on("end", () => {
                channel.exit(Buffer.concat(received).toString() === stdin ? 0 : 1);
                channel.end();
            });
        };
        await run({ stdin });
    });
});

describe("the command stand-in's check", () => {
    it("refuses ways to connect that it does not implement", () => {
        const connection = { host: "192.0.2.1", privateKey: "hush", proxy: { host: "192.0.2.2" } };
        const { failures = [] } = checkCommand({ connection });
        assert.deepEqual(
            failures.map(({ reason }) => reason),
            [
                "the pocket cloud's stand-in does not implement the input 'connection.proxy' of command:remote:Command",
            ],
        );
    });

    it("fills in the defaults of the connection", () => {
        const { inputs, failures } = checkCommand({ connection: { host: "192.0.2.1", port: 443 } });
        assert.equal(failures, undefined);
        const connection = {
            dialErrorLimit: 10,
            host: "192.0.2.1",
            perDialTimeout: 15,
            port: 443,
            user: "root",
        };
        assert.deepEqual(inputs, { connection });
    });
});
