/** What AWS refuses to delete because something still needs it, where moto would. */
import {
    DescribeInstancesCommand,
    DescribeInternetGatewaysCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    DescribeVpcEndpointsCommand,
    type EC2Client,
    type Instance,
    type IpPermission,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../errors.ts";
import type { Hosts } from "../hosts.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";

function violation(message: string): AwsError {
    return new AwsError("DependencyViolation", message);
}

/** Instances that still exist (moto's word for it is too early: there, terminated is at once). */
async function livingInstances(
    ec2: EC2Client,
    hosts: Hosts,
    filter: string,
    value: string,
): Promise<Instance[]> {
    const found = await ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name: filter, Values: [value] }] }),
    );
    const instances = (found.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
    return instances.filter((instance) => {
        const state = hosts.get(instance.InstanceId ?? "")?.state ?? instance.State?.Name;
        return state !== "terminated";
    });
}

function mentions(permissions: readonly IpPermission[] | undefined, groupId: string): boolean {
    return (permissions ?? []).some((p) =>
        (p.UserIdGroupPairs ?? []).some((pair) => pair.GroupId === groupId),
    );
}

async function checkSecurityGroup(ec2: EC2Client, hosts: Hosts, groupId: string): Promise<void> {
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const others = (SecurityGroups ?? []).filter((group) => group.GroupId !== groupId);
    const referenced = others.some(
        (group) => mentions(group.IpPermissions, groupId) || mentions(group.IpPermissionsEgress, groupId),
    );
    const members = await livingInstances(ec2, hosts, "instance.group-id", groupId);
    if (referenced || members.length > 0) throw violation(`resource ${groupId} has a dependent object`);
}

async function checkVpc(ec2: EC2Client, vpcId: string): Promise<void> {
    const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
    const [subnets, groups, gateways, endpoints, tables] = await Promise.all([
        ec2.send(new DescribeSubnetsCommand({ Filters })),
        ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
        ec2.send(
            new DescribeInternetGatewaysCommand({
                Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
            }),
        ),
        ec2.send(new DescribeVpcEndpointsCommand({ Filters })),
        ec2.send(new DescribeRouteTablesCommand({ Filters })),
    ]);
    const left = [
        ...(subnets.Subnets ?? []),
        ...(groups.SecurityGroups ?? []).filter((group) => group.GroupName !== "default"),
        ...(gateways.InternetGateways ?? []),
        ...(endpoints.VpcEndpoints ?? []).filter((endpoint) => endpoint.State?.toLowerCase() !== "deleted"),
        ...(tables.RouteTables ?? []).filter(
            (table) => !(table.Associations ?? []).some((a) => a.Main === true),
        ),
    ];
    if (left.length > 0) throw violation(`The vpc '${vpcId}' has dependencies and cannot be deleted.`);
}

/** Throws DependencyViolation when the call would delete something that is in use. */
export async function checkDependencies(call: AwsCall, moto: Moto, hosts: Hosts): Promise<void> {
    const ec2 = moto.ec2(call.region);
    const { params } = call;
    switch (call.action) {
        case "DeleteSecurityGroup":
            if (params["GroupId"] !== undefined) await checkSecurityGroup(ec2, hosts, params["GroupId"]);
            return;
        case "DeleteSubnet": {
            const id = params["SubnetId"] ?? "";
            if ((await livingInstances(ec2, hosts, "subnet-id", id)).length > 0) {
                throw violation(`The subnet '${id}' has dependencies and cannot be deleted.`);
            }
            return;
        }
        case "DeleteVpc":
            await checkVpc(ec2, params["VpcId"] ?? "");
            return;
        case "DetachInternetGateway": {
            const id = params["VpcId"] ?? "";
            const living = await livingInstances(ec2, hosts, "vpc-id", id);
            // A stopped machine has no public address.
            if (living.some((instance) => hosts.get(instance.InstanceId ?? "")?.state !== "stopped")) {
                throw violation(
                    `Network ${id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
                );
            }
            return;
        }
        default:
            return;
    }
}
