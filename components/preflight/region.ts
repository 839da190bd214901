import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AccessSettings, ClusterSettings, MachineSettings } from "../settings/definitions.ts";

/** What the stack's region and account offer; looked up before anything is created. */
export interface Region {
    /** e.g. `eu-west-1` */
    readonly name: string;
    /** 12 digits */
    readonly accountId: string;
    /** `aws`, except in China and for governments */
    readonly partition: string;
    /** Zone for machines and clusters, e.g. `eu-west-1a` */
    readonly zone: string;
    /** Image for machines that are made now */
    readonly amiId: string;
    /** Hosted zone for the names of the machines; `undefined` where the class wants none */
    readonly dnsZoneId: string | undefined;
}

/** True where an instance type has Arm processors, which need an image of their own. */
export function isArm(instanceType: string): boolean {
    // "Amazon EC2 instance type naming conventions": g right after the generation stands for Graviton; a1 was first.
    return /^([a-z]+\d+g[a-z]*|a1)\./.test(instanceType);
}

/**
 * Chooses the zone of a class.
 *
 * @param offered zones that offer an instance type, per instance type
 * @param wanted the setting `zone`; empty = any
 * @throws RunError where no zone offers them all, or the wanted one does not
 */
export function chooseZone(offered: ReadonlyMap<string, readonly string[]>, wanted: string): string {
    const zones = [...new Set([...offered.values()].flat())].sort();
    const complete = zones.filter((zone) => [...offered.values()].every((some) => some.includes(zone)));
    if (wanted !== "" && complete.includes(wanted)) {
        return wanted;
    }
    const first = complete[0];
    if (wanted === "" && first !== undefined) {
        return first;
    }
    const lines = [...offered].map(
        ([type, some]) =>
            `  ${type}: ${some.length > 0 ? [...some].sort().join(", ") : "no zone of this region"}`,
    );
    throw new pulumi.RunError(
        [
            wanted === ""
                ? "No zone of this region offers all instance types of the class; nothing was created or changed."
                : `zone: "${wanted}" does not offer all instance types of the class; nothing was created or changed.`,
            "Offered are:",
            ...lines,
            first === undefined
                ? "Choose another instanceType or clusterInstanceType, or another region."
                : `Write zone: ${first}.`,
        ].join("\n"),
    );
}

async function zonesOffering(instanceType: string): Promise<string[]> {
    const offerings = await aws.ec2.getInstanceTypeOfferings({
        locationType: "availability-zone",
        filters: [{ name: "instance-type", values: [instanceType] }],
    });
    return offerings.locations;
}

async function newestImage(instanceType: string): Promise<string> {
    const processor = isArm(instanceType) ? "arm64" : "amd64";
    const parameter = await aws.ssm.getParameter({
        // Canonical's own parameter; the volume type in its path is gp3 since 24.04.
        name: `/aws/service/canonical/ubuntu/server/24.04/stable/current/${processor}/hvm/ebs-gp3/ami-id`,
    });
    // `value` is marked secret and would make the machine's inputs secret; the id of a public image is none.
    return parameter.insecureValue;
}

async function zoneIdOf(dnsZone: string): Promise<string> {
    try {
        return (await aws.route53.getZone({ name: dnsZone })).zoneId;
    } catch (error) {
        throw new pulumi.RunError(
            [
                `dnsZone: "${dnsZone}" cannot be used; nothing was created or changed.`,
                `  ${error instanceof Error ? error.message : String(error)}`,
                "Write the name of a public hosted zone of this account, or leave dnsZone out.",
            ].join("\n"),
        );
    }
}

/** What of the settings has to do with what a region offers. */
export interface RegionSettings {
    /** A zone that this account does not have is refused. */
    readonly access: Pick<AccessSettings, "dnsZone">;
    /** The types must be offered in one zone; the image is chosen for the type's processor. */
    readonly machines: Pick<MachineSettings, "amiId" | "instanceType" | "zone">;
    readonly clusters: Pick<ClusterSettings, "clusterInstanceType">;
}

/**
 * Looks up what the class needs to know of its region. Creates nothing.
 *
 * @throws RunError where the region does not offer what the settings ask for
 */
export async function lookUpRegion({ access, machines, clusters }: RegionSettings): Promise<Region> {
    const types = [...new Set([machines.instanceType, clusters.clusterInstanceType])];
    const [region, caller, partition, dnsZoneId, amiId, ...zones] = await Promise.all([
        aws.getRegion(),
        aws.getCallerIdentity(),
        aws.getPartition(),
        access.dnsZone === "" ? undefined : zoneIdOf(access.dnsZone),
        machines.amiId === "" ? newestImage(machines.instanceType) : machines.amiId,
        ...types.map(zonesOffering),
    ]);
    const offered = new Map(types.map((type, index) => [type, zones[index] ?? []]));
    return {
        name: region.region,
        accountId: caller.accountId,
        partition: partition.partition,
        zone: chooseZone(offered, machines.zone),
        amiId,
        dnsZoneId,
    };
}
