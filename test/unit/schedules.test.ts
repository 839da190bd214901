import { strict as assert } from "node:assert";
import { scheduleTimes } from "../../components/classroom/scheduledStop.ts";
import { type ClassInMocks, declareClass, type Registered } from "./classInMocks.ts";

const nightlyStop = { at: "20:05", timezone: "Europe/Lisbon" };
const endsAt = "2097-07-25T18:00:00+01:00";

const inputsOf = (stack: ClassInMocks) =>
    Object.fromEntries(stack.ofType("Schedule").map(({ name, inputs }) => [name, inputs]));

/** What a schedule is, but for when it comes and what it calls. */
const schedule = (name: string, call: string, input: object, when: object) => ({
    groupName: "classroom-stop-schedules-0123456",
    description: `student-labs eu-west-1: ${name}`,
    ...when,
    flexibleTimeWindow: { mode: "OFF" },
    target: {
        arn: `arn:aws:scheduler:::aws-sdk:${call}`,
        roleArn: "arn:aws:iam::123456789012:classroom-stop-role-0123456",
        input: JSON.stringify(input),
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 20 },
    },
});

/** The schedules of a machine or a cluster that are called `<name>-<when>`. */
const schedules = (ending: string, when: object) => ({
    ...Object.fromEntries(
        ["ada", "grace", "demo"].map((lab) => [
            `${lab}-machine-stop-${ending}`,
            schedule(
                `${lab}-machine-stop`,
                "ec2:stopInstances",
                { InstanceIds: [`${lab}-machine-instance-id`] },
                when,
            ),
        ]),
    ),
    ...Object.fromEntries(
        ["ada", "grace"].map((lab) => [
            `${lab}-cluster-stop-${ending}`,
            schedule(
                `${lab}-cluster-stop`,
                "emr:terminateJobFlows",
                { JobFlowIds: [`${lab}-cluster-id`] },
                when,
            ),
        ]),
    ),
});

const nightly = schedules("nightly", {
    scheduleExpression: "cron(5 20 * * ? *)",
    scheduleExpressionTimezone: "Europe/Lisbon",
});
const end = schedules("end", {
    scheduleExpression: "at(2097-07-25T17:00:00)",
    scheduleExpressionTimezone: "UTC",
});

