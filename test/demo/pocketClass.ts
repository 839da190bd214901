import * as path from "node:path";
import type { PocketCloud } from "../emulator/cloud";
import { LabStack } from "../emulator/engine/labStack";
import type { StackConfig } from "../emulator/engine/scratch";
import { run } from "../emulator/tools/run";

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

/** Settings of a small class that a laptop's pocket cloud carries with ease. */
export const smallClass: StackConfig = {
    allowedSshCidrs: ["127.0.0.0/8"],
    // A poll of mrjob every 30 s: it goes by the most labs that the class may have.
    maxLabs: 15,
};

/** Packs the course material of the demo, the way a teacher would. */
export async function packCourse(folder: string): Promise<string> {
    const archive = path.join(folder, "course.tar.gz");
    const packed = await run("tar", ["-czf", archive, "-C", __dirname, "course"]);
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
