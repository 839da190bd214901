import type { FlatSettings, Settings } from "../../../components/settings/definitions.ts";
import { type Disk, type InstanceType, machineDisk, nodeDisks } from "../price/nodeDisks.ts";
import { type QuotaKey, vcpuQuota } from "./quotas.ts";

/** How much of each quota something takes, in the quota's unit. What is not in it takes nothing. */
export type Need = Readonly<Partial<Record<QuotaKey, number>>>;

/** What a class in one region needs. */
export interface ClassNeed {
    /** What each lab takes. */
    readonly lab: Need;
    /** What the region's stack takes besides its labs, machines that support the class included. */
    readonly stack: Need;
}

/** The settings that the need follows from. */
type NeedSettings = Pick<
    FlatSettings,
    | "instanceType"
    | "clusterInstanceType"
    | "clusterInstanceCount"
    | "clusterSpot"
    | "clusters"
    | "emrRelease"
    | "isolation"
    | "studentCredentials"
    | "supportMachines"
    | "nightlyStop"
    | "endsAt"
>;

/** Adds up needs. */
export function addNeeds(...needs: readonly Need[]): Need {
    const sum: Partial<Record<QuotaKey, number>> = {};
    for (const [key, amount] of needs.flatMap((need) => Object.entries(need) as [QuotaKey, number][])) {
        sum[key] = (sum[key] ?? 0) + amount;
    }
    return sum;
}

/** What a number of labs takes, together with their stack. */
export function needOfLabs({ lab, stack }: ClassNeed, labs: number): Need {
    const entries = (Object.entries(lab) as [QuotaKey, number][]).map(([key, amount]) => [
        key,
        amount * labs,
    ]);
    return addNeeds(stack, Object.fromEntries(entries) as Need);
}

function vcpus(
    type: string,
    market: "onDemand" | "spot",
    count: number,
    types: ReadonlyMap<string, InstanceType>,
): Need {
    const quota = vcpuQuota(type, market);
    const known = types.get(type);
    if (quota === undefined) {
        throw new Error(
            `${type} counts against a quota that this program does not know. Choose another type.`,
        );
    }
    if (known === undefined) {
        throw new Error(`The number of vCPUs of ${type} was not looked up.`);
    }
    return { [quota]: count * known.vcpus };
}

const disks = (some: readonly Disk[]) =>
    addNeeds(...some.map(({ type, gib }): Need => ({ [type]: gib / 1024 })));

/** A machine: the student's, or one that supports the class. Its own group tells it from others. */
const machine = (settings: NeedSettings, types: ReadonlyMap<string, InstanceType>) =>
    addNeeds(
        vcpus(settings.instanceType, "onDemand", 1, types),
        { networkInterfaces: 1, securityGroups: 1 },
        disks([machineDisk]),
    );

function cluster(settings: NeedSettings, types: ReadonlyMap<string, InstanceType>): Need {
    const { clusterInstanceType: type, clusterInstanceCount: nodes, clusterSpot, emrRelease } = settings;
    const core = nodes > 1 ? vcpus(type, clusterSpot === "" ? "onDemand" : "spot", nodes - 1, types) : {};
    const ofNode = nodeDisks(emrRelease, type, types.get(type)?.instanceStore ?? false);
    return addNeeds(
        // The primary node is never Spot.
        vcpus(type, "onDemand", 1, types),
        core,
        { clusters: 1, networkInterfaces: nodes, keyPairs: 1 },
        disks(Array.from({ length: nodes }, () => ofNode).flat()),
    );
}

/**
 * What a class takes of AWS's quotas, with the power on.
 *
 * @param groups the settings of the class, as the program's own check answers them
 * @param types what is known of both instance types of the class
 * @throws Error for an instance type that counts against no known quota
 */
export function needOfClass(
    groups: Pick<Settings, "people" | "machines" | "clusters" | "times">,
    types: ReadonlyMap<string, InstanceType>,
): ClassNeed {
    const settings: NeedSettings = {
        ...groups.people,
        ...groups.machines,
        ...groups.clusters,
        ...groups.times,
    };
    const withClusters = settings.clusters === "on";
    const apart = settings.isolation === "lab";
    const identity: Need = {
        roles: 1,
        instanceProfiles: 1,
        users: settings.studentCredentials === "access-key" ? 1 : 0,
    };
    const clusterGroup: Need = { securityGroups: withClusters ? 1 : 0 };
    const scheduled = settings.nightlyStop !== undefined || settings.endsAt !== undefined;
    const support = settings.supportMachines.map(() =>
        addNeeds(machine(settings, types), { roles: 1, instanceProfiles: 1 }),
    );
    return {
        lab: addNeeds(
            machine(settings, types),
            withClusters ? cluster(settings, types) : {},
            apart ? addNeeds(identity, clusterGroup) : {},
        ),
        stack: addNeeds(
            // Two groups: of all machines, and the one that EC2 gives every VPC.
            { vpcs: 1, internetGateways: 1, gatewayEndpoints: 1, securityGroups: 2, keyPairs: 1 },
            // EMR's role, and the scheduler's.
            { roles: scheduled ? 2 : 1 },
            apart ? {} : addNeeds(identity, clusterGroup),
            ...support,
        ),
    };
}
