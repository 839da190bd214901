import * as assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { changes, classKey, type LabHost, LabHosts, lines, PASSWORD, succeeded } from "./labHost.ts";
import { ssh } from "./ssh.ts";

const values = {
    LAB_NAME: "ada",
    LAB_USER: "ubuntu",
    LAB_PASSWORD: PASSWORD,
    LAB_REGION: "eu-west-1",
    LAB_APT_PACKAGES: "nano",
    LAB_PIP_PACKAGES: "mrjob==0.7.4 boto3 setuptools<81",
    LAB_OPERATOR_KEYS: classKey.public,
    LAB_COURSE_ARCHIVE_URI: "",
    LAB_COURSE_ARCHIVE_VERSION: "",
    LAB_COURSE_ARCHIVE_REGION: "eu-west-1",
    LAB_SSH_PORTS: "22",
};

/** What a run that failed said of it: problems, the step, what to do. */
function failed(result: { code: number; stdout: string; stderr: string }): string[] {
    assert.notEqual(result.code, 0);
    assert.equal(result.stderr, "", "all that a script says is on standard output");
    return lines(result).filter((line) => !line.startsWith("lab: changed"));
}

/** An archive of packages of the machine's own: lab-broken cannot be configured while /srv/broken is there, lab-good can. */
const ownPackages = `
    mkdir -p /srv/repo && cd /srv/repo
    for name in lab-broken lab-good; do
        mkdir -p $name/DEBIAN
        printf 'Package: %s\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.edu>\\nDescription: a test\\n' $name >$name/DEBIAN/control
        printf '#!/bin/sh\\n[ %s = lab-good ] || [ ! -e /srv/broken ] || { echo "no database here"; exit 75; }\\n' $name >$name/DEBIAN/postinst
        chmod 755 $name/DEBIAN/postinst
        dpkg-deb -b $name $name.deb >/dev/null
        dpkg-deb -f $name.deb
        printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' $name $(stat -c %s $name.deb) $(sha256sum $name.deb | cut -d' ' -f1)
    done >Packages
    echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/own.list`;

