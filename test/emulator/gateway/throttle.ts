/** How often AWS may be called: token buckets per region, as the services keep them for each account. */
import { AwsError } from "./errors.ts";
import type { AwsCall } from "./request.ts";

/** Requests that an action may make: a bucket of `burst`, refilled with `perSecond`. */
export interface Limit {
    readonly burst: number;
    readonly perSecond: number;
}

/** Limits by `service:Action`; `service:*` is a bucket that all calls of a service share, beside their own. */
export type Limits = Readonly<Record<string, Limit>>;

interface Bucket {
    tokens: number;
    at: number;
}

/** Keeper of the buckets. */
export class Throttle {
    private limits: (region: string) => Limits = () => ({});
    private buckets = new Map<string, Bucket>();
    private readonly now: () => number;

    /** @param now milliseconds, for tests that do not want to wait */
    constructor(now: () => number = Date.now) {
        this.now = now;
    }

    /** Sets the limits, the same in all regions or by region, and fills all buckets. `{}` takes all away. */
    set(limits: Limits | ((region: string) => Limits)): void {
        this.limits = typeof limits === "function" ? limits : () => limits;
        this.buckets.clear();
    }

    /** Takes a token for the call from each of its buckets; throws, and takes none, when one of them is empty. */
    take(call: Pick<AwsCall, "service" | "action" | "region" | "protocol">): void {
        const limits = this.limits(call.region);
        const buckets = [`${call.service}:*`, `${call.service}:${call.action}`].flatMap((name) => {
            const limit = limits[name];
            return limit === undefined ? [] : [this.filled(`${call.region}/${name}`, limit)];
        });
        if (buckets.some(({ tokens }) => tokens < 1)) {
            throw call.protocol === "ec2"
                ? new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
                : new AwsError("ThrottlingException", "Rate exceeded", 400);
        }
        for (const bucket of buckets) bucket.tokens -= 1;
    }

    /** The bucket with what has run into it since it was last looked at. */
    private filled(name: string, limit: Limit): Bucket {
        const now = this.now();
        const bucket = this.buckets.get(name) ?? { tokens: limit.burst, at: now };
        bucket.tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
        bucket.at = now;
        this.buckets.set(name, bucket);
        return bucket;
    }
}
