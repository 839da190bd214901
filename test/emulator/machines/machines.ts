import { NamespaceSupervisor } from "./namespaces.ts";
import { SimulatedSupervisor } from "./simulated.ts";

export { namespacesAllowed } from "./allowed.ts";
export { cleanLeftovers } from "./leftovers.ts";

/** A machine to boot. */
export interface MachineSpec {
    /** i-... of EC2, also for a cluster's nodes. */
    readonly id: string;
    readonly kind: "instance" | "cluster-node";
    readonly hostname: string;
    /** 127.0.1.N; sshd listens on port 22 of it, and on what else sshd_config asks for. */
    readonly address: string;
    /** The login user of the image: ubuntu on an instance, hadoop on a cluster's node. */
    readonly user: "ubuntu" | "hadoop";
    /** OpenSSH lines, written to ~/.ssh/authorized_keys at the first boot only. */
    readonly authorizedKeys: readonly string[];
    /** Lines of /etc/environment, which the image writes at each boot. */
    readonly environment: Readonly<Record<string, string>>;
    /** Shell script (`#!`) that runs once, at the first boot. Anything else is refused. */
    readonly userData?: string;
}

/** `crashed`: ended without being asked to, from outside or inside. */
export type MachineStatus = "running" | "stopped" | "crashed";

/** A process to run inside a machine. */
export interface ExecOptions {
    readonly argv: readonly string[];
    readonly user: string;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: Buffer;
    readonly signal?: AbortSignal;
}

/** How it ended; killed by a signal is 128 + its number. */
export interface ExecResult {
    readonly code: number;
    readonly stdout: Buffer;
    readonly stderr: Buffer;
}

/** One line about a machine. */
export interface MachineListing {
    readonly id: string;
    readonly address: string;
    readonly status: MachineStatus;
}

/** Boots and ends the machines of one pocket cloud. */
export interface MachineSupervisor {
    readonly mode: "namespaces" | "simulated";
    /** Resolves when the SSH port answers. */
    boot(spec: MachineSpec): Promise<void>;
    /** Power off; the disk stays. */
    stop(id: string): Promise<void>;
    /**
     * Boots the same disk again, maybe on another address. Without a new environment, the old address is replaced by the
     * new one in the values of the old environment.
     */
    start(id: string, address: string, environment?: Readonly<Record<string, string>>): Promise<void>;
    /** Idempotent; nothing stays. */
    terminate(id: string): Promise<void>;
    status(id: string): MachineStatus | undefined;
    list(): readonly MachineListing[];
    /** Runs a process inside the machine, not over SSH. */
    exec(id: string, options: ExecOptions): Promise<ExecResult>;
    putFile(
        id: string,
        path: string,
        content: Buffer | string,
        options: { user: string; mode: number },
    ): Promise<void>;
    /** Where the SSH server of a machine's port 22 is reached: another place where port 22 cannot be had. */
    sshEndpoint(address: string): { host: string; port: number };
    /** Terminates all. */
    close(): Promise<void>;
}

/** Where a supervisor keeps its machines, and what kind they are. */
export interface SupervisorOptions {
    /** Everything is in here, and is removed by close() or cleanLeftovers(). */
    readonly dir: string;
    /** What buildRootfs gave; needed in mode "namespaces". */
    readonly rootfs?: string;
    readonly mode: "namespaces" | "simulated";
}

/** Makes the supervisor of one pocket cloud's machines. */
export async function createSupervisor(options: SupervisorOptions): Promise<MachineSupervisor> {
    if (options.mode === "simulated") {
        return new SimulatedSupervisor();
    }
    if (!options.rootfs) {
        throw new Error("Machines in namespaces need a root file system: give rootfs, from buildRootfs");
    }
    return NamespaceSupervisor.create(options.dir, options.rootfs);
}

/** A cloud-config as far as a host of the pocket cloud understands it. */
export interface CloudConfig {
    readonly ssh_deletekeys?: boolean;
    readonly ssh_keys?: Readonly<Record<"ed25519_private" | "ed25519_public", string>>;
    readonly write_files?: readonly { readonly path: string; readonly content: string }[];
    readonly runcmd?: readonly (string | readonly string[])[];
}

const cloudConfigKeys = ["ssh_deletekeys", "ssh_keys", "write_files", "runcmd"];
const cloudConfigHeader = "#cloud-config\n";

/**
 * User data that is a cloud-config, in JSON (which is YAML); `undefined` where it is a script or nothing.
 *
 * @throws Error where it is neither, or holds what a host of the pocket cloud would not do
 */
export function cloudConfigIn(userData: string | undefined): CloudConfig | undefined {
    if (userData === undefined || userData === "" || userData.startsWith("#!")) {
        return undefined;
    }
    if (!userData.startsWith(cloudConfigHeader)) {
        const first = userData.split("\n", 1)[0] ?? "";
        throw new Error(
            `User data must be a script that begins with #!, or #cloud-config in JSON, not "${first.slice(0, 40)}"`,
        );
    }
    let config: CloudConfig;
    try {
        config = JSON.parse(userData.slice(cloudConfigHeader.length)) as CloudConfig;
    } catch (error) {
        throw new Error("User data must begin with #!, or be a #cloud-config in JSON, not in YAML", {
            cause: error,
        });
    }
    const unknown = Object.keys(config).filter((key) => !cloudConfigKeys.includes(key));
    if (unknown.length > 0) {
        throw new Error(`cloud-config of a disposable host knows no ${unknown.join(", ")}`);
    }
    return config;
}

/** User data that also runs a script of ours at the end of the first boot. */
export function withFirstBootScript(userData: string | undefined, script: string): string {
    const config = cloudConfigIn(userData);
    return config === undefined
        ? [userData ?? "#!/bin/bash", script, ""].join("\n")
        : cloudConfigHeader + JSON.stringify({ ...config, runcmd: [...(config.runcmd ?? []), script] });
}

/** Refuses user data that the image would not run; AWS takes other forms too, the program uses none of them. */
export function checkUserData(userData: string | undefined): void {
    cloudConfigIn(userData);
}
