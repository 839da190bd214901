/** Tags of what still exists: moto keeps the tags of deleted resources and goes on listing them, AWS does not. */
import {
    DescribeInstancesCommand,
    DescribeInternetGatewaysCommand,
    DescribeKeyPairsCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupRulesCommand,
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    DescribeVolumesCommand,
    DescribeVpcEndpointsCommand,
    DescribeVpcsCommand,
    type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Hosts } from "../hosts.ts";
import { child, childrenOf, textOf, type XmlNode } from "../xml.ts";

/** Ids of everything that exists, by the type that DescribeTags gives. */
async function existing(ec2: EC2Client, hosts: Hosts): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const ids = (list: readonly (string | undefined)[] | undefined): Set<string> =>
        new Set((list ?? []).filter((id) => id !== undefined));
    const [instances, gateways, keys, tables, rules, groups, subnets, volumes, endpoints, vpcs] =
        await Promise.all([
            ec2.send(new DescribeInstancesCommand({})),
            ec2.send(new DescribeInternetGatewaysCommand({})),
            ec2.send(new DescribeKeyPairsCommand({})),
            ec2.send(new DescribeRouteTablesCommand({})),
            ec2.send(new DescribeSecurityGroupRulesCommand({})),
            ec2.send(new DescribeSecurityGroupsCommand({})),
            ec2.send(new DescribeSubnetsCommand({})),
            ec2.send(new DescribeVolumesCommand({})),
            ec2.send(new DescribeVpcEndpointsCommand({})),
            ec2.send(new DescribeVpcsCommand({})),
        ]);
    const machines = (instances.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    const kept = (endpoints.VpcEndpoints ?? []).filter(
        ({ State }) => State !== undefined && !/^delet/i.test(State),
    );
    return new Map([
        // A terminated instance keeps its tags for about an hour; who looks for what is left sees its state.
        [
            "instance",
            ids([...machines.map(({ InstanceId }) => InstanceId), ...hosts.list().map(({ id }) => id)]),
        ],
        ["internet-gateway", ids(gateways.InternetGateways?.map((one) => one.InternetGatewayId))],
        ["key-pair", ids(keys.KeyPairs?.map((one) => one.KeyPairId))],
        ["route-table", ids(tables.RouteTables?.map((one) => one.RouteTableId))],
        ["security-group-rule", ids(rules.SecurityGroupRules?.map((one) => one.SecurityGroupRuleId))],
        ["security-group", ids(groups.SecurityGroups?.map((one) => one.GroupId))],
        ["subnet", ids(subnets.Subnets?.map((one) => one.SubnetId))],
        ["volume", ids(volumes.Volumes?.map((one) => one.VolumeId))],
        ["vpc-endpoint", ids(kept.map((one) => one.VpcEndpointId))],
        ["vpc", ids(vpcs.Vpcs?.map((one) => one.VpcId))],
    ]);
}

/** Leaves in an answer of DescribeTags what belongs to something that exists; types that are not known here stay. */
export async function keepLivingTags(answer: XmlNode, ec2: EC2Client, hosts: Hosts): Promise<void> {
    const living = await existing(ec2, hosts);
    const set = child(answer, "tagSet");
    if (set === undefined) return;
    set.children = childrenOf(set, "item").filter((item) => {
        const known = living.get(textOf(item, "resourceType") ?? "");
        return known === undefined || known.has(textOf(item, "resourceId") ?? "");
    });
}
