/** One lab fails, the class goes on: faults by the gateway, and things that people do to machines by hand. */
import {
    DescribeInstancesCommand,
    EC2Client,
    StartInstancesCommand,
    StopInstancesCommand,
    TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { deeds, LiveClass, needsHosts, passwordLogin } from "./liveClass.ts";
import { mayLogIn, ssh } from "./ssh.ts";

/** Start of the name of a lab's instance profile: what tells its machine from others in a request. */
const profileOf = (lab: string) => `student-labs-eu-west-1-${lab}-*`;

/** Fails if anything of these labs was touched. */
function untouched(done: readonly string[], labs: readonly string[]): void {
    for (const lab of labs) {
        assert.deepEqual(
            done.filter((deed) => deed.includes(` ${lab}-`)),
            [],
        );
    }
}

/** A lab that is whole, as the roster tells it. */
function assertWhole(row: Row): void {
    const { lab, problem, address, clusterId, hostKey, password } = row;
    assert.equal(problem, "", lab);
    assert.match(address, /^127\.0\.1\.\d+$/, lab);
    assert.match(clusterId, /^j-[0-9A-Z]+$/, lab);
    assert.match(hostKey, /^ssh-ed25519 AAAA/, lab);
    assert.match(password, /^[a-z2-9]{14}$/, lab);
}

describe("one lab fails, the class goes on", () => {
    let live: LiveClass;
    let pace: string | undefined;

    before(async () => {
        // At the real provider's pace it would be more than four minutes before a machine is given up.
        pace = process.env.STUDENT_LABS_DIAL_PACE;
        process.env.STUDENT_LABS_DIAL_PACE = "0.02";
        live = await LiveClass.start(
            "e2e-failures",
            { students: ["Ada", "Barbara", "Edsger", "Frances", "Grace"] },
            "simulated",
        );
    });

    after(async () => {
        if (pace === undefined) delete process.env.STUDENT_LABS_DIAL_PACE;
        else process.env.STUDENT_LABS_DIAL_PACE = pace;
        await live?.cloud.stop();
    });

    const row = (lab: string) => live.row(lab);
    const ec2 = () => live.aws(EC2Client);
    /** The machine at an address. */
    const machineAt = async (address: string) => {
        const machines = await live.cloud.control.machines();
        return machines.find((machine) => machine.address === address)?.id ?? "";
    };

    it("at first `up`: no machine, a machine that ends, no answer by SSH, no cluster; the fifth lab is whole", async () => {
        const { control } = live.cloud;
        await control.addFault({
            service: "ec2",
            action: "RunInstances",
            match: { "IamInstanceProfile.Name": profileOf("ada") },
            times: 1,
            error: {
                code: "VcpuLimitExceeded",
                message: "You have requested more vCPU capacity than your current vCPU limit of 8 allows",
                status: 400,
            },
        });
        await control.addFault({
            service: "ec2",
            action: "RunInstances",
            match: { "IamInstanceProfile.Name": profileOf("barbara") },
            times: 1,
            then: "pass-but-fail",
            error: {
                code: "",
                message:
                    "Server.InsufficientInstanceCapacity: There is not enough capacity to fulfill your request",
                status: 200,
            },
        });
        await control.addFault({
            service: "ec2",
            action: "RunInstances",
            match: { "IamInstanceProfile.Name": profileOf("edsger") },
            times: 1,
            then: "no-answer",
        });
        await control.addFault({
            service: "emr",
            action: "RunJobFlow",
            match: { Name: "student-labs-eu-west-1-frances" },
            times: 1,
            then: "pass-but-fail",
            error: {
                code: "",
                message: "The requested instance type m5.xlarge is not supported",
                status: 200,
            },
        });
        await live.upFails();

        const ada = await row("ada");
        assert.match(
            ada.problem,
            /^ada-machine-instance: [^;]*VcpuLimitExceeded[^;]*your current vCPU limit of 8[^;]*$/,
        );
        // What did not fail is there all the same.
        assert.match(ada.clusterId, /^j-/);
        assert.equal(ada.address, "");

        const barbara = await row("barbara");
        assert.match(
            barbara.problem,
            /^barbara-machine-instance: .*'terminated'.*There is not enough capacity/,
        );
        assert.equal(barbara.address, "");

        const edsger = await row("edsger");
        assert.match(
            edsger.problem,
            /^edsger-machine-bootstrap: after 60 failed attempts: dial tcp [0-9.]+:22: connect: connection refused$/,
        );
        assert.notEqual(edsger.address, "");

        const frances = await row("frances");
        assert.match(
            frances.problem,
            /^frances-cluster: .*TERMINATED_WITH_ERRORS.*The requested instance type m5.xlarge is not supported/,
        );
        assert.equal(frances.clusterId, "");
        assert.ok(
            await mayLogIn(passwordLogin(frances)),
            "the machine of a lab without a cluster takes its student",
        );

        const grace = await row("grace");
        assertWhole(grace);
        assert.ok(await mayLogIn(passwordLogin(grace)));
    });

    it("the next `up` makes whole what it can, and touches no lab that is", async () => {
        const before = await row("grace");
        // The way of the operator with a machine that hangs: off and on. It is on other hardware then.
        const hung = await machineAt((await row("edsger")).address);
        await ec2().send(new StopInstancesCommand({ InstanceIds: [hung] }));
        await until(hung, "stopped");
        await ec2().send(new StartInstancesCommand({ InstanceIds: [hung] }));
        await until(hung, "running");

        const done = deeds(await live.up());
        assert.deepEqual(
            done.filter((deed) => !deed.startsWith("create ")),
            [],
        );
        untouched(done, ["grace"]);
        assert.deepEqual(
            done.filter((deed) => / (edsger|frances)-/.test(deed)),
            [
                "create aws:emr/cluster:Cluster frances-cluster",
                "create command:remote:Command edsger-connect",
                "create command:remote:Command edsger-machine-bootstrap",
                "create command:remote:Command frances-connect",
            ],
        );
        const roster = await live.roster();
        assert.equal(roster.length, 5);
        roster.forEach(assertWhole);
        assert.deepEqual(await row("grace"), before);
        assert.equal(changesAnything((await live.up()).changes), false);
    });

    it("a machine that somebody ended by hand is made anew by the next `up`, its cluster and all others stay", async () => {
        const before = await live.roster();
        const gone = before.find(({ lab }) => lab === "ada") as Row;
        const id = await machineAt(gone.address);
        await ec2().send(new TerminateInstancesCommand({ InstanceIds: [id] }));
        await until(id, "terminated");
        // And once more by AWS, while `up` makes the new one.
        await live.cloud.control.addFault({
            service: "ec2",
            action: "RunInstances",
            match: { "IamInstanceProfile.Name": profileOf("ada") },
            times: 1,
            then: "pass-but-fail",
            error: { code: "", message: "Client.VolumeLimitExceeded: Volume limit exceeded", status: 200 },
        });
        const failed = deeds(await live.upFails());
        untouched(failed, ["barbara", "edsger", "frances", "grace"]);
        const without = await row("ada");
        assert.match(without.problem, /^ada-machine-instance: .*Volume limit exceeded/);
        assert.deepEqual([without.password, without.clusterId], [gone.password, gone.clusterId]);
        const others = ({ lab }: Row) => lab !== "ada";
        assert.deepEqual((await live.roster()).filter(others), before.filter(others));

        // The commands belong to the machine that is gone: others take their place.
        const replaced = (name: string) =>
            ["create-replacement", "delete-replaced", "replace"].map(
                (op) => `${op} command:remote:Command ${name}`,
            );
        assert.deepEqual(
            deeds(await live.up()),
            [
                "create aws:ec2/instance:Instance ada-machine-instance",
                "create aws:ec2transitgateway/instanceState:InstanceState ada-machine-power",
                ...replaced("ada-machine-bootstrap"),
                ...replaced("ada-connect"),
            ].sort(),
        );
        const anew = await row("ada");
        assertWhole(anew);
        assert.deepEqual([anew.password, anew.clusterId], [gone.password, gone.clusterId]);
        // The same to whoever connected before: no warning of an impostor.
        assert.equal(anew.hostKey, gone.hostKey);
        assert.deepEqual((await live.roster()).filter(others), before.filter(others));
    });

    it("what fails for all is said once for each lab, and what is there stays", async () => {
        const before = await live.roster();
        await live.cloud.control.addFault({
            service: "iam",
            action: "CreatePolicyVersion",
            times: "always",
            error: { code: "AccessDenied", message: "not authorized: iam:CreatePolicyVersion", status: 403 },
        });
        await live.set({ courseArchive: "" });
        const done = deeds(await live.upFails());
        // What depends on the policy was not declared: a removal of it would be the end of everybody's machine.
        assert.deepEqual(
            done.filter((deed) => /^delete/.test(deed)),
            [],
        );
        for (const { lab, password, problem } of await live.roster()) {
            assert.equal(password, before.find((other) => other.lab === lab)?.password);
            assert.match(problem, /^classroom-student: .*not authorized: iam:CreatePolicyVersion/, lab);
        }
        await live.cloud.control.clearFaults();
        await live.up();
        assert.deepEqual(await live.roster(), before);
    });

    async function until(id: string, state: string): Promise<void> {
        for (;;) {
            const found = await ec2().send(new DescribeInstancesCommand({ InstanceIds: [id] }));
            if (found.Reservations?.[0]?.Instances?.[0]?.State?.Name === state) return;
            await new Promise((done) => setTimeout(done, 100));
        }
    }
});

describe("bootstrap fails on one machine", function () {
    let live: LiveClass;

    before(async function () {
        await needsHosts(this);
        live = await LiveClass.start("e2e-bootstrap-fails", {
            students: ["Ada", "Grace"],
            clusterInstanceCount: 1,
            pipPackages: ["boto3"],
        });
    });

    after(async () => {
        await live?.cloud.stop();
    });

    it("the other lab is whole, the roster has the script's words, and the next `up` goes on where it was", async () => {
        await live.cloud.control.addFault({
            service: "ec2",
            action: "RunInstances",
            match: { "IamInstanceProfile.Name": profileOf("ada") },
            times: 1,
            firstBoot: "mv /usr/sbin/chpasswd /usr/sbin/chpasswd.away",
        });
        await live.upFails();
        const [ada, grace] = (await live.roster()) as [Row, Row];
        assertWhole(grace);
        assert.ok(await mayLogIn(passwordLogin(grace)));
        assert.match(ada.problem, /^ada-machine-bootstrap: password: chpasswd: command not found; to do: /);
        assert.doesNotMatch(ada.problem, /lab: changed/);
        assert.ok(!ada.problem.includes(ada.password));
        assert.match(ada.clusterId, /^j-/);

        const mended = await ssh(
            await live.classKeyLogin(ada),
            "sudo mv /usr/sbin/chpasswd.away /usr/sbin/chpasswd",
        );
        assert.equal(mended.code, 0, mended.stderr);
        assert.deepEqual(deeds(await live.up()), [
            "create command:remote:Command ada-connect",
            "create command:remote:Command ada-machine-bootstrap",
        ]);
        const [whole, other] = (await live.roster()) as [Row, Row];
        assertWhole(whole);
        assert.deepEqual([whole.address, whole.password], [ada.address, ada.password]);
        assert.deepEqual(other, grace);
        assert.ok(await mayLogIn(passwordLogin(whole)));
    });
});
