import * as assert from "node:assert/strict";
import { renderMachineScript } from "../../components/lab/machineScript.ts";
import { archive } from "../tarArchive.ts";
import { CourseBucket } from "./courseBucket.ts";
import {
    classKey,
    changes,
    type LabHost,
    LabHosts,
    lines,
    operatorKey,
    PASSWORD,
    succeeded,
    watchProcesses,
} from "./labHost.ts";
import { mayLogIn, ssh } from "./ssh.ts";

const SECRET_KEY = "kL9/secret+access+key0000000000000000000";
const values = {
    LAB_NAME: "ada",
    LAB_USER: "ubuntu",
    LAB_PASSWORD: PASSWORD,
    LAB_REGION: "eu-west-1",
    LAB_APT_PACKAGES: "nano python3-numpy",
    LAB_PIP_PACKAGES: "mrjob==0.7.4 boto3 setuptools<81",
    LAB_OPERATOR_KEYS: `${classKey.public}\n${operatorKey.public}`,
    LAB_COURSE_ARCHIVE_URI: "s3://course/material.tar.gz",
    LAB_COURSE_ARCHIVE_VERSION: "1",
    LAB_COURSE_ARCHIVE_REGION: "eu-west-1",
    LAB_SSH_PORTS: "22",
    LAB_ARCHIVE_WAIT_SECONDS: "20",
};

