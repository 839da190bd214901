/** How much of each quota is used, counted from what is there. */
import {
    paginateDescribeInternetGateways,
    paginateDescribeNetworkInterfaces,
    paginateDescribeSecurityGroups,
    paginateDescribeVpcEndpoints,
    paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";
import { GetAccountSummaryCommand } from "@aws-sdk/client-iam";
import { isStandard, type InstanceTypes } from "../ec2/instanceTypes.ts";
import type { Hosts } from "../hosts.ts";
import type { Moto } from "../moto.ts";
import { QUOTA, type CountedQuota } from "./catalogue.ts";

/** Where things are counted. */
export interface Counted {
    readonly moto: Moto;
    readonly hosts: Hosts;
    readonly types: InstanceTypes;
    /** How many clusters of a region are neither terminated nor failed. */
    activeClusters(region: string): number;
}

/** Virtual CPUs of the standard machines that run or are about to (stopped ones count for nothing). */
async function vcpus({ hosts, types }: Counted, region: string, spot: boolean): Promise<number> {
    const counted = hosts
        .list()
        .filter((host) => host.region === region && (host.spot ?? false) === spot)
        .filter(({ state, instanceType }) => {
            return (state === "pending" || state === "running") && isStandard(instanceType);
        });
    const counts = await Promise.all(
        counted.map(async (host) => (await types.vcpus(host.instanceType)) ?? 0),
    );
    return counts.reduce((sum, count) => sum + count, 0);
}

async function total<T>(
    pages: AsyncIterable<T>,
    items: (page: T) => readonly unknown[] | undefined,
): Promise<number> {
    let sum = 0;
    for await (const page of pages) sum += items(page)?.length ?? 0;
    return sum;
}

/** The usage of a quota in a region. */
export async function usageOf(quota: CountedQuota, region: string, counted: Counted): Promise<number> {
    const { moto } = counted;
    const ec2 = { client: moto.ec2(region) };
    switch (quota) {
        case QUOTA.onDemandVcpus:
            return vcpus(counted, region, false);
        case QUOTA.spotVcpus:
            return vcpus(counted, region, true);
        // The default network counts, as on AWS.
        case QUOTA.vpcs:
            return total(paginateDescribeVpcs(ec2, {}), ({ Vpcs }) => Vpcs);
        case QUOTA.internetGateways:
            return total(paginateDescribeInternetGateways(ec2, {}), (page) => page.InternetGateways);
        case QUOTA.securityGroups:
            return total(paginateDescribeSecurityGroups(ec2, {}), (page) => page.SecurityGroups);
        case QUOTA.interfaces:
            return total(paginateDescribeNetworkInterfaces(ec2, {}), (page) => page.NetworkInterfaces);
        case QUOTA.gatewayEndpoints:
            return total(paginateDescribeVpcEndpoints(ec2, {}), ({ VpcEndpoints = [] }) => {
                return VpcEndpoints.filter(
                    ({ VpcEndpointType: type, State }) =>
                        type === "Gateway" && State?.toLowerCase() !== "deleted",
                );
            });
        case QUOTA.clusters:
            return counted.activeClusters(region);
        case QUOTA.roles:
        case QUOTA.instanceProfiles: {
            const { SummaryMap = {} } = await moto.iam.send(new GetAccountSummaryCommand({}));
            return SummaryMap[quota === QUOTA.roles ? "Roles" : "InstanceProfiles"] ?? 0;
        }
    }
}
