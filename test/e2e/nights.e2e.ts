/** Power off and on, the nightly stop, and the end of the course: what stops by day and night comes back with one `up`. */
import { DescribeClusterCommand, EMRClient } from "@aws-sdk/client-emr";
import {
    CreateScheduleCommand,
    DeleteScheduleCommand,
    GetScheduleCommand,
    ListScheduleGroupsCommand,
    ListSchedulesCommand,
    SchedulerClient,
} from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import { stillThere } from "../demo/stillThere.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { deeds, farHour, farTime, LiveClass, passwordLogin, wholeLab } from "./liveClass.ts";
import { mayLogIn, ssh } from "./ssh.ts";

/** What of a lab is declared only while the power is on. */
function nightly(op: "create" | "delete", lab: string): string[] {
    const parts = [
        `command:remote:Command ${lab}-machine-bootstrap`,
        `command:remote:Command ${lab}-connect`,
        `aws:scheduler/schedule:Schedule ${lab}-cluster-stop-end`,
        `aws:scheduler/schedule:Schedule ${lab}-cluster-stop-nightly`,
        ...wholeLab(op, lab)
            .filter((deed) => deed.includes(`${lab}-cluster`))
            .map((deed) => deed.replace(/^\w+ /, "")),
    ];
    return parts.map((part) => `${op} ${part}`);
}
/** The guard of the clusters' shape, and providers that nothing needs in between. */
const between = /^(create|delete) pulumi:(index:Stash|providers:)/;

