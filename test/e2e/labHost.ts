import * as assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import * as path from "node:path";
import { type MachineScript, renderMachineScript } from "../../components/lab/machineScript.ts";
import { ensureCache } from "../emulator/cache.ts";
import { type AddressPool, createAddressPool } from "../emulator/machines/addresses.ts";
import { createSupervisor, type MachineSupervisor } from "../emulator/machines/machines.ts";
import { buildRootfs } from "../emulator/machines/rootfs.ts";
import { type Login, type RemoteResult, ssh } from "./ssh.ts";
import { newKey } from "../emulator/machines/newKey.ts";

/** Two words of a secret that a shell, a YAML file and a `sed` would each mangle. */
export const PASSWORD = `pa$s w"rd'7\\n%s`;
/** The key that EC2 puts on the machine. */
export const classKey = newKey();
/** A key of the operator's own, which only bootstrap brings. */
export const operatorKey = newKey();

/** Real hosts with a real sshd, for tests of the scripts alone: no engine, no AWS. */
export class LabHosts {
    private count = 0;
    private readonly dir: string;
    readonly machines: MachineSupervisor;
    private readonly addresses: AddressPool;

    private constructor(dir: string, machines: MachineSupervisor, addresses: AddressPool) {
        this.dir = dir;
        this.machines = machines;
        this.addresses = addresses;
    }

    /** Takes the image from the cache, or builds it. */
    static async start(): Promise<LabHosts> {
        const rootfs = await buildRootfs({ dir: await ensureCache("rootfs"), log: () => undefined });
        const dir = await mkdtemp(path.join(await ensureCache("runs"), "scripts-"));
        return new LabHosts(
            dir,
            await createSupervisor({ dir, rootfs, mode: "namespaces" }),
            await createAddressPool(),
        );
    }

    /** Boots a fresh machine as EC2 would: only the class key opens it. */
    async boot(environment: Readonly<Record<string, string>> = {}): Promise<LabHost> {
        const address = await this.addresses.take();
        const id = `i-script${this.count++}`;
        await this.machines.boot({
            id,
            kind: "instance",
            hostname: "ip-10-0-0-9",
            address,
            user: "ubuntu",
            authorizedKeys: [classKey.public],
            environment,
        });
        return new LabHost(this.machines, id, address);
    }

    /** Ends all hosts; nothing stays. */
    async close(): Promise<void> {
        await this.machines.close();
        await this.addresses.close();
        await rm(this.dir, { recursive: true, force: true });
    }
}

/** One machine under test. */
export class LabHost {
    private readonly machines: MachineSupervisor;
    readonly id: string;
    readonly address: string;

    constructor(machines: MachineSupervisor, id: string, address: string) {
        this.machines = machines;
        this.id = id;
        this.address = address;
    }

    /** The student's way in. */
    login(password: string = PASSWORD, port = 22): Login {
        return { host: this.address, port, username: "ubuntu", password };
    }

    /** The operator's way in. */
    operator(privateKey: string = classKey.private, port = 22): Login {
        return { host: this.address, port, username: "ubuntu", privateKey };
    }

    /** Runs a shell command as root, not over SSH; fails the test if it fails. */
    async root(command: string): Promise<string> {
        const argv = ["/bin/bash", "-c", command];
        const result = await this.machines.exec(this.id, { argv, user: "root" });
        if (result.code !== 0) {
            throw new Error(
                `${command}: ${result.code}\n${result.stdout.toString()}${result.stderr.toString()}`,
            );
        }
        return result.stdout.toString().trim();
    }

    /** Runs a script the way the program does. */
    async run(script: MachineScript, values: Readonly<Record<string, string>>): Promise<RemoteResult> {
        return ssh(this.operator(), "sudo bash -s", renderMachineScript(script, values));
    }

    /** Like run, but with -9 ends the script and all it started as soon as a condition (shell) is true on the host. */
    async runUntil(
        condition: string,
        script: MachineScript,
        values: Readonly<Record<string, string>>,
    ): Promise<RemoteResult> {
        const run = this.run(script, values);
        // The tree below `bash -s`, parents first: nothing of it may go on and finish the work.
        await this.root(
            `find_run() { pgrep -f -x 'bash -s' | head -n 1; }
             until top=$(find_run) && [ -n "$top" ]; do [ $SECONDS -lt 30 ] || exit 8; sleep 0.02; done
             until ${condition}; do kill -0 "$top" || exit 9; done
             tree() { echo "$1"; for child in $(pgrep -P "$1"); do tree "$child"; done; }
             for turn in 1 2 3; do kill -9 $(tree "$top") 2>/dev/null || true; done`,
        );
        return run;
    }

    /** Name, time, owner, mode, size and content of every file but logs and what is in memory. */
    async snapshot(): Promise<string> {
        return this.root(
            `find / -xdev -path /var/log -prune -o -type f -printf '%p %T@ %u:%g %m %s\\n' -o -type l -printf '%p %l\\n' | sort
             find /etc /home /root /var/lib/student-labs -xdev -type f -exec md5sum {} + | sort`,
        );
    }

    /** Power off and on again. */
    async reboot(): Promise<void> {
        await this.machines.stop(this.id);
        await this.machines.start(this.id, this.address);
    }
}

/** Lines that a run of a script printed. */
export function lines(result: RemoteResult): string[] {
    return (result.stdout + result.stderr).split("\n").filter((line) => line !== "");
}

/** The lines of a run that must have gone well; else fails with what it said. */
export function succeeded(result: RemoteResult): string[] {
    const said = lines(result);
    assert.deepEqual([result.code, said.at(-1)], [0, "lab: ok"], said.join("\n"));
    return said;
}

/** What a run says it changed. */
export function changes(said: readonly string[]): string[] {
    return said.filter((line) => line.startsWith("lab: changed"));
}

/** Watches what `ps` and /proc show of every process of the machine, also inside the hosts, until stopped. */
export function watchProcesses(secrets: readonly string[]): () => Promise<string[]> {
    const found = new Set<string>();
    let on = true;
    const watching = (async () => {
        while (on) {
            const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
            for (const file of pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])) {
                const text = await readFile(file, "utf8").catch(() => "");
                secrets.filter((secret) => text.includes(secret)).forEach(() => found.add(file));
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    })();
    return async () => {
        on = false;
        await watching;
        return [...found];
    };
}
