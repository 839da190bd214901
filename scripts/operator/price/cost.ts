import { isBurstable } from "../../../components/settings/cpuCredits.ts";
import type { FlatSettings } from "../../../components/settings/definitions.ts";
import { type Disk, machineDisk, nodeDisks } from "./nodeDisks.ts";
import type { UnitPrices } from "./unitPrices.ts";

/** A line of what a class costs. */
export interface CostItem {
    readonly what: "machines" | "nodes" | "EMR" | "disks" | "addresses";
    /** How many of them; of disks, gigabytes. */
    readonly count: number;
    /** USD an hour, while the power is on. */
    readonly perHour: number;
    /** USD an hour, while it is off. */
    readonly whileOff: number;
    /** True where it may be less: Spot nodes cost what the market says, up to the class's highest price. */
    readonly atMost: boolean;
}

/** What a region's class costs. */
export interface RegionCost {
    readonly region: string;
    readonly labs: number;
    readonly items: readonly CostItem[];
    /** USD an hour, while the power is on. */
    readonly perHour: number;
    /** USD an hour, while it is off. */
    readonly whileOff: number;
    /** USD an hour that one more lab adds. */
    readonly perLab: number;
    readonly atMost: boolean;
    /** Date of the oldest price. */
    readonly published: Date;
}

/** What a class costs in all regions. */
export interface ClassCost {
    readonly regions: readonly RegionCost[];
    readonly labs: number;
    readonly perHour: number;
    readonly whileOff: number;
    readonly atMost: boolean;
    /** Date of the oldest price of all regions; `undefined` without regions. */
    readonly published: Date | undefined;
}

/** The settings that the cost follows from. */
export type CostSettings = Pick<
    FlatSettings,
    | "clusters"
    | "clusterInstanceType"
    | "clusterInstanceCount"
    | "clusterSpot"
    | "emrRelease"
    | "supportMachines"
>;

/** What the prices leave out, for whoever reads the sum. */
export function notPriced({
    instanceType,
    cpuCredits,
}: Pick<FlatSettings, "instanceType" | "cpuCredits">): string {
    // What a T type takes beyond its credits is billed by the vCPU and hour ("Unlimited mode for burstable performance").
    const credits =
        isBurstable(instanceType) && cpuCredits === "unlimited" ? ", CPU credits beyond the free ones" : "";
    return `Not in it: S3, data that leaves AWS, the DNS zone${credits}, taxes.`;
}

// "Amazon EBS pricing": a month of a volume is 30 days.
const hoursOfMonth = 30 * 24;

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

const diskPerHour = (disks: readonly Disk[], prices: UnitPrices) =>
    sum(disks.map(({ type, gib }) => (gib * prices[type]) / hoursOfMonth));

const gibOf = (disks: readonly Disk[]) => sum(disks.map(({ gib }) => gib));

/** The lines of a number of labs and of machines that support the class. */
function itemsOf(
    labs: number,
    support: number,
    settings: CostSettings,
    instanceStore: boolean,
    prices: UnitPrices,
): readonly CostItem[] {
    const { clusters, clusterInstanceType, clusterInstanceCount, clusterSpot, emrRelease } = settings;
    const machines = labs + support;
    const nodes = clusters === "on" ? labs * clusterInstanceCount : 0;
    const core = nodes - (clusters === "on" ? labs : 0);
    const spot = clusterSpot !== "";
    // A Spot Instance never costs more than On-Demand ("Spot Instance pricing").
    const ofCore = spot ? Math.min(Number(clusterSpot), prices.node) : prices.node;
    const ofNode = clusters === "on" ? nodeDisks(emrRelease, clusterInstanceType, instanceStore) : [];
    const machineDisks = machines * diskPerHour([machineDisk], prices);
    const item = (
        what: CostItem["what"],
        count: number,
        perHour: number,
        { whileOff = 0, atMost = false } = {},
    ): CostItem => ({ what, count, perHour, whileOff, atMost });
    return [
        item("machines", machines, machines * prices.machine),
        item("nodes", nodes, (nodes - core) * prices.node + core * ofCore, { atMost: spot && core > 0 }),
        item("EMR", nodes, nodes * prices.emr),
        item(
            "disks",
            machines * gibOf([machineDisk]) + nodes * gibOf(ofNode),
            machineDisks + nodes * diskPerHour(ofNode, prices),
            // Machines that are stopped keep their disks; clusters go with all they have.
            { whileOff: machineDisks },
        ),
        // Given at start, taken at stop: a stopped machine has none.
        item("addresses", machines + nodes, (machines + nodes) * prices.publicIpv4),
    ].filter(({ count }) => count > 0);
}

/**
 * What a class costs in one region: machines, nodes, EMR, disks with those that EMR makes itself, public addresses.
 *
 * @param labs number of labs, spares included
 * @param instanceStore whether the nodes' type has disks of its own, so that EMR makes none
 */
export function costOfRegion(
    labs: number,
    settings: CostSettings,
    instanceStore: boolean,
    prices: UnitPrices,
): RegionCost {
    const items = itemsOf(labs, settings.supportMachines.length, settings, instanceStore, prices);
    return {
        region: prices.region,
        labs,
        items,
        perHour: sum(items.map(({ perHour }) => perHour)),
        whileOff: sum(items.map(({ whileOff }) => whileOff)),
        perLab: sum(itemsOf(1, 0, settings, instanceStore, prices).map(({ perHour }) => perHour)),
        atMost: items.some(({ atMost }) => atMost),
        published: prices.published,
    };
}

/** Adds up the regions. */
export function costOfClass(regions: readonly RegionCost[]): ClassCost {
    const dates = regions.map(({ published }) => published.getTime());
    return {
        regions,
        labs: sum(regions.map(({ labs }) => labs)),
        perHour: sum(regions.map(({ perHour }) => perHour)),
        whileOff: sum(regions.map(({ whileOff }) => whileOff)),
        atMost: regions.some(({ atMost }) => atMost),
        published: dates.length === 0 ? undefined : new Date(Math.min(...dates)),
    };
}

/**
 * What something costs that is on for some hours and off for others.
 *
 * @param hours with the power on
 * @param hoursOff with the power off, e.g. nights
 * @returns USD
 */
export function costOfHours(
    { perHour, whileOff }: Pick<ClassCost, "perHour" | "whileOff">,
    hours: number,
    hoursOff = 0,
): number {
    return hours * perHour + hoursOff * whileOff;
}

/** An amount for people: cents, and below a dollar a tenth of one, so that a disk does not cost nothing. */
export function usdText(usd: number): string {
    return `${usd.toFixed(usd < 1 ? 3 : 2)} USD`;
}
