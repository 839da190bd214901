import * as assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { type LabHost, LabHosts, lines, succeeded, watchProcesses } from "./labHost.ts";
import { type RemoteResult, ssh } from "./ssh.ts";

/** A key as tls.PrivateKey makes it: RSA, PKCS #1. */
function clusterKey(): { pem: string; publicKey: string; fragment: string } {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    const parsed = ssh2.utils.parseKey(pem);
    assert.ok(!(parsed instanceof Error));
    return {
        pem,
        publicKey: parsed.getPublicSSH().toString("base64"),
        fragment: pem.split("\n")[5] ?? assert.fail("a short key"),
    };
}

const AGENT = "/run/student-labs-agent/agent.sock";
const first = clusterKey();
const second = clusterKey();
const values = {
    LAB_USER: "ubuntu",
    LAB_REGION: "eu-west-1",
    LAB_CLUSTER_ID: "j-FIRST",
    LAB_SCRATCH_URI: "s3://class-scratch/labs/ada/",
    LAB_CLUSTER_KEY: first.pem,
    LAB_POLL_SECONDS: "60",
};
const replaced = { ...values, LAB_CLUSTER_ID: "j-SECOND", LAB_CLUSTER_KEY: second.pem };

/** What a run that went well said it did. */
function changes(result: RemoteResult): string[] {
    return succeeded(result).slice(0, -1);
}

