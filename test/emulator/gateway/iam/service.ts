/** IAM: moto's, with what it lacks: quotas, the policy simulator, and roles of AWS's services. */
import { AwsError, notImplemented, xmlAnswer, type Answer } from "../errors.ts";
import type { Identities } from "../identities.ts";
import type { Moto } from "../moto.ts";
import { QUOTA } from "../quotas/catalogue.ts";
import type { QuotaGuard } from "../quotas/guard.ts";
import { iamNeeds } from "../quotas/needs.ts";
import type { Quotas } from "../quotas/quotas.ts";
import type { AwsCall } from "../request.ts";
import {
    childrenOf,
    descendants,
    element,
    parseXml,
    serializeXml,
    setChild,
    textOf,
    type XmlNode,
} from "../xml.ts";
import { checkPolicyText } from "./policyText.ts";
import { SERVICE_ROLE_NAMES, type ServiceLinkedRoles } from "./serviceLinkedRoles.ts";
import { simulatePrincipalPolicy } from "./simulation.ts";

const NAMESPACE = ' xmlns="https://iam.amazonaws.com/doc/2010-05-08/"';

function resultAnswer(action: string, result: XmlNode[]): Answer {
    const envelope: XmlNode = {
        ...element(`${action}Response`, [
            element(`${action}Result`, result),
            element("ResponseMetadata", [element("RequestId", "pocket")]),
        ]),
        attributes: NAMESPACE,
    };
    return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(envelope)}`);
}

/** The IAM API. */
export class IamService {
    private readonly moto: Moto;
    private readonly identities: Identities;
    private readonly quotas: Quotas;
    private readonly guard: QuotaGuard;
    private readonly serviceRoles: ServiceLinkedRoles;

    constructor(
        moto: Moto,
        identities: Identities,
        quotas: Quotas,
        guard: QuotaGuard,
        serviceRoles: ServiceLinkedRoles,
    ) {
        this.moto = moto;
        this.identities = identities;
        this.quotas = quotas;
        this.guard = guard;
        this.serviceRoles = serviceRoles;
    }

    /** Answers a call that IAM has allowed. */
    async handle(call: AwsCall): Promise<Answer> {
        await this.serviceRoles.settle();
        checkPolicyText(call);
        switch (call.action) {
            case "GetAccountSummary":
                return this.summary(call);
            case "SimulatePrincipalPolicy":
                return resultAnswer(call.action, await simulatePrincipalPolicy(call, this.identities));
            case "CreateServiceLinkedRole":
                return this.made(call, () => this.createServiceRole(call));
            case "ListServiceSpecificCredentials":
                return this.serviceCredentials(call);
            case "DeleteServiceLinkedRole":
                return this.deleteServiceRole(call);
            case "GetServiceLinkedRoleDeletionStatus":
                return resultAnswer(call.action, [element("Status", "SUCCEEDED")]);
            default:
                return this.made(call, () => this.moto.forward(call));
        }
    }

    /** Carries a call out within the quotas. Whatever is not a read may change what identities may do. */
    private async made(call: AwsCall, make: () => Promise<Answer>): Promise<Answer> {
        const needs = iamNeeds(call);
        const answer =
            needs.length === 0 ? await make() : await this.guard.within(call.region, () => needs, make);
        if (!/^(Get|List|Simulate)/.test(call.action)) this.identities.invalidate();
        return answer;
    }

    /** moto counts what there is; what there may be is said by the quotas. */
    private async summary(call: AwsCall): Promise<Answer> {
        const answer = await this.moto.forward(call);
        if (answer.status !== 200) return answer;
        const root = parseXml(answer.body.toString("utf8"));
        const values: Readonly<Record<string, number>> = {
            RolesQuota: this.quotas.value(QUOTA.roles, call.region),
            InstanceProfilesQuota: this.quotas.value(QUOTA.instanceProfiles, call.region),
        };
        for (const entry of descendants(root, "SummaryMap").flatMap((map) => childrenOf(map, "entry"))) {
            const value = values[textOf(entry, "key") ?? ""];
            if (value !== undefined) setChild(entry, "value", String(value));
        }
        return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(root)}`);
    }

    /**
     * Passwords for CodeCommit and Keyspaces, which nobody can make here; moto does not know the call. The provider asks
     * before it deletes a user with `forceDestroy`, and tries for minutes again where the answer is an error of the server.
     */
    private async serviceCredentials(call: AwsCall): Promise<Answer> {
        const { UserName } = call.params;
        if (UserName !== undefined) {
            const user = await this.moto.forward(call, {
                Action: "GetUser",
                Version: "2010-05-08",
                UserName,
            });
            if (user.status !== 200) return user;
        }
        return resultAnswer(call.action, [
            element("ServiceSpecificCredentials", []),
            element("IsTruncated", "false"),
        ]);
    }

    private async createServiceRole(call: AwsCall): Promise<Answer> {
        const service = call.params["AWSServiceName"] ?? "";
        const name = SERVICE_ROLE_NAMES[service];
        if (name === undefined) throw notImplemented(call, service);
        if (await this.serviceRoles.exists(service)) {
            throw new AwsError(
                "InvalidInput",
                `Service role name ${name} has been taken in this account, please try a different suffix.`,
            );
        }
        const { Role } = await this.serviceRoles.create(service);
        return resultAnswer(call.action, [
            element("Role", [
                element("Path", Role?.Path ?? ""),
                element("RoleName", name),
                element("RoleId", Role?.RoleId ?? ""),
                element("Arn", Role?.Arn ?? ""),
                element("CreateDate", Role?.CreateDate?.toISOString() ?? ""),
                element("AssumeRolePolicyDocument", Role?.AssumeRolePolicyDocument ?? ""),
            ]),
        ]);
    }

    private async deleteServiceRole(call: AwsCall): Promise<Answer> {
        const name = call.params["RoleName"] ?? "";
        const [service] = Object.entries(SERVICE_ROLE_NAMES).find(([, known]) => known === name) ?? [];
        if (service === undefined || !(await this.serviceRoles.exists(service))) {
            throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
        }
        await this.serviceRoles.remove(service);
        return resultAnswer(call.action, [
            element("DeletionTaskId", `task/aws-service-role/${service}/${name}/pocket`),
        ]);
    }
}
