/** How often a call may be made in an account and region: `burst` at once, then `refill` a second. */
export interface ApiRate {
    readonly call: string;
    readonly burst: number;
    readonly refill: number;
    /** Service Quotas' codes, service `elasticmapreduce`. */
    readonly burstCode: string;
    readonly refillCode: string;
}

// Service Quotas' list of Amazon EMR ("Replenishment rate of ... calls", "The maximum number of ... API requests that you
// can make per second"), with its defaults.
const rate = (call: string, burst: number, refill: number, burstCode: string, refillCode: string) =>
    ({ call, burst, refill, burstCode, refillCode }) satisfies ApiRate;

/** EMR's rates that a class meets, with their defaults. */
export const apiRates = {
    runJobFlow: rate("RunJobFlow", 10, 0.5, "L-A21DE5E2", "L-62231AC0"),
    describeCluster: rate("DescribeCluster", 10, 1, "L-81AF5123", "L-D74118B4"),
    describeStep: rate("DescribeStep", 10, 0.5, "L-B810434D", "L-72BCD5B1"),
    listSteps: rate("ListSteps", 10, 0.5, "L-7D1BF903", "L-8AF88BF0"),
    all: rate("all calls", 25, 5, "L-283CCA2A", "L-432FAB44"),
} as const;

/** A call that a class meets. */
export type ApiRateKey = keyof typeof apiRates;

/** Seconds that EMR's rates add for a class of a size. */
export interface ApiWaits {
    /** Until the last cluster has been asked for. */
    readonly start: number;
    /** Until `pulumi up` has looked at all clusters before it changes anything. */
    readonly refresh: number;
    /** Between two looks of all students' jobs at their state, where every student has one. */
    readonly jobs: number;
}

// What the aws provider asks of each cluster in a refresh: DescribeCluster, ListInstanceGroups, ListInstanceFleets,
// ListBootstrapActions, ListSteps, GetAutoTerminationPolicy. ListSteps is the one that is refilled most slowly.
const callsOfRefresh = 6;

const seconds = (calls: number, { burst, refill }: Pick<ApiRate, "burst" | "refill">) =>
    Math.max(0, calls - burst) / refill;

/**
 * What EMR's rates mean for a class: they are per account and region, and a class calls all at once.
 *
 * @param labs with a cluster, in one region
 * @param applied rates of the account, where they differ from the defaults
 */
export function apiWaits(
    labs: number,
    applied: Partial<Record<ApiRateKey, Pick<ApiRate, "burst" | "refill">>> = {},
): ApiWaits {
    const rates = { ...apiRates, ...applied };
    return {
        start: seconds(labs, rates.runJobFlow),
        refresh: Math.max(
            seconds(labs, rates.describeCluster),
            seconds(labs, rates.listSteps),
            seconds(callsOfRefresh * labs, rates.all),
        ),
        jobs: labs / rates.describeStep.refill,
    };
}