describe("scripts/connect-cluster.sh on a machine", function () {
    this.timeout(60_000);
    let hosts: LabHosts;
    let host: LabHost;

    /** As the student, in the environment that sshd gives. */
    async function student(command: string): Promise<string> {
        const { stdout, stderr } = await ssh(host.operator(), command);
        return (stdout + stderr).trim();
    }

    before(async function () {
        this.timeout(15 * 60_000); // the image may have to be built
        hosts = await LabHosts.start();
        host = await hosts.boot();
        // What bootstrap has done before: the hook for profile files, and the operator's keys in a place of root's.
        await host.root(
            `sed -i '1i for lab in /etc/profile.d/student-labs*.sh; do [ ! -r "$lab" ] || . "$lab"; done' /etc/bash.bashrc
             install -d /etc/ssh/student-labs && cp /home/ubuntu/.ssh/authorized_keys /etc/ssh/student-labs/ubuntu
             chmod 644 /etc/ssh/student-labs/ubuntu
             echo 'AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/student-labs/%u' >/etc/ssh/sshd_config.d/10-student-labs.conf
             systemctl restart ssh`,
        );
    });

    after(() => hosts?.close());

    it("writes mrjob's settings, the cluster's id and the key, with the key in no process and no other file", async () => {
        const stopWatching = watchProcesses([first.fragment]);
        const said = changes(await host.run("connect-cluster.sh", values));
        assert.deepEqual(await stopWatching(), []);
        assert.ok(!said.join("\n").includes(first.fragment));
        assert.equal(
            await student("sed /^#/d .mrjob.conf"),
            [
                "runners:",
                "  emr:",
                "    region: eu-west-1",
                "    cluster_id: j-FIRST",
                "    cloud_tmp_dir: s3://class-scratch/labs/ada/tmp/",
                "    check_cluster_every: 60",
                "    ec2_key_pair_file: /home/ubuntu/.ssh/cluster.pem",
                "    ssh_add_bin: /opt/student-labs/cluster-agent add",
                "    cleanup: [TMP]",
                "    cleanup_on_failure: [LOCAL_TMP]",
            ].join("\n"),
        );
        assert.equal(
            await student("cat cluster-id.txt; stat -c '%a %U' .ssh/cluster.pem .ssh"),
            "j-FIRST\n600 ubuntu\n700 ubuntu",
        );
        assert.equal(
            await host.root(`grep -rlF '${first.fragment}' /etc /var /home /root /opt /tmp /run`),
            "/home/ubuntu/.ssh/cluster.pem",
        );
    });

    it("an agent holds the key in the student's sessions, only for the student", async () => {
        assert.equal(
            await student("echo $SSH_AUTH_SOCK; ssh-add -L | cut -d' ' -f2"),
            `${AGENT}\n${first.publicKey}`,
        );
        assert.equal(await host.root("stat -c '%a %U' /run/student-labs-agent"), "700 ubuntu");
    });

    it("mrjob's way of adding the key does not shorten its life", async () => {
        // mrjob/fs/ssh.py: ssh_add_bin + ["-t", "60", key]
        await student("/opt/student-labs/cluster-agent add -t 2 ~/.ssh/cluster.pem");
        await new Promise((resolve) => setTimeout(resolve, 2500));
        assert.equal(await student("ssh-add -L | cut -d' ' -f2"), first.publicKey);
    });

    it("a forwarded agent of the student's stays in charge", async () => {
        const socket = await student(`SSH_AUTH_SOCK=/nowhere bash -ic 'echo $SSH_AUTH_SOCK' 2>/dev/null`);
        assert.equal(socket, AGENT, "one that is gone is replaced");
        await student("ssh-agent -a /tmp/mine.sock >/dev/null");
        assert.equal(
            await student(`SSH_AUTH_SOCK=/tmp/mine.sock bash -ic 'echo $SSH_AUTH_SOCK' 2>/dev/null`),
            "/tmp/mine.sock",
        );
    });

    it("a second run changes nothing, and the agent survives a restart and a reboot", async () => {
        const before = await host.snapshot();
        assert.deepEqual(changes(await host.run("connect-cluster.sh", values)), []);
        assert.equal(await host.snapshot(), before);
        await host.root("systemctl restart student-labs-agent.service");
        assert.equal(await student("ssh-add -L | cut -d' ' -f2"), first.publicKey);
        await host.root("kill -9 $(pgrep -u ubuntu -f 'ssh-agent -D')");
        await new Promise((resolve) => setTimeout(resolve, 2000)); // RestartSec
        const eventually =
            "for i in $(seq 40); do ssh-add -l >/dev/null 2>&1 && break; sleep 0.2; done; ssh-add -L | cut -d' ' -f2";
        assert.equal(await student(`export SSH_AUTH_SOCK=${AGENT}; ${eventually}`), first.publicKey);
        await host.reboot();
        assert.equal(await student(`export SSH_AUTH_SOCK=${AGENT}; ${eventually}`), first.publicKey);
        assert.deepEqual(changes(await host.run("connect-cluster.sh", values)), []);
    });

    it("leaves what the student added while the cluster is the same one", async () => {
        await student("echo '    cmdenv: {MINE: yes}' >> .mrjob.conf");
        assert.deepEqual(changes(await host.run("connect-cluster.sh", values)), []);
        assert.match(await student("tail -n 1 .mrjob.conf"), /MINE/);
    });

    it("follows a cluster that was replaced, and sets the student's own settings aside", async () => {
        const said = changes(await host.run("connect-cluster.sh", replaced));
        assert.ok(
            said.includes(
                "lab: note: the student's own /home/ubuntu/.mrjob.conf is now /home/ubuntu/.mrjob.conf.yours-1",
            ),
            said.join("\n"),
        );
        assert.match(await student("cat .mrjob.conf.yours-1"), /j-FIRST[^]*MINE/);
        assert.match(await student("cat .mrjob.conf"), /cluster_id: j-SECOND/);
        assert.equal(
            await student("cat cluster-id.txt; ssh-add -L | cut -d' ' -f2"),
            `j-SECOND\n${second.publicKey}`,
        );
        assert.deepEqual(changes(await host.run("connect-cluster.sh", replaced)), []);
    });

    it("mends what a student did to ~/.ssh", async () => {
        await host.root("chmod -R 777 /home/ubuntu/.ssh /home/ubuntu; chown -R root:root /home/ubuntu/.ssh");
        changes(await host.run("connect-cluster.sh", replaced));
        assert.equal(
            await host.root("cd /home/ubuntu/.ssh; stat -c '%a %U %n' . cluster.pem authorized_keys"),
            "700 ubuntu .\n600 ubuntu cluster.pem\n600 ubuntu authorized_keys",
        );
    });

    it("is mended by the next run after a kill -9", async () => {
        const third = { ...values, LAB_CLUSTER_ID: "j-THIRD" };
        for (const moment of [
            "[ -e /run/student-labs-agent-restart-due ]",
            "grep -q j-THIRD /home/ubuntu/.mrjob.conf",
            "pgrep -f 'restart student-labs-agent' >/dev/null",
        ]) {
            await host.runUntil(moment, "connect-cluster.sh", third);
        }
        changes(await host.run("connect-cluster.sh", third));
        assert.equal(
            await student("cat cluster-id.txt; ssh-add -L | cut -d' ' -f2"),
            `j-THIRD\n${first.publicKey}`,
        );
        assert.equal(
            await host.root("find /var/lib/student-labs /home /etc /opt -name '.lab-tmp.*' -o -name '*.new'"),
            "",
        );
        assert.deepEqual(changes(await host.run("connect-cluster.sh", third)), []);
    });

    it("refuses a key that is none, and shows none of it", async () => {
        const result = await host.run("connect-cluster.sh", { ...values, LAB_CLUSTER_KEY: first.fragment });
        assert.equal(result.code, 1);
        assert.deepEqual(lines(result).slice(-3, -1), [
            "lab: problem cluster key: LAB_CLUSTER_KEY is not a private key",
            "lab: failed: cluster key (exit code 1)",
        ]);
        assert.ok(!(result.stdout + result.stderr).includes(first.fragment));
        assert.equal(await host.root(`grep -rlF '${first.fragment}' /var /tmp /run || true`), "");
    });
});
