/**
 * The products of the price list in AWS's shape. Beside every product that a price is asked for lie those which the
 * real list has as well and which a careless filter takes for it: other systems, tenancies, licences, reservations (one
 * of them at 0), upfront payments, other software of EMR, IOPS among the volumes, idle addresses.
 */
import { createHash } from "node:crypto";
import type { JsonObject } from "../json.ts";
import {
    ADDRESS_PRICES,
    GP3_EXTRAS,
    PRICE_REGIONS,
    PUBLISHED,
    TYPE_PRICES,
    VOLUME_PRICES,
    type PriceRegion,
    type TypePrice,
} from "./prices.ts";

/** A product with its price. */
export interface Product {
    readonly service: string;
    /** Addresses have none. */
    readonly family: string | undefined;
    readonly attributes: Readonly<Record<string, string>>;
    /** USD. */
    readonly price: number;
    readonly unit: "Hrs" | "GB-Mo" | "IOPS-Mo" | "GiBps-mo";
    readonly description: string;
    /** Paid in advance: an amount at once, and so much an hour. */
    readonly reserved?: { readonly upfront: number; readonly hourly: number };
}

/** Codes of AWS's offers: on demand, and reserved for a year with part of it upfront. */
const ON_DEMAND = "JRTCKXETXF";
const RESERVED = "HU7G6KETJZ";
const HOURLY = "6YS6EN2CT7";
const UPFRONT = "2TG2D8R56U";

const PLAIN = {
    operatingSystem: "Linux",
    tenancy: "Shared",
    preInstalledSw: "NA",
    capacitystatus: "Used",
    licenseModel: "No License required",
    operation: "RunInstances",
};

/** What differs from a plain Linux machine, its usage type, and its price as a multiple of the plain one's. */
const VARIANTS: readonly (readonly [Partial<typeof PLAIN>, usage: string, factor: number])[] = [
    [{}, "BoxUsage", 1],
    [{ tenancy: "Dedicated" }, "DedicatedUsage", 1.0625],
    [{ tenancy: "Host" }, "HostBoxUsage", 0],
    [{ capacitystatus: "UnusedCapacityReservation" }, "UnusedBox", 1],
    [{ capacitystatus: "AllocatedCapacityReservation" }, "Reservation", 0],
    [{ preInstalledSw: "SQL Std", operation: "RunInstances:0004" }, "BoxUsage", 3.5],
    [{ operatingSystem: "RHEL", operation: "RunInstances:0010" }, "BoxUsage", 1.3],
    [{ operatingSystem: "Windows", operation: "RunInstances:0002" }, "BoxUsage", 1.96],
    [
        {
            operatingSystem: "Windows",
            operation: "RunInstances:0800",
            licenseModel: "Bring your own license",
        },
        "BoxUsage",
        1,
    ],
];

function place(region: PriceRegion): Record<string, string> {
    return { location: region.location, locationType: "AWS Region", regionCode: region.code };
}

function round(price: number): number {
    return Number(price.toFixed(10));
}

function computeProducts(region: PriceRegion, type: TypePrice, price: number): Product[] {
    return VARIANTS.map(([difference, usage, factor]) => {
        const attributes = {
            ...PLAIN,
            ...difference,
            ...place(region),
            servicecode: "AmazonEC2",
            servicename: "Amazon Elastic Compute Cloud",
            instanceType: type.type,
            vcpu: String(type.vcpu),
            memory: type.memory,
            storage: "EBS only",
            currentGeneration: "Yes",
            marketoption: "OnDemand",
            usagetype: `${region.prefix}${usage}:${type.type}`,
        };
        const usd = round(price * factor);
        return {
            service: "AmazonEC2",
            family: "Compute Instance",
            attributes,
            price: usd,
            unit: "Hrs" as const,
            description: `$${usd} per ${usage === "BoxUsage" ? "On Demand" : usage} ${attributes.operatingSystem} ${type.type} Instance Hour`,
            ...(usage === "BoxUsage"
                ? { reserved: { upfront: Math.round(usd * 2500), hourly: round(usd * 0.29) } }
                : {}),
        };
    });
}

function emrProducts(region: PriceRegion, type: TypePrice, price: number): Product[] {
    const software = [
        ["EMR", "BoxUsage", 1],
        ["Hunk", "HunkBoxUsage", 2.5],
        ["MapR M5", "M5BoxUsage", 3],
    ] as const;
    return software.map(([softwareType, usage, factor]) => ({
        service: "ElasticMapReduce",
        family: "Elastic Map Reduce Instance",
        attributes: {
            ...place(region),
            servicecode: "ElasticMapReduce",
            servicename: "Amazon Elastic MapReduce",
            instanceType: type.type,
            instanceFamily: "General purpose",
            softwareType,
            usagetype: `${region.prefix}${usage}:${type.type}`,
            operation: "",
        },
        price: round(price * factor),
        unit: "Hrs" as const,
        description: `$${round(price * factor)} per hour for ${softwareType} ${type.type}`,
    }));
}

