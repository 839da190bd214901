/**
 * Machines of the pocket cloud as EC2 sees them: instances and nodes of clusters, their states, addresses and reasons.
 * moto keeps everything else about an instance; the supervisor runs what is behind it.
 */
import type { AddressPool } from "../machines/addresses.ts";
import { withFirstBootScript, type MachineSpec, type MachineSupervisor } from "../machines/machines.ts";
import type { Doom, Faults } from "./faults.ts";
import { METADATA_PORT } from "./operator.ts";

/** States of an instance, with EC2's numbers. */
export const STATE_CODES = {
    pending: 0,
    running: 16,
    "shutting-down": 32,
    terminated: 48,
    stopping: 64,
    stopped: 80,
} as const;

/** Name of an instance's state. */
export type HostState = keyof typeof STATE_CODES;

/** Why an instance is in its state. */
export interface StateReason {
    readonly code: string;
    readonly message: string;
}

/** What is needed to boot a machine. */
export interface HostPlan {
    readonly id: string;
    readonly region: string;
    readonly kind: MachineSpec["kind"];
    readonly user: MachineSpec["user"];
    readonly hostname: string;
    readonly authorizedKeys: readonly string[];
    readonly userData?: string;
    /** Name of the instance profile. */
    readonly profile?: string | undefined;
    readonly clusterId?: string;
    readonly imageId: string;
    readonly instanceType: string;
    readonly zone: string;
    readonly spot?: boolean;
    /** IPv6 addresses, which stay when the machine stops; nothing answers there. */
    readonly ipv6?: readonly string[];
}

/** A machine. */
export interface Host extends HostPlan {
    state: HostState;
    /** Address now, while stopped the last one; `undefined` after the end. */
    address: string | undefined;
    reason: StateReason | undefined;
    launched: Date;
    /** These two may change while the machine lives. */
    profile?: string | undefined;
    instanceType: string;
    /** Nothing is in it: it never answers, until it is stopped and started. */
    silent?: boolean;
}

const LAUNCH_FAILED = "Server.InternalError: Internal error on launch";

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** AWS's words, and what AWS would not say: a machine of the pocket cloud that does not boot is a bug to be found. */
function launchFailure(error: unknown): StateReason {
    return { code: "Server.InternalError", message: `${LAUNCH_FAILED} (pocket cloud: ${wordsOf(error)})` };
}

/** EC2's reasons begin with their code: `Server.InsufficientInstanceCapacity: There is not enough ...`. */
function reasonOf(message: string): StateReason {
    const code = /^(Server|Client)\.[A-Za-z.]+/.exec(message)?.[0];
    return { code: code ?? "Server.InternalError", message };
}

/** Called when machines come and go. */
export interface HostWatcher {
    up(host: Host): Promise<void>;
    down(host: Host): Promise<void>;
}

/** All machines. */
export class Hosts {
    private readonly hosts = new Map<string, Host>();
    private readonly pending = new Map<string, Promise<void>>();
    private watcher: HostWatcher | undefined;
    private endpoint = "";

    private readonly machines: MachineSupervisor;
    private readonly addresses: AddressPool;
    private readonly faults: Faults;
    private readonly log: (line: string) => void;

    constructor(
        machines: MachineSupervisor,
        addresses: AddressPool,
        faults: Faults,
        log: (line: string) => void,
    ) {
        this.machines = machines;
        this.addresses = addresses;
        this.faults = faults;
        this.log = log;
    }

    /** Tells machines where AWS is, and who shall hear of them (the metadata service). */
    attach(endpoint: string, watcher: HostWatcher): void {
        this.endpoint = endpoint;
        this.watcher = watcher;
    }

    /** The machine of that id, with what the supervisor knows of it. */
    get(id: string): Host | undefined {
        const host = this.hosts.get(id);
        if (host !== undefined) this.observe(host);
        return host;
    }

    /** All machines ever, the ended ones too. */
    list(): readonly Host[] {
        for (const host of this.hosts.values()) this.observe(host);
        return [...this.hosts.values()];
    }

    /** Starts the first boot; resolves when the machine runs or has failed. */
    launch(plan: HostPlan, latency: string, doom: Doom = {}): { host: Host; done: Promise<void> } {
        const host: Host = {
            ...plan,
            ...(doom.firstBoot === undefined
                ? {}
                : { userData: withFirstBootScript(plan.userData, doom.firstBoot) }),
            silent: doom.silent === true,
            state: "pending",
            address: undefined,
            reason: undefined,
            launched: new Date(),
        };
        this.hosts.set(host.id, host);
        const done = this.queue(host, async () => {
            const settled = this.faults.settle(latency);
            try {
                if (doom.reason !== undefined) {
                    await settled;
                    throw new Error(doom.reason);
                }
                host.address = await this.addresses.take();
                if (!host.silent) {
                    await this.watcher?.up(host);
                    await this.machines.boot(this.specOf(host, host.address));
                }
                await settled;
                if (host.state === "pending") host.state = "running";
            } catch (error) {
                this.log(`${host.id} does not boot: ${wordsOf(error)}`);
                await this.end(
                    host,
                    doom.reason === undefined ? launchFailure(error) : reasonOf(doom.reason),
                );
            }
        });
        return { host, done };
    }

