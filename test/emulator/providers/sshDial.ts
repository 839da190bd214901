import * as dns from "node:dns/promises";
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type AnyAuthMethod, type ServerHostKeyAlgorithm } from "ssh2";
import { hostPort, systemError } from "./goText.ts";
import { authorizedKey, privateKeyForSsh } from "./openssh.ts";

/** `connection` of a remote command, with the provider's defaults filled in. */
export interface Connection {
    readonly host: string;
    readonly user: string;
    readonly port: number;
    readonly privateKey?: string;
    readonly password?: string;
    readonly hostKey?: string;
    readonly dialErrorLimit: number;
    readonly perDialTimeout: number;
}

/** Where a machine's SSH server is really reached, where that is not its own address and port. */
export type Endpoint = (
    host: string,
    port: number,
) => { readonly host: string; readonly port: number } | undefined;

// The engine's retry helper, which the real provider uses: sdk/go/common/util/retry.
const FIRST_DELAY_MS = 100;
const DELAY_FACTOR = 1.5;
const LONGEST_DELAY_MS = 5000;
/** Tests of a machine that never answers set it: 60 attempts at the real provider's pace are more than four minutes. */
const PACE = Number(process.env.STUDENT_LABS_DIAL_PACE ?? "1");

/** What ends a connection that is being made. */
export interface DialLimits {
    /** Cancelled, or the resource's time is over: ends the tries, between them and while TCP connects. */
    readonly signal: AbortSignal;
    /**
     * Cancelled: the one thing that ends a handshake. The real provider has no limit for it, neither `perDialTimeout` nor
     * the resource's `customTimeouts`: a server that takes TCP and sends no banner holds it for ever.
     */
    readonly cancelled: AbortSignal;
}

/**
 * Connects to the agent that a real provider would find in the engine's `SSH_AUTH_SOCK`. It does so for every connection
 * and before it, also where a key is given, and fails where nobody listens there. An agent that answers is not asked:
 * Go tries each method once, and ours is the key that is given.
 *
 * @param socket `undefined` or empty = no agent
 */
export async function dialAgent(socket: string | undefined): Promise<void> {
    if (socket === undefined || socket === "") return;
    await new Promise<void>((resolve, reject) => {
        const agent = net.connect({ path: socket });
        agent.once("error", (error) =>
            reject(new Error(`dial unix ${socket}: connect: ${systemError(error)}`, { cause: error })),
        );
        agent.once("connect", () => {
            agent.destroy();
            resolve();
        });
    });
}

/**
 * Connects and logs in, trying again as the real provider does: one try more than `dialErrorLimit`, the last of which is
 * not counted in its message; `-1` tries for ever. A key that cannot be read fails at once.
 */
export async function dial(
    connection: Connection,
    status: (line: string) => void,
    { signal, cancelled }: DialLimits,
    endpoint?: Endpoint,
): Promise<Client> {
    const { dialErrorLimit: limit } = connection;
    const credentials = readCredentials(connection);
    let delay = FIRST_DELAY_MS;
    for (let failed = 1; ; failed++) {
        try {
            const socket = await connectTcp(connection, endpoint, signal);
            return await handshake(socket, connection, credentials, cancelled);
        } catch (error) {
            throwIfAborted(cancelled);
            throwIfAborted(signal);
            if (limit > -1 && failed > limit) {
                throw new Error(`after ${failed - 1} failed attempts: ${(error as Error).message}`, {
                    cause: error,
                });
            }
            status(`Dial ${failed}/${limit === -1 ? "inf" : limit} failed: retrying`);
        }
        await sleep(delay * PACE, undefined, { signal }).catch(() => throwIfAborted(signal));
        delay = Math.min(delay * DELAY_FACTOR, LONGEST_DELAY_MS);
    }
}

/** Fails with Go's words for a context that has ended. */
export function throwIfAborted(signal: AbortSignal): void {
    if (signal.aborted) {
        const timedOut = (signal.reason as Error | undefined)?.name === "TimeoutError";
        throw new Error(timedOut ? "context deadline exceeded" : "context canceled");
    }
}

interface Credentials {
    readonly methods: readonly AnyAuthMethod[];
    readonly hostKey?: { readonly type: string; readonly blob: Buffer };
}

function readCredentials(connection: Connection): Credentials {
    const { user, password, privateKey, hostKey } = connection;
    const methods: AnyAuthMethod[] = [];
    if (privateKey !== undefined) {
        methods.push({ type: "publickey", username: user, key: privateKeyForSsh(privateKey) });
    }
    if (password !== undefined) {
        methods.push({ type: "password", username: user, password });
        methods.push({
            type: "keyboard-interactive",
            username: user,
            prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
        });
    }
    return { methods, hostKey: hostKey === undefined ? undefined : authorizedKey(hostKey) };
}

