import assert from "node:assert/strict";
import { applyFilters, patchInstances, splitFilters } from "../../emulator/gateway/ec2/patch.ts";
import { Faults, faultMatches } from "../../emulator/gateway/faults.ts";
import { parseFault } from "../../emulator/gateway/controlServer.ts";
import type { Host } from "../../emulator/gateway/hosts.ts";
import { nextFiring } from "../../emulator/gateway/scheduleTime.ts";
import { targetCall } from "../../emulator/gateway/scheduler.ts";
import { Sessions } from "../../emulator/gateway/sessions.ts";
import { defaultVolumes } from "../../emulator/gateway/emr/views.ts";
import { parseRunJobFlow } from "../../emulator/gateway/emr/request.ts";
import { parseXml, serializeXml, textOf } from "../../emulator/gateway/xml.ts";
import { formCall, jsonCall } from "./gatewayCalls.ts";

describe("gateway: XML", () => {
    it("is written as it was read", () => {
        const source = '<a x="1"><b>t &amp; u</b><c/><item><d>&lt;</d></item></a>';
        assert.equal(serializeXml(parseXml(`<?xml version="1.0"?>\n${source}`)), source);
    });
    it("refuses what is cut off", () => assert.throws(() => parseXml("<a><b></b>"), /malformed/));
});

describe("gateway: instances", () => {
    const answer = (): ReturnType<typeof parseXml> =>
        parseXml(
            "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState>" +
                "<dnsName>ec2.amazonaws.com</dnsName><privateIpAddress>10.0.0.4</privateIpAddress><ipAddress>54.1.2.3</ipAddress><subnetId>subnet-1</subnetId></item></instancesSet></item></reservationSet></R>",
        );
    const item = (root: ReturnType<typeof parseXml>) =>
        root.children[0]?.children[0]?.children[0]?.children[0];
    const host = (change: Partial<Host>): Host => ({
        id: "i-1",
        region: "eu-west-1",
        kind: "instance",
        user: "ubuntu",
        hostname: "h",
        authorizedKeys: [],
        imageId: "ami-1",
        instanceType: "t3.small",
        zone: "eu-west-1a",
        state: "running",
        address: "127.0.1.20",
        reason: undefined,
        launched: new Date(0),
        ...change,
    });

    it("have the address of their machine", () => {
        const root = answer();
        patchInstances(root, () => host({}));
        assert.equal(textOf(item(root), "ipAddress"), "127.0.1.20");
        assert.equal(textOf(item(root), "dnsName"), "127.0.1.20");
        assert.equal(textOf(item(root), "privateIpAddress"), "127.0.1.20");
    });

    it("have no public address while stopped, and say why", () => {
        const root = answer();
        const reason = { code: "Client.UserInitiatedShutdown", message: "stopped by user" };
        patchInstances(root, () => host({ state: "stopped", reason }));
        assert.equal(textOf(item(root), "ipAddress"), undefined);
        assert.equal(textOf(item(root), "instanceState", "name"), "stopped");
        assert.equal(textOf(item(root), "stateReason", "code"), reason.code);
    });

    it("are in no network once terminated", () => {
        const root = answer();
        patchInstances(root, () => host({ state: "terminated", address: undefined }));
        assert.equal(textOf(item(root), "subnetId"), undefined);
        assert.equal(textOf(item(root), "instanceState", "code"), "48");
    });

    it("are filtered by their real state, other filters go to moto", () => {
        const { form, own } = splitFilters({
            Action: "DescribeInstances",
            "Filter.1.Name": "instance-state-name",
            "Filter.1.Value.1": "running",
            "Filter.1.Value.2": "pending",
            "Filter.2.Name": "tag:lab",
            "Filter.2.Value.1": "ada",
        });
        assert.deepEqual(form, {
            Action: "DescribeInstances",
            "Filter.1.Name": "tag:lab",
            "Filter.1.Value.1": "ada",
        });
        const root = answer();
        patchInstances(root, () => host({ state: "stopping" }));
        applyFilters(root, own);
        assert.equal(root.children[0]?.children.length, 0);
    });
});

