import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { identify, type ProcessIdentity } from "../tools/process.ts";
import type { ExecOptions, ExecResult, MachineSpec, MachineStatus } from "./machines.ts";
import { enterHost } from "./nsenter.ts";
import { answersSsh } from "./sshBanner.ts";

/** Exit code by which a host's PID 1 asks to be booted again. */
const REBOOT = 42;
// Dozens may boot at a time, on two processors that tests keep busy.
const BOOT_TIMEOUT_MS = 120_000;
const POWER_OFF_TIMEOUT_MS = 5_000;

/** Name of the file with the processes of a host, for whoever cleans up after a killed daemon. */
export const PROCESS_FILE = "process.json";

const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** One host in namespaces: a folder with its disk, and while it runs one process tree. */
export class Host {
    status: MachineStatus = "stopped";
    private leader: ProcessIdentity | undefined;
    private init: number | undefined;
    private over: Promise<void> = Promise.resolve();
    private generation = 0;

    readonly spec: MachineSpec;
    readonly folder: string;
    private readonly enter: string;
    private readonly lower: readonly string[];
    address: MachineSpec["address"];
    private environment: MachineSpec["environment"];

    /** `lower` are the read-only layers, uppermost first; `enter` is the script that enters them. */
    constructor(
        spec: MachineSpec,
        folder: string,
        enter: string,
        lower: readonly string[],
        address = spec.address,
        environment = spec.environment,
    ) {
        this.spec = spec;
        this.folder = folder;
        this.enter = enter;
        this.lower = lower;
        this.address = address;
        this.environment = environment;
    }

    /** Boots the disk and resolves when sshd answers. */
    async start(address: string, environment: Readonly<Record<string, string>>): Promise<void> {
        if (this.status === "running") {
            throw new Error(`${this.spec.id} runs already`);
        }
        this.address = address;
        this.environment = environment;
        for (const name of ["upper", "work", "root"]) {
            await mkdir(path.join(this.folder, name), {
                recursive: true,
                mode: name === "root" ? 0o700 : 0o755,
            });
        }
        await this.launch();
        await this.answering(this.generation);
    }

    /** Powers the host off as its own `poweroff` would, or kills it if that takes too long. */
    async stop(): Promise<void> {
        if (this.status === "running") {
            this.status = "stopped";
            this.init ??= this.leader && childOf(this.leader.pid);
            if (this.init !== undefined && identify(this.init)) {
                process.kill(this.init, "SIGTERM");
            }
            await Promise.race([this.over, sleep(POWER_OFF_TIMEOUT_MS)]);
        }
        await this.kill();
        this.status = "stopped";
    }

    /** Ends every process of the host at once. When it resolves none is left, nor any mount. */
    async kill(): Promise<void> {
        this.status = "stopped";
        // PID 1 of the namespace takes all others with it; unshare, which waits for it, ends by itself.
        for (const pid of [this.init, this.leader?.pid]) {
            if (pid !== undefined && identify(pid)) {
                process.kill(pid, "SIGKILL");
            }
        }
        await this.over;
    }

    /** Runs a process inside the host. */
    async exec(options: ExecOptions): Promise<ExecResult> {
        if (this.status !== "running" || this.init === undefined) {
            throw new Error(`${this.spec.id} is ${this.status === "running" ? "booting" : this.status}`);
        }
        return enterHost(this.init, this.environment, options);
    }

    /** Starts the process tree. At a reboot the host may have been stopped meanwhile: then nothing starts. */
    private async launch(reboot = false): Promise<void> {
        const { hostname, user, authorizedKeys, userData } = this.spec;
        const { address, environment } = this;
        await writeFile(
            path.join(this.folder, "boot.json"),
            JSON.stringify({ hostname, address, user, authorizedKeys, environment, userData }),
            { mode: 0o600 },
        );
        const log = await open(path.join(this.folder, "log"), "a", 0o600);
        if (reboot && this.status !== "running") {
            await log.close();
            return;
        }
        // The daemon's death is the host's death (pdeathsig, kill-child), so that a killed daemon leaves only files.
        const child = spawn(
            "setpriv",
            [
                "--pdeathsig",
                "KILL",
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "--uts",
                "--ipc",
                "--pid",
            ].concat(["--fork", "--kill-child=KILL", this.enter, this.folder, this.lower.join(":")]),
            {
                detached: true,
                stdio: ["ignore", log.fd, log.fd],
                env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
            },
        );
        const generation = ++this.generation;
        this.status = "running";
        this.init = undefined;
        this.over = new Promise((over) => {
            const ended = (code: number | null): void => {
                over();
                if (this.generation === generation) {
                    this.ended(code);
                }
            };
            child.once("exit", ended);
            child.once("error", () => ended(null));
        });
        await log.close();
        if (child.pid === undefined) {
            throw new Error("setpriv or unshare cannot be run");
        }
        this.leader = identify(child.pid);
        await this.note();
    }

    /** Called when the process tree has ended, whatever the reason. */
    private ended(code: number | null): void {
        this.init = undefined;
        this.leader = undefined;
        if (this.status !== "running") {
            return; // we asked for it
        }
        if (code === REBOOT) {
            this.launch(true).then(
                () => this.answering(this.generation).catch(() => undefined),
                () => (this.status = "crashed"),
            );
            return;
        }
        this.status = code === 0 ? "stopped" : "crashed";
    }

    private async answering(generation: number): Promise<void> {
        for (const until = Date.now() + BOOT_TIMEOUT_MS; ; await sleep(25)) {
            if (this.generation === generation && this.status !== "running") {
                throw new Error(`${this.spec.id} did not boot: ${await this.lastWords()}`);
            }
            if (this.init === undefined && this.leader) {
                this.init = childOf(this.leader.pid);
                if (this.init !== undefined) {
                    await this.note();
                }
            }
            if (this.init !== undefined && (await this.answers())) {
                return;
            }
            if (Date.now() > until) {
                await this.kill();
                throw new Error(
                    `${this.spec.id} did not answer on ${this.address}:22: ${await this.lastWords()}`,
                );
            }
        }
    }

    /** sshd listens on 22 at the first boot, later where its settings say. */
    private async answers(): Promise<boolean> {
        const folder = path.join(this.folder, "upper", "etc", "ssh", "sshd_config.d");
        const files = await readdir(folder).catch((): string[] => []);
        const texts = files.map((file) => readFile(path.join(folder, file), "utf8").catch(() => ""));
        const ports = [...(await Promise.all(texts)).join("\n").matchAll(/^Port (\d+)$/gm)];
        const all = [22, ...ports.map(([, port]) => Number(port))];
        return (await Promise.all(all.map((port) => answersSsh(this.address, port)))).includes(true);
    }

    private async note(): Promise<void> {
        const init = this.init === undefined ? undefined : identify(this.init);
        await writeFile(
            path.join(this.folder, PROCESS_FILE),
            JSON.stringify([this.leader, init].filter(Boolean)),
        );
    }

    private async lastWords(): Promise<string> {
        const log = await readFile(path.join(this.folder, "log"), "utf8").catch(() => "");
        return log.trim().split("\n").slice(-5).join("; ") || "it said nothing";
    }
}

function childOf(pid: number): number | undefined {
    try {
        const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/);
        return child ? Number(child) : undefined;
    } catch {
        return undefined;
    }
}