function volumeProducts(region: PriceRegion, index: number): Product[] {
    const common = {
        ...place(region),
        servicecode: "AmazonEC2",
        servicename: "Amazon Elastic Compute Cloud",
    };
    const storage = VOLUME_PRICES.map(({ api, kind, usage, perGbMonth }) => ({
        service: "AmazonEC2",
        family: "Storage",
        attributes: {
            ...common,
            volumeType: kind,
            volumeApiName: api,
            storageMedia: "SSD-backed",
            usagetype: `${region.prefix}EBS:VolumeUsage.${usage}`,
            operation: "",
        },
        price: perGbMonth[index] ?? 0,
        unit: "GB-Mo" as const,
        description: `$${perGbMonth[index]} per GB-month of ${kind} (${api}) provisioned storage`,
    }));
    const gp3 = { ...common, volumeType: "General Purpose", volumeApiName: "gp3", operation: "" };
    return [
        ...storage,
        {
            service: "AmazonEC2",
            family: "System Operation",
            attributes: {
                ...gp3,
                group: "EBS IOPS",
                usagetype: `${region.prefix}EBS:VolumeP-IOPS.gp3`,
            },
            price: GP3_EXTRAS.iops[index] ?? 0,
            unit: "IOPS-Mo",
            description: `$${GP3_EXTRAS.iops[index]} per IOPS-month provisioned over 3000 (gp3)`,
        },
        {
            service: "AmazonEC2",
            family: "Provisioned Throughput",
            attributes: {
                ...gp3,
                group: "EBS Throughput",
                usagetype: `${region.prefix}EBS:VolumeP-Throughput.gp3`,
            },
            price: GP3_EXTRAS.throughput[index] ?? 0,
            unit: "GiBps-mo",
            description: `$${GP3_EXTRAS.throughput[index]} per GiBps-month provisioned over 125 MiBps (gp3)`,
        },
    ];
}

function addressProducts(region: PriceRegion): Product[] {
    return Object.entries(ADDRESS_PRICES).map(([use, price]) => ({
        service: "AmazonVPC",
        family: undefined,
        attributes: {
            ...place(region),
            servicecode: "AmazonVPC",
            servicename: "Amazon Virtual Private Cloud",
            group: "VPCPublicIPv4Address",
            groupDescription: "Hourly charge for public IPv4 addresses",
            usagetype: `${region.newerPrefix}PublicIPv4:${use}`,
            operation: "",
        },
        price,
        unit: "Hrs" as const,
        description: `$${price} per public IPv4 address per hour (${use})`,
    }));
}

/** All products of all regions. */
export const PRODUCTS: readonly Product[] = PRICE_REGIONS.flatMap((region, index) => [
    ...TYPE_PRICES.flatMap((type) => {
        const price = type.onDemand[index];
        if (price === undefined) return [];
        const emr = type.emr === undefined ? [] : emrProducts(region, type, type.emr);
        return [...computeProducts(region, type, price), ...emr];
    }),
    ...volumeProducts(region, index),
    ...addressProducts(region),
]);

/** Number of a product, as meaningless as AWS's, and always the same. */
export function skuOf(product: Product): string {
    const digest = createHash("sha256")
        .update(JSON.stringify([product.service, product.attributes]))
        .digest();
    const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    return [...digest.subarray(0, 16)].map((byte) => letters[byte % letters.length]).join("");
}

const usd = (price: number): { USD: string } => ({ USD: price.toFixed(10) });

function dimension(rateCode: string, unit: string, price: number, description: string): JsonObject {
    return {
        [rateCode]: {
            unit,
            endRange: "Inf",
            description,
            appliesTo: [],
            rateCode,
            beginRange: "0",
            pricePerUnit: usd(price),
        },
    };
}

/** An item of `PriceList`, before it becomes text. */
export function priceItem(product: Product): JsonObject {
    const sku = skuOf(product);
    const effectiveDate = `${PUBLISHED.slice(0, 7)}-01T00:00:00Z`;
    const term = (offer: string, priceDimensions: JsonObject, termAttributes: JsonObject): JsonObject => ({
        [`${sku}.${offer}`]: { priceDimensions, sku, effectiveDate, offerTermCode: offer, termAttributes },
    });
    const hourly = `${sku}.${ON_DEMAND}.${HOURLY}`;
    const { reserved } = product;
    return {
        product: {
            ...(product.family === undefined ? {} : { productFamily: product.family }),
            attributes: { ...product.attributes },
            sku,
        },
        serviceCode: product.service,
        terms: {
            ...(reserved === undefined
                ? {}
                : {
                      Reserved: term(
                          RESERVED,
                          {
                              ...dimension(
                                  `${sku}.${RESERVED}.${UPFRONT}`,
                                  "Quantity",
                                  reserved.upfront,
                                  "Upfront Fee",
                              ),
                              ...dimension(
                                  `${sku}.${RESERVED}.${HOURLY}`,
                                  "Hrs",
                                  reserved.hourly,
                                  `${product.attributes["instanceType"] ?? ""} reserved instance applied`,
                              ),
                          },
                          {
                              LeaseContractLength: "1yr",
                              OfferingClass: "standard",
                              PurchaseOption: "Partial Upfront",
                          },
                      ),
                  }),
            OnDemand: term(
                ON_DEMAND,
                dimension(hourly, product.unit, product.price, product.description),
                {},
            ),
        },
        version: PUBLISHED.replace(/\D/g, ""),
        publicationDate: PUBLISHED,
    };
}