describe("a class by day and by night", () => {
    let live: LiveClass;
    const endsAt = new Date(Date.now() + 90 * 24 * 3600_000).toISOString().slice(0, 19);
    let day: Row;

    before(async () => {
        live = await LiveClass.start("e2e-nights", {
            students: ["Ada"],
            clusterInstanceCount: 1,
            pipPackages: ["boto3"],
            nightlyStop: { at: farTime, timezone: "Europe/Lisbon" },
            endsAt: `${endsAt}Z`,
        });
        await live.up();
        day = await live.row("ada");
    });

    after(async () => {
        await live?.cloud.stop();
    });

    const machines = async () =>
        (await live.cloud.control.machines())
            .filter(({ state }) => state !== "terminated")
            .map(({ kind, state }) => `${kind} ${state}`);
    const clusterState = async (id: string) =>
        (await live.aws(EMRClient).send(new DescribeClusterCommand({ ClusterId: id }))).Cluster?.Status
            ?.State;
    const settled = async (isSo: () => Promise<boolean>) => {
        while (!(await isSo())) await new Promise((done) => setTimeout(done, 100));
    };

    /** What must be the same in the morning, and what must be new. */
    async function morning(evening: Row): Promise<Row> {
        const row = await live.row("ada");
        const { address, clusterId, ...stays } = row;
        const { address: oldAddress, clusterId: oldCluster, ...stayed } = evening;
        assert.deepEqual(stays, stayed);
        assert.notEqual(address, oldAddress);
        assert.match(address, /^127\./);
        assert.notEqual(clusterId, oldCluster);
        assert.equal(await clusterState(clusterId), "WAITING");
        assert.ok(await mayLogIn(passwordLogin(row)), "the password of the printed card");
        if (live.cloud.mode === "namespaces") {
            const { stdout } = await ssh(passwordLogin(row), "cat ~/mine.txt ~/cluster-id.txt; hostname");
            assert.deepEqual(stdout.trim().split("\n"), ["my work", clusterId, "ada"]);
        }
        return row;
    }

    it("off: machines stopped, clusters and commands gone, no address in the roster", async function () {
        if (live.cloud.mode === "namespaces") {
            const written = await ssh(passwordLogin(day), "echo 'my work' >~/mine.txt");
            assert.equal(written.code, 0, written.stderr);
        }
        await live.set({ power: "off" });
        const outcome = await live.up();
        assert.deepEqual(
            deeds(outcome).filter((deed) => !between.test(deed)),
            [
                "update aws:ec2transitgateway/instanceState:InstanceState ada-machine-power",
                ...nightly("delete", "ada"),
            ].sort(),
        );
        assert.deepEqual(await machines(), ["instance stopped"]);
        assert.equal(await clusterState(day.clusterId), "TERMINATED");
        const { address, clusterId, ...rest } = await live.row("ada");
        assert.deepEqual([address, clusterId], ["", ""]);
        assert.deepEqual({ ...rest, address: day.address, clusterId: day.clusterId }, day);
        assert.equal(changesAnything((await live.up()).changes), false, "the night goes on as it is");
    });

    it("on: one `up` brings back machine, cluster, password and files; addresses are new", async function () {
        await live.set({ power: "on" });
        const outcome = await live.up();
        assert.deepEqual(
            deeds(outcome).filter((deed) => !between.test(deed)),
            [
                "update aws:ec2transitgateway/instanceState:InstanceState ada-machine-power",
                ...nightly("create", "ada"),
            ].sort(),
        );
        day = await morning(day);
    });

    it("every night AWS stops machines and ends clusters by itself, as the class's own role", async () => {
        const fired = await fire(/-nightly-[0-9a-f]{7}$/, {
            expression: `cron(30 ${farHour} * * ? *)`,
            timezone: "Europe/Lisbon",
        });
        assert.deepEqual(fired.actions, ["ec2:StopInstances", "emr:TerminateJobFlows"]);
        assert.match(
            fired.principals.join(" "),
            /^\S+assumed-role\/classroom-stop-role-[0-9a-f]{7}\/\S+ \S+$/,
        );
        await settled(async () => (await machines()).join() === "instance stopped");
        await settled(async () => (await clusterState(day.clusterId)) === "TERMINATED");
    });

    it("the role of the stop reaches what carries the class's tags, and nothing of others", async () => {
        for (const [call, input] of [
            ["ec2:stopInstances", { InstanceIds: ["i-00000000000000000"] }],
            ["emr:terminateJobFlows", { JobFlowIds: ["j-SOMEBODYELSE"] }],
        ] as const) {
            const name = `foreign-${call.replace(":", "-")}`;
            const GroupName = await schedule(name, call, input);
            const fired = await live.cloud.control.fireSchedule(name, { region: "eu-west-1" });
            assert.equal(fired.ok, false);
            assert.match(fired.error ?? "", /not authorized/, call);
            await live.aws(SchedulerClient).send(new DeleteScheduleCommand({ Name: name, GroupName }));
        }
    });

    it("the role is for schedules of the class's group, and a group for schedules must be there", async () => {
        const machines = { InstanceIds: ["i-00000000000000000"] };
        await assert.rejects(schedule("elsewhere", "ec2:stopInstances", machines, "default"), {
            name: "ValidationException",
            message: /must allow AWS EventBridge Scheduler to assume the role/,
        });
        await assert.rejects(schedule("nowhere", "ec2:stopInstances", machines, "no-such-group"), {
            name: "ResourceNotFoundException",
        });
    });

    it("the next `up` restores all of it, and nothing is replaced", async () => {
        assert.deepEqual(deeds(await live.up()), [
            "create aws:emr/cluster:Cluster ada-cluster",
            "update aws:ec2transitgateway/instanceState:InstanceState ada-machine-power",
            // The schedules name the cluster that they end.
            "update aws:scheduler/schedule:Schedule ada-cluster-stop-end",
            "update aws:scheduler/schedule:Schedule ada-cluster-stop-nightly",
            "update command:remote:Command ada-connect",
            "update command:remote:Command ada-machine-bootstrap",
        ]);
        day = await morning(day);
        assert.equal(changesAnything((await live.up()).changes), false);
    });

    it("at the end of the course the same happens once, and no `up` starts anything any more", async () => {
        const fired = await fire(/-end-[0-9a-f]{7}$/, { expression: `at(${endsAt})`, timezone: "UTC" });
        assert.deepEqual(fired.actions, ["ec2:StopInstances", "emr:TerminateJobFlows"]);
        await settled(async () => (await machines()).join() === "instance stopped");

        await live.set({ endsAt: "2026-07-25T18:00:00+01:00" });
        const refused = await live.upFails();
        assert.match(refused.stdout + refused.stderr, /endsAt: "2026-07-25T18:00:00\+01:00" is over/);
        assert.deepEqual(await machines(), ["instance stopped"]);
    });

    it("a schedule that no state knows of goes with the class: its group has the tags that it has not", async () => {
        // As an `up` leaves it that is killed before it can write it down.
        const group = await schedule("ada-orphan", "ec2:stopInstances", { InstanceIds: ["i-0"] });
        const groups = async () =>
            (await stillThere(live.cloud.env)).filter(({ kind }) => kind === "schedule-group");
        assert.deepEqual(await groups(), [{ kind: "schedule-group", id: group, lab: "" }]);
        // As on AWS, which takes a while to delete the schedules of a group.
        await live.cloud.control.setLatency({ "scheduler:DeleteScheduleGroup": 2000 });
        await live.destroy();
        assert.deepEqual(await machines(), []);
        const scheduler = live.aws(SchedulerClient);
        assert.deepEqual((await scheduler.send(new ListSchedulesCommand({}))).Schedules, []);
        const { ScheduleGroups = [] } = await scheduler.send(new ListScheduleGroupsCommand({}));
        assert.deepEqual(
            ScheduleGroups.map(({ Name }) => Name),
            ["default"],
        );
    });

    it("no schedule of the class has failed on the way", async () => {
        const firings = await live.cloud.control.firings();
        const own = firings.filter(({ schedule }) => schedule.startsWith("ada-"));
        assert.deepEqual(
            own.map(({ ok, error }) => [ok, error]),
            Array.from({ length: 4 }, () => [true, undefined]),
        );
    });

    /** Makes a schedule with the class's role, in the class's group if no other is given. Returns the group. */
    async function schedule(name: string, call: string, input: object, group?: string): Promise<string> {
        const scheduler = live.aws(SchedulerClient);
        const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: "ada-" }));
        const [{ Name = "", GroupName = "" } = {}] = Schedules;
        const { Target } = await scheduler.send(new GetScheduleCommand({ Name, GroupName }));
        await scheduler.send(
            new CreateScheduleCommand({
                Name: name,
                GroupName: group ?? GroupName,
                ScheduleExpression: "at(2099-01-01T00:00:00)",
                FlexibleTimeWindow: { Mode: "OFF" },
                Target: {
                    Arn: `arn:aws:scheduler:::aws-sdk:${call}`,
                    RoleArn: Target?.RoleArn,
                    Input: JSON.stringify(input),
                },
            }),
        );
        return group ?? GroupName;
    }

    /** Fires all schedules of a kind, as the clock would. */
    async function fire(kind: RegExp, expected: { expression: string; timezone: string }) {
        const scheduler = live.aws(SchedulerClient);
        const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
        const due = Schedules.filter(({ Name = "" }) => kind.test(Name));
        assert.equal(due.length, 2, "one for the machine, one for the cluster");
        await live.cloud.control.clearCalls();
        for (const { Name = "", GroupName = "" } of due) {
            assert.match(GroupName, /^classroom-stop-schedules-[0-9a-f]{7}$/);
            const found = await scheduler.send(new GetScheduleCommand({ Name, GroupName }));
            assert.deepEqual(
                [found.ScheduleExpression, found.ScheduleExpressionTimezone, found.State],
                [expected.expression, expected.timezone, "ENABLED"],
            );
            await live.cloud.control.fireSchedule(Name, { region: "eu-west-1" });
        }
        const calls = (await live.cloud.control.calls()).filter(({ principal }) =>
            principal.includes("assumed-role/"),
        );
        return {
            actions: calls.map(({ service, action }) => `${service}:${action}`).sort(),
            principals: calls.map(({ principal }) => principal),
        };
    }
});

describe("a class whose power is off from the start", () => {
    let live: LiveClass;

    before(async () => {
        live = await LiveClass.start(
            "e2e-nights-off",
            { students: ["Ada"], power: "off", clusterInstanceCount: 1 },
            "simulated",
        );
    });

    after(async () => {
        await live?.cloud.stop();
    });

    it("has stopped machines and passwords, and connects to nobody", async () => {
        const outcome = await live.up();
        assert.deepEqual(
            outcome.steps.filter(({ type }) => /^(command:|aws:emr\/)/.test(type)),
            [],
        );
        const { address, clusterId, password, problem } = await live.row("ada");
        assert.deepEqual([address, clusterId, problem], ["", "", ""]);
        assert.match(password, /^[a-z2-9]{14}$/);
        assert.deepEqual(
            (await live.cloud.control.machines()).map(({ state }) => state),
            ["stopped"],
        );
    });
});
