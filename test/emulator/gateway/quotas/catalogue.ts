/** The quotas that the pocket cloud knows: codes, names and defaults as Service Quotas lists them (2025). */
import { EMR_RATES } from "./emrRates.ts";

/** A quota as AWS defines it. */
export interface QuotaDefinition {
    /** `service/code`, the name by which the control interface takes it. */
    readonly key: string;
    readonly serviceCode: string;
    readonly serviceName: string;
    readonly code: string;
    readonly name: string;
    /** What every account has that never asked for more. */
    readonly defaultValue: number;
    readonly adjustable: boolean;
    /** Global quotas exist in us-east-1 only, for all regions. */
    readonly global: boolean;
    /**
     * True when an account has an applied value from its first day. Of the others GetServiceQuota knows nothing until
     * an increase was approved: seen for IAM (aws-quota-checker, pull request 23) and EventBridge (aws-cli, issue
     * 6629). For EMR it is assumed, the harder case for whoever asks.
     */
    readonly appliedFromStart: boolean;
}

const SERVICES = {
    ec2: { name: "Amazon Elastic Compute Cloud (Amazon EC2)", global: false, applied: true },
    vpc: { name: "Amazon Virtual Private Cloud (Amazon VPC)", global: false, applied: true },
    elasticmapreduce: { name: "Amazon EMR", global: false, applied: false },
    iam: { name: "AWS Identity and Access Management (IAM)", global: true, applied: false },
} as const;

/** Codes of the services with quotas. Case matters: `EC2` is no service. */
export type ServiceCode = keyof typeof SERVICES;

/** Names of the services by code. */
export const SERVICE_NAMES: ReadonlyMap<string, { readonly name: string; readonly global: boolean }> =
    new Map(Object.entries(SERVICES));

function quota(
    serviceCode: ServiceCode,
    code: string,
    defaultValue: number,
    name: string,
    adjustable = true,
): QuotaDefinition {
    const { name: serviceName, global, applied } = SERVICES[serviceCode];
    return {
        key: `${serviceCode}/${code}`,
        serviceCode,
        serviceName,
        code,
        name,
        defaultValue,
        adjustable,
        global,
        appliedFromStart: applied,
    };
}

const RATES = Object.entries(EMR_RATES).flatMap(([call, { burst, burstCode, perSecond, refillCode }]) => {
    const which = call === "*" ? "" : `${call} `;
    return [
        quota(
            "elasticmapreduce",
            burstCode,
            burst,
            `The maximum number of ${which}API requests that you can make per second.`,
        ),
        quota(
            "elasticmapreduce",
            refillCode,
            perSecond,
            call === "*"
                ? "The maximum rate at which your bucket replenishes for all EMR operations."
                : `Replenishment rate of ${call} calls`,
        ),
    ];
});

/** The quotas that the gateway counts and can enforce. */
export const QUOTA = {
    onDemandVcpus: "ec2/L-1216C47A",
    spotVcpus: "ec2/L-34B43A08",
    vpcs: "vpc/L-F678F1CE",
    internetGateways: "vpc/L-A4707A72",
    gatewayEndpoints: "vpc/L-1B52E74A",
    securityGroups: "vpc/L-E79EC296",
    interfaces: "vpc/L-DF5E4CA3",
    clusters: "elasticmapreduce/L-1EE7982C",
    roles: "iam/L-FE177D64",
    instanceProfiles: "iam/L-6E65F664",
} as const;

/** Keys of the counted quotas. */
export type CountedQuota = (typeof QUOTA)[keyof typeof QUOTA];

/** All quotas. There are more than fit on one page of AWS's default size, as there. */
export const QUOTAS: readonly QuotaDefinition[] = [
    quota("ec2", "L-1216C47A", 5, "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"),
    quota("ec2", "L-34B43A08", 5, "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests"),
    quota("ec2", "L-DB2E81BA", 0, "Running On-Demand G and VT instances"),
    quota("ec2", "L-0263D0A3", 5, "EC2-VPC Elastic IPs"),
    quota("vpc", "L-F678F1CE", 5, "VPCs per Region"),
    quota("vpc", "L-A4707A72", 5, "Internet gateways per Region"),
    quota("vpc", "L-1B52E74A", 20, "Gateway VPC endpoints per Region"),
    quota("vpc", "L-E79EC296", 2500, "VPC security groups per Region"),
    quota("vpc", "L-DF5E4CA3", 5000, "Network interfaces per Region"),
    quota("vpc", "L-0EA8095F", 60, "Inbound or outbound rules per security group"),
    quota("vpc", "L-2AFB9258", 5, "Security groups per network interface"),
    quota("vpc", "L-407747CB", 200, "Subnets per VPC"),
    quota(
        "elasticmapreduce",
        "L-1EE7982C",
        500,
        "The maximum number of active clusters can be run at the same time",
    ),
    quota(
        "elasticmapreduce",
        "L-77B909B1",
        2000,
        "The maximum number of active instances per instance group",
    ),
    ...RATES,
    quota("iam", "L-FE177D64", 1000, "Roles per account"),
    quota("iam", "L-6E65F664", 1000, "Instance profiles per account"),
    quota("iam", "L-0DA4ABF3", 10, "Managed policies per role"),
    quota("iam", "L-E95E4862", 1500, "Customer managed policies per account"),
    quota("iam", "L-F55AF5E4", 5000, "Users per account", false),
];

/** The region in which global quotas are kept. */
export const GLOBAL_REGION = "us-east-1";

/** The quota with that `service/code`. */
export function quotaOf(key: string): QuotaDefinition | undefined {
    return QUOTAS.find((candidate) => candidate.key === key);
}