describe("A class that AWS stops by itself", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({ nightlyStop, endsAt, supportMachines: ["demo"] });
    });

    it("has one schedule for each machine and each cluster, every night and at the end", () => {
        assert.deepEqual(inputsOf(stack), { ...nightly, ...end });
    });

    it("has only those that are asked for", async () => {
        const supportMachines = ["demo"];
        assert.deepEqual(inputsOf(await declareClass({ nightlyStop, supportMachines })), nightly);
        assert.deepEqual(inputsOf(await declareClass({ endsAt, supportMachines })), end);
        const none = await declareClass({ supportMachines });
        assert.deepEqual(inputsOf(none), {});
        const ofTheStop = none.resources.filter(({ name }) => name.startsWith("classroom-stop"));
        assert.deepEqual(ofTheStop, []);
    });

    it("stops machines also where there are no clusters, and those that were off already", async () => {
        for (const changes of [{ clusters: "off" }, { power: "off" }]) {
            const machines = inputsOf(
                await declareClass({ nightlyStop, supportMachines: ["demo"], ...changes }),
            );
            assert.deepEqual(
                machines,
                Object.fromEntries(Object.entries(nightly).filter(([name]) => name.includes("machine"))),
            );
        }
    });

    it("has names that fit EventBridge Scheduler, with the seven characters that Pulumi adds", async () => {
        const long = await declareClass({ students: ["x".repeat(30)], nightlyStop, endsAt });
        for (const { name } of long.ofType("Schedule")) {
            assert.ok(`${name}-0123456`.length <= 64, name);
        }
    });

    it("keeps its schedules in a group that carries the stack's tags, since they carry none themselves", () => {
        const group = stack.the("classroom-stop-schedules", "aws:scheduler/scheduleGroup:ScheduleGroup");
        assert.deepEqual(group.inputs, {
            tags: { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d" },
        });
        assert.equal(group.parent, "student-labs:index:ScheduledStop::classroom-stop");
    });

    it("makes schedules after their group, so that it is deleted after them", () => {
        for (const { name, dependencies } of stack.ofType("Schedule")) {
            const group = "aws:scheduler/scheduleGroup:ScheduleGroup::classroom-stop-schedules";
            assert.ok(dependencies.includes(group), name);
        }
    });

    it("makes schedules after the role's rights, without which the first night would fail", () => {
        for (const { name, dependencies } of stack.ofType("Schedule")) {
            assert.ok(dependencies.includes("aws:iam/rolePolicy:RolePolicy::classroom-stop-policy"), name);
        }
    });

    it("changes no machine and no cluster", async () => {
        const without = await declareClass({ supportMachines: ["demo"] });
        const others = (one: ClassInMocks) =>
            one.resources.filter(
                ({ type, name }) => !/Schedule(Group)?$/.test(type) && !/-stop\b/.test(name),
            );
        const bare = (one: Registered) => JSON.stringify(one);
        assert.deepEqual(others(stack).map(bare), others(without).map(bare));
    });

    it("lets EventBridge Scheduler take the role for the schedules of this stack's group, and nobody else", () => {
        const { inputs } = stack.the("classroom-stop-role", "Role");
        assert.deepEqual(JSON.parse(inputs.assumeRolePolicy as string), {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Service: "scheduler.amazonaws.com" },
                    Action: "sts:AssumeRole",
                    Condition: {
                        StringEquals: {
                            "aws:SourceAccount": "123456789012",
                            "aws:SourceArn":
                                "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/classroom-stop-schedules-0123456",
                        },
                    },
                },
            ],
        });
    });

    it("lets the role stop this stack's machines and end its clusters, and nothing else", () => {
        const { inputs } = stack.the("classroom-stop-policy", "RolePolicy");
        // Auto-named, a second one of a killed run would stay, and the role could not be deleted.
        assert.equal(inputs.name, "stop-class");
        const own = {
            StringEquals: {
                "aws:ResourceTag/Project": "student-labs",
                "aws:ResourceTag/Stack": "eu-west-1",
                "aws:ResourceTag/Class": "c1a55e5d",
            },
        };
        assert.deepEqual(JSON.parse(inputs.policy as string), {
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "StopMachines",
                    Effect: "Allow",
                    Action: "ec2:StopInstances",
                    Resource: "arn:aws:ec2:eu-west-1:123456789012:instance/*",
                    Condition: own,
                },
                {
                    Sid: "EndClusters",
                    Effect: "Allow",
                    Action: "elasticmapreduce:TerminateJobFlows",
                    Resource: "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/*",
                    Condition: own,
                },
            ],
        });
    });
});

describe("The time of a stop", () => {
    const times = (at: string, end?: string) =>
        scheduleTimes({
            nightlyStop: { at, timezone: "Europe/Lisbon" },
            endsAt: end === undefined ? undefined : new Date(end),
        });

    it("is minute and hour without leading zeros, in the zone of the class", () => {
        for (const [at, expression] of [
            ["00:00", "cron(0 0 * * ? *)"],
            ["09:05", "cron(5 9 * * ? *)"],
            ["23:59", "cron(59 23 * * ? *)"],
        ] as const) {
            assert.deepEqual(times(at), { nightly: { expression, timezone: "Europe/Lisbon" } });
        }
    });

    it("at the end is in UTC, whatever offset it was written with", () => {
        for (const written of [
            "2097-12-31T23:30:00-03:00",
            "2098-01-01T02:30:00Z",
            "2098-01-01T08:00:00+05:30",
        ]) {
            assert.deepEqual(times("20:00", written).end, {
                expression: "at(2098-01-01T02:30:00)",
                timezone: "UTC",
            });
        }
    });

    it("is none where none is asked for", () =>
        assert.deepEqual(scheduleTimes({ nightlyStop: undefined, endsAt: undefined }), {}));
});
