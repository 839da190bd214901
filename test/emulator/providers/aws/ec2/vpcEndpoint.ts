/** `aws:ec2/vpcEndpoint:VpcEndpoint`, gateway endpoints only: they are free. */
import {
    CreateVpcEndpointCommand,
    DeleteVpcEndpointsCommand,
    DescribePrefixListsCommand,
    DescribeVpcEndpointsCommand,
    ModifyVpcEndpointCommand,
    type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { Aws } from "../clients.ts";
import { unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { oneOf, set, string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { needText, texts } from "../values.ts";
import { poll, waitForState } from "../waiting.ts";

const gone = ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];

async function find(aws: Aws, id: string): Promise<VpcEndpoint | undefined> {
    const answer = await unlessGone(gone, () =>
        aws.ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })),
    );
    const found = answer?.VpcEndpoints?.[0];
    return found?.State?.toLowerCase() === "deleted" ? undefined : found;
}

/** A way from a network to a service of AWS. */
export const vpcEndpoint: ResourceType = {
    noun: "EC2 VPC Endpoint",
    tagged: true,
    fields: {
        vpcId: string({ required: true, forceNew: true }),
        serviceName: string({ required: true, forceNew: true }),
        vpcEndpointType: string({ forceNew: true, default: "Gateway", check: oneOf("Gateway") }),
        routeTableIds: set(string(), { computed: true }),
    },
    outputs: [
        "arn",
        "ownerId",
        "state",
        "prefixListId",
        "cidrBlocks",
        "policy",
        "requesterManaged",
        "privateDnsEnabled",
        "subnetIds",
        "securityGroupIds",
        "networkInterfaceIds",
        "dnsEntries",
    ],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const answer = await aws.ec2.send(
            new CreateVpcEndpointCommand({
                VpcId: needText(inputs, "vpcId"),
                ServiceName: needText(inputs, "serviceName"),
                VpcEndpointType: "Gateway",
                RouteTableIds: texts(inputs, "routeTableIds"),
                TagSpecifications: tagSpecifications("vpc-endpoint", inputs),
            }),
        );
        const id = answer.VpcEndpoint?.VpcEndpointId ?? "";
        created(id);
        await waitForState(operation.patience(600), () => find(aws, id), {
            // AWS writes the state in either case, see its model.
            of: (found) => (found.State ?? "").toLowerCase(),
            target: ["available", "pendingacceptance"],
            pending: ["pending"],
        });
        return id;
    },

    async read(id, _state, { aws }) {
        const found = await find(aws, id);
        if (!found) return undefined;
        const Filters = [{ Name: "prefix-list-name", Values: [found.ServiceName ?? ""] }];
        const { PrefixLists = [] } = await aws.ec2.send(new DescribePrefixListsCommand({ Filters }));
        return {
            arn: await aws.arn("ec2", `vpc-endpoint/${id}`),
            ownerId: found.OwnerId,
            state: (found.State ?? "").toLowerCase(),
            vpcId: found.VpcId,
            serviceName: found.ServiceName,
            vpcEndpointType: found.VpcEndpointType,
            routeTableIds: found.RouteTableIds,
            policy: found.PolicyDocument,
            prefixListId: PrefixLists[0]?.PrefixListId,
            cidrBlocks: PrefixLists[0]?.Cidrs,
            requesterManaged: found.RequesterManaged,
            privateDnsEnabled: found.PrivateDnsEnabled,
            subnetIds: found.SubnetIds ?? [],
            securityGroupIds: (found.Groups ?? []).map(({ GroupId = "" }) => GroupId),
            networkInterfaceIds: found.NetworkInterfaceIds ?? [],
            dnsEntries: [],
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, { aws, olds, news, changed }) {
        if (changed("routeTableIds")) {
            const before = texts(olds, "routeTableIds");
            const after = texts(news, "routeTableIds");
            await aws.ec2.send(
                new ModifyVpcEndpointCommand({
                    VpcEndpointId: id,
                    AddRouteTableIds: after.filter((table) => !before.includes(table)),
                    RemoveRouteTableIds: before.filter((table) => !after.includes(table)),
                }),
            );
        }
        if (changed("tagsAll")) await updateEc2Tags(aws, id, olds, news);
    },

    async delete(id, _state, operation) {
        const { aws } = operation;
        const answer = await unlessGone(gone, () =>
            aws.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] })),
        );
        // This call reports failures in a successful answer.
        const failed = answer?.Unsuccessful?.[0]?.Error;
        if (failed && !gone.includes(failed.Code ?? "")) throw new Error(`${failed.Code}: ${failed.Message}`);
        await poll(operation.patience(600), async () => ((await find(aws, id)) ? undefined : true));
    },
};
