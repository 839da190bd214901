/**
 * The pocket cloud's price list. Nobody shall be charged by it: in us-east-1 and eu-west-1 the prices of t3, m5, gp3
 * and addresses are AWS's list prices of 2026 as public tables have them, so are t3 and gp3 of sa-east-1; all others are
 * made up for the pocket cloud, near to what AWS asks. Tests read this file, never a number of their own.
 */

/** When AWS would have published it. */
export const PUBLISHED = "2026-11-20T18:14:12Z";

/** A region as the price list writes it. */
export interface PriceRegion {
    readonly code: string;
    readonly location: string;
    /** Before usage types of EC2, EBS and EMR. It cannot be derived from the region: us-east-1 has none. */
    readonly prefix: string;
    /** Before usage types of newer services, which write us-east-1 too. */
    readonly newerPrefix: string;
}

/** Regions with prices. */
export const PRICE_REGIONS: readonly PriceRegion[] = [
    { code: "us-east-1", location: "US East (N. Virginia)", prefix: "", newerPrefix: "USE1-" },
    { code: "eu-west-1", location: "EU (Ireland)", prefix: "EU-", newerPrefix: "EU-" },
    { code: "sa-east-1", location: "South America (Sao Paulo)", prefix: "SAE1-", newerPrefix: "SAE1-" },
];

/** Prices in USD of each region: us-east-1, eu-west-1, sa-east-1; `undefined` where there is none. */
export type Regional = readonly [number | undefined, number | undefined, number | undefined];

/** An instance type with its prices an hour. */
export interface TypePrice {
    readonly type: string;
    readonly vcpu: number;
    /** As the price list writes it. */
    readonly memory: string;
    readonly onDemand: Regional;
    /** What EMR asks on top of EC2, the same in all regions; `undefined` for types that EMR has not. */
    readonly emr: number | undefined;
}

const type = (name: string, vcpu: number, memory: number, onDemand: Regional, emr?: number): TypePrice => ({
    type: name,
    vcpu,
    memory: `${memory} GiB`,
    onDemand,
    emr,
});

/** Instance types with prices: what the project uses, and neighbours. */
export const TYPE_PRICES: readonly TypePrice[] = [
    type("t3.micro", 2, 1, [0.0104, 0.0114, 0.0168]),
    type("t3.small", 2, 2, [0.0208, 0.0228, 0.0336]),
    type("t3.medium", 2, 4, [0.0416, 0.0456, 0.0672]),
    type("t3.large", 2, 8, [0.0832, 0.0912, 0.1344]),
    type("t4g.small", 2, 2, [0.0168, 0.0184, 0.0268]),
    type("t4g.medium", 2, 4, [0.0336, 0.0368, 0.0536]),
    type("m5.large", 2, 8, [0.096, 0.107, 0.153], 0.024),
    type("m5.xlarge", 4, 16, [0.192, 0.214, 0.306], 0.048),
    type("m5.2xlarge", 8, 32, [0.384, 0.428, 0.612], 0.096),
    type("m5a.xlarge", 4, 16, [0.172, 0.192, 0.274], 0.043),
    type("m6a.xlarge", 4, 16, [0.1728, 0.1926, 0.2754], 0.0432),
    type("m6g.xlarge", 4, 16, [0.154, 0.172, 0.2446], 0.0385),
    type("m6i.xlarge", 4, 16, [0.192, 0.214, 0.306], 0.048),
    type("m7a.xlarge", 4, 16, [0.23184, 0.2585, undefined], 0.05796),
    type("m7g.xlarge", 4, 16, [0.1632, 0.1822, 0.26], 0.0408),
    type("c5.xlarge", 4, 8, [0.17, 0.192, 0.262], 0.043),
    type("r5.xlarge", 4, 32, [0.252, 0.282, 0.402], 0.063),
];

/** A volume type with its prices for a GB and month. */
export interface VolumePrice {
    readonly api: string;
    readonly kind: string;
    /** What stands in the usage type. */
    readonly usage: string;
    readonly perGbMonth: Regional;
}

/** Volume types. */
export const VOLUME_PRICES: readonly VolumePrice[] = [
    { api: "gp3", kind: "General Purpose", usage: "gp3", perGbMonth: [0.08, 0.088, 0.152] },
    { api: "gp2", kind: "General Purpose", usage: "gp2", perGbMonth: [0.1, 0.11, 0.19] },
    { api: "io1", kind: "Provisioned IOPS", usage: "piops", perGbMonth: [0.125, 0.138, 0.238] },
];

/** gp3 beyond what is free with it: an IOPS and month, a GiB a second and month. */
export const GP3_EXTRAS: { readonly iops: Regional; readonly throughput: Regional } = {
    iops: [0.005, 0.0055, 0.0095],
    throughput: [40.96, 45.056, 77.824],
};

/** A public IPv4 address an hour by use, the same in all regions. An idle one is made up: AWS asks 0.005 for it too. */
export const ADDRESS_PRICES: Readonly<Record<string, number>> = {
    InUseAddress: 0.005,
    IdleAddress: 0.0055,
    ContiguousBlock: 0.008,
};
