import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { cachePath } from "./cache.ts";
import { isAlive, type ProcessIdentity } from "./tools/process.ts";
import type { ProviderName } from "./tools/providers.ts";

/** What a daemon writes down when it is ready, for whoever wants to talk to it or stop it. */
export interface CloudRecord {
    readonly name: string;
    readonly daemon: ProcessIdentity;
    /** Endpoint of the gateway. */
    readonly url: string;
    readonly mode: "namespaces" | "simulated";
    /** Ports of the stand-in providers. */
    readonly providers: Partial<Readonly<Record<ProviderName, number>>>;
    /** It stays when the process that started it ends. */
    readonly keep: boolean;
}

/** What a daemon is told. */
export interface DaemonRequest {
    readonly name: string;
    readonly dir: string;
    readonly mode: "namespaces" | "simulated";
    readonly rootfs?: string;
    readonly python: string;
    readonly providers: readonly ProviderName[];
    /** The process to live for; without it the daemon stays until it is stopped. */
    readonly owner?: ProcessIdentity;
}

/** The folder of one run of the pocket cloud, with everything it writes. */
export class Run {
    readonly dir: string;

    constructor(dir: string) {
        this.dir = dir;
    }

    /** The run of a pocket cloud with this name. */
    static of(name: string): Run {
        if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
            throw new Error(`"${name}" is no name for a pocket cloud: lower-case letters, digits and dashes`);
        }
        return new Run(cachePath("runs", name));
    }

    /** All that have a folder, running or not. */
    static async all(): Promise<Run[]> {
        const names = await readdir(cachePath("runs")).catch(() => [] as string[]);
        return names.map((name) => new Run(cachePath("runs", name)));
    }

    get requestFile(): string {
        return path.join(this.dir, "request.json");
    }
    get recordFile(): string {
        return path.join(this.dir, "cloud.json");
    }
    /** Held by the daemon while it lives. */
    get lockFile(): string {
        return path.join(this.dir, "daemon.lock");
    }
    get log(): string {
        return path.join(this.dir, "daemon.log");
    }
    get motoLog(): string {
        return path.join(this.dir, "moto.log");
    }
    get gateway(): string {
        return path.join(this.dir, "gateway");
    }
    get machines(): string {
        return path.join(this.dir, "machines");
    }
    /** Empty: what the AWS SDKs are given instead of the user's own files. */
    get awsFile(): string {
        return path.join(this.dir, "aws-empty");
    }

    /** Makes the folder and the files that are there from the start. */
    async prepare(): Promise<void> {
        for (const folder of [this.dir, this.gateway, this.machines]) {
            await mkdir(folder, { recursive: true, mode: 0o700 });
        }
        await writeFile(this.awsFile, "", { mode: 0o600 });
    }

    /** The daemon, from its lock on, that is also before it is ready; `undefined` when none lives. */
    async daemon(): Promise<ProcessIdentity | undefined> {
        const identity = await readJson<ProcessIdentity>(this.lockFile);
        return identity && isAlive(identity) ? identity : undefined;
    }

    /** What its daemon was told. */
    request(): Promise<DaemonRequest | undefined> {
        return readJson<DaemonRequest>(this.requestFile);
    }

    /** What the living daemon of this run has written down. */
    async record(): Promise<CloudRecord | undefined> {
        const record = await readJson<CloudRecord>(this.recordFile);
        return record && isAlive(record.daemon) ? record : undefined;
    }

    /** Writes the record, whole from the first moment on. */
    async write(record: CloudRecord): Promise<void> {
        await writeFile(`${this.recordFile}.draft`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
        await rename(`${this.recordFile}.draft`, this.recordFile);
    }
}

async function readJson<T>(file: string): Promise<T | undefined> {
    try {
        return JSON.parse(await readFile(file, "utf8")) as T;
    } catch {
        return undefined;
    }
}