async function connectTcp(
    connection: Connection,
    endpoint: Endpoint | undefined,
    signal: AbortSignal,
): Promise<net.Socket> {
    const { host, port, perDialTimeout } = connection;
    const elsewhere = endpoint?.(host, port);
    // Go dials the own machine when the host is empty. So do we: a test has to see that trap.
    const local = elsewhere !== undefined || host === "";
    const addresses = local ? [host] : await lookup(host);
    let first: Error | undefined;
    for (const address of addresses) {
        try {
            const target = elsewhere ?? { host: address === "" ? "127.0.0.1" : address, port };
            return await connectAddress(target, perDialTimeout * 1000, signal);
        } catch (error) {
            const shown = hostPort(address, port);
            first ??= new Error(`dial tcp ${shown}: ${(error as Error).message}`, { cause: error });
        }
    }
    throw first ?? new Error(`dial tcp: lookup ${host}: no such host`);
}

async function lookup(host: string): Promise<string[]> {
    try {
        return (await dns.lookup(host, { all: true })).map(({ address }) => address);
    } catch {
        const [server] = dns.getServers();
        const resolver =
            server === undefined ? "" : ` on ${net.isIP(server) ? hostPort(server, 53) : server}`;
        throw new Error(`dial tcp: lookup ${host}${resolver}: no such host`);
    }
}

function connectAddress(
    target: { readonly host: string; readonly port: number },
    limit: number,
    signal: AbortSignal,
): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        // Not with the option `signal`: that would end the connection later as well, which the real provider's does not.
        const socket = net.connect({ host: target.host, port: target.port });
        const aborted = (): void => fail(new Error("operation was canceled"));
        const timer = limit > 0 ? setTimeout(() => fail(new Error("i/o timeout")), limit) : undefined;
        const fail = (error: Error): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", aborted);
            socket.destroy();
            reject(error);
        };
        const refused = (error: Error): void => fail(new Error(`connect: ${systemError(error)}`));
        socket.once("error", refused);
        socket.once("connect", () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", aborted);
            socket.removeListener("error", refused);
            resolve(socket);
        });
        if (signal.aborted) aborted();
        else signal.addEventListener("abort", aborted, { once: true });
    });
}

function handshake(
    socket: net.Socket,
    connection: Connection,
    { methods, hostKey }: Credentials,
    signal: AbortSignal,
): Promise<Client> {
    if (signal.aborted) {
        socket.destroy();
        throwIfAborted(signal);
    }
    const client = new Client();
    const tried: string[] = [];
    return new Promise<Client>((resolve, reject) => {
        const end = (): void => {
            client.destroy();
            reject(new Error("ended"));
        };
        const fail = (error: Error): void => {
            signal.removeEventListener("abort", end);
            client.destroy();
            reject(new Error(`ssh: handshake failed: ${error.message}`));
        };
        signal.addEventListener("abort", end, { once: true });
        client.once("ready", () => {
            signal.removeEventListener("abort", end);
            client.removeAllListeners("error");
            client.removeAllListeners("close");
            // What goes wrong later is seen by the script that runs, as a channel that closes without an exit status.
            client.on("error", () => undefined);
            resolve(client);
        });
        client.on("error", (error: Error & { level?: string }) => {
            if (error.level === "client-authentication") {
                fail(unauthenticated(tried));
            } else if (error.message.includes("Host denied")) {
                fail(new Error("ssh: host key mismatch"));
            } else {
                fail(new Error(systemError(error)));
            }
        });
        client.once("close", () => fail(new Error("EOF")));
        client.connect({
            sock: socket,
            username: connection.user,
            // As in Go, only the TCP connection has a limit.
            readyTimeout: 0,
            authHandler: authentication(connection.user, methods, tried),
            hostVerifier: (key: Buffer) => hostKey === undefined || key.equals(hostKey.blob),
            algorithms:
                hostKey === undefined ? undefined : { serverHostKey: hostKeyAlgorithms(hostKey.type) },
        });
    });
}

/** Asks the server for the key that we know, and not for another one that it has. */
function hostKeyAlgorithms(type: string): ServerHostKeyAlgorithm[] {
    return type === "ssh-rsa"
        ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
        : [type as ServerHostKeyAlgorithm];
}

/**
 * The order of Go's client: "none" first, to hear what the server takes, then each method that we have and the server
 * takes, once.
 */
function authentication(user: string, methods: readonly AnyAuthMethod[], tried: string[]) {
    return (left: string[] | null): AnyAuthMethod | false => {
        if (left === null) {
            tried.push("none");
            return { type: "none", username: user };
        }
        const next = methods.find(({ type }) => !tried.includes(type) && left.includes(type));
        if (next === undefined) {
            return false;
        }
        tried.push(next.type);
        return next;
    };
}

function unauthenticated(tried: readonly string[]): Error {
    return new Error(
        `ssh: unable to authenticate, attempted methods [${tried.join(" ")}], no supported methods remain`,
    );
}
