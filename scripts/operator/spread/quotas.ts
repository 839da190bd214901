/** A quota of AWS that a class may come up against. */
export interface Quota {
    /** Service Quotas' code of the service; case matters. */
    readonly service: string;
    /** Service Quotas' code of the quota; `undefined` = Service Quotas does not have it, only AWS Support raises it. */
    readonly code: string | undefined;
    /** AWS's name of it. */
    readonly name: string;
    /** What an account has that never asked. New accounts may have less than the documented default, or more. */
    readonly default: number;
    /** What is counted. */
    readonly unit: string;
    /** `account` = for all regions together. Service Quotas answers for it in us-east-1 only. */
    readonly scope: "region" | "account";
    /** Quota to ask for instead: this one follows it. */
    readonly follows?: string;
    /** False where AWS does not raise it. */
    readonly adjustable: boolean;
}

const perRegion = { scope: "region", adjustable: true } as const;
const perAccount = { scope: "account", adjustable: true } as const;
const vcpus = (code: string, name: string, standard = 0) =>
    ({ service: "ec2", code, name, default: standard, unit: "vCPUs", ...perRegion }) as const;

/**
 * The quotas, by what a class needs of them.
 *
 * Codes, names and defaults: Service Quotas' own lists (`ListAWSDefaultServiceQuotas`) as public repositories keep them,
 * "Amazon VPC quotas", "EC2 On-Demand Instance limits", "IAM and AWS STS quotas", "Amazon EBS quotas".
 */
export const quotas = {
    onDemandStandard: vcpus(
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        5,
    ),
    onDemandG: vcpus("L-DB2E81BA", "Running On-Demand G and VT instances"),
    onDemandP: vcpus("L-417A185B", "Running On-Demand P instances"),
    onDemandF: vcpus("L-74FC7D96", "Running On-Demand F instances"),
    onDemandX: vcpus("L-7295265B", "Running On-Demand X instances"),
    onDemandInf: vcpus("L-1945791B", "Running On-Demand Inf instances"),
    onDemandTrn: vcpus("L-2C3B7624", "Running On-Demand Trn instances"),
    onDemandDL: vcpus("L-6E869C2A", "Running On-Demand DL instances"),
    spotStandard: vcpus("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5),
    spotG: vcpus("L-3819A6DF", "All G and VT Spot Instance Requests"),
    spotP: vcpus("L-7212CCBC", "All P Spot Instance Requests"),
    spotF: vcpus("L-88CF9481", "All F Spot Instance Requests"),
    spotX: vcpus("L-E3A00192", "All X Spot Instance Requests"),
    spotInf: vcpus("L-B5D1601B", "All Inf Spot Instance Requests"),
    spotTrn: vcpus("L-6B0D517C", "All Trn Spot Instance Requests"),
    spotDL: vcpus("L-85EED4F7", "All DL Spot Instance Requests"),
    vpcs: {
        service: "vpc",
        code: "L-F678F1CE",
        name: "VPCs per Region",
        default: 5,
        unit: "VPCs",
        ...perRegion,
    },
    // "Amazon VPC quotas": to increase this quota, increase the quota on VPCs per Region.
    internetGateways: {
        service: "vpc",
        code: "L-A4707A72",
        name: "Internet gateways per Region",
        default: 5,
        unit: "internet gateways",
        follows: "vpcs",
        ...perRegion,
    },
    gatewayEndpoints: {
        service: "vpc",
        code: "L-1B52E74A",
        name: "Gateway VPC endpoints per Region",
        default: 20,
        unit: "gateway endpoints",
        ...perRegion,
    },
    securityGroups: {
        service: "vpc",
        code: "L-E79EC296",
        name: "VPC security groups per Region",
        default: 2500,
        unit: "security groups",
        ...perRegion,
    },
    networkInterfaces: {
        service: "vpc",
        code: "L-DF5E4CA3",
        name: "Network interfaces per Region",
        default: 5000,
        unit: "network interfaces",
        ...perRegion,
    },
    gp3: {
        service: "ebs",
        code: "L-7A658B76",
        name: "Storage for General Purpose SSD (gp3) volumes, in TiB",
        default: 50,
        unit: "TiB",
        ...perRegion,
    },
    gp2: {
        service: "ebs",
        code: "L-D18FCD1D",
        name: "Storage for General Purpose SSD (gp2) volumes, in TiB",
        default: 50,
        unit: "TiB",
        ...perRegion,
    },
    clusters: {
        service: "elasticmapreduce",
        code: "L-1EE7982C",
        name: "The maximum number of active clusters can be run at the same time",
        default: 500,
        unit: "clusters",
        ...perRegion,
    },
    // API_CreateKeyPair: up to five thousand key pairs per region. Service Quotas does not list it.
    keyPairs: {
        service: "ec2",
        code: undefined,
        name: "Key pairs per Region",
        default: 5000,
        unit: "key pairs",
        ...perRegion,
    },
    roles: {
        service: "iam",
        code: "L-FE177D64",
        name: "Roles per account",
        default: 1000,
        unit: "roles",
        ...perAccount,
    },
    instanceProfiles: {
        service: "iam",
        code: "L-6E65F664",
        name: "Instance profiles per account",
        default: 1000,
        unit: "instance profiles",
        ...perAccount,
    },
    users: {
        service: "iam",
        code: "L-F55AF5E4",
        name: "Users per account",
        default: 5000,
        unit: "users",
        scope: "account",
        adjustable: false,
    },
} as const satisfies Record<string, Quota>;

/** What a quota is for. */
export type QuotaKey = keyof typeof quotas;

/** All of them, in the order of the table. */
export const quotaKeys = Object.keys(quotas) as QuotaKey[];

/** A quota by its key, as any quota: without what only some have. */
export const quotaOf = (key: QuotaKey): Quota => quotas[key];

// "EC2 On-Demand Instance limits": families by the letters before the first digit; gr is G with more memory. All that
// begin with these letters and are no family of their own (mac, of dedicated hosts only) are Standard.
const families: Readonly<Record<string, "G" | "P" | "F" | "X" | "Inf" | "Trn" | "DL" | undefined>> = {
    g: "G",
    gr: "G",
    vt: "G",
    p: "P",
    f: "F",
    x: "X",
    inf: "Inf",
    trn: "Trn",
    dl: "DL",
};
const standard = /^(?!mac|hpc)[acdhimrtz][a-z]*$/;

/**
 * The quota that the vCPUs of an instance type count against.
 *
 * @param instanceType e.g. `m5.xlarge`
 * @returns `undefined` for types that no lab runs on: high memory, HPC, Mac
 */
export function vcpuQuota(instanceType: string, market: "onDemand" | "spot"): QuotaKey | undefined {
    const family = /^[a-z]+/.exec(instanceType)?.[0] ?? "";
    const special = families[family];
    return special !== undefined
        ? `${market}${special}`
        : standard.test(family)
          ? `${market}Standard`
          : undefined;
}
