/** EventBridge Scheduler: moto keeps the schedules, the gateway fires them in the name of their role. */
import {
    GetScheduleCommand,
    paginateListSchedules,
    type GetScheduleOutput,
    type ListSchedulesInput,
    type ScheduleSummary,
} from "@aws-sdk/client-scheduler";
import { mayAssume } from "./authorization.ts";
import type { FiringView } from "./control.ts";
import type { Answer } from "./errors.ts";
import type { Identities } from "./identities.ts";
import { flatten, parseObject, stringsOf, type JsonObject } from "./json.ts";
import type { Moto } from "./moto.ts";
import { rolePrincipal, type Principal } from "./principals.ts";
import type { AwsCall } from "./request.ts";
import { schedulerContext } from "./scheduleCalls.ts";
import { nextFiring } from "./scheduleTime.ts";
import { sessionArn } from "./sessions.ts";

type Perform = (call: AwsCall, principal: Principal) => Promise<Answer>;

/** What a due schedule does: the call that its target stands for. */
export function targetCall(arn: string, input: JsonObject, region: string): AwsCall {
    const common = {
        region,
        accessKey: undefined,
        sessionToken: undefined,
        bucket: undefined,
        key: undefined,
        method: "POST",
        url: "/",
    } as const;
    if (arn === "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows") {
        return {
            ...common,
            service: "emr",
            iamPrefix: "elasticmapreduce",
            protocol: "json",
            action: "TerminateJobFlows",
            params: flatten(input),
            input,
            headers: {},
            body: Buffer.from(JSON.stringify(input)),
        };
    }
    if (arn === "arn:aws:scheduler:::aws-sdk:ec2:stopInstances") {
        const ids = stringsOf(input["InstanceIds"]);
        const params: Record<string, string> = { Action: "StopInstances", Version: "2016-11-15" };
        ids.forEach((id, index) => (params[`InstanceId.${index + 1}`] = id));
        const scope = `SCHEDULER/20260101/${region}/ec2/aws4_request`;
        return {
            ...common,
            service: "ec2",
            iamPrefix: "ec2",
            protocol: "ec2",
            action: "StopInstances",
            params,
            input: {},
            headers: {
                "content-type": "application/x-www-form-urlencoded",
                authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
            },
            body: Buffer.from(new URLSearchParams(params).toString()),
        };
    }
    throw new Error(`The pocket cloud does not implement the schedule target ${arn}`);
}

/** How often the clock looks; schedules have a precision of a minute on AWS. */
const TICK_MS = 1_000;

/** All schedules of the pocket cloud. */
export class Schedules {
    private readonly done: FiringView[] = [];
    private readonly regions = new Set<string>();
    private timer: NodeJS.Timeout | undefined;
    private last = Date.now();

    private readonly moto: Moto;
    private readonly identities: Identities;
    private readonly perform: Perform;
    private readonly log: (line: string) => void;

    constructor(moto: Moto, identities: Identities, perform: Perform, log: (line: string) => void) {
        this.moto = moto;
        this.identities = identities;
        this.perform = perform;
        this.log = log;
    }

    /** Called for calls that make schedules: only regions with schedules are looked at. */
    watch(region: string): void {
        this.regions.add(region);
    }

    /** Starts the clock. */
    start(): void {
        this.timer = setInterval(() => void this.tick(), TICK_MS);
        this.timer.unref();
    }

    /** Stops the clock. */
    stop(): void {
        clearInterval(this.timer);
    }

    /** What has been fired so far. */
    firings(): readonly FiringView[] {
        return this.done;
    }

    /** Fires a schedule now. */
    async fire(name: string, region: string, group: string | undefined): Promise<FiringView> {
        const firing = await this.attempt(name, region, group);
        this.done.push(firing);
        if (!firing.ok) this.log(`schedule ${name}: ${firing.error ?? ""}`);
        return firing;
    }

    private async attempt(name: string, region: string, group: string | undefined): Promise<FiringView> {
        const at = new Date().toISOString();
        try {
            const found = await this.find(name, region, group);
            const role = found.Target?.RoleArn?.split("/").pop() ?? "";
            const identity = await this.identities.role(role);
            const context = schedulerContext(region, found.GroupName ?? "default");
            if (identity === undefined || !(await mayAssume(identity, "scheduler.amazonaws.com", context))) {
                throw new Error(`The execution role ${role} cannot be assumed by scheduler.amazonaws.com`);
            }
            const call = targetCall(
                found.Target?.Arn ?? "",
                parseObject(found.Target?.Input ?? "{}") ?? {},
                region,
            );
            const principal = rolePrincipal(identity, sessionArn(role, name), name);
            const answer = await this.perform(call, principal);
            if (answer.status >= 300) throw new Error(answer.body.toString("utf8"));
            return { schedule: name, at, ok: true };
        } catch (error) {
            return {
                schedule: name,
                at,
                ok: false,
                error: error instanceof Error ? error.message : String(error),
            };
        }
    }

    /** A schedule; without a group, the one of that name in any of them. */
    private async find(name: string, region: string, group: string | undefined): Promise<GetScheduleOutput> {
        const groups =
            group === undefined
                ? (await this.list(region, { NamePrefix: name }))
                      .filter(({ Name }) => Name === name)
                      .map(({ GroupName }) => GroupName)
                : [group];
        if (groups.length > 1) throw new Error(`There are schedules ${name} in ${groups.join(" and ")}`);
        return this.moto.scheduler(region).send(new GetScheduleCommand({ Name: name, GroupName: groups[0] }));
    }

    /** Schedules of all groups; moto answers 50 at a time. */
    private async list(region: string, which: ListSchedulesInput): Promise<ScheduleSummary[]> {
        const found: ScheduleSummary[] = [];
        for await (const page of paginateListSchedules({ client: this.moto.scheduler(region) }, which)) {
            found.push(...(page.Schedules ?? []));
        }
        return found;
    }

    private async tick(): Promise<void> {
        const from = this.last;
        const to = Date.now();
        this.last = to;
        for (const region of this.regions) {
            try {
                await this.tickRegion(region, from, to);
            } catch (error) {
                this.log(`schedules of ${region}: ${error instanceof Error ? error.message : String(error)}`);
            }
        }
    }

    private async tickRegion(region: string, from: number, to: number): Promise<void> {
        const client = this.moto.scheduler(region);
        for (const summary of await this.list(region, { State: "ENABLED" })) {
            const full = await client.send(
                new GetScheduleCommand({ Name: summary.Name ?? "", GroupName: summary.GroupName }),
            );
            const zone = full.ScheduleExpressionTimezone ?? "UTC";
            const due = nextFiring(full.ScheduleExpression ?? "", zone, new Date(from), new Date(to));
            if (due === undefined) continue;
            if (full.StartDate !== undefined && due < full.StartDate) continue;
            if (full.EndDate !== undefined && due > full.EndDate) continue;
            await this.fire(full.Name ?? "", region, full.GroupName);
        }
    }
}