describe("gateway: faults", () => {
    const call = jsonCall("elasticmapreduce", "ElasticMapReduce.RunJobFlow", { Name: "ada-cluster" });

    it("match by service, action and values of the request", () => {
        const fault = { service: "emr", action: "RunJobFlow", times: 1 } as const;
        assert.equal(faultMatches({ ...fault, match: { Name: "ada-*" } }, call), true);
        assert.equal(faultMatches({ ...fault, match: { Name: "grace-*" } }, call), false);
        assert.equal(faultMatches({ ...fault, match: { Missing: "*" } }, call), false);
        assert.equal(faultMatches({ ...fault, action: "*" }, call), true);
    });

    it("strike as often as asked", async () => {
        const faults = new Faults();
        faults.add({
            service: "emr",
            action: "RunJobFlow",
            times: 1,
            error: { code: "E", message: "m", status: 400 },
        });
        await assert.rejects(faults.strike(call), { code: "E", status: 400 });
        assert.equal(await faults.strike(call), undefined);
    });

    it("may let the call pass and doom what it makes", async () => {
        const faults = new Faults();
        faults.add({
            service: "*",
            action: "*",
            times: "always",
            then: "pass-but-fail",
            error: { code: "E", message: "no capacity", status: 500 },
        });
        assert.deepEqual(await faults.strike(call), { reason: "no capacity" });
    });

    it("throttle with AWS's code", async () => {
        const faults = new Faults();
        faults.setLimits({ "emr:RunJobFlow": { burst: 1, perSecond: 0.001 } });
        await faults.strike(call);
        await assert.rejects(faults.strike(call), { code: "ThrottlingException", message: "Rate exceeded" });
    });

    it("let states that are on their way arrive when their latency is taken away, and no other", async () => {
        const faults = new Faults();
        faults.setLatency({ "emr:RunJobFlow": 600_000, "ec2:RunInstances": 600_000 });
        const arrived: string[] = [];
        const settled = ["emr:RunJobFlow", "ec2:RunInstances"].map((action) =>
            faults.settle(action).then(() => arrived.push(action)),
        );
        faults.setLatency({ "emr:RunJobFlow": 600_000 });
        await settled[1];
        assert.deepEqual(arrived, ["ec2:RunInstances"]);
        faults.setLatency({});
        await settled[0];
        assert.deepEqual(arrived, ["ec2:RunInstances", "emr:RunJobFlow"]);
        await faults.settle("emr:RunJobFlow");
    });

    it("are refused when they make no sense", () => {
        assert.throws(() => parseFault({ service: "ec2" }), /needs service and action/);
        assert.throws(() => parseFault({ service: "ec2", action: "X", then: "explode" }), /then must be/);
    });
});

