import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Route53Client } from "@aws-sdk/client-route-53";
import * as pulumi from "@pulumi/pulumi";
import { removeOwnRecord, type WantedRecord } from "./dnsLeftover.ts";
import { type ClientAccess, providerAccess } from "./providerAccess.ts";

/** Inputs of a resource, as an error hook gets them. */
type Inputs = Readonly<Record<string, string | number | undefined>>;

/** How something is removed that is there although the state knows nothing of it. */
interface Leftover {
    /** What AWS says of a second one. */
    readonly refusal: RegExp;
    readonly remove: (inputs: Inputs, clients: Clients) => Promise<void>;
}

/** Clients with the rights of the provider, made when they are needed: which is almost never. */
class Clients {
    private readonly region: string;
    private access: Promise<ClientAccess> | undefined;

    constructor(region: string) {
        this.region = region;
    }

    async ec2(): Promise<{ sdk: typeof import("@aws-sdk/client-ec2"); client: EC2Client }> {
        const sdk = await import("@aws-sdk/client-ec2");
        return { sdk, client: new sdk.EC2Client(await this.options()) };
    }

    async iam(): Promise<{ sdk: typeof import("@aws-sdk/client-iam"); client: IAMClient }> {
        const sdk = await import("@aws-sdk/client-iam");
        return { sdk, client: new sdk.IAMClient(await this.options()) };
    }

    async route53(): Promise<{ sdk: typeof import("@aws-sdk/client-route-53"); client: Route53Client }> {
        const sdk = await import("@aws-sdk/client-route-53");
        return { sdk, client: new sdk.Route53Client(await this.options()) };
    }

    /** Asked for once where it was answered: a role is taken for all that is in the way. */
    private options(): Promise<ClientAccess> {
        this.access ??= providerAccess(this.region, new pulumi.Config("aws")).catch((error: unknown) => {
            this.access = undefined;
            throw error;
        });
        return this.access;
    }
}

const text = (value: string | number | undefined) => String(value ?? "");

/** Named as its role, which is auto-named: nobody but a former run of this stack can have made one of that name. */
async function removeInstanceProfile({ name }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.iam();
    const InstanceProfileName = text(name);
    const { InstanceProfile } = await client.send(new sdk.GetInstanceProfileCommand({ InstanceProfileName }));
    for (const { RoleName } of InstanceProfile?.Roles ?? []) {
        await client.send(new sdk.RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    await client.send(new sdk.DeleteInstanceProfileCommand({ InstanceProfileName }));
}

/** A user has two keys at most, and this one's only key is the one that is being made. */
async function removeAccessKeys({ user }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.iam();
    const UserName = text(user);
    const { AccessKeyMetadata = [] } = await client.send(new sdk.ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata) {
        await client.send(new sdk.DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    }
}

async function detachGateway({ internetGatewayId, vpcId }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.ec2();
    await client.send(
        new sdk.DetachInternetGatewayCommand({
            InternetGatewayId: text(internetGatewayId),
            VpcId: text(vpcId),
        }),
    );
}

async function removeSubnet({ vpcId, cidrBlock }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.ec2();
    const Filters = [
        { Name: "vpc-id", Values: [text(vpcId)] },
        { Name: "cidr-block", Values: [text(cidrBlock)] },
    ];
    const { Subnets = [] } = await client.send(new sdk.DescribeSubnetsCommand({ Filters }));
    for (const { SubnetId } of Subnets) {
        await client.send(new sdk.DeleteSubnetCommand({ SubnetId }));
    }
}

async function removeRoute(inputs: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.ec2();
    const { routeTableId, destinationCidrBlock, destinationIpv6CidrBlock } = inputs;
    await client.send(
        new sdk.DeleteRouteCommand({
            RouteTableId: text(routeTableId),
            ...(destinationCidrBlock ? { DestinationCidrBlock: text(destinationCidrBlock) } : {}),
            ...(destinationIpv6CidrBlock ? { DestinationIpv6CidrBlock: text(destinationIpv6CidrBlock) } : {}),
        }),
    );
}

async function removeAssociation({ subnetId }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.ec2();
    const Filters = [{ Name: "association.subnet-id", Values: [text(subnetId)] }];
    const { RouteTables = [] } = await client.send(new sdk.DescribeRouteTablesCommand({ Filters }));
    const associations = RouteTables.flatMap(({ Associations = [] }) => Associations);
    for (const { SubnetId, RouteTableAssociationId: AssociationId } of associations) {
        if (SubnetId === subnetId) {
            await client.send(new sdk.DisassociateRouteTableCommand({ AssociationId }));
        }
    }
}

async function removeEndpoint({ vpcId, serviceName }: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.ec2();
    const Filters = [
        { Name: "vpc-id", Values: [text(vpcId)] },
        { Name: "service-name", Values: [text(serviceName)] },
    ];
    const find = async () => {
        const { VpcEndpoints = [] } = await client.send(new sdk.DescribeVpcEndpointsCommand({ Filters }));
        // AWS writes the state in either case.
        return VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== "deleted");
    };
    const VpcEndpointIds = (await find()).map(({ VpcEndpointId = "" }) => VpcEndpointId);
    if (VpcEndpointIds.length > 0) {
        await client.send(new sdk.DeleteVpcEndpointsCommand({ VpcEndpointIds }));
    }
    // Its route goes with it, after a moment.
    for (let seconds = 0; seconds < 60 && (await find()).length > 0; seconds += 1) {
        await new Promise((done) => setTimeout(done, 1000));
    }
}

/** By their ids: EC2 takes back a rule that is described only if every part of the description is right. */
async function revokeRules(inputs: Inputs, clients: Clients, IsEgress: boolean): Promise<void> {
    const { sdk, client } = await clients.ec2();
    const GroupId = text(inputs.securityGroupId);
    const { SecurityGroupRules = [] } = await client.send(
        new sdk.DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId] }] }),
    );
    const same = SecurityGroupRules.filter(
        (rule) =>
            rule.IsEgress === IsEgress &&
            rule.IpProtocol === inputs.ipProtocol &&
            (inputs.fromPort === undefined || rule.FromPort === inputs.fromPort) &&
            rule.CidrIpv4 === inputs.cidrIpv4 &&
            rule.CidrIpv6 === inputs.cidrIpv6 &&
            rule.ReferencedGroupInfo?.GroupId === inputs.referencedSecurityGroupId,
    );
    const SecurityGroupRuleIds = same.map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
    const rules = { GroupId, SecurityGroupRuleIds };
    await (IsEgress
        ? client.send(new sdk.RevokeSecurityGroupEgressCommand(rules))
        : client.send(new sdk.RevokeSecurityGroupIngressCommand(rules)));
}

