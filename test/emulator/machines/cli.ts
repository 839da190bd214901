import { mkdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import { Command } from "commander";
import { ensureCache } from "../cache";
import { createAddressPool } from "./addresses";
import { cleanLeftovers, createSupervisor } from "./machines";
import { buildRootfs } from "./rootfs";

/** For developers: one host in this terminal, gone with Ctrl-C. */
async function up(
    name: string,
    options: { key: string; node?: boolean; userData?: string; env: string[] },
): Promise<void> {
    const say = (line: string): void => console.error(line);
    const rootfs = await buildRootfs({ dir: await ensureCache("rootfs"), log: say });
    const dir = path.join(await ensureCache("runs"), `cli-${name}`);
    await cleanLeftovers(dir);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const supervisor = await createSupervisor({ dir, rootfs, mode: "namespaces" });
    const pool = await createAddressPool();
    const address = await pool.take();
    await supervisor.boot({
        id: name,
        kind: options.node ? "cluster-node" : "instance",
        hostname: `ip-${address.replaceAll(".", "-")}`,
        address,
        user: options.node ? "hadoop" : "ubuntu",
        authorizedKeys: (await readFile(options.key, "utf8")).trim().split("\n"),
        environment: Object.fromEntries(
            options.env.map((pair) => [pair.split("=")[0] ?? "", pair.split("=").slice(1).join("=")]),
        ),
        userData: options.userData && (await readFile(options.userData, "utf8")),
    });
    console.log(address);
    say(`ssh ${options.node ? "hadoop" : "ubuntu"}@${address}; Ctrl-C (or SIGTERM) ends the host`);
    const ended = new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
            process.once(signal, () => resolve());
        }
    });
    const alive = setInterval(() => undefined, 60_000);
    await ended;
    clearInterval(alive);
    await supervisor.close();
    await pool.close();
    await cleanLeftovers(dir);
}

const program = new Command("machines").description("Boots one disposable host, for trying scripts on it");
program
    .command("up <name>")
    .requiredOption("--key <file>", "public key that may log in")
    .option("--node", "a cluster's node instead of a student's machine")
    .option("--user-data <file>", "script for the first boot")
    .option("--env <pair...>", "NAME=VALUE lines of /etc/environment", [])
    .action(up);
program.parseAsync().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
