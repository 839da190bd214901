import type { ExecResult, MachineListing, MachineSpec, MachineStatus, MachineSupervisor } from "./machines";

/** Placeholder: filled in below in a later commit. */
export class SimulatedSupervisor implements MachineSupervisor {
    readonly mode = "simulated";
    async boot(_spec: MachineSpec): Promise<void> {
        throw new Error("not written yet");
    }
    async stop(_id: string): Promise<void> {}
    async start(_id: string, _address: string): Promise<void> {}
    async terminate(_id: string): Promise<void> {}
    status(_id: string): MachineStatus | undefined {
        return undefined;
    }
    list(): readonly MachineListing[] {
        return [];
    }
    async exec(id: string): Promise<ExecResult> {
        throw new Error(`${id} is simulated: nothing can run on it`);
    }
    async putFile(): Promise<void> {}
    sshEndpoint(address: string): { host: string; port: number } {
        return { host: address, port: 22 };
    }
    async close(): Promise<void> {}
}
