/** Actions of the REST services, by method and path. */

/** An action and its parameters. */
export interface RestAction {
    readonly action: string;
    readonly params: Record<string, string>;
}

type Route = readonly [method: string, path: RegExp, action: string];

const SCHEDULER: readonly Route[] = [
    ["POST", /^\/schedules\/(?<Name>[^/]+)$/, "CreateSchedule"],
    ["PUT", /^\/schedules\/(?<Name>[^/]+)$/, "UpdateSchedule"],
    ["GET", /^\/schedules\/(?<Name>[^/]+)$/, "GetSchedule"],
    ["DELETE", /^\/schedules\/(?<Name>[^/]+)$/, "DeleteSchedule"],
    ["GET", /^\/schedules$/, "ListSchedules"],
    ["POST", /^\/schedule-groups\/(?<Name>[^/]+)$/, "CreateScheduleGroup"],
    ["GET", /^\/schedule-groups\/(?<Name>[^/]+)$/, "GetScheduleGroup"],
    ["DELETE", /^\/schedule-groups\/(?<Name>[^/]+)$/, "DeleteScheduleGroup"],
    ["GET", /^\/schedule-groups$/, "ListScheduleGroups"],
    ["GET", /^\/tags\/(?<ResourceArn>.+)$/, "ListTagsForResource"],
    ["POST", /^\/tags\/(?<ResourceArn>.+)$/, "TagResource"],
    ["DELETE", /^\/tags\/(?<ResourceArn>.+)$/, "UntagResource"],
];

const ROUTE53: readonly Route[] = [
    ["POST", /^\/2013-04-01\/hostedzone\/(?<Id>[^/]+)\/rrset$/, "ChangeResourceRecordSets"],
    ["GET", /^\/2013-04-01\/hostedzone\/(?<Id>[^/]+)\/rrset$/, "ListResourceRecordSets"],
    ["GET", /^\/2013-04-01\/hostedzone\/(?<Id>[^/]+)$/, "GetHostedZone"],
    ["DELETE", /^\/2013-04-01\/hostedzone\/(?<Id>[^/]+)$/, "DeleteHostedZone"],
    ["POST", /^\/2013-04-01\/hostedzone$/, "CreateHostedZone"],
    ["GET", /^\/2013-04-01\/hostedzone$/, "ListHostedZones"],
    ["GET", /^\/2013-04-01\/hostedzonesbyname$/, "ListHostedZonesByName"],
    ["GET", /^\/2013-04-01\/change\/(?<Id>[^/]+)$/, "GetChange"],
    ["GET", /^\/2013-04-01\/tags\/(?<ResourceType>[^/]+)\/(?<ResourceId>[^/]+)$/, "ListTagsForResource"],
    ["POST", /^\/2013-04-01\/tags\/(?<ResourceType>[^/]+)\/(?<ResourceId>[^/]+)$/, "ChangeTagsForResource"],
];

function match(
    routes: readonly Route[],
    method: string,
    path: string,
    params: Record<string, string>,
): RestAction {
    const clean = path.length > 1 ? path.replace(/\/$/, "") : path;
    for (const [verb, pattern, action] of routes) {
        const found = verb === method ? pattern.exec(clean) : null;
        if (found === null) continue;
        const groups = Object.entries(found.groups ?? {}).map(
            ([k, v]) => [k, decodeURIComponent(v)] as const,
        );
        return { action, params: { ...params, ...Object.fromEntries(groups) } };
    }
    return { action: `${method} ${path}`, params };
}

/** Action of a call of EventBridge Scheduler. */
export function schedulerAction(method: string, path: string, params: Record<string, string>): RestAction {
    return match(SCHEDULER, method, path, params);
}

/** Action of a call of Route 53. */
export function route53Action(method: string, path: string, params: Record<string, string>): RestAction {
    return match(ROUTE53, method, path, params);
}
