import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type AuthContext, type Client, type ServerChannel } from "ssh2";
import { commandProvider } from "../../emulator/providers/command.ts";
import { checkCommand } from "../../emulator/providers/commandCheck.ts";
import { variableOfListener } from "../../emulator/providers/engineEnvironment.ts";
import type { OperationContext, Properties } from "../../emulator/providers/provider.ts";
import { Session } from "../../emulator/providers/session.ts";
import { dial, dialAgent, type Connection, type DialLimits } from "../../emulator/providers/sshDial.ts";
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

    const login = async (more: Partial<Connection>, limits: Partial<DialLimits> = {}): Promise<Client> => {
        const client = await dial({ ...connection, ...more }, quiet, {
            signal: NEVER,
            cancelled: NEVER,
            ...limits,
        });
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
        const trying = login({ dialErrorLimit: -1 }, { signal: cancel.signal, cancelled: cancel.signal });
        setTimeout(() => cancel.abort(), 50);
        await assert.rejects(trying, { message: "context canceled" });
        await assert.rejects(login({ dialErrorLimit: -1 }, { signal: AbortSignal.timeout(50) }), {
            message: "context deadline exceeded",
        });
    });

    it("waits for a banner without a limit, as the real provider does, until the engine cancels", async () => {
        let connected = 0;
        const mute = net.createServer(() => (connected += 1));
        await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
        const { port } = mute.address() as AddressInfo;
        const cancel = new AbortController();
        const expiry = new AbortController();
        const trying = login(
            { perDialTimeout: 0.2, port },
            { signal: expiry.signal, cancelled: cancel.signal },
        );
        const ended = trying.then(
            () => "ended",
            () => "ended",
        );
        // The client speaks first, so it knows that it is connected.
        const [peer] = (await once(mute, "connection")) as [net.Socket];
        await once(peer, "data");
        // Both limits are over: perDialTimeout is for TCP, customTimeouts for what looks at them.
        expiry.abort(new DOMException("over", "TimeoutError"));
        assert.equal(await Promise.race([ended, sleep(400, "waiting")]), "waiting");
        cancel.abort();
        await assert.rejects(trying, { message: "context canceled" });
        assert.equal(connected, 1);
        mute.close();
    });

    it("connects to the engine's agent, and fails where nobody listens there", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agent-"));
        const socket = path.join(folder, "agent.sock");
        await assert.rejects(dialAgent(socket), {
            message: `dial unix ${socket}: connect: no such file or directory`,
        });
        const file = path.join(folder, "file");
        fs.writeFileSync(file, "");
        await assert.rejects(dialAgent(file), { message: `dial unix ${file}: connect: connection refused` });
        let asked = 0;
        const agent = net.createServer(() => (asked += 1)).listen(socket);
        await once(agent, "listening");
        await dialAgent(socket);
        await dialAgent(undefined);
        await dialAgent("");
        await new Promise((resolve) => agent.close(resolve));
        assert.equal(asked, 1);
        fs.rmSync(folder, { recursive: true });
    });

    it("finds the agent in the environment of the engine, not in its own", async function () {
        if (process.platform !== "linux") this.skip();
        const code =
            'const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
        const engine = spawn(process.execPath, ["-e", code], {
            env: { SSH_AUTH_SOCK: "/nowhere/agent=1.sock" },
            stdio: ["ignore", "pipe", "inherit"],
        });
        try {
            const [line] = (await once(engine.stdout, "data")) as [Buffer];
            const port = Number(line.toString());
            assert.equal(await variableOfListener(port, "SSH_AUTH_SOCK"), "/nowhere/agent=1.sock");
            assert.equal(await variableOfListener(port, "SSH_AUTH"), undefined);
            const session = new Session(commandProvider);
            assert.equal(await session.engineVariable("SSH_AUTH_SOCK"), undefined);
            session.attach(`127.0.0.1:${port}`);
            assert.equal(await session.engineVariable("SSH_AUTH_SOCK"), "/nowhere/agent=1.sock");
            session.close();
        } finally {
            engine.kill();
            await once(engine, "exit");
        }
        assert.equal(await variableOfListener(1, "SSH_AUTH_SOCK"), undefined);
    });

    it("fails a command for a dead agent before anything is dialed, and runs on when its time is over", async () => {
        const remote = commandProvider.resources["command:remote:Command"];
        const inputs = { connection: { ...connection, port: 1 }, create: "true" } as unknown as Properties;
        const operation: OperationContext = {
            urn: "urn:pulumi:s::p::command:remote:Command::ada",
            name: "ada",
            preview: false,
            ignoreChanges: [],
            log: quiet,
            signal: NEVER,
            cancelled: NEVER,
            engineVariable: (name) =>
                Promise.resolve(name === "SSH_AUTH_SOCK" ? "/nowhere/agent.sock" : undefined),
        };
        await assert.rejects(remote?.create(inputs, operation) ?? Promise.resolve(), {
            message: "dial unix /nowhere/agent.sock: connect: no such file or directory",
        });

        // A command that goes on after its customTimeouts: the real provider does not end it.
        const expiry = new AbortController();
        script = (channel) => {
            expiry.abort(new DOMException("over", "TimeoutError"));
            setTimeout(() => {
                channel.exit(0);
                channel.end("late");
            }, 50);
        };
        const made = await remote?.create(
            { ...inputs, connection: connection as unknown as Properties },
            {
                ...operation,
                signal: expiry.signal,
                engineVariable: () => Promise.resolve(undefined),
            },
        );
        assert.equal(made?.outputs?.["stdout"], "late");
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
