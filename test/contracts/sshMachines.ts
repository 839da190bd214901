import { spawn } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import ssh2, { type AuthContext, type ParsedKey, type ServerChannel, type Session } from "ssh2";
import type { Endpoint } from "../emulator/providers/sshDial.ts";
import { newKey } from "../emulator/machines/newKey.ts";

/** Addresses for documentation (RFC 5737): nobody's, and never dialled, since the provider is led elsewhere. */
const ADDRESSES = { HOST1: "192.0.2.1", HOST2: "192.0.2.2", NOHOST: "192.0.2.3" } as const;
type Host = "HOST1" | "HOST2";

const PORTS = [22, 2222];
const USERS = ["ubuntu", "other"];
/** Names that a machine's sshd takes from its clients, as recorded (`versions.sshd`). */
const ACCEPTED: Readonly<Record<Host, RegExp>> = {
    HOST1: /^(LANG|LC_.*)$/,
    HOST2: /^(LANG|LC_.*|FOO|PULUMI_COMMAND_STDOUT|PULUMI_COMMAND_STDERR)$/,
};

/** Directory that scripts of the recordings saw as their home. */
export const RECORDED_HOME = "/home/ubuntu";

/** The two machines of the recordings: SSH servers in this process that run scripts with bash, in a folder. */
export class SshMachines {
    private readonly dir: string;
    private readonly servers: readonly { readonly server: ssh2.Server; readonly key: string; port: number }[];
    private readonly closedPort: number;
    /** Keys in three formats that programs use; the third is not accepted. */
    readonly keys: { readonly first: string; readonly second: string; readonly refused: string };

    private constructor(
        dir: string,
        servers: readonly { readonly server: ssh2.Server; readonly key: string; port: number }[],
        closedPort: number,

        keys: { readonly first: string; readonly second: string; readonly refused: string },
    ) {
        this.dir = dir;
        this.servers = servers;
        this.closedPort = closedPort;
        this.keys = keys;
    }

    /** Starts both machines. */
    static async start(): Promise<SshMachines> {
        const dir = await mkdtemp(path.join(tmpdir(), "contract-machines-"));
        await mkdir(path.join(dir, "bin"));
        await mkdir(path.join(dir, "home"));
        await writeTool(dir, "LOG", 'printf "%s\\t%s\\n" "$MACHINE" "$*" >> "$SCRIPT_LOG"');
        // The scripts run as whoever runs the tests.
        await writeTool(dir, "id", 'if [ "$*" = "-un" ]; then echo "$USER"; else exec /usr/bin/id "$@"; fi');
        await writeFile(path.join(dir, "log"), "");
        const pkcs8 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
        const keys = {
            first: generateKeyPairSync("rsa", { modulusLength: 2048 })
                .privateKey.export({ type: "pkcs1", format: "pem" })
                .toString(),
            second: newKey().private,
            refused: pkcs8.toString(),
        };
        const accepted = [keys.first, keys.second].map(parse);
        const hostKey = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
            .privateKey.export({ type: "sec1", format: "pem" })
            .toString();
        const servers = (["HOST1", "HOST2"] as const).flatMap((host) =>
            PORTS.map((port) => ({
                key: `${ADDRESSES[host]}:${port}`,
                server: sshServer(host, hostKey, accepted, dir),
                port: 0,
            })),
        );
        for (const entry of servers) {
            entry.port = await listen(entry.server);
        }
        return new SshMachines(dir, servers, await unusedPort(), keys);
    }

    /** Leads the provider to the machines. */
    readonly endpoint: Endpoint = (host, port) => {
        const found = this.servers.find(({ key }) => key === `${host}:${port}`);
        if (found === undefined && host !== ADDRESSES.NOHOST) {
            return undefined;
        }
        return { host: "127.0.0.1", port: found?.port ?? this.closedPort };
    };

