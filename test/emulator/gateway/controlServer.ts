/** The gateway's side of the control interface: JSON over HTTP under `/_pocket`. For tests on this machine only. */
import type { CallLog } from "./calls.ts";
import type { FiringView, MachineView } from "./control.ts";
import type { MachineSupervisor } from "../machines/machines.ts";
import { jsonAnswer, type Answer } from "./errors.ts";
import type { ReleaseOffer } from "./emr/releases.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Hosts } from "./hosts.ts";
import type { ServiceLinkedRoles } from "./iam/serviceLinkedRoles.ts";
import { numberOf, objectOf, parseObject, stringOf, stringsOf, type JsonObject } from "./json.ts";
import { routeQuotas, type ControlledQuotas } from "./quotas/control.ts";
import type { RawRequest } from "./request.ts";
import type { Limit } from "./throttle.ts";

/** What the control interface reaches. */
export interface Controlled extends ControlledQuotas {
    readonly calls: CallLog;
    readonly faults: Faults;
    readonly hosts: Hosts;
    readonly machines: MachineSupervisor;
    readonly releases: ReleaseOffer;
    readonly serviceRoles: ServiceLinkedRoles;
    fire(name: string, region: string | undefined, group: string | undefined): Promise<FiringView>;
    firings(): readonly FiringView[];
}

function problem(status: number, message: string): Answer {
    return jsonAnswer({ error: message }, status, "application/json");
}

function ok(body: unknown = {}): Answer {
    return jsonAnswer(body, 200, "application/json");
}

function record<T>(input: JsonObject, read: (value: JsonObject[string]) => T | undefined): Record<string, T> {
    const entries = Object.entries(input).map(([key, value]) => {
        const item = read(value);
        if (item === undefined || !/^\w+:(\w+|\*)/.test(key))
            throw new Error(`"${key}" must be service:Action with a value`);
        return [key, item] as const;
    });
    return Object.fromEntries(entries);
}

function textOf(value: JsonObject[string]): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

/** Reads a fault; throws when it is none. */
export function parseFault(input: JsonObject): Fault {
    const service = stringOf(input["service"]);
    const action = stringOf(input["action"]);
    const times = input["times"] ?? 1;
    const then = input["then"];
    if (service === undefined || action === undefined) throw new Error("a fault needs service and action");
    if (typeof times !== "number" && times !== "always")
        throw new Error('times must be a number or "always"');
    const firstBoot = stringOf(input["firstBoot"]);
    if (
        then !== undefined &&
        then !== "pass" &&
        then !== "pass-but-fail" &&
        then !== "terminate" &&
        then !== "no-answer"
    ) {
        throw new Error('then must be "pass", "pass-but-fail", "terminate" or "no-answer"');
    }
    const error = objectOf(input["error"]);
    const match = Object.entries(objectOf(input["match"])).map(
        ([path, value]) => [path, textOf(value)] as const,
    );
    const delayMs = numberOf(input["delayMs"]);
    const answerAfterMs = numberOf(input["answerAfterMs"]);
    return {
        service: service === "elasticmapreduce" ? "emr" : service,
        action,
        times,
        match: Object.fromEntries(match),
        ...(input["error"] === undefined
            ? {}
            : {
                  error: {
                      code: stringOf(error["code"]) ?? "InternalFailure",
                      message: stringOf(error["message"]) ?? "The request processing has failed.",
                      status: numberOf(error["status"]) ?? 400,
                  },
              }),
        ...(delayMs === undefined ? {} : { delayMs }),
        ...(answerAfterMs === undefined ? {} : { answerAfterMs }),
        ...(then === undefined ? {} : { then }),
        ...(firstBoot === undefined ? {} : { firstBoot }),
    };
}

function machineViews(control: Controlled): MachineView[] {
    return control.hosts.list().map((host) => {
        const status = control.machines.status(host.id);
        return {
            id: host.id,
            kind: host.kind,
            region: host.region,
            state: host.state,
            ...(host.address === undefined ? {} : { address: host.address }),
            ...(host.address !== undefined && status === "running"
                ? { ssh: control.machines.sshEndpoint(host.address) }
                : {}),
            ...(status === undefined ? {} : { status }),
            ...(host.clusterId === undefined ? {} : { clusterId: host.clusterId }),
            ...(host.reason === undefined ? {} : { reason: host.reason.message }),
        };
    });
}

function readLimits(input: JsonObject): Record<string, Limit> {
    return record(objectOf(input["limits"]), (value) => {
        const burst = numberOf(objectOf(value)["burst"]);
        const perSecond = numberOf(objectOf(value)["perSecond"]);
        return burst === undefined || perSecond === undefined ? undefined : { burst, perSecond };
    });
}

async function route(control: Controlled, what: string, input: JsonObject): Promise<Answer | undefined> {
    switch (what) {
        case "GET health":
            return ok({ ok: true });
        case "POST faults":
            control.faults.add(parseFault(input));
            return ok();
        case "DELETE faults":
            control.faults.clear();
            return ok();
        case "POST latency":
            control.faults.setLatency(record(input, numberOf));
            return ok();
        case "POST limits":
            control.faults.setLimits(
                input["preset"] === "aws" ? (region) => control.quotas.emrLimits(region) : readLimits(input),
            );
            return ok();
        case "GET calls":
            return ok(control.calls.list());
        case "DELETE calls":
            control.calls.clear();
            return ok();
        case "GET machines":
            return ok(machineViews(control));
        case "POST schedules/fire": {
            const name = stringOf(input["name"]);
            if (name === undefined) throw new Error("name is missing");
            return ok(await control.fire(name, stringOf(input["region"]), stringOf(input["group"])));
        }
        case "GET schedules/firings":
            return ok(control.firings());
        case "POST releases":
            control.releases.withhold(stringOf(input["region"]) ?? "", stringsOf(input["withheld"]));
            return ok();
        case "POST spot-role":
            await control.serviceRoles.setSpotRole(input["present"] === true);
            return ok();
        default: {
            const answer = routeQuotas(control, what, input);
            return answer === undefined ? undefined : ok(answer);
        }
    }
}

/** Answers a request under `/_pocket`. */
export async function handleControl(control: Controlled, raw: RawRequest): Promise<Answer> {
    const path = new URL(raw.url, "http://gateway").pathname.replace(/^\/_pocket\/?/, "").replace(/\/$/, "");
    const body = raw.body.toString("utf8");
    const input = body === "" ? {} : parseObject(body);
    if (input === undefined) return problem(400, "the body must be a JSON object");
    try {
        const answer = await route(control, `${raw.method} ${path}`, input);
        return answer ?? problem(404, `there is no ${raw.method} /_pocket/${path}`);
    } catch (error) {
        return problem(400, error instanceof Error ? error.message : String(error));
    }
}
