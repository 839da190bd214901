import { spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { awsEnvironment } from "./awsEnvironment.ts";
import { withoutAccounts } from "./engine/environment.ts";
import { REPOSITORY } from "./engine/scratch.ts";
import { GatewayControl } from "./gateway/control.ts";
import { cleanLeftovers } from "./machines/machines.ts";
import { type CloudRecord, type DaemonRequest, Run } from "./runs.ts";
import { prepareTools } from "./tools/prepare.ts";
import type { Tools } from "./tools/prepare.ts";
import { isAlive, type ProcessIdentity, self, waitForExit } from "./tools/process.ts";
import { chooseProviders, PROVIDERS, PROVIDERS_VARIABLE, providerVersions } from "./tools/providers.ts";

/** How a pocket cloud is started. */
export interface PocketCloudOptions {
    /** Several may run at the same time, with different names. */
    readonly name: string;
    /** "auto", the default: namespaces where the machine allows them. */
    readonly mode?: "namespaces" | "simulated" | "auto";
    /** It stays when this process ends, until somebody attaches and stops it. */
    readonly keep?: boolean;
    /** What is prepared already; prepared here unless given. */
    readonly tools?: Tools;
}

const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 90_000;

/** A pocket cloud that runs, seen from another process. */
export class PocketCloud {
    /** Endpoint of everything that is AWS. */
    readonly url: string;
    /** Faults, latency, and what was called. */
    readonly control: GatewayControl;
    readonly mode: "namespaces" | "simulated";
    /** For providers and SDK clients, beside a clean environment: see {@link environment}. */
    readonly env: Readonly<Record<string, string>>;
    /** Everything that it writes; stacks may be put here too. */
    readonly dir: string;
    readonly daemon: ProcessIdentity;

    readonly name: string;
    private readonly run: Run;
    /** What was prepared for it, where this process has started it. */
    readonly tools?: Tools;

    private constructor(
        name: string,
        run: Run,
        record: CloudRecord,

        tools?: Tools,
    ) {
        this.name = name;
        this.run = run;
        this.tools = tools;

        this.url = record.url;
        this.control = new GatewayControl(record.url);
        this.mode = record.mode;
        this.dir = run.dir;
        this.daemon = record.daemon;
        const attached = PROVIDERS.flatMap((name) => {
            const port = record.providers[name];
            return port === undefined ? [] : [`${name}:${port}`];
        });
        this.env = {
            ...awsEnvironment(record.url, run.awsFile),
            ...(attached.length ? { PULUMI_DEBUG_PROVIDERS: attached.join(",") } : {}),
        };
    }

    /** Starts one. What a killed one with the same name has left is removed first. */
    static async start(options: PocketCloudOptions): Promise<PocketCloud> {
        const run = Run.of(options.name);
        const running = await run.daemon();
        if (running && !(await endsByItself(run, running))) {
            throw new Error(
                `The pocket cloud "${options.name}" runs already (process ${running.pid}). ` +
                    `Stop it with "npm run demo -- --down", or kill that process.`,
            );
        }
        await removeRun(run);
        const tools = options.tools ?? (await prepareTools({ mode: options.mode }));
        const choice = chooseProviders(
            tools.engine.plugins,
            await providerVersions(REPOSITORY),
            process.env[PROVIDERS_VARIABLE],
            tools.mode,
        );
        const request: DaemonRequest = {
            name: options.name,
            dir: run.dir,
            mode: tools.mode,
            rootfs: tools.rootfs,
            python: tools.python,
            providers: PROVIDERS.filter((name) => choice[name] === "stand-in"),
            owner: options.keep ? undefined : self(),
        };
        await run.prepare();
        await writeFile(run.requestFile, JSON.stringify(request, undefined, 2), { mode: 0o600 });
        return new PocketCloud(options.name, run, await launch(run), tools);
    }

    /** The one with this name that runs; `undefined` when none does. */
    static async attach(name: string): Promise<PocketCloud | undefined> {
        const run = Run.of(name);
        const record = await run.record();
        return record && new PocketCloud(name, run, record);
    }

    /** Removes what a killed one with this name has left on disk, unless it runs; its next start would do so too. */
    static async removeFiles(name: string): Promise<void> {
        const run = Run.of(name);
        if ((await run.daemon()) === undefined) {
            await removeRun(run);
        }
    }

    /** A whole environment for a process that may talk to this cloud only: nothing in it leads to a real account. */
    environment(caller: NodeJS.ProcessEnv = process.env): Record<string, string> {
        return { ...withoutAccounts(caller), ...this.env };
    }

    /** Ends all of it: machines, moto, gateway, providers. Its files go too, with the passwords in them, unless kept. */
    async stop(options: { keepFiles?: boolean } = {}): Promise<void> {
        await stopDaemon(this.daemon);
        await cleanLeftovers(this.run.machines);
        if (!options.keepFiles) {
            await removeRun(this.run);
        }
    }
}

/** A daemon whose owner has just died (Ctrl-C, and the same command again) is about to end: waits for it. */
async function endsByItself(run: Run, daemon: ProcessIdentity): Promise<boolean> {
    const owner = (await run.request())?.owner;
    return owner !== undefined && !isAlive(owner) && waitForExit(daemon, STOP_LIMIT_MS);
}

/** Starts the daemon and waits until it is ready. */
async function launch(run: Run): Promise<CloudRecord> {
    const log = await open(run.log, "a", 0o600);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "daemon.ts"), run.requestFile], {
        cwd: run.dir,
        env: withoutAccounts(process.env),
        // Of its own session: Ctrl-C in the terminal is the demo's to handle.
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
    });
    await log.close();
    let ended = false;
    child.once("exit", () => (ended = true));
    child.once("error", () => (ended = true));
    child.unref();
    for (const end = Date.now() + START_LIMIT_MS; Date.now() < end && !ended;) {
        const record = await run.record();
        if (record) {
            return record;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill("SIGTERM");
    const words = await readFile(run.log, "utf8").catch(() => "");
    throw new Error(
        `The pocket cloud ${ended ? "did not start" : "is not ready in time"}; ${run.log} ends with:\n` +
            words.trim().split("\n").slice(-15).join("\n"),
    );
}

async function stopDaemon(daemon: ProcessIdentity): Promise<void> {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        try {
            process.kill(daemon.pid, signal);
        } catch {
            return;
        }
        if (await waitForExit(daemon, STOP_LIMIT_MS)) {
            return;
        }
    }
    throw new Error(`process ${daemon.pid} does not end`);
}

/** Removes what a run that no longer lives has left on disk, and what else its machines may have left. */
export async function removeRun(run: Run): Promise<void> {
    await cleanLeftovers(run.machines);
    await cleanLeftovers(run.dir);
    await rm(run.dir, { recursive: true, force: true });
}
