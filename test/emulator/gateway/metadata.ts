/**
 * The instance metadata service of each machine, version 2 only (the program asks for `httpTokens: required`).
 *
 * Machines share this machine's network, so any of them could ask at another's address: who asks cannot be told apart
 * by 127.0.0.1. On EC2 the link-local address keeps them apart; tests of isolation do not build on that here.
 */
import { randomBytes } from "node:crypto";
import http from "node:http";
import type { Host, HostWatcher } from "./hosts.ts";
import { trusts, type Identities } from "./identities.ts";
import { ACCOUNT_ID, METADATA_PORT } from "./operator.ts";
import type { Sessions } from "./sessions.ts";

interface Reply {
    readonly status: number;
    readonly body: string;
    readonly type?: string;
}

const NOT_FOUND: Reply = {
    status: 404,
    body: "<html><body>404 - Not Found</body></html>",
    type: "text/html",
};
const UNAUTHORIZED: Reply = {
    status: 401,
    body: "<html><body>401 - Unauthorized</body></html>",
    type: "text/html",
};

function json(value: unknown): Reply {
    return { status: 200, body: JSON.stringify(value, null, 2) };
}

function text(body: string | undefined): Reply {
    return body === undefined ? NOT_FOUND : { status: 200, body };
}

/** One machine's service. */
class MachineMetadata {
    private readonly tokens = new Map<string, number>();

    private readonly host: Host;
    private readonly sessions: Sessions;
    private readonly identities: Identities;

    constructor(host: Host, sessions: Sessions, identities: Identities) {
        this.host = host;
        this.sessions = sessions;
        this.identities = identities;
    }

    async reply(method: string, path: string, headers: http.IncomingHttpHeaders): Promise<Reply> {
        if (method === "PUT" && path === "/latest/api/token") return this.token(headers);
        if (method !== "GET" && method !== "HEAD") return { status: 405, body: "" };
        const token = headers["x-aws-ec2-metadata-token"];
        const until = typeof token === "string" ? this.tokens.get(token) : undefined;
        if (until === undefined || until < Date.now()) return UNAUTHORIZED;
        if (path.startsWith("/latest/dynamic/instance-identity/document")) return this.document();
        const prefix = "/latest/meta-data/";
        return path.startsWith(prefix) ? this.entry(path.slice(prefix.length)) : NOT_FOUND;
    }

    private token(headers: http.IncomingHttpHeaders): Reply {
        // A request that came through a proxy gets none (EC2 guide, IMDSv2).
        if (headers["x-forwarded-for"] !== undefined) return { status: 403, body: "" };
        const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
        if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return { status: 400, body: "" };
        const token = randomBytes(42).toString("base64");
        this.tokens.set(token, Date.now() + seconds * 1000);
        return { status: 200, body: token };
    }

    private document(): Reply {
        const { host } = this;
        return json({
            accountId: ACCOUNT_ID,
            architecture: "x86_64",
            availabilityZone: host.zone,
            imageId: host.imageId,
            instanceId: host.id,
            instanceType: host.instanceType,
            pendingTime: host.launched.toISOString(),
            privateIp: host.address,
            region: host.region,
            version: "2017-09-30",
        });
    }

    private async entry(path: string): Promise<Reply> {
        const { host } = this;
        if (path === "iam/info" || path.startsWith("iam/security-credentials")) return this.credentials(path);
        const entries: Record<string, string | undefined> = {
            "": "ami-id\nhostname\niam/\ninstance-id\ninstance-type\nlocal-hostname\nlocal-ipv4\nplacement/\npublic-hostname\npublic-ipv4",
            "ami-id": host.imageId,
            hostname: host.hostname,
            "local-hostname": host.hostname,
            "instance-id": host.id,
            "instance-type": host.instanceType,
            "local-ipv4": host.address,
            "public-ipv4": host.address,
            "public-hostname": host.address,
            "placement/region": host.region,
            "placement/availability-zone": host.zone,
        };
        return text(entries[path]);
    }

    private async credentials(path: string): Promise<Reply> {
        const { host } = this;
        if (host.profile === undefined) return NOT_FOUND;
        const role = await this.identities.roleOfProfile(host.profile);
        if (role === undefined || role === null) return NOT_FOUND;
        if (path === "iam/info") {
            return json({
                Code: "Success",
                LastUpdated: new Date().toISOString(),
                InstanceProfileArn: `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${host.profile}`,
            });
        }
        const name = path.replace(/^iam\/security-credentials\/?/, "");
        if (name === "") return text(role);
        if (name !== role) return NOT_FOUND;
        const identity = await this.identities.role(role);
        if (identity === undefined || !trusts(identity, "ec2.amazonaws.com")) {
            return json({
                Code: "AssumeRoleUnauthorizedAccess",
                LastUpdated: new Date().toISOString(),
                Message: "EC2 cannot assume the role. Please see documentation for details.",
            });
        }
        const session = this.sessions.issue(role, host.id);
        return json({
            Code: "Success",
            LastUpdated: session.issued.toISOString().replace(/\.\d+Z$/, "Z"),
            Type: "AWS-HMAC",
            AccessKeyId: session.accessKeyId,
            SecretAccessKey: session.secretAccessKey,
            Token: session.token,
            Expiration: session.expires.toISOString().replace(/\.\d+Z$/, "Z"),
        });
    }
}

/** The services of all running machines. */
export class MetadataService implements HostWatcher {
    private readonly servers = new Map<string, http.Server>();

    private readonly sessions: Sessions;
    private readonly identities: Identities;
    private readonly log: (line: string) => void;

    constructor(sessions: Sessions, identities: Identities, log: (line: string) => void) {
        this.sessions = sessions;
        this.identities = identities;
        this.log = log;
    }

    /** Listens on the machine's address; on a second call (after a start) on the new one. */
    async up(host: Host): Promise<void> {
        await this.down(host);
        const { address } = host;
        if (address === undefined) return;
        const machine = new MachineMetadata(host, this.sessions, this.identities);
        const server = http.createServer((request, response) => {
            void machine
                .reply(request.method ?? "GET", (request.url ?? "/").split("?")[0] ?? "/", request.headers)
                .catch((error: unknown): Reply => {
                    this.log(
                        `metadata of ${host.id}: ${error instanceof Error ? error.message : String(error)}`,
                    );
                    return { status: 500, body: "" };
                })
                .then(({ status, body, type }) => {
                    response.writeHead(status, { "content-type": type ?? "text/plain", server: "EC2ws" });
                    response.end(request.method === "HEAD" ? "" : body);
                });
        });
        this.servers.set(host.id, server);
        await new Promise<void>((resolve, reject) => {
            server.once("error", (error: NodeJS.ErrnoException) => {
                if (error.code !== "EADDRNOTAVAIL") {
                    reject(error);
                    return;
                }
                // macOS has no address of 127.0.1.0/24; machines are simulated there, and none of them asks.
                this.servers.delete(host.id);
                this.log(`${host.id} has no metadata service: this machine has no address ${address}`);
                resolve();
            });
            server.listen(METADATA_PORT, address, resolve);
        });
    }

    /** Stops listening for the machine. */
    async down(host: Host): Promise<void> {
        const server = this.servers.get(host.id);
        this.servers.delete(host.id);
        if (server === undefined) return;
        await new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    }

    /** Stops all. */
    async close(): Promise<void> {
        for (const server of this.servers.values()) {
            server.closeAllConnections();
            await new Promise<void>((resolve) => server.close(() => resolve()));
        }
        this.servers.clear();
    }
}
