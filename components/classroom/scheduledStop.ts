import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Region } from "../preflight/region.ts";
import type { NightlyStop } from "../settings/schedule.ts";
import type { Tags } from "../names/tags.ts";

/** When AWS stops the class by itself. */
export interface StopTimes {
    /** Every day; `undefined` = never. */
    readonly nightlyStop: NightlyStop | undefined;
    /** Once; `undefined` = never. */
    readonly endsAt: Date | undefined;
}

/** An expression of EventBridge Scheduler and its time zone. */
export interface ScheduleTime {
    readonly expression: string;
    readonly timezone: string;
}

/** The times as EventBridge Scheduler takes them, each with the name of its setting ("Schedule types"). */
export function scheduleTimes(times: StopTimes): Record<string, ScheduleTime> {
    const { nightlyStop, endsAt } = times;
    const [hours, minutes] = (nightlyStop?.at ?? "").split(":").map(Number);
    return {
        ...(nightlyStop === undefined
            ? {}
            : {
                  nightly: {
                      expression: `cron(${minutes} ${hours} * * ? *)`,
                      timezone: nightlyStop.timezone,
                  },
              }),
        ...(endsAt === undefined
            ? {}
            : { end: { expression: `at(${endsAt.toISOString().slice(0, 19)})`, timezone: "UTC" } }),
    };
}

/** Lets EventBridge Scheduler stop machines and end clusters of this stack, and nothing else. */
export function stopPolicy(region: Region, tags: Readonly<Record<string, string>>): aws.iam.PolicyDocument {
    const own = Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
    );
    const arn = (service: string, resource: string) =>
        `arn:${region.partition}:${service}:${region.name}:${region.accountId}:${resource}/*`;
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "StopMachines",
                Effect: "Allow",
                Action: "ec2:StopInstances",
                Resource: arn("ec2", "instance"),
                Condition: { StringEquals: own },
            },
            {
                Sid: "EndClusters",
                Effect: "Allow",
                Action: "elasticmapreduce:TerminateJobFlows",
                Resource: arn("elasticmapreduce", "cluster"),
                Condition: { StringEquals: own },
            },
        ],
    };
}

/**
 * What stops the class at night and at the end, with the operator's laptop off: a role, and a group for the schedules.
 *
 * Schedules carry no tags, so that one whose `up` was killed before it could write it down would be found by nothing, and
 * would stop a machine every night for ever. A group carries tags, and takes all its schedules with it when it is deleted,
 * whoever made them ("DeleteScheduleGroup", API reference): nothing of the class is left in the group `default`.
 *
 * The group has a name of Pulumi's making, so it is never replaced; its tags change in place. Another group would make all
 * schedules anew, since a schedule cannot move.
 */
export class ScheduledStop extends pulumi.ComponentResource {
    readonly roleArn: pulumi.Output<string>;
    readonly groupName: pulumi.Output<string>;

    constructor(
        name: string,
        args: { readonly region: Region; readonly tags: Tags },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("student-labs:index:ScheduledStop", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };
        const group = new aws.scheduler.ScheduleGroup(`${name}-schedules`, { tags: args.tags }, child);
        const role = new aws.iam.Role(
            `${name}-role`,
            {
                description: "EventBridge Scheduler, to stop the class",
                assumeRolePolicy: pulumi.jsonStringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: { Service: "scheduler.amazonaws.com" },
                            Action: "sts:AssumeRole",
                            // Of a schedule the service tells its group, never itself ("Confused deputy prevention in
                            // EventBridge Scheduler"): no schedule of anybody else's can use the role.
                            Condition: {
                                StringEquals: {
                                    "aws:SourceAccount": args.region.accountId,
                                    "aws:SourceArn": group.arn,
                                },
                            },
                        },
                    ],
                }),
                tags: args.tags,
            },
            child,
        );
        new aws.iam.RolePolicy(
            `${name}-policy`,
            {
                // Not auto-named: a second one, left by a killed run, would keep the role from being deleted.
                name: "stop-class",
                role: role.name,
                policy: pulumi
                    .output(args.tags)
                    .apply((tags) => JSON.stringify(stopPolicy(args.region, tags))),
            },
            child,
        );
        this.roleArn = role.arn;
        this.groupName = group.name;
        this.registerOutputs({ roleArn: this.roleArn, groupName: this.groupName });
    }
}

/** Inputs of {@link scheduleStop}. */
export interface ScheduleStopArgs {
    readonly times: StopTimes;
    /** Whose role makes the call, and whose group the schedules are in. */
    readonly stop: ScheduledStop;
    readonly partition: string;
    /** Call of an AWS service as a universal target names it, e.g. `ec2:stopInstances`. */
    readonly call: "ec2:stopInstances" | "emr:terminateJobFlows";
    /** What the call is made with. */
    readonly input: Readonly<Record<string, readonly pulumi.Input<string>[]>>;
}

/**
 * Has AWS make a call at night and at the end of the course.
 *
 * One schedule for each machine and each cluster: in a call for several, one that is gone already would fail them all.
 *
 * @param name start of the resources' names
 */
export function scheduleStop(
    name: string,
    args: ScheduleStopArgs,
    opts: pulumi.CustomResourceOptions,
): aws.scheduler.Schedule[] {
    return Object.entries(scheduleTimes(args.times)).map(
        ([when, { expression, timezone }]) =>
            new aws.scheduler.Schedule(
                `${name}-${when}`,
                {
                    groupName: args.stop.groupName,
                    description: `${pulumi.getProject()} ${pulumi.getStack()}: ${name}`,
                    scheduleExpression: expression,
                    scheduleExpressionTimezone: timezone,
                    flexibleTimeWindow: { mode: "OFF" },
                    target: {
                        arn: `arn:${args.partition}:scheduler:::aws-sdk:${args.call}`,
                        roleArn: args.stop.roleArn,
                        input: pulumi.jsonStringify(args.input),
                        // For a day by default: a stop that failed at night would then come in the middle of the next class.
                        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 20 },
                    },
                },
                { ...opts, dependsOn: [args.stop] },
            ),
    );
}
