/** How often EMR may be called: two quotas for each call, its burst and the rate at which that comes back. */
import type { Limit } from "../throttle.ts";

/** Codes and defaults of the two quotas of one call. */
export interface CallRate extends Limit {
    /** Quota code of `burst`. */
    readonly burstCode: string;
    /** Quota code of `perSecond`. */
    readonly refillCode: string;
}

const rate = (burst: number, burstCode: string, perSecond: number, refillCode: string): CallRate => ({
    burst,
    burstCode,
    perSecond,
    refillCode,
});

/**
 * AWS's defaults by call, each per account and region; all of them adjustable (Service Quotas' own list, 2025).
 * `*` is the bucket that all calls share.
 */
export const EMR_RATES: Readonly<Record<string, CallRate>> = {
    "*": rate(25, "L-283CCA2A", 5, "L-432FAB44"),
    AddInstanceFleet: rate(5, "L-0E64D90C", 0.5, "L-3AD9CD3B"),
    AddInstanceGroups: rate(5, "L-E5202B33", 0.2, "L-0224B14B"),
    AddJobFlowSteps: rate(10, "L-7E42A979", 0.5, "L-40A3F1BE"),
    AddTags: rate(5, "L-9547F71F", 0.5, "L-9CCE25C7"),
    CancelSteps: rate(10, "L-815103CB", 0.5, "L-A90C264E"),
    DescribeCluster: rate(10, "L-81AF5123", 1, "L-D74118B4"),
    DescribeStep: rate(10, "L-B810434D", 0.5, "L-72BCD5B1"),
    ListBootstrapActions: rate(10, "L-BF4AD168", 1, "L-CCF40647"),
    ListClusters: rate(20, "L-2C4B0A7F", 0.5, "L-ECF78C67"),
    ListInstanceFleets: rate(5, "L-85BA8360", 0.5, "L-C0B235E1"),
    ListInstanceGroups: rate(10, "L-2266B3CF", 1, "L-84D58688"),
    ListInstances: rate(10, "L-41AA02AE", 0.5, "L-76CEF085"),
    ListSteps: rate(10, "L-7D1BF903", 0.5, "L-8AF88BF0"),
    ModifyCluster: rate(10, "L-A552C9A0", 0.5, "L-73E44B2E"),
    ModifyInstanceGroups: rate(5, "L-A3F85680", 0.5, "L-87EDCC64"),
    RemoveTags: rate(5, "L-C00B9F83", 0.5, "L-67E5FE4A"),
    RunJobFlow: rate(10, "L-A21DE5E2", 0.5, "L-62231AC0"),
    SetTerminationProtection: rate(5, "L-F06A869F", 0.2, "L-8027FD2D"),
    SetVisibleToAllUsers: rate(5, "L-2268EC50", 0.2, "L-41EE964A"),
    TerminateJobFlows: rate(10, "L-2625B75B", 0.5, "L-4D731391"),
};

/**
 * The limits by `emr:Call` that an account has.
 *
 * @param valueOf value of a quota, by its code
 */
export function emrLimits(valueOf: (code: string) => number): Record<string, Limit> {
    return Object.fromEntries(
        Object.entries(EMR_RATES).map(([call, { burstCode, refillCode }]) => [
            `emr:${call}`,
            { burst: valueOf(burstCode), perSecond: valueOf(refillCode) },
        ]),
    );
}