    /** Powers off; resolves when it is off. */
    stop(host: Host): Promise<void> {
        host.state = "stopping";
        host.reason = {
            code: "Client.UserInitiatedShutdown",
            message: "Client.UserInitiatedShutdown: User initiated shutdown",
        };
        return this.queue(host, async () => {
            if (host.state !== "stopping") return;
            await Promise.all([
                host.silent ? undefined : this.machines.stop(host.id),
                this.faults.settle("ec2:StopInstances"),
            ]);
            await this.watcher?.down(host);
            host.state = "stopped";
        });
    }

    /** Boots the same disk again, on another address. */
    start(host: Host): Promise<void> {
        host.state = "pending";
        host.reason = undefined;
        return this.queue(host, async () => {
            if (host.state !== "pending") return;
            try {
                const old = host.address;
                // The old address is given back after the new one was taken: a started machine never has the same one.
                const address = await this.addresses.take();
                if (old !== undefined) await this.addresses.release(old);
                host.address = address;
                await this.watcher?.up(host);
                await Promise.all([
                    host.silent
                        ? this.machines.boot(this.specOf(host, address))
                        : this.machines.start(host.id, address, this.environmentOf(address)),
                    this.faults.settle("ec2:StartInstances"),
                ]);
                host.silent = false;
                host.state = "running";
                host.launched = new Date();
            } catch (error) {
                this.log(`${host.id} does not start: ${wordsOf(error)}`);
                // Said first: whoever waits must not wait for a machine that is cleared away, or cannot be.
                host.state = "stopped";
                host.reason = launchFailure(error);
                await this.watcher?.down(host);
            }
        });
    }

    /** Ends a machine for good; resolves when nothing of it is left. */
    terminate(host: Host, reason: StateReason): Promise<void> {
        if (host.state === "terminated") return this.pending.get(host.id) ?? Promise.resolve();
        host.state = "shutting-down";
        host.reason = reason;
        return this.queue(host, async () => {
            if (host.state === "terminated") return;
            await this.faults.settle("ec2:TerminateInstances");
            await this.end(host, reason);
        });
    }

    /** Resolves when nothing is under way. */
    async idle(): Promise<void> {
        await Promise.all(this.pending.values());
    }

    private async end(host: Host, reason: StateReason): Promise<void> {
        host.state = "shutting-down";
        host.reason = reason;
        await this.machines.terminate(host.id).catch((error: unknown) => {
            this.log(`${host.id} does not end: ${String(error)}`);
        });
        await this.watcher?.down(host);
        const { address } = host;
        host.address = undefined;
        host.state = "terminated";
        if (address !== undefined) await this.addresses.release(address);
    }

    /** One thing after the other for each machine. */
    private queue(host: Host, work: () => Promise<void>): Promise<void> {
        const before = this.pending.get(host.id) ?? Promise.resolve();
        const done = before.then(work).catch((error: unknown) => {
            this.log(
                `${host.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            );
        });
        this.pending.set(host.id, done);
        return done;
    }

    /** A machine that ended by itself: switched off from inside (as on EC2: stopped), or crashed. */
    private observe(host: Host): void {
        if (host.state !== "running" || host.silent) return;
        const status = this.machines.status(host.id);
        if (status === "running") return;
        host.state = "stopped";
        host.reason =
            status === "stopped"
                ? {
                      code: "Client.InstanceInitiatedShutdown",
                      message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
                  }
                : { code: "Server.InternalError", message: "Server.InternalError: the machine crashed" };
        void this.watcher?.down(host);
    }

    private environmentOf(address: string): Record<string, string> {
        return hostEnvironment(this.endpoint, address);
    }

    private specOf(host: Host, address: string): MachineSpec {
        return {
            id: host.id,
            kind: host.kind,
            hostname: host.hostname,
            address,
            user: host.user,
            authorizedKeys: host.authorizedKeys,
            environment: this.environmentOf(address),
            ...(host.userData === undefined ? {} : { userData: host.userData }),
        };
    }
}

/** What a host's image says about where AWS is; the program and its scripts know nothing of it. */
export function hostEnvironment(endpoint: string, address: string): Record<string, string> {
    return {
        AWS_ENDPOINT_URL: endpoint,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${address}:${METADATA_PORT}`,
    };
}
