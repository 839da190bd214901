/** The values of all quotas, by region: AWS's defaults, what tests have set, and what increases have brought. */
import { GLOBAL_REGION, quotaOf, type CountedQuota, type QuotaDefinition } from "./catalogue.ts";
import { emrLimits } from "./emrRates.ts";
import type { Limits } from "../throttle.ts";

/** An applied value, or `absent`: never applied, so that GetServiceQuota knows nothing of it. */
export type AppliedValue = number | "absent";

/** Keeper of the values. */
export class Quotas {
    /** Set for one region (`region key`) or for all (`* key`). */
    private readonly values = new Map<string, AppliedValue>();

    /** Sets an applied value, in one region or in all of them. Throws for a quota that there is not. */
    set(key: string, value: AppliedValue, region = "*"): void {
        const quota = quotaOf(key);
        if (quota === undefined) {
            throw new Error(`there is no quota "${key}" in gateway/quotas/catalogue.ts`);
        }
        if (typeof value === "number" && !(value >= 0)) throw new Error(`${key}: ${value} is no value`);
        this.values.set(`${quota.global ? "*" : region} ${key}`, value);
        // What is said of all regions replaces what was said of single ones.
        if (region !== "*") return;
        for (const other of this.values.keys()) {
            if (other.endsWith(` ${key}`) && !other.startsWith("* ")) this.values.delete(other);
        }
    }

    /** Back to AWS's defaults. */
    reset(): void {
        this.values.clear();
    }

    /** The applied value; `undefined` when there is none. */
    applied(quota: QuotaDefinition, region: string): number | undefined {
        const set = this.values.get(`${region} ${quota.key}`) ?? this.values.get(`* ${quota.key}`);
        if (set === "absent") return undefined;
        return set ?? (quota.appliedFromStart ? quota.defaultValue : undefined);
    }

    /** What holds: the applied value, else AWS's default. */
    value(key: CountedQuota, region: string): number {
        return this.valueOf(key, region);
    }

    /** The limits of EMR's calls in a region. */
    emrLimits(region: string): Limits {
        return emrLimits((code) => this.valueOf(`elasticmapreduce/${code}`, region));
    }

    private valueOf(key: string, region: string): number {
        const quota = quotaOf(key);
        if (quota === undefined) throw new Error(`there is no quota "${key}"`);
        return this.applied(quota, quota.global ? GLOBAL_REGION : region) ?? quota.defaultValue;
    }
}
