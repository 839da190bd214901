/** `aws:scheduler/schedule:Schedule` */
import {
    CreateScheduleCommand,
    DeleteScheduleCommand,
    GetScheduleCommand,
    UpdateScheduleCommand,
    type CreateScheduleCommandInput,
} from "@aws-sdk/client-scheduler";
import type { Properties } from "../provider.ts";
import { isCode, says, unlessGone } from "./errors.ts";
import type { ResourceType } from "./resource.ts";
import { between, block, integer, oneOf, string } from "./schema.ts";
import { needText, number, object, text } from "./values.ts";
import { retryWhile } from "./waiting.ts";

const gone = ["ResourceNotFoundException"];

/** Something that AWS does at a time; its id is `<group>/<name>`. */
export const schedule: ResourceType = {
    noun: "EventBridge Scheduler Schedule",
    fields: {
        name: string({ forceNew: true, computed: true }),
        groupName: string({ forceNew: true, computed: true }),
        description: string(),
        scheduleExpression: string({ required: true }),
        scheduleExpressionTimezone: string({ default: "UTC" }),
        startDate: string({ same: sameTime }),
        endDate: string({ same: sameTime }),
        state: string({ default: "ENABLED", check: oneOf("ENABLED", "DISABLED") }),
        actionAfterCompletion: string({ computed: true, check: oneOf("NONE", "DELETE") }),
        flexibleTimeWindow: block(
            {
                mode: string({ required: true, check: oneOf("OFF", "FLEXIBLE") }),
                maximumWindowInMinutes: integer({ check: between(1, 1440) }),
            },
            { required: true },
        ),
        target: block(
            {
                arn: string({ required: true }),
                roleArn: string({ required: true }),
                input: string(),
                retryPolicy: block(
                    {
                        maximumEventAgeInSeconds: integer({ default: 86400, check: between(60, 86400) }),
                        maximumRetryAttempts: integer({ default: 185, check: between(0, 185) }),
                    },
                    // AWS fills it in with its defaults (`suppressOmittedDefaults` of the real provider).
                    { computed: true },
                ),
            },
            { required: true },
        ),
    },
    autoName: { field: "name", maxLength: 64 },
    outputs: ["arn", "kmsKeyArn", "namePrefix"],

    async create(inputs, operation) {
        await retryWhile(
            operation.patience(120),
            // A role that was just made.
            (error) =>
                isCode(error, "ValidationException") &&
                says(error, "must allow AWS EventBridge Scheduler to assume"),
            () => operation.aws.scheduler.send(new CreateScheduleCommand(request(inputs))),
        );
        return `${text(inputs, "groupName") ?? "default"}/${needText(inputs, "name")}`;
    },

    async read(id, _state, { aws }) {
        const found = await unlessGone(gone, () => aws.scheduler.send(new GetScheduleCommand(partsOf(id))));
        if (!found) return undefined;
        const { FlexibleTimeWindow, Target } = found;
        return {
            arn: found.Arn,
            name: found.Name,
            namePrefix: "",
            groupName: found.GroupName,
            description: found.Description || null,
            kmsKeyArn: found.KmsKeyArn ?? "",
            scheduleExpression: found.ScheduleExpression,
            scheduleExpressionTimezone: found.ScheduleExpressionTimezone,
            startDate: found.StartDate ? rfc3339(found.StartDate) : null,
            endDate: found.EndDate ? rfc3339(found.EndDate) : null,
            state: found.State,
            actionAfterCompletion: found.ActionAfterCompletion ?? "NONE",
            flexibleTimeWindow: {
                mode: FlexibleTimeWindow?.Mode ?? "OFF",
                ...(FlexibleTimeWindow?.MaximumWindowInMinutes
                    ? { maximumWindowInMinutes: FlexibleTimeWindow.MaximumWindowInMinutes }
                    : {}),
            },
            target: {
                arn: Target?.Arn ?? "",
                roleArn: Target?.RoleArn ?? "",
                ...(Target?.Input ? { input: Target.Input } : {}),
                retryPolicy: {
                    maximumEventAgeInSeconds: Target?.RetryPolicy?.MaximumEventAgeInSeconds ?? 86400,
                    maximumRetryAttempts: Target?.RetryPolicy?.MaximumRetryAttempts ?? 185,
                },
            },
        };
    },

    async update(id, { aws, news }) {
        // The whole schedule is sent: the call resets what it is not given.
        await aws.scheduler.send(new UpdateScheduleCommand({ ...request(news), ...partsOf(id) }));
    },

    async delete(id, _state, { aws }) {
        await unlessGone(gone, () => aws.scheduler.send(new DeleteScheduleCommand(partsOf(id))));
    },
};

function partsOf(id: string): { GroupName: string; Name: string } {
    const at = id.indexOf("/");
    return { GroupName: id.slice(0, at), Name: id.slice(at + 1) };
}

function request(inputs: Properties): CreateScheduleCommandInput {
    const window = object(inputs, "flexibleTimeWindow") ?? {};
    const target = object(inputs, "target") ?? {};
    const retries = object(target, "retryPolicy");
    const date = (key: string) => (text(inputs, key) ? new Date(needText(inputs, key)) : undefined);
    return {
        Name: needText(inputs, "name"),
        GroupName: text(inputs, "groupName"),
        Description: text(inputs, "description"),
        ScheduleExpression: needText(inputs, "scheduleExpression"),
        ScheduleExpressionTimezone: text(inputs, "scheduleExpressionTimezone"),
        StartDate: date("startDate"),
        EndDate: date("endDate"),
        State: text(inputs, "state") as CreateScheduleCommandInput["State"],
        ActionAfterCompletion: text(
            inputs,
            "actionAfterCompletion",
        ) as CreateScheduleCommandInput["ActionAfterCompletion"],
        FlexibleTimeWindow: {
            Mode: needText(window, "mode") as "OFF",
            MaximumWindowInMinutes: number(window, "maximumWindowInMinutes"),
        },
        Target: {
            Arn: needText(target, "arn"),
            RoleArn: needText(target, "roleArn"),
            Input: text(target, "input"),
            RetryPolicy: retries && {
                MaximumEventAgeInSeconds: number(retries, "maximumEventAgeInSeconds"),
                MaximumRetryAttempts: number(retries, "maximumRetryAttempts"),
            },
        },
    };
}

function rfc3339(date: Date): string {
    return date.toISOString().replace(/\.\d+Z$/, "Z");
}

function sameTime(left: string, right: string): boolean {
    return Date.parse(left) === Date.parse(right);
}
