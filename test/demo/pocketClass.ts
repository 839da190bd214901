import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { PocketCloud } from "../emulator/cloud.ts";
import { LabStack } from "../emulator/engine/labStack.ts";
import type { StackConfig } from "../emulator/engine/scratch.ts";
import { run } from "../emulator/tools/run.ts";

/** One row of the stack's roster, passwords included. */
export interface Row {
    readonly lab: string;
    readonly students: readonly string[];
    readonly region: string;
    readonly address: string;
    readonly user: string;
    readonly password: string;
    readonly clusterId: string;
    readonly hostKey: string;
    readonly dnsName: string;
    readonly ipv6: string;
    readonly port: number;
    readonly problem: string;
}

/** A row, and where the SSH server of its machine is reached. */
export interface Lab extends Row {
    readonly ssh: { readonly host: string; readonly port: number };
}

/** Settings of a small class that a laptop's pocket cloud carries with ease. */
export const smallClass: StackConfig = {
    allowedSshCidrs: ["127.0.0.0/8"],
    // A poll of mrjob every 30 s: it goes by the most labs that the class may have.
    maxLabs: 15,
};

/** Packs the course material of the demo, the way a teacher would. */
export async function packCourse(folder: string): Promise<string> {
    const archive = path.join(folder, "course.tar.gz");
    const packed = await run("tar", ["-czf", archive, "-C", import.meta.dirname, "course"]);
    if (packed.exitCode !== 0) {
        throw new Error(`tar: ${packed.stderr}`);
    }
    return archive;
}

/** The stack eu-west-1 of a class on a pocket cloud; the same cloud gives the same stack again. */
export async function classStack(cloud: PocketCloud, config: StackConfig = {}): Promise<LabStack> {
    return LabStack.create({
        cloud,
        stack: "eu-west-1",
        dir: path.join(cloud.dir, "stack"),
        config: { ...smallClass, ...config },
        ...(cloud.tools === undefined ? {} : { engine: cloud.tools.engine }),
    });
}

/** The roster with its passwords, as `pulumi stack output roster --show-secrets` gives it. */
export async function rosterOf(stack: LabStack): Promise<Row[]> {
    return ((await stack.outputs(true)).roster ?? []) as Row[];
}

/** The same with each machine's SSH server, which is on port 22 of the address unless the machine is simulated. */
export async function labsOf(cloud: PocketCloud, stack: LabStack): Promise<Lab[]> {
    const machines = await cloud.control.machines();
    return (await rosterOf(stack)).map((row) => ({
        ...row,
        ssh: machines.find(({ address }) => address === row.address)?.ssh ?? { host: row.address, port: 22 },
    }));
}

/**
 * The command that logs in to a lab, with the roster's host key known, so that nobody is asked about a fingerprint and
 * nobody's own known_hosts remembers a machine that is gone in minutes.
 *
 * @param folder where the file with the host keys is written
 */
export async function sshCommand(folder: string, labs: readonly Lab[], lab: Lab): Promise<string> {
    const known = path.join(folder, "known_hosts");
    const lines = labs.map(({ ssh: { host, port }, hostKey }) => {
        return `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}\n`;
    });
    await writeFile(known, lines.join(""));
    const { host, port } = lab.ssh;
    return `ssh -o UserKnownHostsFile=${known}${port === 22 ? "" : ` -p ${port}`} ${lab.user}@${host}`;
}
