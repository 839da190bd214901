import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Row } from "../demo/pocketClass.ts";
import { OPERATOR_ACCESS_KEY, OPERATOR_SECRET_KEY } from "../emulator/gateway/operator.ts";
import { type LiveClass, needsHosts, passwordLogin } from "./liveClass.ts";
import { credentialsOf } from "./machineIdentity.ts";
import { ProcessWatch, type Seen } from "./processWatch.ts";
import { type Hit, searchFor, type Secret, secretsOf } from "./secretSearch.ts";
import { ssh } from "./ssh.ts";

/** No secret, but looked for in the same way: the search has to find it wherever it is put. */
const planted = "planted-4ZsQ8vK1xT";

/** Watches a class for secrets in clear, from its first `up` on. */
export class SecretWatch {
    private readonly processes = new ProcessWatch();
    private readonly secrets = new Map<string, Secret>();
    /** What processes had, once they are no longer watched. */
    seen: Seen = { machine: "", hosts: "", late: "" };

    private readonly live: LiveClass;

    constructor(live: LiveClass) {
        this.live = live;
    }

    /** Takes in what is secret now; what a later `up` makes is another secret. */
    async remember(): Promise<void> {
        const add = (name: string, value: string) => this.secrets.set(value, { name, value });
        for (const { name, value } of await secretsOf(this.live.stack)) add(name, value);
        for (const { id, address, status } of await this.live.cloud.control.machines()) {
            if (address === undefined || status !== "running") continue;
            const { secretAccessKey, sessionToken } = await credentialsOf(address);
            add(`secret key of ${id}`, secretAccessKey);
            add(`session token of ${id}`, sessionToken);
        }
    }

    /** What is known by now, by name. */
    names(): string[] {
        return [...new Set([...this.secrets.values()].map(({ name }) => name))].sort();
    }

    /**
     * Puts the planted value into processes here, one on a host, files, and an object. Each process lives until the watch
     * has seen it, however late that is.
     */
    async plant(row: Row): Promise<void> {
        const here = [
            spawn("sleep", ["600"], { argv0: `sleep ${planted}-arguments`, stdio: "ignore" }),
            spawn("sleep", ["600"], { env: { PLANTED: `${planted}-environment` }, stdio: "ignore" }),
        ];
        const login = passwordLogin(row);
        try {
            const there = ssh(
                login,
                `echo ${planted} > planted.txt; export PLANTED=${planted}-host; ` +
                    "for wait in $(seq 600); do [ -e planted.seen ] || sleep 1; done; rm planted.seen",
            );
            await Promise.all([
                // Where it fails, that is the reason why nothing is seen.
                Promise.race([there.then(() => undefined), this.processes.sees(`${planted}-host`, "hosts")]),
                this.processes.sees(`${planted}-arguments`, "machine"),
                this.processes.sees(`${planted}-environment`, "machine"),
            ]);
            await ssh(login, "touch planted.seen");
            await there;
        } finally {
            for (const child of here) child.kill();
        }
        await writeFile(path.join(this.live.cloud.dir, "planted.bin"), `\0\xff${planted}\0`, "latin1");
        await this.live.aws(S3Client).send(
            new PutObjectCommand({
                Bucket: await this.live.scratchBucket(),
                Key: "planted.txt",
                Body: planted,
            }),
        );
    }

    /** Looks at processes no longer. */
    stop(): void {
        this.seen = this.processes.stop();
    }

    /**
     * Searches all that can be seen: processes, the engine's words, calls, objects, and all files of the pocket cloud, with
     * the state, its backups, logs, and the disks of machines and nodes among them.
     */
    async search(more: readonly Secret[] = []): Promise<Hit[]> {
        const folder = await mkdtemp(path.join(tmpdir(), "student-labs-seen-"));
        try {
            await this.writeSeen(folder);
            const all = [...this.secrets.values(), { name: "planted", value: planted }, ...more];
            const inRun = searchFor(all, this.live.cloud.dir).map(({ name, file }) => ({
                name,
                file: `run/${file}`,
            }));
            return [...searchFor(all, folder), ...inRun];
        } finally {
            await rm(folder, { recursive: true });
        }
    }

    private async writeSeen(folder: string): Promise<void> {
        const { machine, hosts } = this.seen;
        const state = await this.live.stack.command(["stack", "export", "--stack", this.live.stack.stack]);
        const outputs = await this.live.stack.command(["stack", "output", "--stack", this.live.stack.stack]);
        const texts: Readonly<Record<string, string>> = {
            "processes of the machine": machine,
            "processes of the hosts": hosts,
            "words of the engine": this.live.told.join("\n"),
            "stack export": state.stdout,
            "stack output": outputs.stdout,
            "calls of AWS": JSON.stringify(await this.live.cloud.control.calls()),
        };
        for (const [name, text] of Object.entries(texts)) {
            assert.notEqual(text, "", name);
            await writeFile(path.join(folder, name), text, "latin1");
        }
        await this.writeObjects(path.join(folder, "s3"));
    }

    private async writeObjects(folder: string): Promise<void> {
        const s3 = this.live.aws(S3Client);
        const Bucket = await this.live.scratchBucket();
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        for (const { Key = "" } of Contents) {
            const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
            const file = path.join(folder, Key);
            await mkdir(path.dirname(file), { recursive: true });
            await writeFile(file, (await Body?.transformToByteArray()) ?? "");
        }
    }
}

