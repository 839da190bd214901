import * as aws from "@pulumi/aws";
import { reasonIn } from "../failures/labFailures.ts";
import type { AccessSettings, MachineSettings } from "../settings/definitions.ts";
import { type Problem, SettingsError } from "../settings/problem.ts";
import { emrProblems, type EmrWishes } from "./emr.ts";

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
 * @returns the zone, or what is wrong where no zone offers all types, or the wanted one does not
 */
export function chooseZone(
    offered: ReadonlyMap<string, readonly string[]>,
    wanted: string,
): string | Problem {
    const zones = [...new Set([...offered.values()].flat())].sort();
    const complete = zones.filter((zone) => [...offered.values()].every((some) => some.includes(zone)));
    if (wanted !== "" && complete.includes(wanted)) {
        return wanted;
    }
    const first = complete[0];
    if (wanted === "" && first !== undefined) {
        return first;
    }
    const where = [...offered].map(
        ([type, some]) => `${type} in ${some.length > 0 ? [...some].sort().join(", ") : "no zone"}`,
    );
    return {
        key: "zone",
        value: wanted,
        message: `${wanted === "" ? "finds no zone of this region that offers" : "does not offer"} all instance types of the class; offered are ${where.join("; ")}`,
        mend:
            first === undefined
                ? "Choose another instanceType or clusterInstanceType, or another region."
                : `Write zone: ${first}.`,
    };
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

async function zoneIdOf(dnsZone: string): Promise<string | Problem> {
    try {
        return (await aws.route53.getZone({ name: dnsZone })).zoneId;
    } catch (error) {
        return {
            key: "dnsZone",
            value: dnsZone,
            message: `cannot be used: ${reasonIn([error instanceof Error ? error.message : String(error)])}`,
            mend: "Write the name of a public hosted zone of this account, or leave dnsZone out.",
        };
    }
}

/** What of the settings has to do with what a region offers. */
export interface RegionSettings {
    /** A zone that this account does not have is refused. */
    readonly access: Pick<AccessSettings, "dnsZone">;
    /** The types must be offered in one zone; the image is chosen for the type's processor. */
    readonly machines: Pick<MachineSettings, "amiId" | "instanceType" | "zone">;
    /** Release and type must be EMR's, and Spot known to the account, where there are clusters. */
    readonly clusters: EmrWishes;
}

/**
 * Looks up what the class needs to know of its region, and whether it offers what the settings ask for. Creates nothing.
 *
 * @throws SettingsError with everything that region or account do not offer
 */
export async function lookUpRegion({ access, machines, clusters }: RegionSettings): Promise<Region> {
    const types = [...new Set([machines.instanceType, clusters.clusterInstanceType])];
    const [region, caller, partition, dnsZoneId, amiId, emr, ...zones] = await Promise.all([
        aws.getRegion(),
        aws.getCallerIdentity(),
        aws.getPartition(),
        access.dnsZone === "" ? undefined : zoneIdOf(access.dnsZone),
        machines.amiId === "" ? newestImage(machines.instanceType) : machines.amiId,
        emrProblems(clusters),
        ...types.map(zonesOffering),
    ]);
    const offered = new Map(types.map((type, index) => [type, zones[index] ?? []]));
    const zone = chooseZone(offered, machines.zone);
    const problems = [dnsZoneId, ...emr, zone].filter((one) => typeof one === "object");
    if (problems.length > 0 || typeof zone === "object" || typeof dnsZoneId === "object") {
        throw new SettingsError(problems);
    }
    return {
        name: region.region,
        accountId: caller.accountId,
        partition: partition.partition,
        zone,
        amiId,
        dnsZoneId,
    };
}
