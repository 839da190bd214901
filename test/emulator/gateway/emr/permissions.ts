/** What EMR needs before it makes nodes: roles, network and permissions of the service role, checked as AWS would. */
import {
    DescribeKeyPairsCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    type SecurityGroup,
    type Subnet,
} from "@aws-sdk/client-ec2";
import { decide, denialMessage } from "../authorization.ts";
import { roleArn, tagContext, type Check } from "../checkParts.ts";
import { ec2Arn } from "../checks.ts";
import { trusts } from "../identities.ts";
import { CLUSTER_IMAGE } from "../images.ts";
import { ACCOUNT_ID } from "../operator.ts";
import { rolePrincipal, type Principal } from "../principals.ts";
import { sessionArn } from "../sessions.ts";
import type { EmrContext } from "./context.ts";
import type { Cluster } from "./model.ts";

/** The cluster cannot start; `code` is that of StateChangeReason. */
export class StartFailure extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.code = code;

        this.name = "StartFailure";
    }
}

function validation(message: string): StartFailure {
    return new StartFailure("VALIDATION_ERROR", message);
}

async function servicePrincipal(context: EmrContext, cluster: Cluster): Promise<Principal> {
    const name = cluster.request.serviceRole.split("/").pop() ?? "";
    const identity = await context.identities.role(name);
    if (identity === undefined || !trusts(identity, "elasticmapreduce.amazonaws.com")) {
        // mrjob looks for exactly this ending.
        throw validation(`EMR service role ${roleArn(cluster.request.serviceRole)} is invalid`);
    }
    return rolePrincipal(identity, sessionArn(name, "CCSSession"), "CCSSession");
}

async function findSubnet(context: EmrContext, cluster: Cluster): Promise<Subnet> {
    const { subnetId } = cluster.request;
    const { Subnets } = await context.moto.ec2(cluster.region).send(new DescribeSubnetsCommand({}));
    const subnet = Subnets?.find((candidate) => candidate.SubnetId === subnetId);
    if (subnet === undefined) {
        throw validation(`The subnet configuration was invalid: The subnet ID '${subnetId}' does not exist`);
    }
    return subnet;
}

async function findGroups(context: EmrContext, cluster: Cluster): Promise<SecurityGroup[]> {
    const { request } = cluster;
    const ids = [
        request.masterGroup,
        request.slaveGroup,
        ...(request.serviceAccessGroup === undefined ? [] : [request.serviceAccessGroup]),
        ...request.additionalMasterGroups,
        ...request.additionalSlaveGroups,
    ];
    const { SecurityGroups } = await context.moto
        .ec2(cluster.region)
        .send(new DescribeSecurityGroupsCommand({}));
    return [...new Set(ids)].map((id) => {
        const group = SecurityGroups?.find((candidate) => candidate.GroupId === id);
        if (group === undefined) {
            throw validation(
                `The given security group is invalid: The security group '${id}' does not exist`,
            );
        }
        return group;
    });
}

/** A public subnet needs its way out: without it the nodes never reach EMR. */
async function checkRoute(context: EmrContext, cluster: Cluster, subnet: Subnet): Promise<void> {
    if (cluster.request.serviceAccessGroup !== undefined) return;
    const { RouteTables } = await context.moto
        .ec2(cluster.region)
        .send(
            new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [subnet.VpcId ?? ""] }] }),
        );
    const own = RouteTables?.find((table) => table.Associations?.some((a) => a.SubnetId === subnet.SubnetId));
    const main = RouteTables?.find((table) => table.Associations?.some((a) => a.Main === true));
    const table = own ?? main;
    const open = table?.Routes?.some((route) => {
        return route.DestinationCidrBlock === "0.0.0.0/0" && route.GatewayId?.startsWith("igw-") === true;
    });
    if (open !== true) {
        throw validation(
            `The subnet configuration was invalid: Cannot find route to InternetGateway in ${own === undefined ? "main " : ""}RouteTable ${table?.RouteTableId ?? ""} for vpc ${subnet.VpcId ?? ""}`,
        );
    }
}