describe("what a machine says of a step that failed", function () {
    this.timeout(10 * 60_000); // packages come from registries, and other tests run beside
    let hosts: LabHosts;
    let host: LabHost;

    before(async function () {
        this.timeout(15 * 60_000); // the image may have to be built
        hosts = await LabHosts.start();
        host = await hosts.boot();
    });

    after(() => hosts?.close());

    const bootstrap = (changed: Readonly<Record<string, string>> = {}) =>
        host.run("bootstrap.sh", { ...values, ...changed });

    it("a disk that is full, in any step, and the next run goes on where it was", async () => {
        // The memory that is mounted there stands for a disk; its fill leaves 300 kB.
        await host.root(
            `mkdir -p /dev/shm/opt && ln -s /dev/shm/opt /opt/student-labs
             head -c $(($(df -B1 --output=avail /dev/shm | tail -n 1) - 300000)) /dev/zero >/dev/shm/fill`,
        );
        const said = failed(await bootstrap());
        await host.root("rm -r /dev/shm/fill /dev/shm/opt /opt/student-labs");
        assert.equal(said[0], "lab: problem Python environment: no space left on /dev/shm", said.join("\n"));
        assert.ok(said[1]?.startsWith("lab: problem Python environment: "), "what the program said, too");
        assert.match(said.at(-2) ?? "", /^lab: failed: Python environment \(exit code \d+\)$/);
        succeeded(await bootstrap());
    });

    it("a disk that is full where the log is", async () => {
        await host.root("cd /var/log/student-labs && mv bootstrap.log away && ln -s /dev/full bootstrap.log");
        const said = failed(await bootstrap({ LAB_APT_PACKAGES: "no-such-package" }));
        assert.equal(said[0], "lab: problem packages: Unable to locate package no-such-package");
        await host.root("cd /var/log/student-labs && mv away bootstrap.log");
    });

    it("a Python package that cannot be built, with its name and the reason", async () => {
        // As the package sklearn on PyPI does.
        await host.root(`mkdir -p /srv/wheels/lab-none-1.0 && cd /srv/wheels/lab-none-1.0
            printf 'import sys\\nsys.exit("The lab-none package is deprecated, use lab-some\\\\nrather than lab-none for pip commands.")\\n' >setup.py
            cd .. && tar czf lab-none-1.0.tar.gz lab-none-1.0
            cp /etc/pip.conf /srv/pip.conf && printf '\\n[install]\\nfind-links = /srv/wheels\\n' >>/etc/pip.conf`);
        const said = failed(await bootstrap({ LAB_PIP_PACKAGES: "boto3 lab-none" }));
        assert.equal(
            said[0],
            "lab: problem Python environment: lab-none cannot be built: The lab-none package is deprecated, use lab-some rather than lab-none for pip commands.",
        );
        assert.match(said.at(-1) ?? "", /^lab: to do: check pipPackages/);
    });

    it("a version that there is not, and an index out of reach, without the address's password", async () => {
        const none = failed(await bootstrap({ LAB_PIP_PACKAGES: "boto3==0.0.99" }));
        assert.match(
            none[0] ?? "",
            /^lab: problem Python environment: ERROR: Could not find a version that satisfies the requirement boto3==0\.0\.99/,
        );
        await host.root(
            "printf '[global]\\nindex-url = http://ada:s3cret@127.0.0.1:9/simple\\nretries = 0\\n' >/etc/pip.conf",
        );
        const away = failed(await bootstrap({ LAB_PIP_PACKAGES: "lab-unknown" }));
        assert.match(away.join("\n"), /Python environment: .*lab-unknown/);
        assert.match(away.join("\n"), /Connection refused/);
        assert.doesNotMatch(away.join("\n"), /s3cret/);
        await host.root("cp /srv/pip.conf /etc/pip.conf");
        assert.deepEqual(changes(succeeded(await bootstrap())), []);
    });

    it("a package that is asked for and cannot be configured fails, with what it said", async () => {
        await host.root(`touch /srv/broken; ${ownPackages}`);
        const said = failed(await bootstrap({ LAB_APT_PACKAGES: "nano lab-broken" }));
        assert.match(
            said[0] ?? "",
            /^lab: problem packages: lab-broken: no database here; installed lab-broken package post-installation script subprocess returned error exit status 75$/,
            said.join("\n"),
        );
        assert.equal(said.at(-2), "lab: failed: packages (exit code 100)");
    });

    it("one that is no longer asked for is said, and keeps nothing else from being done", async () => {
        const problem =
            "lab: problem packages: lab-broken: broken, but not needed by what aptPackages asks for; sudo apt-get purge lab-broken takes it away";
        // Also another package is added, and a password set, beside it.
        const first = succeeded(
            await bootstrap({ LAB_APT_PACKAGES: "nano lab-good", LAB_PASSWORD: "another one" }),
        );
        assert.ok(first.includes(problem), first.join("\n"));
        assert.deepEqual(changes(first), [
            "lab: changed: packages lab-good",
            "lab: changed: password of ubuntu",
        ]);
        // A second run neither tries for minutes what could not be mended nor keeps quiet about it.
        const second = succeeded(await bootstrap({ LAB_PASSWORD: "another one" }));
        assert.deepEqual(second.slice(0, -1), [problem]);
        assert.doesNotMatch(
            await host.root("sed -n '/^=== /h;//!H;$!d;x;p' /var/log/student-labs/bootstrap.log"),
            /apt-get/,
        );
        await host.root("apt-get -y -q purge lab-broken >/dev/null 2>&1");
        assert.deepEqual(succeeded(await bootstrap({ LAB_PASSWORD: "another one" })).slice(0, -1), []);
    });

    it("one that the student left half installed is mended where that can be done", async () => {
        await host.root(
            "cd /srv/repo && touch /srv/broken && { dpkg -i lab-broken.deb || true; } >/dev/null 2>&1; rm /srv/broken",
        );
        assert.equal(await host.root("dpkg-query -W -f '${db:Status-Abbrev}' lab-broken"), "iF");
        const said = succeeded(await bootstrap({ LAB_PASSWORD: "another one" }));
        assert.deepEqual(changes(said), ["lab: changed: dpkg repaired"]);
        assert.equal(await host.root("dpkg-query -W -f '${db:Status-Abbrev}' lab-broken"), "ii");
    });

    it("a command that is gone, and sshd settings that are wrong", async () => {
        await host.root("mv /usr/sbin/chpasswd /usr/sbin/chpasswd.away");
        const gone = failed(await bootstrap());
        assert.equal(gone[0], "lab: problem password: chpasswd: command not found");
        await host.root("mv /usr/sbin/chpasswd.away /usr/sbin/chpasswd");
        await host.root("echo 'Nonsense yes' >/etc/ssh/sshd_config.d/99-mine.conf");
        const wrong = failed(await bootstrap({ LAB_SSH_PORTS: "22 443" }));
        assert.match(
            wrong.join("\n"),
            /lab: problem password login: .*99-mine\.conf: line 1: Bad configuration option: Nonsense, so sshd -t refuses/,
        );
        await host.root("rm /etc/ssh/sshd_config.d/99-mine.conf");
        succeeded(await bootstrap());
    });

    describe("mrjob, once a course made students write their own ~/.mrjob.conf", () => {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const cluster = {
            LAB_USER: "ubuntu",
            LAB_REGION: "eu-west-1",
            LAB_CLUSTER_ID: "j-FIRST",
            LAB_SCRATCH_URI: "s3://class-scratch/labs/ada/",
            LAB_CLUSTER_KEY: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
            LAB_POLL_SECONDS: "60",
        };
        const needed = {
            region: "eu-west-1",
            cluster_id: "j-FIRST",
            cloud_tmp_dir: "s3://class-scratch/labs/ada/tmp/",
            check_cluster_every: 60,
            ec2_key_pair_file: "/home/ubuntu/.ssh/cluster.pem",
            aws_access_key_id: null,
            s3_endpoint: null,
        };
        /** What mrjob goes by, as it reads its settings itself. */
        const options = async (conf?: string): Promise<Record<string, unknown>> => {
            const program = `import json; from mrjob.emr import EMRJobRunner; o = EMRJobRunner()._opts; print(json.dumps({k: o[k] for k in (${[...Object.keys(needed), "cmdenv", "cleanup"].map((key) => `"${key}"`).join(", ")})}))`;
            const write =
                conf === undefined ? "rm -f ~/.mrjob.conf" : `cat >~/.mrjob.conf <<'END'\n${conf}\nEND\n`;
            const login = host.operator();
            assert.equal((await ssh(login, write)).code, 0);
            const { stdout, stderr } = await ssh(login, `python -c '${program}'`);
            return JSON.parse(stdout || `"${stderr}"`) as Record<string, unknown>;
        };
        const withoutRest = ({ cmdenv: _cmdenv, cleanup: _cleanup, ...rest }: Record<string, unknown>) =>
            rest;

        before(async () => {
            succeeded(await host.run("connect-cluster.sh", cluster));
        });

        const own: Readonly<Record<string, string>> = {
            "for clusters of their own":
                "runners:\n  emr:\n    region: us-west-2\n    num_core_instances: 4\n    instance_type: m5.xlarge",
            "with keys and addresses of another account":
                "runners:\n  emr:\n    aws_access_key_id: AKIAOTHER\n    aws_secret_access_key: x\n    s3_endpoint: s3.us-west-2.amazonaws.com\n    cluster_id: j-OTHER",
            "with another bucket, and no patience":
                "runners:\n  emr:\n    cloud_tmp_dir: s3://mine/tmp/\n    check_cluster_every: 5\n    ec2_key_pair_file: /home/ubuntu/mine.pem",
            "with nothing in it": "",
            "for runners of another kind": "runners:\n  local:\n    setup: []",
        };
        for (const [what, conf] of Object.entries(own)) {
            it(`goes by what the lab needs: ${what}`, async () =>
                assert.deepEqual(withoutRest(await options(conf)), needed));
        }

        it("goes by what the student wrote where the lab needs nothing", async () => {
            const { cmdenv, cleanup } = await options(
                "runners:\n  emr:\n    cmdenv:\n      MINE: 'yes'\n    cleanup: [NONE]",
            );
            assert.deepEqual([(cmdenv as Record<string, unknown>)["MINE"], cleanup], ["yes", ["NONE"]]);
        });

        it("has a way back that is one command: rm ~/.mrjob.conf", async () =>
            assert.deepEqual(withoutRest(await options()), { ...needed }));

        it("follows the student's own MRJOB_CONF", async () => {
            const { stdout } = await ssh(
                host.operator(),
                "MRJOB_CONF=/home/ubuntu/mine.conf bash -lc 'echo $MRJOB_CONF'",
            );
            assert.equal(stdout, "/home/ubuntu/mine.conf\n");
        });
    });
});
