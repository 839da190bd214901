/** Calls of EventBridge Scheduler: moto answers them, and the gateway refuses what moto lets pass or breaks at. */
import {
    DeleteScheduleGroupCommand,
    GetScheduleGroupCommand,
    ListTagsForResourceCommand,
    UntagResourceCommand,
} from "@aws-sdk/client-scheduler";
import { mayAssume } from "./authorization.ts";
import { AwsError, jsonAnswer, notImplemented, type Answer } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { Identities } from "./identities.ts";
import { parseObject } from "./json.ts";
import type { Moto } from "./moto.ts";
import { ACCOUNT_ID } from "./operator.ts";
import type { AwsCall } from "./request.ts";
import { groupItself, groupOf, scheduleGroupArn } from "./schedulerChecks.ts";

/** What EventBridge Scheduler says of a schedule when it takes on a role: its group, not the schedule itself. */
export function schedulerContext(region: string, group: string): Record<string, string> {
    return { "aws:SourceAccount": ACCOUNT_ID, "aws:SourceArn": scheduleGroupArn(region, group) };
}

/** Answers all calls of the service. */
export class ScheduleCalls {
    /** ARNs of groups whose schedules are just being deleted. */
    private readonly deleting = new Set<string>();

    private readonly moto: Moto;
    private readonly identities: Identities;
    private readonly faults: Faults;
    private readonly log: (line: string) => void;

    constructor(moto: Moto, identities: Identities, faults: Faults, log: (line: string) => void) {
        this.moto = moto;
        this.identities = identities;
        this.faults = faults;
        this.log = log;
    }

    /** Answers a call. */
    async handle(call: AwsCall): Promise<Answer> {
        const { region, action } = call;
        switch (action) {
            case "CreateSchedule":
            case "UpdateSchedule":
                await this.needGroup(region, groupOf(call));
                await this.needRole(call);
                return this.moto.forward(call);
            case "GetSchedule":
            case "DeleteSchedule":
            case "ListSchedules":
            case "ListScheduleGroups":
                return this.moto.forward(call);
            case "CreateScheduleGroup": {
                const name = groupItself(call) ?? "";
                // moto would put an empty group in its place.
                if (await this.exists(region, name)) {
                    throw new AwsError("ConflictException", `Schedule group ${name} already exists.`, 409);
                }
                return this.moto.forward(call);
            }
            case "GetScheduleGroup":
                return this.getGroup(call);
            case "DeleteScheduleGroup":
                return this.deleteGroup(region, groupItself(call) ?? "");
            case "ListTagsForResource":
            case "TagResource":
            case "UntagResource": {
                const name = groupItself(call);
                if (name === undefined) throw new AwsError("ValidationException", "Invalid resource ARN.");
                if (!(await this.exists(region, name))) throw missing(name);
                return this.moto.forward(call);
            }
            default:
                throw notImplemented(call);
        }
    }

    /** The tags of a group; none where there is no such group. */
    async tagsOf(region: string, name: string): Promise<Record<string, string>> {
        if (!(await this.exists(region, name))) return {};
        const { Tags = [] } = await this.moto
            .scheduler(region)
            .send(new ListTagsForResourceCommand({ ResourceArn: scheduleGroupArn(region, name) }));
        return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    }

    private async exists(region: string, name: string): Promise<boolean> {
        try {
            await this.moto.scheduler(region).send(new GetScheduleGroupCommand({ Name: name }));
            return true;
        } catch (error) {
            if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
            throw error;
        }
    }

    private async needGroup(region: string, name: string): Promise<void> {
        if (!(await this.exists(region, name))) throw missing(name);
        if (this.deleting.has(scheduleGroupArn(region, name))) throw beingDeleted(name);
    }

    /** AWS takes the role on when the schedule is made, to see whether it will be able to. */
    private async needRole(call: AwsCall): Promise<void> {
        const name = call.params["Target.RoleArn"]?.split("/").pop() ?? "";
        const role = await this.identities.role(name);
        const context = schedulerContext(call.region, groupOf(call));
        if (role === undefined || !(await mayAssume(role, "scheduler.amazonaws.com", context))) {
            throw new AwsError(
                "ValidationException",
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
            );
        }
    }

    private async getGroup(call: AwsCall): Promise<Answer> {
        const answer = await this.moto.forward(call);
        const found = parseObject(answer.body.toString("utf8"));
        const going = this.deleting.has(scheduleGroupArn(call.region, groupItself(call) ?? ""));
        return answer.status < 300 && going
            ? jsonAnswer({ ...found, State: "DELETING" }, 200, "application/json")
            : answer;
    }

    /** Answers at once; the group is there until its schedules are gone, for as long as a test wants it to be. */
    private async deleteGroup(region: string, name: string): Promise<Answer> {
        if (name === "default") {
            throw new AwsError("ValidationException", "The default schedule group cannot be deleted.");
        }
        await this.needGroup(region, name);
        const arn = scheduleGroupArn(region, name);
        this.deleting.add(arn);
        this.empty(region, name)
            .catch((error: unknown) => this.log(`schedule group ${name}: ${String(error)}`))
            .finally(() => this.deleting.delete(arn));
        return jsonAnswer({}, 200, "application/json");
    }

    private async empty(region: string, name: string): Promise<void> {
        await this.faults.settle("scheduler:DeleteScheduleGroup");
        const client = this.moto.scheduler(region);
        const tags = await this.tagsOf(region, name);
        // moto would give the tags to the next group of this name.
        await client.send(
            new UntagResourceCommand({
                ResourceArn: scheduleGroupArn(region, name),
                TagKeys: Object.keys(tags),
            }),
        );
        await client.send(new DeleteScheduleGroupCommand({ Name: name }));
    }
}

function missing(group: string): AwsError {
    return new AwsError("ResourceNotFoundException", `Schedule group ${group} does not exist.`, 404);
}

function beingDeleted(group: string): AwsError {
    return new AwsError("ConflictException", `Schedule group ${group} is being deleted.`, 409);
}