function tagRecord(
    tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
    return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

/** Everything that EMR does in the service role's name to start this cluster. */
function serviceChecks(cluster: Cluster, subnet: Subnet, groups: readonly SecurityGroup[]): Check[] {
    const { region, request } = cluster;
    const base = { "aws:RequestedRegion": region, "aws:SecureTransport": "true" };
    const own = tagContext("aws:RequestTag", Object.fromEntries(cluster.tags));
    const made = { ...base, ...own, "aws:TagKeys": [...cluster.tags.keys()] };
    const run = (resource: string, context: Check["context"]): Check => ({
        action: "ec2:RunInstances",
        resource,
        context,
    });
    const arn = (type: string): string => `arn:aws:ec2:${region}:${ACCOUNT_ID}:${type}/new`;
    const tagged = (tags: Record<string, string>): Check["context"] => ({
        ...base,
        ...tagContext("aws:ResourceTag", tags),
        ...tagContext("ec2:ResourceTag", tags),
    });
    const ofGroup = (group: SecurityGroup): Check["context"] => tagged(tagRecord(group.Tags));
    const managed = groups.filter(
        (g) => g.GroupId === request.masterGroup || g.GroupId === request.slaveGroup,
    );
    return [
        run(ec2Arn(region, request.subnetId) ?? "*", tagged(tagRecord(subnet.Tags))),
        ...groups.map((group) => run(ec2Arn(region, group.GroupId ?? "") ?? "*", ofGroup(group))),
        run(arn("instance"), made),
        run(arn("volume"), made),
        run(arn("network-interface"), base),
        run(ec2Arn(region, CLUSTER_IMAGE) ?? "*", base),
        ...managed.map((group) => ({
            action: "ec2:AuthorizeSecurityGroupIngress",
            resource: ec2Arn(region, group.GroupId ?? "") ?? "*",
            context: ofGroup(group),
        })),
        {
            action: "iam:PassRole",
            resource: roleArn(request.instanceProfile),
            context: { ...base, "iam:PassedToService": "ec2.amazonaws.com" },
        },
    ];
}

/** The zone must have what the cluster is made of. */
async function checkZone(context: EmrContext, cluster: Cluster, subnet: Subnet): Promise<void> {
    for (const { instanceType } of cluster.request.groups) {
        const zones = await context.types.zonesOf(cluster.region, instanceType);
        if (!zones.includes(subnet.AvailabilityZone ?? "")) {
            throw validation(
                `The requested instance type ${instanceType} is not supported in the requested availability zone. ` +
                    `Supported are: ${zones.join(", ")}`,
            );
        }
    }
}

/** Spot nodes need a role of EC2's, which EMR's own managed policy may not create (AmazonEMRServicePolicy_v2, v6). */
async function checkSpotRole(context: EmrContext, cluster: Cluster, principal: Principal): Promise<void> {
    const spot = cluster.request.groups.some(({ market }) => market === "SPOT");
    if (!spot || (await context.serviceRoles.ensureSpot(principal))) return;
    throw validation(
        `Service role ${roleArn(cluster.request.serviceRole)} has insufficient EC2 permissions. EC2 Message: The provided ` +
            "credentials do not have permission to create the service-linked role for EC2 Spot Instances.",
    );
}

/** Throws a StartFailure unless the cluster can be made; gives the managed groups. */
export async function checkStart(context: EmrContext, cluster: Cluster): Promise<SecurityGroup[]> {
    const principal = await servicePrincipal(context, cluster);
    const subnet = await findSubnet(context, cluster);
    const groups = await findGroups(context, cluster);
    await checkRoute(context, cluster, subnet);
    await checkZone(context, cluster, subnet);
    if (cluster.request.keyName !== undefined) {
        const { KeyPairs } = await context.moto.ec2(cluster.region).send(new DescribeKeyPairsCommand({}));
        if (KeyPairs?.some((pair) => pair.KeyName === cluster.request.keyName) !== true) {
            throw validation(`The key pair '${cluster.request.keyName}' does not exist`);
        }
    }
    for (const check of serviceChecks(cluster, subnet, groups)) {
        const decision = await decide(principal, check);
        if (decision.result !== "Allowed") {
            throw validation(
                `Service role ${roleArn(cluster.request.serviceRole)} has insufficient EC2 permissions. EC2 Message: ` +
                    `You are not authorized to perform this operation. ${denialMessage(principal, check, decision)}`,
            );
        }
    }
    await checkSpotRole(context, cluster, principal);
    return groups.filter((group) => {
        return group.GroupId === cluster.request.masterGroup || group.GroupId === cluster.request.slaveGroup;
    });
}
