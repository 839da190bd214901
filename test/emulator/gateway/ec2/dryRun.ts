/**
 * Dry runs: EC2 says whether the caller may, and does nothing. moto's CreateVpc makes its network all the same, so no
 * dry run is forwarded. IAM has been asked before; here what the call names must exist.
 */
import {
    DescribeInternetGatewaysCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    DescribeVpcEndpointsCommand,
    DescribeVpcsCommand,
    type EC2Client,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../errors.ts";
import type { Hosts } from "../hosts.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";

/** True for a call that shall not do anything. */
export function isDryRun(call: AwsCall): boolean {
    return call.params["DryRun"]?.toLowerCase() === "true";
}

/** What EC2 answers to a dry run that would go well: an error, with status 412. */
export function dryRunSucceeds(): AwsError {
    return new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}

interface Kind {
    readonly code: string;
    readonly name: string;
    ids(client: EC2Client, hosts: Hosts): Promise<readonly (string | undefined)[]>;
}

const KINDS: Readonly<Record<string, Kind>> = {
    vpc: {
        code: "InvalidVpcID.NotFound",
        name: "vpc ID",
        ids: async (client) =>
            ((await client.send(new DescribeVpcsCommand({}))).Vpcs ?? []).map(({ VpcId }) => VpcId),
    },
    subnet: {
        code: "InvalidSubnetID.NotFound",
        name: "subnet ID",
        ids: async (client) =>
            ((await client.send(new DescribeSubnetsCommand({}))).Subnets ?? []).map(
                ({ SubnetId }) => SubnetId,
            ),
    },
    sg: {
        code: "InvalidGroup.NotFound",
        name: "security group",
        ids: async (client) =>
            ((await client.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map(
                ({ GroupId }) => GroupId,
            ),
    },
    igw: {
        code: "InvalidInternetGatewayID.NotFound",
        name: "internetGateway ID",
        ids: async (client) =>
            ((await client.send(new DescribeInternetGatewaysCommand({}))).InternetGateways ?? []).map(
                ({ InternetGatewayId }) => InternetGatewayId,
            ),
    },
    rtb: {
        code: "InvalidRouteTableID.NotFound",
        name: "routeTable ID",
        ids: async (client) =>
            ((await client.send(new DescribeRouteTablesCommand({}))).RouteTables ?? []).map(
                ({ RouteTableId }) => RouteTableId,
            ),
    },
    vpce: {
        code: "InvalidVpcEndpointId.NotFound",
        name: "Vpc Endpoint Id",
        ids: async (client) =>
            ((await client.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints ?? []).map(
                ({ VpcEndpointId }) => VpcEndpointId,
            ),
    },
    i: {
        code: "InvalidInstanceID.NotFound",
        name: "instance ID",
        ids: async (_, hosts) => hosts.list().map(({ id }) => id),
    },
};

/** Throws what EC2 answers to a call that names something that is not there. */
export async function checkNamed(call: AwsCall, moto: Moto, hosts: Hosts): Promise<void> {
    const named = Object.entries(call.params).filter(
        ([key]) => !/^(Filter|TagSpecification|Tag|UserData)\b/.test(key),
    );
    for (const [, id] of named) {
        const kind = KINDS[/^([a-z]+)-[0-9a-z]+$/.exec(id)?.[1] ?? ""];
        if (kind === undefined) continue;
        const there = await kind.ids(moto.ec2(call.region), hosts);
        if (!there.includes(id)) throw new AwsError(kind.code, `The ${kind.name} '${id}' does not exist`);
    }
}