/** As it is asked for and no other: records carry no tags. */
async function removeRecord(inputs: Inputs, clients: Clients): Promise<void> {
    const { sdk, client } = await clients.route53();
    await removeOwnRecord(sdk, client, inputs as unknown as WantedRecord);
}

/**
 * What there can be but one of, by type of resource. Each is told by something of this stack alone that the state does
 * know: the network, the group, the role or the user that it belongs to. So what is removed is of this stack, and unused,
 * since whatever would use it waits for it.
 */
const leftovers: Readonly<Record<string, Leftover>> = {
    "aws:iam/accessKey:AccessKey": { refusal: /LimitExceeded/, remove: removeAccessKeys },
    "aws:iam/instanceProfile:InstanceProfile": {
        refusal: /EntityAlreadyExists/,
        remove: removeInstanceProfile,
    },
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": {
        refusal: /Resource\.AlreadyAssociated/,
        remove: detachGateway,
    },
    "aws:ec2/subnet:Subnet": { refusal: /InvalidSubnet\.Conflict/, remove: removeSubnet },
    "aws:ec2/route:Route": { refusal: /RouteAlreadyExists/, remove: removeRoute },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        refusal: /Resource\.AlreadyAssociated/,
        remove: removeAssociation,
    },
    "aws:route53/record:Record": { refusal: /but it already exists/, remove: removeRecord },
    "aws:ec2/vpcEndpoint:VpcEndpoint": { refusal: /RouteAlreadyExists/, remove: removeEndpoint },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        refusal: /InvalidPermission\.Duplicate/,
        remove: (inputs, clients) => revokeRules(inputs, clients, false),
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        refusal: /InvalidPermission\.Duplicate/,
        remove: (inputs, clients) => revokeRules(inputs, clients, true),
    },
};

/** Times that a thing is taken out of the way before its creation is given up. */
const attempts = 3;

/**
 * Takes out of the way what an `up` made and could not write down, because it was killed in that moment.
 *
 * Most of what a kill leaves behind is in nobody's way: names are made anew, and the tags find it. But of some things
 * there can be only one, and AWS would refuse the next `up` for ever. Pulumi has no way to adopt such a thing without
 * being told its id by hand.
 */
export class Leftovers {
    private readonly clients: Clients;

    /** @param region of the stack, e.g. `eu-west-1` */
    constructor(region: string) {
        this.clients = new Clients(region);
    }

    /**
     * Removes what a resource could not be made for.
     *
     * @returns true where it was removed, so that making the resource is worth another attempt
     * @throws Error of AWS where it could not be removed
     */
    async makeWay(args: pulumi.ErrorHookArgs): Promise<boolean> {
        const leftover = leftovers[args.type];
        const refused =
            args.failedOperation === "create" &&
            args.errors.length <= attempts &&
            leftover?.refusal.test(args.errors[0] ?? "") === true;
        if (refused) {
            await leftover.remove((args.newInputs ?? {}) as Inputs, this.clients);
        }
        return refused;
    }
}
