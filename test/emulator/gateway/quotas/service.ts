/**
 * The Service Quotas API (JSON 1.1, `ServiceQuotasV20190624`). moto knows the quotas of VPC only, and no requests.
 *
 * Error texts as AWS words them: aws-cli issues 4569 and 6629, terraform-provider-aws issues 19657 and 19735,
 * cloud-custodian pull request 8939.
 */
import { AwsError, jsonAnswer, notImplemented, type Answer } from "../errors.ts";
import { numberOf, stringOf, type Json, type JsonObject } from "../json.ts";
import { ACCOUNT_ID } from "../operator.ts";
import { listOf, pageOf } from "../paging.ts";
import type { Principal } from "../principals.ts";
import type { AwsCall } from "../request.ts";
import { GLOBAL_REGION, quotaOf, QUOTAS, SERVICE_NAMES, type QuotaDefinition } from "./catalogue.ts";
import { REQUEST_STATES, type Increase, type Increases } from "./increases.ts";
import type { Quotas } from "./quotas.ts";

/** Items on a page unless the call says otherwise, and at most (API reference, `MaxResults`). */
const PAGE = 100;

function noSuchService(): AwsError {
    return new AwsError(
        "NoSuchResourceException",
        "The request failed because the specified service does not exist.",
    );
}

