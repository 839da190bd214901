import type { FlatSettings } from "../../../components/settings/definitions.ts";
import { type Price, PriceError, priceIn, type PriceQuery } from "./priceList.ts";

/** What things cost in a region. */
export interface UnitPrices {
    /** e.g. `eu-west-1` */
    readonly region: string;
    /** USD an hour of a machine, On-Demand. */
    readonly machine: number;
    /** USD an hour of a node, On-Demand. 0 without clusters. */
    readonly node: number;
    /** USD an hour that EMR takes for a node on top. 0 without clusters. */
    readonly emr: number;
    /** USD a gigabyte and month. */
    readonly gp3: number;
    /** USD a gigabyte and month: the data disks that EMR gives to nodes. 0 without clusters. */
    readonly gp2: number;
    /** USD an hour of a public IPv4 address. */
    readonly publicIpv4: number;
    /** When AWS published the oldest of the lists that these are from. */
    readonly published: Date;
}

type PriceName = Exclude<keyof UnitPrices, "region" | "published">;

/** The settings that prices are looked up for. */
export type PricedTypes = Pick<FlatSettings, "instanceType" | "clusterInstanceType" | "clusters">;

function instance(region: string, instanceType: string): PriceQuery {
    return {
        what: instanceType,
        service: "AmazonEC2",
        filters: {
            regionCode: region,
            instanceType,
            operatingSystem: "Linux",
            tenancy: "Shared",
            preInstalledSw: "NA",
            capacitystatus: "Used",
        },
        unit: "Hrs",
    };
}

const disk = (region: string, volumeApiName: string): PriceQuery => ({
    what: `disks (${volumeApiName})`,
    service: "AmazonEC2",
    filters: { regionCode: region, productFamily: "Storage", volumeApiName },
    unit: "GB-Mo",
});

/**
 * What to ask AWS's price list for a region. The list is served in us-east-1, eu-central-1 and ap-south-1 only; each query
 * is one `GetProducts` with its filters as TERM_MATCH, all pages.
 */
export function priceQueries(
    region: string,
    { instanceType, clusterInstanceType, clusters }: PricedTypes,
): Readonly<Partial<Record<PriceName, PriceQuery>>> {
    return {
        machine: instance(region, instanceType),
        gp3: disk(region, "gp3"),
        publicIpv4: {
            what: "public IPv4 addresses",
            service: "AmazonVPC",
            filters: { regionCode: region, group: "VPCPublicIPv4Address" },
            // The group has idle addresses and those of an own range as well.
            usageType: "PublicIPv4:InUseAddress",
            unit: "Hrs",
        },
        ...(clusters === "on"
            ? {
                  node: instance(region, clusterInstanceType),
                  emr: {
                      what: `EMR on ${clusterInstanceType}`,
                      service: "ElasticMapReduce",
                      filters: {
                          regionCode: region,
                          productFamily: "Elastic Map Reduce Instance",
                          instanceType: clusterInstanceType,
                          softwareType: "EMR",
                      },
                      unit: "Hrs",
                  },
                  gp2: disk(region, "gp2"),
              }
            : {}),
    };
}

/**
 * The unit prices in AWS's answers.
 *
 * @param answers `PriceList` of each query, by its name
 * @throws PriceError with everything that was not found
 */
export function unitPrices(
    region: string,
    types: PricedTypes,
    answers: Readonly<Partial<Record<PriceName, readonly string[]>>>,
): UnitPrices {
    const queries = Object.entries(priceQueries(region, types)) as [PriceName, PriceQuery][];
    const found = queries.map(([name, query]) => [name, priceIn(query, answers[name] ?? [])] as const);
    const problems = found.map(([, price]) => price).filter((price) => typeof price === "string");
    if (problems.length > 0) {
        throw new PriceError(problems.map((problem) => `${region}: ${problem}`));
    }
    const prices = found as (readonly [PriceName, Price])[];
    const dates = prices.map(([, { published }]) => published.getTime());
    return {
        region,
        node: 0,
        emr: 0,
        gp2: 0,
        ...(Object.fromEntries(prices.map(([name, { usd }]) => [name, usd])) as Record<
            "machine" | "gp3" | "publicIpv4",
            number
        >),
        published: new Date(Math.min(...dates)),
    };
}
