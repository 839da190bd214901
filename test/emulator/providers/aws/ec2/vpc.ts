/** `aws:ec2/vpc:Vpc` */
import {
    CreateVpcCommand,
    DeleteVpcCommand,
    DescribeNetworkAclsCommand,
    DescribeRouteTablesCommand,
    DescribeSecurityGroupsCommand,
    DescribeVpcAttributeCommand,
    DescribeVpcsCommand,
    ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider";
import { isCode, unlessGone } from "../errors";
import type { Operation, ResourceType } from "../resource";
import { boolean, string } from "../schema";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags";
import { flag, needText } from "../values";
import { retryWhile } from "../waiting";

const gone = ["InvalidVpcID.NotFound"];

/** A network. */
export const vpc: ResourceType = {
    noun: "EC2 VPC",
    tagged: true,
    fields: {
        cidrBlock: string({ required: true, forceNew: true }),
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
    ],

    async create(inputs, operation, created) {
        const answer = await operation.aws.ec2.send(
            new CreateVpcCommand({
                CidrBlock: needText(inputs, "cidrBlock"),
                TagSpecifications: tagSpecifications("vpc", inputs),
            }),
        );
        const id = answer.Vpc?.VpcId ?? "";
        created(id);
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
