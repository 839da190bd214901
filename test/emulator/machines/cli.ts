import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { Command } from "commander";
import { ensureCache } from "../cache.ts";
import { isAlive, type ProcessIdentity, self } from "../tools/process.ts";
import { createAddressPool } from "./addresses.ts";
import { removeTree } from "./leftovers.ts";
import { cleanLeftovers, createSupervisor } from "./machines.ts";
import { buildRootfs } from "./rootfs.ts";

interface Running {
    readonly process: ProcessIdentity;
    readonly address: string;
}

async function folder(name: string): Promise<string> {
    return path.join(await ensureCache("runs"), `cli-${name}`);
}

async function running(name: string): Promise<Running | undefined> {
    const text = await readFile(path.join(await folder(name), "cli.json"), "utf8").catch(() => undefined);
    const found = text === undefined ? undefined : (JSON.parse(text) as Running);
    return found && isAlive(found.process) ? found : undefined;
}

interface UpOptions {
    readonly key: string;
    readonly node?: boolean;
    readonly userData?: string;
    readonly env: readonly string[];
}

/** One host in this terminal, gone with Ctrl-C or `down`. */
async function up(name: string, options: UpOptions): Promise<void> {
    if (await running(name)) {
        throw new Error(`${name} is up already`);
    }
    const say = (line: string): void => console.error(line);
    const rootfs = await buildRootfs({ dir: await ensureCache("rootfs"), log: say });
    const dir = await folder(name);
    await cleanLeftovers(dir);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const supervisor = await createSupervisor({ dir, rootfs, mode: "namespaces" });
    const pool = await createAddressPool();
    const address = await pool.take();
    const user = options.node ? "hadoop" : "ubuntu";
    await supervisor.boot({
        id: name,
        kind: options.node ? "cluster-node" : "instance",
        hostname: `ip-${address.replaceAll(".", "-")}.eu-west-1.compute.internal`,
        address,
        user,
        authorizedKeys: (await readFile(options.key, "utf8")).trim().split("\n"),
        environment: Object.fromEntries(
            options.env.map((pair) => [pair.split("=")[0] ?? "", pair.split("=").slice(1).join("=")]),
        ),
        userData: options.userData && (await readFile(options.userData, "utf8")),
    });
    await writeFile(path.join(dir, "cli.json"), JSON.stringify({ process: self(), address }));
    console.log(address);
    say(`ssh ${user}@${address}; Ctrl-C, SIGTERM or "down ${name}" ends the host`);
    const alive = setInterval(() => undefined, 60_000);
    await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
            process.once(signal, () => resolve());
        }
    });
    clearInterval(alive);
    await supervisor.close();
    await pool.close();
    await removeTree(dir);
}

async function down(name: string): Promise<void> {
    const found = await running(name);
    if (found) {
        process.kill(found.process.pid, "SIGTERM");
        while (isAlive(found.process)) {
            await new Promise((done) => setTimeout(done, 50));
        }
    }
    await cleanLeftovers(await folder(name));
    await removeTree(await folder(name));
}

async function list(): Promise<void> {
    for (const entry of await readdir(await ensureCache("runs"))) {
        const name = /^cli-(.*)$/.exec(entry)?.[1];
        if (name !== undefined) {
            console.log(`${name} ${(await running(name))?.address ?? "(left by a killed process)"}`);
        }
    }
}

const program = new Command("machines").description("Boots one disposable host, for trying scripts on it");
program
    .command("up <name>")
    .requiredOption("--key <file>", "public key that may log in")
    .option("--node", "a cluster's node instead of a student's machine")
    .option("--user-data <file>", "script for the first boot")
    .option("--env <pair...>", "NAME=VALUE lines of /etc/environment", [])
    .action(up);
program.command("down <name>").description("ends the host and removes its disk").action(down);
program.command("list").description("shows the hosts of this program").action(list);
program.parseAsync().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
