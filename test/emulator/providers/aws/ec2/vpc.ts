/** `aws:ec2/vpc:Vpc` */
import {
    AssociateVpcCidrBlockCommand,
    CreateVpcCommand,
    DeleteVpcCommand,
    DescribeNetworkAclsCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupsCommand,
    DescribeVpcAttributeCommand,
    DescribeVpcsCommand,
    DisassociateVpcCidrBlockCommand,
    ModifyVpcAttributeCommand,
    type Vpc,
    type VpcIpv6CidrBlockAssociation,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType, Update } from "../resource.ts";
import { boolean, string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { flag, needText, text } from "../values.ts";
import { retryWhile, waitForState } from "../waiting.ts";

const gone = ["InvalidVpcID.NotFound"];

/** A network. */
export const vpc: ResourceType = {
    noun: "EC2 VPC",
    tagged: true,
    fields: {
        cidrBlock: string({ required: true, forceNew: true }),
        assignGeneratedIpv6CidrBlock: boolean(),
        enableDnsHostnames: boolean({ computed: true }),
        enableDnsSupport: boolean({ default: true }),
    },
    outputs: [
        "arn",
        "ownerId",
        "mainRouteTableId",
        "defaultRouteTableId",
        "defaultSecurityGroupId",
        "defaultNetworkAclId",
        "dhcpOptionsId",
        "instanceTenancy",
        "ipv6CidrBlock",
        "ipv6AssociationId",
    ],
    unknownAfter: (changed) =>
        changed("assignGeneratedIpv6CidrBlock") ? ["ipv6CidrBlock", "ipv6AssociationId"] : [],

    async create(inputs, operation, created) {
        const answer = await operation.aws.ec2.send(
            new CreateVpcCommand({
                CidrBlock: needText(inputs, "cidrBlock"),
                AmazonProvidedIpv6CidrBlock: flag(inputs, "assignGeneratedIpv6CidrBlock"),
                TagSpecifications: tagSpecifications("vpc", inputs),
            }),
        );
        const id = answer.Vpc?.VpcId ?? "";
        created(id);
        const block = blockOf(answer.Vpc);
        if (block) await waitForBlock(id, block.AssociationId ?? "", "associated", operation);
        // A new VPC has DNS support and no DNS names.
        if (flag(inputs, "enableDnsHostnames")) await setDns(id, inputs, operation, "enableDnsHostnames");
        if (flag(inputs, "enableDnsSupport") === false)
            await setDns(id, inputs, operation, "enableDnsSupport");
        return id;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(gone, () => aws.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] })));
        const found = answer?.Vpcs?.[0];
        if (!found) return undefined;
        const Filters = [{ Name: "vpc-id", Values: [id] }];
        const attribute = (Attribute: "enableDnsHostnames" | "enableDnsSupport") =>
            aws.ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute }));
        const [names, support, tables, groups, acls] = await Promise.all([
            attribute("enableDnsHostnames"),
            attribute("enableDnsSupport"),
            aws.ec2.send(
                new DescribeRouteTablesCommand({
                    Filters: [...Filters, { Name: "association.main", Values: ["true"] }],
                }),
            ),
            aws.ec2.send(
                new DescribeSecurityGroupsCommand({
                    Filters: [...Filters, { Name: "group-name", Values: ["default"] }],
                }),
            ),
            aws.ec2.send(
                new DescribeNetworkAclsCommand({
                    Filters: [...Filters, { Name: "default", Values: ["true"] }],
                }),
            ),
        ]);
        const mainRouteTableId = tables.RouteTables?.[0]?.RouteTableId;
        return {
            arn: await aws.arn("ec2", `vpc/${id}`),
            ownerId: found.OwnerId,
            cidrBlock: found.CidrBlock,
            dhcpOptionsId: found.DhcpOptionsId,
            instanceTenancy: found.InstanceTenancy,
            ...ipv6Outputs(found),
            enableDnsHostnames: names.EnableDnsHostnames?.Value,
            enableDnsSupport: support.EnableDnsSupport?.Value,
            mainRouteTableId,
            defaultRouteTableId: mainRouteTableId,
            defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
            defaultNetworkAclId: acls.NetworkAcls?.[0]?.NetworkAclId,
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        if (update.changed("assignGeneratedIpv6CidrBlock")) await changeBlock(id, update);
        if (update.changed("enableDnsHostnames")) await setDns(id, update.news, update, "enableDnsHostnames");
        if (update.changed("enableDnsSupport")) await setDns(id, update.news, update, "enableDnsSupport");
        if (update.changed("tagsAll")) await updateEc2Tags(update.aws, id, update.olds, update.news);
    },

    async delete(id, _state, operation) {
        await unlessGone(gone, () =>
            retryWhile(
                operation.patience(300),
                (error) => isCode(error, "DependencyViolation"),
                () => operation.aws.ec2.send(new DeleteVpcCommand({ VpcId: id })),
            ),
        );
    },
};

/** EC2 takes one attribute a call. */
async function setDns(
    id: string,
    inputs: Properties,
    { aws }: Operation,
    key: "enableDnsHostnames" | "enableDnsSupport",
): Promise<void> {
    const value = { Value: flag(inputs, key) ?? false };
    const change = key === "enableDnsHostnames" ? { EnableDnsHostnames: value } : { EnableDnsSupport: value };
    await aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId: id, ...change }));
}

/** The block of IPv6 addresses that the network has now; one that was given back is still listed. */
function blockOf(found: Vpc | undefined): VpcIpv6CidrBlockAssociation | undefined {
    return found?.Ipv6CidrBlockAssociationSet?.find(({ Ipv6CidrBlockState }) =>
        ["associating", "associated"].includes(Ipv6CidrBlockState?.State ?? ""),
    );
}

function ipv6Outputs(found: Vpc): Properties {
    const block = blockOf(found);
    return {
        assignGeneratedIpv6CidrBlock: block ? block.Ipv6Pool === "Amazon" : false,
        ipv6AssociationId: block?.AssociationId ?? "",
        ipv6CidrBlock: block?.Ipv6CidrBlock ?? "",
    };
}

async function changeBlock(id: string, update: Update): Promise<void> {
    const { aws, news, olds } = update;
    const old = text(olds, "ipv6AssociationId");
    if (old) {
        await aws.ec2.send(new DisassociateVpcCidrBlockCommand({ AssociationId: old }));
        await waitForBlock(id, old, "disassociated", update);
    }
    if (!flag(news, "assignGeneratedIpv6CidrBlock")) return;
    const answer = await aws.ec2.send(
        new AssociateVpcCidrBlockCommand({ VpcId: id, AmazonProvidedIpv6CidrBlock: true }),
    );
    await waitForBlock(id, answer.Ipv6CidrBlockAssociation?.AssociationId ?? "", "associated", update);
}

async function waitForBlock(
    id: string,
    association: string,
    target: "associated" | "disassociated",
    operation: Operation,
): Promise<void> {
    await waitForState(
        operation.patience(600),
        async () => {
            const { Vpcs } = await operation.aws.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
            const all = Vpcs?.[0]?.Ipv6CidrBlockAssociationSet ?? [];
            const found = all.find(({ AssociationId }) => AssociationId === association);
            return found ?? { Ipv6CidrBlockState: { State: "disassociated" as const } };
        },
        {
            of: ({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State ?? "",
            target: [target],
            pending: ["associating", "associated", "disassociating", "disassociated", "failing"].filter(
                (state) => state !== target,
            ),
            why: ({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.StatusMessage ?? "",
        },
    );
}
