/** The control interface's part about quotas. */
import { numberOf, objectOf, stringOf, type Json, type JsonObject } from "../json.ts";
import type { QuotaGuard } from "./guard.ts";
import { REQUEST_STATES, type Increase, type Increases } from "./increases.ts";
import type { AppliedValue, Quotas } from "./quotas.ts";

/** A request for an increase as the control interface tells it. */
export interface IncreaseView {
    readonly id: string;
    /** `service/code`. */
    readonly quota: string;
    readonly region: string;
    readonly desired: number;
    readonly state: (typeof REQUEST_STATES)[number];
}

/** What is controlled. */
export interface ControlledQuotas {
    readonly quotas: Quotas;
    readonly increases: Increases;
    readonly guard: QuotaGuard;
}

function view({ id, quota, region, desired, state }: Increase): IncreaseView {
    return { id, quota: quota.key, region, desired, state };
}

function valueOf(key: string, value: Json | undefined): AppliedValue {
    if (value === "absent") return value;
    const number = numberOf(value);
    if (number === undefined) throw new Error(`${key} must be a number or "absent"`);
    return number;
}

/** Answers a request about quotas; `undefined` for a request about something else. */
export function routeQuotas(control: ControlledQuotas, what: string, input: JsonObject): unknown {
    const { quotas, increases, guard } = control;
    switch (what) {
        case "POST quotas": {
            const values = Object.entries(objectOf(input["values"])).map(
                ([key, value]) => [key, valueOf(key, value)] as const,
            );
            for (const [key, value] of values) quotas.set(key, value, stringOf(input["region"]));
            return {};
        }
        case "DELETE quotas":
            quotas.reset();
            increases.reset();
            guard.enforced = false;
            return {};
        case "POST quotas/enforced":
            guard.enforced = input["enforced"] === true;
            return {};
        case "GET quotas/requests":
            return increases.list().map(view);
        case "POST quotas/requests": {
            const state = REQUEST_STATES.find((known) => known === input["state"]);
            if (state === undefined) throw new Error(`state must be one of ${REQUEST_STATES.join(", ")}`);
            return view(increases.decide(stringOf(input["id"]) ?? "", state));
        }
        default:
            return undefined;
    }
}
