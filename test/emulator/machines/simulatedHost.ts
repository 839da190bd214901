import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from "ssh2";
import { scriptValues } from "./machineScriptValues.ts";
import { cloudConfigIn, type MachineSpec, type MachineStatus } from "./machines.ts";
import { newKey } from "./newKey.ts";

/** What every answer of a simulated machine begins with. */
export const SIMULATED = "simulated machine: nothing is executed here";

/** Reading more than this from one command would be a mistake of the caller. */
const MAX_INPUT = 4 * 1024 * 1024;

/**
 * One simulated machine: an SSH server that knows the keys and the password which a real one would know. The password
 * is kept as a salted hash only.
 */
export class SimulatedHost {
    status: MachineStatus = "stopped";
    endpoint: { host: string; port: number } | undefined;
    address: string;
    private readonly hostKey: string;
    private readonly salt = randomBytes(16);
    private password: Buffer | undefined;
    private operatorKeys: readonly string[] = [];
    private server: ssh2.Server | undefined;
    private readonly connections = new Set<Connection>();

    readonly spec: MachineSpec;

    constructor(spec: MachineSpec) {
        this.spec = spec;

        this.address = spec.address;
        // As cloud-init does: the key of the user data, or one of its own.
        this.hostKey = cloudConfigIn(spec.userData)?.ssh_keys?.ed25519_private ?? newKey().private;
    }

    /** Listens on port 22 of the address, or where it can: see sshEndpoint of the supervisor. */
    async start(address: string): Promise<void> {
        if (this.status === "running") {
            throw new Error(`${this.spec.id} runs already`);
        }
        this.address = address;
        // Port 22 needs a right, and macOS has no loopback address but 127.0.0.1.
        const places = [
            { host: address, port: 22 },
            { host: address, port: 0 },
            { host: "127.0.0.1", port: 0 },
        ];
        for (const place of places) {
            const server = new ssh2.Server({ hostKeys: [this.hostKey] }, (connection) =>
                this.accept(connection),
            );
            const failure = await new Promise<Error | undefined>((resolve) => {
                server.once("error", resolve);
                server.listen(place.port, place.host, () => resolve(undefined));
            });
            if (!failure) {
                this.server = server;
                this.endpoint = { host: place.host, port: (server.address() as AddressInfo).port };
                this.status = "running";
                return;
            }
        }
        throw new Error(`${this.spec.id} cannot listen anywhere on this machine`);
    }

    /** Closes the server and what is connected to it; keys and password stay. */
    async stop(): Promise<void> {
        this.status = "stopped";
        this.endpoint = undefined;
        const server = this.server;
        this.server = undefined;
        if (server) {
            const closed = new Promise<void>((resolve) => server.close(() => resolve()));
            this.connections.forEach((connection) => connection.end());
            await closed;
        }
    }

    private accept(connection: Connection): void {
        this.connections.add(connection);
        connection.on("close", () => this.connections.delete(connection));
        connection.on("error", () => undefined); // a client that goes away in the middle
        connection.on("authentication", (context) => this.authenticate(context));
        connection.on("ready", () => {
            connection.on("session", (acceptSession) => {
                const session = acceptSession();
                session.on("pty", (acceptPty) => acceptPty?.());
                session.on("exec", (acceptExec, _reject, { command }) => this.execute(acceptExec(), command));
                session.on("shell", (acceptShell) => {
                    const channel = acceptShell();
                    channel.write(`This is a ${SIMULATED}.\r\n`);
                    channel.exit(0);
                    channel.end();
                });
            });
        });
    }

    private authenticate(context: AuthContext): void {
        const methods = this.password ? (["publickey", "password"] as const) : (["publickey"] as const);
        const right = context.username === this.spec.user && this.proves(context);
        if (right) {
            context.accept();
        } else {
            context.reject([...methods]);
        }
    }

    private proves(context: AuthContext): boolean {
        if (context.method === "password" && this.password) {
            return timingSafeEqual(this.hash(context.password), this.password);
        }
        if (context.method !== "publickey") {
            return false;
        }
        const known = [...this.spec.authorizedKeys, ...this.operatorKeys]
            .map((line) => ssh2.utils.parseKey(line))
            .filter((key): key is ParsedKey => !(key instanceof Error) && !Array.isArray(key))
            .find((key) => key.getPublicSSH().equals(context.key.data));
        if (!known || !context.signature || !context.blob) {
            return known !== undefined; // without a signature the client only asks whether the key would do
        }
        return known.verify(context.blob, context.signature, context.hashAlgo) === true;
    }

    private execute(channel: ServerChannel, command: string): void {
        if (!/\bsudo\b.* bash -s\b/.test(command)) {
            channel.stderr.write(`${SIMULATED}\n`);
            channel.exit(126);
            channel.end();
            return;
        }
        const parts: Buffer[] = [];
        let size = 0;
        channel.on("data", (part: Buffer) => {
            size += part.length;
            parts.push(part);
            if (size > MAX_INPUT) {
                channel.exit(1);
                channel.end();
            }
        });
        channel.once("end", () => {
            channel.write(this.answer(Buffer.concat(parts).toString()));
            channel.exit(0);
            channel.end();
        });
    }

    /** What the scripts of the class print at their end, after taking over what changes who may log in. */
    private answer(script: string): string {
        const values = scriptValues(script);
        const password = values.get("LAB_PASSWORD");
        const lines = [`lab: ${SIMULATED}`];
        if (password !== undefined) {
            this.password = this.hash(password);
            this.operatorKeys = (values.get("LAB_OPERATOR_KEYS") ?? "")
                .split("\n")
                .filter((line) => line.trim());
        }
        return [...lines, "lab: ok", ""].join("\n");
    }

    private hash(password: string): Buffer {
        return scryptSync(password, this.salt, 32, { N: 1024 });
    }
}