describe("gateway: sessions of machines", () => {
    it("are the same until a quarter of their life is left", () => {
        let now = 0;
        const sessions = new Sessions(() => now);
        const first = sessions.issue("lab-ada", "i-1");
        now = 4 * 3_600_000;
        assert.equal(sessions.issue("lab-ada", "i-1"), first);
        now = 5 * 3_600_000;
        const second = sessions.issue("lab-ada", "i-1");
        assert.notEqual(second.accessKeyId, first.accessKeyId);
        assert.equal(sessions.find(first.accessKeyId), first);
        assert.equal(sessions.expired(first), false);
        assert.match(first.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    });
});

describe("gateway: schedules", () => {
    const due = (expression: string, zone: string, after: string, until: string): string | undefined =>
        nextFiring(expression, zone, new Date(after), new Date(until))?.toISOString();

    it("at: in the schedule's time zone, once", () => {
        const at = "at(2026-07-01T18:00:00)";
        assert.equal(
            due(at, "Europe/Madrid", "2026-07-01T15:00:00Z", "2026-07-01T17:00:00Z"),
            "2026-07-01T16:00:00.000Z",
        );
        assert.equal(due(at, "UTC", "2026-07-01T18:00:00Z", "2026-07-02T00:00:00Z"), undefined);
    });

    it("cron: on weekdays at a time of the zone", () => {
        const cron = "cron(30 20 ? * MON-FRI *)";
        assert.equal(
            due(cron, "America/Sao_Paulo", "2026-11-23T23:29:30Z", "2026-11-23T23:31:00Z"),
            "2026-11-23T23:30:00.000Z",
        );
        assert.equal(
            due(cron, "America/Sao_Paulo", "2026-11-22T23:29:30Z", "2026-11-22T23:31:00Z"),
            undefined,
        );
    });

    it("rate: every so often", () => {
        assert.equal(
            due("rate(5 minutes)", "UTC", "2026-01-01T00:04:59Z", "2026-01-01T00:06:00Z"),
            "2026-01-01T00:05:00.000Z",
        );
    });

    it("call what their target stands for", () => {
        const stop = targetCall(
            "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
            { InstanceIds: ["i-1", "i-2"] },
            "eu-west-1",
        );
        assert.deepEqual([stop.action, stop.params["InstanceId.2"]], ["StopInstances", "i-2"]);
        const end = targetCall(
            "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows",
            { JobFlowIds: ["j-1"] },
            "eu-west-1",
        );
        assert.deepEqual(
            [end.service, end.action, end.params["JobFlowIds.0"]],
            ["emr", "TerminateJobFlows", "j-1"],
        );
        assert.throws(
            () => targetCall("arn:aws:scheduler:::aws-sdk:s3:deleteBucket", {}, "eu-west-1"),
            /does not implement/,
        );
    });
});

describe("gateway: RunJobFlow", () => {
    const instances = {
        Ec2SubnetId: "subnet-1",
        EmrManagedMasterSecurityGroup: "sg-1",
        EmrManagedSlaveSecurityGroup: "sg-1",
        InstanceGroups: [{ InstanceRole: "MASTER", InstanceType: "m5.xlarge", InstanceCount: 1 }],
    };
    const run = (change: Record<string, unknown>) =>
        parseRunJobFlow(
            jsonCall("elasticmapreduce", "ElasticMapReduce.RunJobFlow", {
                Name: "x",
                ReleaseLabel: "emr-7.13.0",
                ServiceRole: "svc",
                JobFlowRole: "arn:aws:iam::123456789012:instance-profile/lab-ada",
                Instances: instances,
                ...change,
            }),
        );

    it("is read", () => assert.equal(run({}).instanceProfile, "lab-ada"));

    it("gives nodes without disks of their own the volumes that EMR gives them", () => {
        const volumes = (type: string) => JSON.stringify(defaultVolumes(type));
        assert.equal(
            volumes("m5.xlarge"),
            JSON.stringify(
                ["/dev/sdb", "/dev/sdc"].map((Device) => ({
                    Device,
                    VolumeSpecification: { VolumeType: "gp2", SizeInGB: 32 },
                })),
            ),
        );
        assert.equal(defaultVolumes("r7g.2xlarge").length, 4);
        for (const type of ["m5d.xlarge", "m6gd.2xlarge", "i3.xlarge"]) assert.equal(volumes(type), "[]");
    });

    it("takes empty texts for absent, as the aws provider sends them", () => {
        const empty = {
            ServiceAccessSecurityGroup: "",
            AdditionalMasterSecurityGroups: [""],
            AdditionalSlaveSecurityGroups: ["", "sg-2"],
            Ec2KeyName: "",
        };
        const made = run({ Instances: { ...instances, ...empty }, LogUri: "", SecurityConfiguration: "" });
        assert.deepEqual(
            [
                made.serviceAccessGroup,
                made.additionalMasterGroups,
                made.additionalSlaveGroups,
                made.keyName,
                made.logUri,
            ],
            [undefined, [], ["sg-2"], undefined, undefined],
        );
        assert.throws(() => run({ ServiceRole: "" }), /ServiceRole is required/);
        assert.throws(
            () => run({ Instances: { ...instances, EmrManagedSlaveSecurityGroup: "" } }),
            /You must specify both/,
        );
    });

    it("has the Amazon Linux that EMR chooses for the release, and the one that was asked for", () => {
        assert.match(run({}).osReleaseLabel, /^2023\.\d+\.\d{8}\.\d$/);
        assert.match(run({ ReleaseLabel: "emr-6.15.0" }).osReleaseLabel, /^2\.0\.\d{8}\.\d$/);
        assert.equal(run({ OSReleaseLabel: "" }).osReleaseLabel, run({}).osReleaseLabel);
        assert.equal(run({ OSReleaseLabel: "2023.6.20250107.0" }).osReleaseLabel, "2023.6.20250107.0");
    });

    const bad: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
        ["an unknown release", { ReleaseLabel: "emr-7.99.0" }, /release label is invalid/],
        [
            "an application that the release has not",
            { Applications: [{ Name: "Fortran" }] },
            /not supported in release/,
        ],
        [
            "a burstable instance type",
            {
                Instances: {
                    ...instances,
                    InstanceGroups: [{ InstanceRole: "MASTER", InstanceType: "t3.small", InstanceCount: 1 }],
                },
            },
            /not supported/,
        ],
        [
            "one managed group only",
            { Instances: { ...instances, EmrManagedSlaveSecurityGroup: undefined } },
            /both/,
        ],
        [
            "an input that is not implemented",
            { SecurityConfiguration: "x" },
            /does not implement emr:RunJobFlow \(SecurityConfiguration\)/,
        ],
        [
            "a failing step that would end a concurrent cluster",
            {
                StepConcurrencyLevel: 2,
                Steps: [
                    {
                        Name: "s",
                        ActionOnFailure: "TERMINATE_CLUSTER",
                        HadoopJarStep: { Jar: "command-runner.jar" },
                    },
                ],
            },
            /CONTINUE/,
        ],
    ];
    for (const [what, change, message] of bad) {
        it(`refuses ${what}`, () => assert.throws(() => run(change), message));
    }

    it("is found by faults under its dotted paths", () => {
        const call = formCall("ec2", { Action: "RunInstances", "TagSpecification.1.Tag.1.Value": "ada" });
        assert.equal(
            faultMatches(
                {
                    service: "ec2",
                    action: "RunInstances",
                    times: 1,
                    match: { "TagSpecification.1.Tag.1.Value": "ada" },
                },
                call,
            ),
            true,
        );
    });
});
