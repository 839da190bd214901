import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { spawn } from "node:child_process";
import { ensureCache } from "../emulator/cache.ts";
import { type AddressPool, createAddressPool } from "../emulator/machines/addresses.ts";
import {
    cleanLeftovers,
    createSupervisor,
    type MachineSpec,
    type MachineSupervisor,
    namespacesAllowed,
} from "../emulator/machines/machines.ts";
import { buildRootfs } from "../emulator/machines/rootfs.ts";
import { answersSsh } from "../emulator/machines/sshBanner.ts";
import { login } from "../emulator/machines/sshClient.ts";
import { newKey } from "../emulator/machines/newKey.ts";

const key = newKey();

/** Waits until something is so. */
async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    for (
        const end = Date.now() + 10_000;
        Date.now() < end;
        await new Promise((done) => setTimeout(done, 20))
    ) {
        if (await check()) {
            return;
        }
    }
    assert.fail(`not in time: ${what}`);
}

/** Mounts and living processes of the machine that name a folder. */
function traces(dir: string): string[] {
    const read = (file: string): string => {
        try {
            return readFileSync(file, "utf8");
        } catch {
            return ""; // it has ended meanwhile
        }
    };
    const processes = readdirSync("/proc").filter(
        (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    );
    return [
        ...read("/proc/self/mounts").split("\n"),
        ...processes.map((pid) => read(`/proc/${pid}/cmdline`)),
        // A host's own processes do not name the folder, but their root file system does.
        ...processes.map((pid) => read(`/proc/${pid}/mounts`).split("\n")[0] ?? ""),
    ].filter((line) => line.includes(dir));
}

describe("disposable hosts", function () {
    this.timeout(60_000);
    let dir: string;
    let rootfs: string;
    let pool: AddressPool;
    let machines: MachineSupervisor;

    before(async function () {
        this.timeout(600_000);
        const allowed = await namespacesAllowed();
        if (!allowed.allowed) {
            console.log(`      skipped: ${allowed.reason}`);
            this.skip();
        }
        rootfs = await buildRootfs({
            dir: await ensureCache("rootfs"),
            log: (line) => console.log(`      ${line}`),
        });
        dir = await mkdtemp(path.join(await ensureCache("runs"), "machines-"));
        pool = await createAddressPool();
        machines = await createSupervisor({ dir, rootfs, mode: "namespaces" });
    });

    after(async () => {
        await machines?.close();
        await pool?.close();
        if (dir) {
            await rm(dir, { recursive: true, force: true });
        }
    });

    async function boot(id: string, more: Partial<MachineSpec> = {}): Promise<string> {
        const address = await pool.take();
        await machines.boot({
            id,
            kind: "instance",
            hostname: `ip-${address.replaceAll(".", "-")}.eu-west-1.compute.internal`,
            address,
            user: "ubuntu",
            authorizedKeys: [key.public],
            environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:1", MINE: `http://${address}:1338` },
            ...more,
        });
        return address;
    }

    const root = async (id: string, script: string): Promise<string> => {
        const result = await machines.exec(id, { argv: ["/bin/bash", "-ec", script], user: "root" });
        assert.equal(result.code, 0, result.stderr.toString() + result.stdout.toString());
        return result.stdout.toString().trim();
    };

    it("boot in a moment and let in the key, not a password, with the image's environment, also under sudo", async () => {
        const began = Date.now();
        const address = await boot("i-one");
        assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
        assert.equal(machines.status("i-one"), "running");
        const said = await login(
            { host: address, username: "ubuntu", privateKey: key.private },
            'id -un; hostname; echo "$AWS_ENDPOINT_URL"; sudo sh -c \'id -un; echo "$MINE"\'; which gcc boto3 || true',
        );
        assert.equal(
            said,
            `ubuntu\nip-${address.replaceAll(".", "-")}.eu-west-1.compute.internal\nhttp://127.0.0.1:1\nroot\nhttp://${address}:1338\n`,
        );
        await assert.rejects(
            login({ host: address, username: "ubuntu", password: "" }, "true"),
            /authentication/,
        );
        assert.match(
            await root("i-one", "sshd -T | grep passwordauth; passwd -S ubuntu"),
            /authentication no\nubuntu L/,
        );
    });

    it("have names, keys and disks of their own", async () => {
        await boot("i-two");
        const identity = "cat /etc/machine-id /etc/ssh/ssh_host_*.pub; getent hosts $(hostname)";
        const [one, two] = [await root("i-one", identity), await root("i-two", identity)];
        const lines = (text: string): string[] => text.split("\n");
        assert.equal(lines(one).filter((line) => lines(two).includes(line)).length, 0, `${one}\n${two}`);
        await root("i-one", "echo mine > /root/file");
        assert.equal(await root("i-two", "ls /root"), "");
        assert.deepEqual(
            machines.list().map(({ id, status }) => `${id} ${status}`),
            ["i-one running", "i-two running"],
        );
    });

    it("listen on another port only after what Ubuntu 24.04 needs for it, and never on another address", async () => {
        const { address } = machines.list()[0] ?? assert.fail();
        await root(
            "i-one",
            "printf 'Port 22\\nPort 443\\n' > /etc/ssh/sshd_config.d/10-ports.conf; systemctl restart ssh",
        );
        assert.equal(await answersSsh(address, 443), false, "ssh.socket still holds the old ports");
        await root("i-one", "systemctl daemon-reload; systemctl restart ssh.socket; systemctl restart ssh");
        assert.equal(await answersSsh(address, 443), true);
        assert.equal(await answersSsh(address, 22), true);
        assert.equal(await answersSsh("127.0.0.1", 443), false);
        const wrong = await machines.exec("i-one", {
            argv: [
                "/bin/sh",
                "-c",
                "echo 'ListenAddress 0.0.0.0' > /etc/ssh/sshd_config.d/11.conf; systemctl daemon-reload",
            ],
            user: "root",
        });
        assert.equal(wrong.code, 1);
        assert.match(wrong.stderr.toString(), /own address only/);
        await root("i-one", "rm /etc/ssh/sshd_config.d/11.conf; systemctl daemon-reload");
    });

    it("run a service of a unit file as its user, again after a reboot from inside, and refuse unknown settings", async () => {
        await root(
            "i-one",
            `cat > /etc/systemd/system/keys.service <<'UNIT'
[Unit]
Description=Agent
[Service]
User=ubuntu
RuntimeDirectory=keys
RuntimeDirectoryMode=0700
ExecStart=/usr/bin/ssh-agent -D -a %t/keys/socket
Restart=on-failure
[Install]
WantedBy=multi-user.target
UNIT
            systemctl daemon-reload; systemctl enable --now keys; systemctl is-active keys`,
        );
        const agent = "until test -S /run/keys/socket; do sleep 0.05; done; ps -o user= -C ssh-agent";
        assert.equal(await root("i-one", agent), "ubuntu");
        await root(
            "i-one",
            "kill -9 $(systemctl show -p MainPID --value keys); sleep 0.4; systemctl is-active keys",
        );
        const { address } = machines.list()[0] ?? assert.fail();
        const before = await root("i-one", "cat /proc/sys/kernel/random/boot_id; stat -c %Y /proc/1");
        await root("i-one", "touch /run/gone /root/stays; reboot");
        await until("down", async () => !(await answersSsh(address, 22)));
        await until("up again", () => answersSsh(address, 22));
        await until("reachable", async () => (await root("i-one", agent).catch(() => "")) === "ubuntu");
        assert.notEqual(
            await root("i-one", "cat /proc/sys/kernel/random/boot_id; stat -c %Y /proc/1"),
            before,
        );
        assert.equal(
            await root("i-one", "ls /root; ls /run/gone 2>/dev/null || echo gone"),
            "file\nstays\ngone",
        );
        const refused = await machines.exec("i-one", {
            argv: [
                "/bin/sh",
                "-c",
                "sed -i '/^User/aPrivateTmp=yes' /etc/systemd/system/keys.service; systemctl daemon-reload; systemctl restart keys",
            ],
            user: "root",
        });
        assert.notEqual(refused.code, 0);
        assert.match(refused.stderr.toString(), /PrivateTmp= in \[Service\] is not supported/);
    });

    it("keep the disk when stopped, and have it again on another address", async () => {
        const old = machines.list().find(({ id }) => id === "i-two")?.address ?? assert.fail();
        await root("i-two", "echo kept > /root/kept; echo 'OTHERS=1' >> /etc/environment");
        await machines.stop("i-two");
        assert.equal(machines.status("i-two"), "stopped");
        assert.equal(await answersSsh(old, 22), false);
        await assert.rejects(machines.exec("i-two", { argv: ["true"], user: "root" }), /i-two is stopped/);
        const address = await pool.take();
        await machines.start("i-two", address);
        assert.equal(
            await login(
                { host: address, username: "ubuntu", privateKey: key.private },
                "sudo cat /root/kept; echo $MINE $OTHERS; getent hosts $(hostname) | cut -d' ' -f1",
            ),
            `kept\nhttp://${address}:1338 1\n${address}\n`,
        );
        await login({ host: address, username: "ubuntu", privateKey: key.private }, "sudo poweroff").catch(
            () => undefined,
        );
        await until("powered off", () => machines.status("i-two") === "stopped");
    });

    it("run user data once, and cloud-init waits for it", async () => {
        const userData = '#!/bin/sh\nsleep 1; echo "ran with $AWS_ENDPOINT_URL" >> /root/ran\n';
        await boot("i-data", { userData });
        assert.equal(await root("i-data", "ls /root; cloud-init status"), "status: running");
        const ran = "ran with http://127.0.0.1:1\nstatus: done";
        assert.equal(
            await root("i-data", "cloud-init status --wait > /dev/null; cat /root/ran; cloud-init status"),
            ran,
        );
        await machines.stop("i-data");
        await machines.start("i-data", await pool.take());
        assert.equal(
            await root("i-data", "cloud-init status --wait > /dev/null; cat /root/ran; cloud-init status"),
            ran,
        );
        await assert.rejects(boot("i-bad", { userData: "#cloud-config\nruncmd: [ls]" }), /JSON, not in YAML/);
    });

    it("are cluster nodes with user hadoop and boto3, which a student's machine has not", async () => {
        const address = await boot("i-node", { kind: "cluster-node", user: "hadoop" });
        const said = await login(
            { host: address, username: "hadoop", privateKey: key.private },
            'python3 -c "import boto3; print(boto3.__name__)"; touch /mnt/var/log/hadoop/x; sudo id -un; id ubuntu 2>&1',
        ).catch((error: Error) => error.message);
        assert.match(said, /boto3\nroot\n.*no such user/s);
        const student = await machines.exec("i-one", {
            argv: ["python3", "-c", "import boto3"],
            user: "ubuntu",
        });
        assert.notEqual(student.code, 0);
    });

    it("run processes with input, environment and an end on request; take files as their user", async () => {
        const echo = await machines.exec("i-node", {
            argv: ["/bin/sh", "-c", 'pwd; id -un; echo "$WORD"; cat; exit 3'],
            user: "hadoop",
            cwd: "/mnt",
            env: { WORD: "secret" },
            stdin: Buffer.from("in"),
        });
        assert.equal(`${echo.code} ${echo.stdout.toString()}`, "3 /mnt\nhadoop\nsecret\nin");
        const abort = new AbortController();
        setTimeout(() => abort.abort(), 100);
        const killed = await machines.exec("i-node", {
            argv: ["sleep", "60"],
            user: "hadoop",
            signal: abort.signal,
        });
        assert.equal(killed.code, 137);
        await machines.putFile("i-node", "/mnt/tmp/deep/file", "text", { user: "hadoop", mode: 0o640 });
        assert.equal(
            await root("i-node", "stat -c '%a %U' /mnt/tmp/deep/file; cat /mnt/tmp/deep/file"),
            "640 hadoop\ntext",
        );
        const mount = await machines.exec("i-node", {
            argv: ["mount", "-t", "tmpfs", "x", "/mnt/tmp"],
            user: "root",
        });
        assert.notEqual(mount.code, 0, "no capability to mount");
    });

    it("are crashed when their first process is killed, and can be started again", async () => {
        const { address } = machines.list().find(({ id }) => id === "i-node") ?? assert.fail();
        const [, init] = JSON.parse(
            await readFile(path.join(dir, "hosts", "i-node", "process.json"), "utf8"),
        ) as { pid: number }[];
        process.kill(init?.pid ?? assert.fail(), "SIGKILL");
        await until("crashed", () => machines.status("i-node") === "crashed");
        await machines.start("i-node", address);
        assert.equal(machines.status("i-node"), "running");
    });

    it("leave nothing when terminated and closed", async () => {
        const { address } = machines.list()[0] ?? assert.fail();
        await machines.terminate("i-one");
        await machines.terminate("i-one");
        assert.equal(machines.status("i-one"), undefined);
        assert.equal(await answersSsh(address, 22), false);
        await machines.close();
        assert.deepEqual(traces(dir), []);
        assert.equal(existsSync(path.join(dir, "hosts")), false);
    });

    it("die with a daemon that is killed, whose files the next one removes", async () => {
        const home = path.join(dir, "killed");
        await mkdir(home);
        const address = await pool.take();
        const source = `
            import { createSupervisor } from ${JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, "../emulator/machines/machines.ts")).href)};
                const machines = await createSupervisor({ dir: ${JSON.stringify(home)}, rootfs: ${JSON.stringify(rootfs)}, mode: "namespaces" });
                await machines.boot({ id: "i-k", kind: "instance", hostname: "k", address: "${address}", user: "ubuntu", authorizedKeys: [], environment: {} });
                console.log("up");
                setInterval(() => undefined, 1000);`;
        const daemon = spawn(process.execPath, ["--input-type=module", "-e", source], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        await new Promise((up) => daemon.stdout.once("data", up));
        assert.equal(await answersSsh(address, 22), true);
        daemon.kill("SIGKILL");
        await until("host gone", async () => !(await answersSsh(address, 22)));
        await cleanLeftovers(home);
        assert.equal(existsSync(path.join(home, "hosts")), false);
        assert.deepEqual(traces(home), []);
    });
});
