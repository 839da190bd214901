/** Which permissions calls of Service Quotas need. */
import type { Check, Context } from "../checkParts.ts";
import { stringOf } from "../json.ts";
import { ACCOUNT_ID } from "../operator.ts";
import type { AwsCall } from "../request.ts";

/** Actions whose permission is about one quota (service authorization reference); all others are about everything. */
const ABOUT_A_QUOTA = new Set([
    "GetServiceQuota",
    "RequestServiceQuotaIncrease",
    "ListRequestedServiceQuotaChangeHistoryByQuota",
]);

/** The permission that a call needs. */
export function quotaChecks(call: AwsCall, base: Context): Check[] {
    const action = `servicequotas:${call.action}`;
    const service = stringOf(call.input["ServiceCode"]);
    const code = stringOf(call.input["QuotaCode"]);
    if (!ABOUT_A_QUOTA.has(call.action) || service === undefined || code === undefined) {
        return [{ action, resource: "*", context: base }];
    }
    return [
        {
            action,
            resource: `arn:aws:servicequotas:${call.region}:${ACCOUNT_ID}:${service}/${code}`,
            context: { ...base, "servicequotas:service": service },
        },
    ];
}
