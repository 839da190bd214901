import { chmod, mkdir } from "node:fs/promises";
import * as path from "node:path";
import { run } from "../tools/run.ts";
import { Host } from "./host.ts";
import { HOST_FILES, layers } from "./image.ts";
import { removeTree } from "./leftovers.ts";
import {
    checkUserData,
    type ExecOptions,
    type ExecResult,
    type MachineListing,
    type MachineSpec,
    type MachineStatus,
    type MachineSupervisor,
} from "./machines.ts";

/**
 * Machines as processes of this machine in namespaces of their own, with an overlay file system on the image's layers.
 * Not a security boundary: root in a host is root in the machine's user namespace, less some capabilities, and the
 * network is shared. Enough for a demo and tests.
 */
export class NamespaceSupervisor implements MachineSupervisor {
    readonly mode = "namespaces";
    private readonly hosts = new Map<string, Host>();

    private readonly dir: string;
    private readonly rootfs: string;

    private constructor(dir: string, rootfs: string) {
        this.dir = dir;
        this.rootfs = rootfs;
    }

    /** Prepares the folder: the hosts' own small programs are a layer of their own, so that an edit rebuilds no image. */
    static async create(dir: string, rootfs: string): Promise<NamespaceSupervisor> {
        if (/[:,\\]/.test(dir + rootfs)) {
            throw new Error(
                `Overlay file systems cannot be mounted from a path with a colon or comma: ${dir}, ${rootfs}`,
            );
        }
        await mkdir(path.join(dir, "hosts"), { recursive: true, mode: 0o700 });
        await chmod(dir, 0o700); // the layers hold set-user-ID programs and disks hold passwords
        const tools = path.join(dir, "tools");
        await removeTree(tools);
        await copy(path.join(HOST_FILES, "image"), path.join(tools, "image"));
        await copy(path.join(HOST_FILES, "enter.sh"), path.join(tools, "enter.sh"));
        return new NamespaceSupervisor(dir, rootfs);
    }

    async boot(spec: MachineSpec): Promise<void> {
        checkUserData(spec.userData);
        if (!/^[A-Za-z0-9-]+$/.test(spec.id) || this.hosts.has(spec.id)) {
            throw new Error(`${spec.id} cannot be booted: it is there already or is not an id`);
        }
        if ((spec.user === "hadoop") !== (spec.kind === "cluster-node")) {
            throw new Error(`The image of a ${spec.kind} has no user ${spec.user}`);
        }
        checkEnvironment(spec.environment);
        const { base, node } = layers(this.rootfs);
        const tools = path.join(this.dir, "tools");
        const lower = [path.join(tools, "image"), ...(spec.kind === "cluster-node" ? [node] : []), base];
        const folder = path.join(this.dir, "hosts", spec.id);
        await mkdir(folder, { mode: 0o700 });
        const host = new Host(spec, folder, path.join(tools, "enter.sh"), lower);
        this.hosts.set(spec.id, host);
        try {
            await host.start(spec.address, spec.environment);
        } catch (error) {
            await this.terminate(spec.id);
            throw error;
        }
    }

    async stop(id: string): Promise<void> {
        await this.host(id).stop();
    }

    async start(id: string, address: string, environment?: Readonly<Record<string, string>>): Promise<void> {
        const host = this.host(id);
        const fresh = environment ?? movedTo(address, host.spec);
        checkEnvironment(fresh);
        await host.start(address, fresh);
    }

    async terminate(id: string): Promise<void> {
        const host = this.hosts.get(id);
        if (host) {
            await host.kill();
            await removeTree(host.folder);
            this.hosts.delete(id);
        }
    }

    status(id: string): MachineStatus | undefined {
        return this.hosts.get(id)?.status;
    }

    list(): readonly MachineListing[] {
        return [...this.hosts].map(([id, { address, status }]) => ({ id, address, status }));
    }

    async exec(id: string, options: ExecOptions): Promise<ExecResult> {
        return this.host(id).exec(options);
    }

    async putFile(
        id: string,
        file: string,
        content: Buffer | string,
        options: { user: string; mode: number },
    ): Promise<void> {
        // Written beside and renamed: nobody sees half a file, nor one with the wrong mode.
        const script = `set -e; umask 022; mkdir -p "$(dirname "$1")"; umask 077; t=$(mktemp "$1.XXXXXX"); trap 'rm -f "$t"' EXIT
            cat > "$t"; chmod "$2" "$t"; mv -f "$t" "$1"; trap - EXIT`;
        const result = await this.exec(id, {
            argv: ["/bin/sh", "-c", script, "putFile", file, options.mode.toString(8)],
            user: options.user,
            cwd: "/",
            stdin: Buffer.from(content),
        });
        if (result.code !== 0) {
            throw new Error(`${file} cannot be written on ${id}: ${result.stderr.toString().trim()}`);
        }
    }

    sshEndpoint(address: string): { host: string; port: number } {
        return { host: address, port: 22 };
    }

    async close(): Promise<void> {
        await Promise.all([...this.hosts.keys()].map((id) => this.terminate(id)));
        await removeTree(path.join(this.dir, "hosts"));
        await removeTree(path.join(this.dir, "tools"));
    }

    private host(id: string): Host {
        const host = this.hosts.get(id);
        if (!host) {
            throw new Error(`There is no machine ${id}`);
        }
        return host;
    }
}

/** The environment of a machine after it got another address. */
export function movedTo(
    address: string,
    spec: Pick<MachineSpec, "address" | "environment">,
): Record<string, string> {
    const old = new RegExp(`(?<![0-9.])${spec.address.replaceAll(".", "\\.")}(?![0-9.])`, "g");
    return Object.fromEntries(
        Object.entries(spec.environment).map(([name, value]) => [name, value.replace(old, address)]),
    );
}

/** pam_env has no way to write a quote or a line break. */
function checkEnvironment(environment: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(environment)) {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /["\n\\]/.test(value)) {
            throw new Error(`/etc/environment cannot hold ${name}`);
        }
    }
}

async function copy(from: string, to: string): Promise<void> {
    await mkdir(path.dirname(to), { recursive: true });
    // Owned by root whoever owns the repository.
    const result = await run("cp", ["-R", "--preserve=mode", from, to]);
    if (result.exitCode !== 0) {
        throw new Error(`${from} cannot be copied: ${result.stderr}`);
    }
}