    /** Placeholders and what stands for them here. */
    get placeholders(): ReadonlyMap<string, string> {
        return new Map([
            ...Object.entries(ADDRESSES),
            ["<PRIVATE KEY>", this.keys.first],
            ["<PRIVATE KEY 2>", this.keys.second],
            ["<PRIVATE KEY NOT ACCEPTED>", this.keys.refused],
            [RECORDED_HOME, path.join(this.dir, "home")],
        ]);
    }

    /** Lines that scripts logged, in order of time: machine and words. */
    async log(): Promise<{ readonly machine: string; readonly words: string }[]> {
        const lines = (await readFile(path.join(this.dir, "log"), "utf8")).split("\n").filter(Boolean);
        return lines.map((line) => {
            const [machine = "", words = ""] = line.split("\t");
            return { machine, words };
        });
    }

    /** Stops both machines and removes what they wrote. */
    async close(): Promise<void> {
        this.servers.forEach(({ server }) => server.close());
        await rm(this.dir, { recursive: true, force: true });
    }
}

async function writeTool(dir: string, name: string, script: string): Promise<void> {
    const file = path.join(dir, "bin", name);
    await writeFile(file, `#!/bin/bash\n${script}\n`);
    await chmod(file, 0o755);
}

function parse(pem: string): ParsedKey {
    const key = ssh2.utils.parseKey(pem);
    if (key instanceof Error) {
        throw key;
    }
    return key;
}

function sshServer(host: Host, hostKey: string, accepted: readonly ParsedKey[], dir: string): ssh2.Server {
    return new ssh2.Server(
        { hostKeys: [createPrivateKey(hostKey).export({ type: "sec1", format: "pem" })] },
        (client) => {
            let user = "";
            client.on("error", () => undefined);
            client.on("authentication", (context) => {
                user = context.username;
                authenticate(context, accepted);
            });
            client.on("session", (accept) => serve(accept(), host, user, dir));
        },
    );
}

/** Keys only, as on a cloud image. */
function authenticate(context: AuthContext, accepted: readonly ParsedKey[]): void {
    if (context.method !== "publickey" || !USERS.includes(context.username)) {
        context.reject(["publickey"]);
        return;
    }
    const { key, signature, blob } = context;
    const known = accepted.find((one) => one.getPublicSSH().equals(key.data));
    const proven =
        known !== undefined &&
        (signature === undefined ||
            (blob !== undefined && known.verify(blob, signature, context.hashAlgo) === true));
    if (proven) {
        context.accept();
    } else {
        context.reject(["publickey"]);
    }
}

function serve(session: Session, host: Host, user: string, dir: string): void {
    const variables: Record<string, string> = {};
    session.on("env", (accept, reject, { key, val }) => {
        if (ACCEPTED[host].test(key)) {
            variables[key] = val;
            accept?.();
        } else {
            reject?.();
        }
    });
    session.on("exec", (accept, _reject, { command }) => {
        const home = path.join(dir, "home");
        run(accept(), command, home, {
            ...variables,
            HOME: home,
            USER: user,
            SHELL: "/bin/bash",
            PATH: `${path.join(dir, "bin")}:${process.env.PATH ?? "/usr/bin:/bin"}`,
            MACHINE: host,
            SCRIPT_LOG: path.join(dir, "log"),
        });
    });
}

function run(channel: ServerChannel, command: string, cwd: string, env: Record<string, string>): void {
    // As sshd does: the user's shell with -c, without a terminal.
    const shell = spawn("/bin/bash", ["-c", command], { argv0: "bash", cwd, env });
    shell.stdout.pipe(channel, { end: false });
    shell.stderr.pipe(channel.stderr, { end: false });
    channel.pipe(shell.stdin);
    // A script need not read its input.
    shell.stdin.on("error", () => undefined);
    shell.on("close", (code, signal) => {
        if (signal !== null) {
            channel.exit(signal.replace(/^SIG/, ""));
        } else {
            channel.exit(code ?? 1);
        }
        channel.end();
    });
}

function listen(server: ssh2.Server | TcpServer): Promise<number> {
    return new Promise((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
}

async function unusedPort(): Promise<number> {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
}
