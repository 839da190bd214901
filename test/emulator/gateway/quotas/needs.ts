/** What a call takes of which quota, and the words in which AWS refuses it. */
import type { InstanceTypes } from "../ec2/instanceTypes.ts";
import { isStandard } from "../ec2/instanceTypes.ts";
import { AwsError } from "../errors.ts";
import type { Hosts } from "../hosts.ts";
import type { AwsCall } from "../request.ts";
import { QUOTA, type CountedQuota } from "./catalogue.ts";

/** So much of a quota. */
export interface Need {
    readonly quota: CountedQuota;
    readonly amount: number;
    /** The refusal, given what the quota allows. */
    refusal(limit: number): Error;
}

const ec2Need = (quota: CountedQuota, code: string, message: string, amount = 1): Need => ({
    quota,
    amount,
    refusal: () => new AwsError(code, message),
});

/** What machines of one type take: nothing of the standard quotas for other families. */
export async function machineNeeds(
    types: InstanceTypes,
    instanceType: string,
    count: number,
    spot: boolean,
    refusal?: Need["refusal"],
): Promise<Need[]> {
    if (!isStandard(instanceType)) return [];
    const amount = ((await types.vcpus(instanceType)) ?? 0) * count;
    const refuse = (limit: number): AwsError =>
        spot
            ? new AwsError("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded")
            : new AwsError(
                  "VcpuLimitExceeded",
                  `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the ` +
                      "instance bucket that the specified instance type belongs to. Please visit " +
                      "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
              );
    return [{ quota: spot ? QUOTA.spotVcpus : QUOTA.onDemandVcpus, amount, refusal: refusal ?? refuse }];
}

const interfaces = (amount: number): Need =>
    ec2Need(
        QUOTA.interfaces,
        "NetworkInterfaceLimitExceeded",
        "The maximum number of network interfaces has been reached.",
        amount,
    );

/** What a call of EC2 takes. */
export async function ec2Needs(call: AwsCall, types: InstanceTypes, hosts: Hosts): Promise<Need[]> {
    const { params } = call;
    switch (call.action) {
        case "RunInstances": {
            // moto launches as many as MinCount says.
            const count = Number(params["MinCount"] ?? 1);
            const spot = params["InstanceMarketOptions.MarketType"] === "spot";
            const machines = await machineNeeds(types, params["InstanceType"] ?? "m1.small", count, spot);
            return [...machines, interfaces(count)];
        }
        case "StartInstances": {
            const stopped = Object.entries(params)
                .filter(([key]) => /^InstanceId\.\d+$/.test(key))
                .map(([, id]) => hosts.get(id))
                .filter((host) => host?.state === "stopped");
            const needs = await Promise.all(
                stopped.map((host) => machineNeeds(types, host?.instanceType ?? "", 1, host?.spot ?? false)),
            );
            // All of them start, or none.
            const [first, ...others] = needs.flat();
            if (first === undefined) return [];
            return [{ ...first, amount: others.reduce((sum, { amount }) => sum + amount, first.amount) }];
        }
        case "CreateVpc":
            return [ec2Need(QUOTA.vpcs, "VpcLimitExceeded", "The maximum number of VPCs has been reached.")];
        case "CreateInternetGateway":
            return [
                ec2Need(
                    QUOTA.internetGateways,
                    "InternetGatewayLimitExceeded",
                    "The maximum number of internet gateways has been reached.",
                ),
            ];
        case "CreateSecurityGroup":
            return [
                ec2Need(
                    QUOTA.securityGroups,
                    "SecurityGroupLimitExceeded",
                    "The maximum number of security groups has been reached.",
                ),
            ];
        case "CreateNetworkInterface":
            return [interfaces(1)];
        case "CreateVpcEndpoint":
            return (params["VpcEndpointType"] ?? "Gateway") === "Gateway"
                ? [
                      ec2Need(
                          QUOTA.gatewayEndpoints,
                          "VpcEndpointLimitExceeded",
                          "The maximum number of VPC endpoints has been reached.",
                      ),
                  ]
                : [];
        default:
            return [];
    }
}

const iamNeed = (quota: CountedQuota, what: string): Need => ({
    quota,
    amount: 1,
    refusal: (limit) => new AwsError("LimitExceeded", `Cannot exceed quota for ${what}: ${limit}`, 409),
});

/** What a call of IAM takes. */
export function iamNeeds(call: AwsCall): Need[] {
    switch (call.action) {
        case "CreateRole":
        case "CreateServiceLinkedRole":
            return [iamNeed(QUOTA.roles, "RolesPerAccount")];
        case "CreateInstanceProfile":
            return [iamNeed(QUOTA.instanceProfiles, "InstanceProfilesPerAccount")];
        default:
            return [];
    }
}
