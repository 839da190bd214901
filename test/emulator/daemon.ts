/**
 * The one process of a pocket cloud: gateway, machines and stand-in providers, with moto as its child. Started by
 * `PocketCloud.start`; its argument is the file with what it is told. `up` and the rest run in other processes and may
 * be killed at any time: what is in the cloud stays, as with AWS.
 */
import { readFile, rm } from "node:fs/promises";
import { awsEnvironment } from "./awsEnvironment.ts";
import { startGateway } from "./gateway/gateway.ts";
import { createAddressPool } from "./machines/addresses.ts";
import { createSupervisor } from "./machines/machines.ts";
import { serveStandIns } from "./standIns.ts";
import { type DaemonRequest, Run } from "./runs.ts";
import { tryLock } from "./tools/lock.ts";
import { startMoto } from "./tools/moto.ts";
import { isAlive, self } from "./tools/process.ts";

/** How often it looks whether the process that it lives for is still there. */
const OWNER_POLL_MS = 500;
/** A part that does not end is not waited for longer: `clean` finds what it leaves. */
const CLOSE_LIMIT_MS = 40_000;

/** Things to end, last started first; each one also when another fails. */
class Closing {
    private readonly parts: { name: string; close: () => Promise<unknown> }[] = [];

    add(name: string, close: () => Promise<unknown>): void {
        this.parts.unshift({ name, close });
    }

    /** Something to do when all else has ended. */
    last(close: () => Promise<unknown>): void {
        this.parts.push({ name: "files", close });
    }

    async all(): Promise<void> {
        for (const { name, close } of this.parts.splice(0)) {
            const late = new Promise((_, reject) => {
                setTimeout(() => reject(new Error("takes too long")), CLOSE_LIMIT_MS).unref();
            });
            await Promise.race([close(), late]).catch((error: unknown) =>
                console.error(`ending ${name}:`, error),
            );
        }
    }
}

/** Starts all parts and answers why they have to end, when they have to. */
async function serve(request: DaemonRequest, closing: Closing): Promise<string> {
    const run = new Run(request.dir);
    const lock = await tryLock(run.lockFile);
    if (!("release" in lock)) {
        throw new Error(`process ${lock.owner.pid} is the daemon of ${request.name} already`);
    }
    closing.add("lock", () => lock.release());
    const ended = new Promise<string>((resolve) => {
        process.on("SIGTERM", () => resolve("asked to stop"));
        process.on("SIGINT", () => resolve("interrupted"));
        const { owner } = request;
        if (owner) {
            const poll = setInterval(() => {
                if (!isAlive(owner)) {
                    clearInterval(poll);
                    // Nobody is left who would look at the files, and there are passwords in them.
                    closing.last(() => rm(run.dir, { recursive: true, force: true }));
                    resolve(`process ${owner.pid}, which started it, has ended`);
                }
            }, OWNER_POLL_MS);
        }
    });
    const moto = await startMoto(request.python, run.motoLog);
    closing.add("moto", () => moto.stop());
    const addresses = await createAddressPool();
    closing.add("addresses", () => addresses.close());
    const machines = await createSupervisor({
        dir: run.machines,
        rootfs: request.rootfs,
        mode: request.mode,
    });
    closing.add("machines", () => machines.close());
    const gateway = await startGateway({ dir: run.gateway, motoUrl: moto.url, machines, addresses });
    closing.add("gateway", () => gateway.close());
    // The stand-ins are clients of the gateway as a real provider would be: it is their AWS.
    Object.assign(process.env, awsEnvironment(gateway.url, run.awsFile));
    // A simulated machine listens where it may, which is not always port 22 of its own address.
    const standIns = await serveStandIns(
        request.providers,
        machines.mode === "simulated"
            ? (host, port) => (port === 22 ? machines.sshEndpoint(host) : undefined)
            : undefined,
    );
    closing.add("providers", () => standIns.close());
    closing.add("record", () => rm(run.recordFile, { force: true }));
    await run.write({
        name: request.name,
        daemon: self(),
        url: gateway.url,
        mode: request.mode,
        providers: standIns.ports,
        keep: request.owner === undefined,
    });
    console.error(`ready: ${gateway.url}`);
    return Promise.race([ended, moto.ended.then(() => "moto has ended")]);
}

async function main(): Promise<number> {
    const closing = new Closing();
    process.on("unhandledRejection", (reason) => console.error("unhandled:", reason));
    try {
        const request = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as DaemonRequest;
        console.error(`ends: ${await serve(request, closing)}`);
        return 0;
    } catch (error) {
        console.error(error);
        return 1;
    } finally {
        await closing.all();
    }
}

void main().then((code) => process.exit(code));