/** Where private keys may be: on the machine whose student is to use them, or whose own they are, and in its user data. */
async function ownKeys(live: LiveClass, { lab, address }: Row): Promise<Hit[]> {
    const machines = await live.cloud.control.machines();
    const machine = machines.find((each) => each.address === address && each.status === "running");
    const host = `run/machines/hosts/${machine?.id ?? ""}`;
    return [
        { name: `${lab}-cluster-key`, file: `${host}/upper/home/ubuntu/.ssh/cluster.pem` },
        { name: `${lab}-machine-host-key`, file: `${host}/upper/etc/ssh/ssh_host_ed25519_key` },
        { name: `${lab}-machine-host-key`, file: `${host}/boot.json` },
    ];
}

const byPlace = (hits: readonly Hit[]) => hits.map(({ name, file }) => `${file}: ${name}`).sort();

/** Declares the tests of where secrets show, in a class that has been watched from its first `up` on. */
export function secretsStayHidden(live: () => LiveClass, watch: () => SecretWatch): void {
    describe("secrets show nowhere but where they are used", () => {
        let hits: readonly Hit[];
        let [ada, grace]: (Row | undefined)[] = [];

        before(async function () {
            await needsHosts(this);
            [ada, grace] = [await live().row("ada"), await live().row("grace")];
            // No secret, and public by nature: shows that the engine's words and its files are searched.
            hits = await watch().search([{ name: "host key", value: ada.hostKey }]);
        });

        it("all of them are looked for: passwords, keys, credentials of machines and nodes", () => {
            const names = watch().names();
            for (const lab of ["ada", "grace", "alan"]) {
                assert.ok(names.includes(`${lab}-password`) && names.includes(`${lab}-cluster-key`), lab);
            }
            assert.ok(names.includes("classroom-key") && names.includes("passphrase of the state"));
            const sessions = names.filter((name) => name.startsWith("session token of i-"));
            // A machine and two nodes a lab.
            assert.ok(sessions.length >= 9, sessions.join(", "));
        });

        it("the search finds what was planted, everywhere", async () => {
            const machine = path
                .dirname((await ownKeys(live(), ada as Row))[0]?.file ?? "")
                .replace(/\.ssh$/, "");
            assert.deepEqual(
                byPlace(hits.filter(({ name }) => name === "planted")),
                [
                    "processes of the hosts: planted",
                    "processes of the machine: planted",
                    `${machine}planted.txt: planted`,
                    "run/planted.bin: planted",
                    "s3/planted.txt: planted",
                ].sort(),
            );
            const places = hits.filter(({ name }) => name === "host key").map(({ file }) => file);
            for (const place of ["words of the engine", "stack export", "stack output"]) {
                assert.ok(places.includes(place), `${place} has no host key`);
            }
            const state = path.relative(live().cloud.dir, await live().stack.stateFile());
            assert.ok(places.includes(`run/${state}`), "the state has no host key");
            assert.ok(places.some((file) => file.startsWith("run/stack/state/.pulumi/backups/")));
            assert.ok(places.some((file) => file.startsWith("run/stack/state/.pulumi/history/")));
        });

        it("the logs of bootstrap and connect are among what was searched", async () => {
            for (const row of [ada, grace] as Row[]) {
                const login = await live().classKeyLogin(row);
                const { stdout } = await ssh(login, "sudo sh -c 'cd /var/log/student-labs && wc -c *.log'");
                assert.match(stdout, /[1-9]\d* bootstrap\.log\n +[1-9]\d* connect\.log/);
            }
        });

        it("no password, key or credential is in clear but the keys of a machine and its cluster, on that machine", async () => {
            const found = hits.filter(
                ({ name }) => !["planted", "host key", "passphrase of the state"].includes(name),
            );
            const used = [ada, grace].map((row) => ownKeys(live(), row as Row));
            assert.deepEqual(byPlace(found), byPlace((await Promise.all(used)).flat()));
            const passphrase = hits.filter(({ name }) => name === "passphrase of the state");
            assert.deepEqual(byPlace(passphrase), ["run/stack/passphrase: passphrase of the state"]);
        });

        it("the operator's own credentials touch no machine and no node", () => {
            const own = [
                { name: "access key", value: OPERATOR_ACCESS_KEY },
                { name: "secret key", value: OPERATOR_SECRET_KEY },
            ];
            assert.deepEqual(searchFor(own, path.join(live().cloud.dir, "machines")), []);
            assert.ok(!own.some(({ value }) => watch().seen.hosts.includes(value)));
            assert.ok(watch().seen.machine.includes(OPERATOR_ACCESS_KEY), "the engine has them");
        });

        it("the stack's outputs mask passwords and the class key, and nothing else", async () => {
            const { roster, classKey } = await live().stack.outputs();
            assert.equal(classKey, "[secret]");
            for (const row of roster as Row[]) {
                const masked = Object.entries(row).filter(([, value]) => value === "[secret]");
                assert.deepEqual(
                    masked.map(([key]) => key),
                    ["password"],
                );
            }
        });
    });
}