describe("scripts/bootstrap.sh on a machine", function () {
    this.timeout(10 * 60_000); // packages come from registries, and other tests run beside
    let hosts: LabHosts;
    let bucket: CourseBucket;
    let host: LabHost;
    let environment: Record<string, string>;

    before(async function () {
        this.timeout(15 * 60_000); // the image may have to be built
        hosts = await LabHosts.start();
        bucket = await CourseBucket.start();
        bucket.put(
            "/course/material.tar.gz",
            archive({
                "wordcount/wc.py": "one",
                "wordcount/input.txt": "a b\n",
                "wordcount/latest": "-> wc.py",
                "notes.txt": "one",
                ".bashrc": "exit 1",
            }),
        );
        environment = {
            AWS_ENDPOINT_URL: bucket.url,
            AWS_ACCESS_KEY_ID: "AKIATEST",
            AWS_SECRET_ACCESS_KEY: "test",
        };
        host = await hosts.boot(environment);
    });

    after(async () => {
        await hosts?.close();
        await bucket?.close();
    });

    it("opens a fresh machine to the student, with no secret in any process", async () => {
        assert.equal(await mayLogIn(host.login()), false, "a fresh machine takes no password");
        bucket.refusals = 1; // a role's rights take a while to be seen
        const stopWatching = watchProcesses([PASSWORD]);
        const result = await host.run("bootstrap.sh", values);
        assert.deepEqual(await stopWatching(), []);
        const said = succeeded(result);
        assert.ok(!said.join("\n").includes(PASSWORD));
        assert.ok(said.length < 25 && said.every((line) => line.startsWith("lab: ") && line.length < 1024));
        assert.equal(await host.root('grep -rlF "rd\'7" /etc /var /home /root /opt /tmp || true'), "");
    });

    it("a second run changes nothing", async () => {
        const before = await host.snapshot();
        const said = succeeded(await host.run("bootstrap.sh", values));
        assert.deepEqual(said, ["lab: ok"]);
        assert.equal(await host.snapshot(), before);
    });

    it("takes the password of the roster and no other", async () => {
        assert.equal(await mayLogIn(host.login()), true);
        assert.equal(await mayLogIn(host.login("wrong")), false);
    });

    it("gives the student the course's Python first, whichever way a command is run", async () => {
        const command =
            "python -c 'import sys, mrjob.emr, boto3, numpy; print(sys.executable)'; echo $AWS_DEFAULT_REGION";
        const expected = "/opt/student-labs/venv/bin/python\neu-west-1\n";
        for (const way of [command, `bash -lc "${command.replace("$", "\\$")}"`]) {
            const { stdout, stderr } = await ssh(host.login(), way);
            assert.equal(stdout, expected, stderr);
        }
        const cron = "grep -v ^# /etc/environment"; // pam_env gives it to cron
        assert.match(
            await host.root(cron),
            /^PATH="\/opt\/student-labs\/venv\/bin:.*\nAWS_DEFAULT_REGION=eu-west-1$/m,
        );
        assert.match(await host.root(cron), /^AWS_ENDPOINT_URL=/m);
        assert.equal((await ssh(host.login(), "hostname; sudo -n hostname")).stdout, "ada\nada\n");
    });

    it("lets the operator in after the student has broken ~/.ssh", async () => {
        for (const mishap of [
            "chmod -R 777 ~/.ssh",
            "rm -rf ~/.ssh",
            "rm -rf ~/.ssh; touch ~/.ssh",
            "chmod 777 ~",
        ]) {
            await ssh(host.login(), mishap);
            assert.equal(await mayLogIn(host.operator()), true, mishap);
            assert.equal(await mayLogIn(host.operator(operatorKey.private)), true, mishap);
        }
        await ssh(host.login(), "chmod 750 ~; rm -f ~/.ssh; mkdir -m 700 ~/.ssh");
    });

    it("keeps a password that the student changed, until the roster has another", async () => {
        await host.root("echo 'ubuntu:my own' | chpasswd");
        assert.deepEqual(changes(succeeded(await host.run("bootstrap.sh", values))), []);
        assert.equal(await mayLogIn(host.login("my own")), true);
        const next = { ...values, LAB_PASSWORD: "another one" };
        assert.deepEqual(changes(succeeded(await host.run("bootstrap.sh", next))), [
            "lab: changed: password of ubuntu",
        ]);
        assert.equal(await mayLogIn(host.login("another one")), true);
        succeeded(await host.run("bootstrap.sh", values));
    });

    it("unpacks the course archive, and a newer one without touching what is the student's", async () => {
        const all =
            'cd /home/ubuntu && for f in wordcount/* notes.txt new.txt; do echo "$f:$(stat -c %U $f):$(cat $f)"; done';
        assert.equal(
            (await ssh(host.login(), "readlink wordcount/latest; head -c 6 .bashrc")).stdout,
            "wc.py\n# ~/.b",
        );
        await ssh(host.login(), "echo mine > wordcount/wc.py; rm wordcount/input.txt; echo mine > new.txt");
        bucket.put(
            "/course/material.tar.gz",
            archive({
                "wordcount/wc.py": "two",
                "wordcount/input.txt": "two",
                "notes.txt": "two",
                "new.txt": "two",
                "wordcount/more/extra.txt": "two",
            }),
        );
        const said = succeeded(
            await host.run("bootstrap.sh", { ...values, LAB_COURSE_ARCHIVE_VERSION: "2" }),
        );
        assert.deepEqual(changes(said), [
            "lab: changed: course files: 1 new, 1 updated, 3 left as the student has them",
        ]);
        assert.equal(
            await host.root(
                `${all.replace("wordcount/*", "wordcount/wc.py wordcount/more/extra.txt")}; ls wordcount`,
            ),
            "wordcount/wc.py:ubuntu:mine\nwordcount/more/extra.txt:ubuntu:two\nnotes.txt:ubuntu:two\nnew.txt:ubuntu:mine\nlatest\nmore\nwc.py",
        );
    });

    it("access keys are the student's alone, and go when they are no longer given", async () => {
        const keys = {
            ...values,
            LAB_COURSE_ARCHIVE_VERSION: "2",
            LAB_ACCESS_KEY_ID: "AKIASTUDENT",
            LAB_SECRET_ACCESS_KEY: SECRET_KEY,
        };
        const stopWatching = watchProcesses([SECRET_KEY]);
        const said = succeeded(await host.run("bootstrap.sh", keys));
        assert.deepEqual(await stopWatching(), []);
        assert.deepEqual(changes(said), ["lab: changed: /home/ubuntu/.student-labs-credentials"]);
        assert.equal(await host.root("stat -c '%a %U' /home/ubuntu/.student-labs-credentials"), "600 ubuntu");
        assert.equal(
            (
                await ssh(
                    host.login(),
                    "echo $AWS_ACCESS_KEY_ID $AWS_ACCESS_KEY; echo $AWS_SECRET_ACCESS_KEY $AWS_SECRET_KEY",
                )
            ).stdout,
            `AKIASTUDENT AKIASTUDENT\n${SECRET_KEY} ${SECRET_KEY}\n`,
        );
        assert.equal(
            await host.root(`grep -rlF '${SECRET_KEY}' /etc /var /home /root /opt /run /tmp`),
            "/home/ubuntu/.student-labs-credentials",
        );
        succeeded(
            await host.run("bootstrap.sh", { ...keys, LAB_ACCESS_KEY_ID: "", LAB_SECRET_ACCESS_KEY: "" }),
        );
        assert.equal(await host.root("ls -A /home/ubuntu | grep credentials || true"), "");
    });

    it("listens on the ports that are asked for, also after a reboot", async () => {
        const ports = { ...values, LAB_COURSE_ARCHIVE_VERSION: "2", LAB_SSH_PORTS: "22 443" };
        succeeded(await host.run("bootstrap.sh", ports));
        assert.equal(await mayLogIn(host.login(PASSWORD, 443)), true);
        await host.reboot();
        assert.equal(await mayLogIn(host.login(PASSWORD, 443)), true);
        assert.equal(await mayLogIn(host.login()), true);
        assert.deepEqual(changes(succeeded(await host.run("bootstrap.sh", ports))), []);
    });

    it("says which step failed and what to do", async () => {
        const result = await host.run("bootstrap.sh", { ...values, LAB_APT_PACKAGES: "no-such-package" });
        const said = lines(result);
        assert.notEqual(result.code, 0);
        assert.equal(said.at(-3), "lab: problem packages: Unable to locate package no-such-package");
        assert.match(said.at(-2) ?? "", /^lab: failed: packages \(exit code 100\)$/);
        assert.match(said.at(-1) ?? "", /^lab: to do: check aptPackages/);
    });

    it("is mended by the next run after a kill -9 anywhere or a reboot, and lets a second run wait", async () => {
        const fresh = await hosts.boot(environment);
        const moments = {
            "inside dpkg": '[ -n "$(ls -A /var/lib/dpkg/updates)" ]',
            "inside pip":
                "ls /opt/student-labs/venv-*/bin/pip >/dev/null 2>&1 && pgrep -f 'pip .*install' >/dev/null",
            "before sshd's restart": "[ -e /run/student-labs-sshd-restart-due ]",
            "inside the archive": "ls -d /var/lib/student-labs/course-* >/dev/null 2>&1",
        };
        for (const [moment, condition] of Object.entries(moments)) {
            const killed = await fresh.runUntil(condition, "bootstrap.sh", values);
            assert.notEqual(killed.code, 0, `${moment}: the run was over before it could be killed`);
            if (moment === "inside dpkg") {
                await fresh.reboot();
            }
        }
        const both = await Promise.all([
            fresh.run("bootstrap.sh", values),
            fresh.run("bootstrap.sh", values),
        ]);
        both.forEach(succeeded);
        assert.equal(
            both.filter((each) => changes(lines(each)).length === 0).length,
            1,
            "one waited and found all done",
        );
        assert.equal(await mayLogIn(fresh.login()), true);
        assert.equal(
            (await ssh(fresh.login(), "cat notes.txt; python -c 'import mrjob.emr'; dpkg --audit")).stdout,
            "two",
        );
        assert.equal(await fresh.root("find / -xdev -name '.lab-tmp.*'"), "");
        const before = await fresh.snapshot();
        assert.deepEqual(changes(succeeded(await fresh.run("bootstrap.sh", values))), []);
        assert.equal(await fresh.snapshot(), before);
    });

    it("a stream that is cut runs nothing", async () => {
        const before = await host.snapshot();
        const text = renderMachineScript("bootstrap.sh", { ...values, LAB_PASSWORD: "cut" });
        const end = text.lastIndexOf("{ lab_main");
        for (const cut of [end, end + 10, text.length - 12, text.length - 2, text.length / 2]) {
            await ssh(host.operator(operatorKey.private), "sudo bash -s", text.slice(0, cut));
        }
        assert.equal(await host.snapshot(), before);
    });
});
