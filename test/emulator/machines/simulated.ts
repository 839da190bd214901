import {
    checkUserData,
    type ExecResult,
    type MachineListing,
    type MachineSpec,
    type MachineStatus,
    type MachineSupervisor,
} from "./machines.ts";
import { SimulatedHost } from "./simulatedHost.ts";

/**
 * Machines for where namespaces are not allowed: an SSH server in this process stands for each, and what a script would
 * do is not done. Whoever uses them says so to people; every answer of theirs says it as well.
 */
export class SimulatedSupervisor implements MachineSupervisor {
    readonly mode = "simulated";
    private readonly hosts = new Map<string, SimulatedHost>();

    async boot(spec: MachineSpec): Promise<void> {
        checkUserData(spec.userData);
        if (this.hosts.has(spec.id)) {
            throw new Error(`${spec.id} cannot be booted: it is there already`);
        }
        const host = new SimulatedHost(spec);
        this.hosts.set(spec.id, host);
        try {
            await host.start(spec.address);
        } catch (error) {
            this.hosts.delete(spec.id);
            throw error;
        }
    }

    async stop(id: string): Promise<void> {
        await this.host(id).stop();
    }

    async start(id: string, address: string): Promise<void> {
        await this.host(id).start(address);
    }

    async terminate(id: string): Promise<void> {
        await this.hosts.get(id)?.stop();
        this.hosts.delete(id);
    }

    status(id: string): MachineStatus | undefined {
        return this.hosts.get(id)?.status;
    }

    list(): readonly MachineListing[] {
        return [...this.hosts].map(([id, { address, status }]) => ({ id, address, status }));
    }

    async exec(id: string): Promise<ExecResult> {
        throw new Error(`${this.host(id).spec.id} is simulated: nothing can run on it`);
    }

    async putFile(id: string): Promise<void> {
        throw new Error(`${this.host(id).spec.id} is simulated: it has no files`);
    }

    sshEndpoint(address: string): { host: string; port: number } {
        const host = [...this.hosts.values()].find((each) => each.address === address && each.endpoint);
        return host?.endpoint ?? { host: address, port: 22 };
    }

    async close(): Promise<void> {
        await Promise.all([...this.hosts.keys()].map((id) => this.terminate(id)));
    }

    private host(id: string): SimulatedHost {
        const host = this.hosts.get(id);
        if (!host) {
            throw new Error(`There is no machine ${id}`);
        }
        return host;
    }
}