function required(call: AwsCall, name: string): string {
    const value = stringOf(call.input[name]);
    if (value === undefined || value === "") {
        throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value null at '${name[0]?.toLowerCase() ?? ""}${name.slice(1)}' failed to ` +
                "satisfy constraint: Member must not be null",
        );
    }
    return value;
}

/** The service that a call names: case matters, and global ones exist in one region only. */
function serviceOf(call: AwsCall): string {
    const code = required(call, "ServiceCode");
    const service = SERVICE_NAMES.get(code);
    if (service === undefined || (service.global && call.region !== GLOBAL_REGION)) throw noSuchService();
    return code;
}

function definitionOf(call: AwsCall): QuotaDefinition {
    const quota = quotaOf(`${serviceOf(call)}/${required(call, "QuotaCode")}`);
    if (quota === undefined) throw new AwsError("NoSuchResourceException", "");
    return quota;
}

/** ARN of a quota: without an account for AWS's default, without a region for what is global. */
function arnOf(quota: QuotaDefinition, region: string, account: string): string {
    return `arn:aws:servicequotas:${quota.global ? "" : region}:${account}:${quota.serviceCode}/${quota.code}`;
}

function quotaView(quota: QuotaDefinition, region: string, value: number, account: string): JsonObject {
    return {
        ServiceCode: quota.serviceCode,
        ServiceName: quota.serviceName,
        QuotaArn: arnOf(quota, region, account),
        QuotaCode: quota.code,
        QuotaName: quota.name,
        Value: value,
        Unit: "None",
        Adjustable: quota.adjustable,
        GlobalQuota: quota.global,
        ...(account === "" ? {} : { QuotaAppliedAtLevel: "ACCOUNT" }),
    };
}

function increaseView(increase: Increase): JsonObject {
    const { quota } = increase;
    return {
        Id: increase.id,
        ...(increase.caseId === undefined ? {} : { CaseId: increase.caseId }),
        ServiceCode: quota.serviceCode,
        ServiceName: quota.serviceName,
        QuotaCode: quota.code,
        QuotaName: quota.name,
        DesiredValue: increase.desired,
        Status: increase.state,
        Created: increase.created.getTime() / 1000,
        LastUpdated: increase.updated.getTime() / 1000,
        Requester: JSON.stringify({ accountId: ACCOUNT_ID, callerArn: increase.requester }),
        QuotaArn: arnOf(quota, increase.region, ACCOUNT_ID),
        GlobalQuota: quota.global,
        Unit: "None",
        QuotaRequestedAtLevel: "ACCOUNT",
    };
}

function paged(call: AwsCall, name: string, items: readonly JsonObject[]): JsonObject {
    const size = numberOf(call.input["MaxResults"]) ?? PAGE;
    if (!Number.isInteger(size) || size < 1 || size > PAGE) {
        throw new AwsError("IllegalArgumentException", `MaxResults must be between 1 and ${PAGE}`);
    }
    const page = pageOf(
        items,
        {
            token: stringOf(call.input["NextToken"]),
            size,
            of: listOf(call.region, call.action, call.input),
        },
        () => new AwsError("InvalidPaginationTokenException", "The pagination token is invalid."),
    );
    const body: Record<string, Json> = { [name]: [...page.items] };
    if (page.next !== undefined) body["NextToken"] = page.next;
    return body;
}

/** The Service Quotas API. */
export class QuotaService {
    private readonly quotas: Quotas;
    private readonly increases: Increases;

    constructor(quotas: Quotas, increases: Increases) {
        this.quotas = quotas;
        this.increases = increases;
    }

    /** Answers a call that IAM has allowed. */
    handle(call: AwsCall, principal: Principal): Answer {
        return jsonAnswer(this.answer(call, principal));
    }

    private answer(call: AwsCall, principal: Principal): JsonObject {
        const { region } = call;
        switch (call.action) {
            case "ListServices":
                return paged(
                    call,
                    "Services",
                    [...SERVICE_NAMES]
                        .filter(([, { global }]) => !global || region === GLOBAL_REGION)
                        .map(([ServiceCode, { name }]) => ({ ServiceCode, ServiceName: name })),
                );
            case "GetServiceQuota":
                return { Quota: this.applied(call) };
            case "GetAWSDefaultServiceQuota": {
                const quota = definitionOf(call);
                return { Quota: quotaView(quota, region, quota.defaultValue, "") };
            }
            case "ListServiceQuotas":
                return paged(call, "Quotas", this.allApplied(call));
            case "ListAWSDefaultServiceQuotas": {
                const service = serviceOf(call);
                const found = QUOTAS.filter(({ serviceCode }) => serviceCode === service);
                return paged(
                    call,
                    "Quotas",
                    found.map((quota) => quotaView(quota, region, quota.defaultValue, "")),
                );
            }
            case "RequestServiceQuotaIncrease":
                return { RequestedQuota: increaseView(this.request(call, principal)) };
            case "GetRequestedServiceQuotaChange": {
                const id = required(call, "RequestId");
                const found = this.increases.list(region).find((increase) => increase.id === id);
                if (found === undefined) throw new AwsError("NoSuchResourceException", "");
                return { RequestedQuota: increaseView(found) };
            }
            case "ListRequestedServiceQuotaChangeHistory":
                return paged(call, "RequestedQuotas", this.history(call));
            case "ListRequestedServiceQuotaChangeHistoryByQuota": {
                const { code } = definitionOf(call);
                const found = this.history(call).filter(({ QuotaCode }) => QuotaCode === code);
                return paged(call, "RequestedQuotas", found);
            }
            default:
                throw notImplemented(call);
        }
    }

    private applied(call: AwsCall): JsonObject {
        if (stringOf(call.input["ContextId"]) !== undefined) throw notImplemented(call, "ContextId");
        const quota = definitionOf(call);
        const value = this.quotas.applied(quota, call.region);
        // AWS's own message is empty.
        if (value === undefined) throw new AwsError("NoSuchResourceException", "");
        return quotaView(quota, call.region, value, ACCOUNT_ID);
    }

    private allApplied(call: AwsCall): JsonObject[] {
        const service = serviceOf(call);
        const code = stringOf(call.input["QuotaCode"]);
        return QUOTAS.filter((quota) => quota.serviceCode === service)
            .filter((quota) => code === undefined || quota.code === code)
            .flatMap((quota) => {
                const value = this.quotas.applied(quota, call.region);
                return value === undefined ? [] : [quotaView(quota, call.region, value, ACCOUNT_ID)];
            });
    }

    private request(call: AwsCall, principal: Principal): Increase {
        if (stringOf(call.input["ContextId"]) !== undefined) throw notImplemented(call, "ContextId");
        const quota = definitionOf(call);
        const desired = numberOf(call.input["DesiredValue"]);
        if (desired === undefined || !(desired >= 0)) {
            throw new AwsError(
                "IllegalArgumentException",
                "DesiredValue must be a number that is not negative",
            );
        }
        if (!quota.adjustable) {
            throw new AwsError("IllegalArgumentException", "The quota is not adjustable.");
        }
        if (this.increases.openOne(quota, call.region) !== undefined) {
            throw new AwsError(
                "ResourceAlreadyExistsException",
                "Only one open service quota increase request is allowed per quota.",
            );
        }
        if (desired <= (this.quotas.applied(quota, call.region) ?? quota.defaultValue)) {
            throw new AwsError(
                "IllegalArgumentException",
                "You must provide a quota value greater than the current quota value",
            );
        }
        return this.increases.file(quota, call.region, desired, principal.arn);
    }

    private history(call: AwsCall): JsonObject[] {
        const service = call.input["ServiceCode"] === undefined ? undefined : serviceOf(call);
        const status = stringOf(call.input["Status"]);
        if (status !== undefined && !REQUEST_STATES.some((state) => state === status)) {
            throw new AwsError(
                "IllegalArgumentException",
                `Status must be one of ${REQUEST_STATES.join(", ")}`,
            );
        }
        return this.increases
            .list(call.region)
            .filter(({ quota }) => service === undefined || quota.serviceCode === service)
            .filter(({ state }) => status === undefined || state === status)
            .map(increaseView);
    }
}
