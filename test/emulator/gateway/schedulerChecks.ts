/** Which IAM permissions a call of EventBridge Scheduler needs ("Actions, resources, and condition keys"). */
import { passRole, requestTags, tagContext, type Check, type Context } from "./checkParts.ts";
import { tagsOf } from "./json.ts";
import { ACCOUNT_ID } from "./operator.ts";
import type { AwsCall } from "./request.ts";

/** ARN of a schedule group. */
export function scheduleGroupArn(region: string, group: string): string {
    return `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule-group/${group}`;
}

/** The group that a schedule is in, or is to be in. */
export function groupOf(call: AwsCall): string {
    return call.params["GroupName"] ?? call.params["groupName"] ?? "default";
}

/** The group that a call is about: by its name or, where tags are concerned, by its ARN. */
export function groupItself(call: AwsCall): string | undefined {
    if (/^(Create|Get|Delete)ScheduleGroup$/.test(call.action)) return call.params["Name"];
    return call.params["ResourceArn"]?.split(":schedule-group/")[1];
}

/** All permissions; schedules have no tags, groups do. */
export async function schedulerChecks(
    call: AwsCall,
    base: Context,
    groupTags: (group: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Check[]> {
    const action = `scheduler:${call.action}`;
    const group = groupItself(call);
    if (group !== undefined) {
        const removed = new URL(call.url, "http://gateway").searchParams.getAll("TagKeys");
        const context = {
            ...base,
            ...requestTags(tagsOf(call.input["Tags"])),
            ...(removed.length === 0 ? {} : { "aws:TagKeys": removed }),
            // What is still to be made has no tags.
            ...(call.action === "CreateScheduleGroup"
                ? {}
                : tagContext("aws:ResourceTag", await groupTags(group))),
        };
        return [{ action, resource: scheduleGroupArn(call.region, group), context }];
    }
    const name = call.params["Name"];
    const resource =
        name === undefined
            ? "*"
            : `arn:aws:scheduler:${call.region}:${ACCOUNT_ID}:schedule/${groupOf(call)}/${name}`;
    const role = call.params["Target.RoleArn"];
    return [
        { action, resource, context: base },
        ...(role === undefined ? [] : [passRole(base, role, "scheduler.amazonaws.com")]),
    ];
}
