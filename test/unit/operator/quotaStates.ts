import { checkSettings } from "../../../components/settings/settings.ts";
import type { InstanceType } from "../../../scripts/operator/price/nodeDisks.ts";
import { needOfClass } from "../../../scripts/operator/spread/need.ts";
import { quotaKeys, quotaOf } from "../../../scripts/operator/spread/quotas.ts";
import type { QuotaState } from "../../../scripts/operator/spread/room.ts";
import { asTexts, settings } from "../classInMocks.ts";

/** What EC2 says of the instance types of the tests. */
export const types = new Map<string, InstanceType>([
    ["t3.small", { vcpus: 2, instanceStore: false }],
    ["m5.xlarge", { vcpus: 4, instanceStore: false }],
    ["m5d.xlarge", { vcpus: 4, instanceStore: true }],
    ["g5.xlarge", { vcpus: 4, instanceStore: true }],
]);

/** What a class with these settings needs. */
export const needWith = (changes: Readonly<Record<string, unknown>> = {}) =>
    needOfClass(checkSettings(asTexts({ ...settings, ...changes })), types);

/** All quotas at their defaults, nothing in use but what is said. */
export const states = (changed: Partial<Record<string, Partial<QuotaState>>> = {}): QuotaState[] =>
    quotaKeys.map((quota) => ({
        quota,
        value: quotaOf(quota).default,
        inUse: 0,
        ofThisClass: 0,
        ...changed[quota],
    }));
