/** `aws:ec2/routeTable:RouteTable`, with routes declared apart. */
import {
    CreateRouteTableCommand,
    DeleteRouteTableCommand,
    DescribeRouteTablesCommand,
    DisassociateRouteTableCommand,
    type RouteTable,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { needText } from "../values.ts";
import { retryWhile } from "../waiting.ts";

const gone = ["InvalidRouteTableID.NotFound"];

/** The route table with this id, `undefined` if there is none. */
export async function findRouteTable(aws: Aws, id: string): Promise<RouteTable | undefined> {
    const answer = await unlessGone(gone, () =>
        aws.ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] })),
    );
    return answer?.RouteTables?.[0];
}

/** A table of routes. */
export const routeTable: ResourceType = {
    noun: "EC2 Route Table",
    tagged: true,
    fields: { vpcId: string({ required: true, forceNew: true }) },
    outputs: ["arn", "ownerId", "routes", "propagatingVgws"],

    async create(inputs, { aws }) {
        const answer = await aws.ec2.send(
            new CreateRouteTableCommand({
                VpcId: needText(inputs, "vpcId"),
                TagSpecifications: tagSpecifications("route-table", inputs),
            }),
        );
        return answer.RouteTable?.RouteTableId ?? "";
    },

    async read(id, _state, { aws }) {
        const found = await findRouteTable(aws, id);
        if (!found) return undefined;
        return {
            arn: await aws.arn("ec2", `route-table/${id}`),
            ownerId: found.OwnerId,
            vpcId: found.VpcId,
            routes: routesOf(found),
            propagatingVgws: (found.PropagatingVgws ?? []).map(({ GatewayId = "" }) => GatewayId),
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        if (update.changed("tagsAll")) await updateEc2Tags(update.aws, id, update.olds, update.news);
    },

    async delete(id, _state, operation) {
        const { aws } = operation;
        const found = await findRouteTable(aws, id);
        for (const { RouteTableAssociationId, Main } of found?.Associations ?? []) {
            if (Main) continue;
            await unlessGone(["InvalidAssociationID.NotFound"], () =>
                aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId: RouteTableAssociationId })),
            );
        }
        await unlessGone(gone, () =>
            retryWhile(
                operation.patience(300),
                (error) => isCode(error, "DependencyViolation"),
                () => aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId: id })),
            ),
        );
    },
};

/** Routes of the table but for the local one and those of gateway endpoints, as `flattenRoutes` leaves them out. */
function routesOf(table: RouteTable): Properties[] {
    return (table.Routes ?? [])
        .filter(({ GatewayId }) => GatewayId !== "local" && !GatewayId?.startsWith("vpce-"))
        .map((route) => ({
            cidrBlock: route.DestinationCidrBlock ?? "",
            ipv6CidrBlock: route.DestinationIpv6CidrBlock ?? "",
            gatewayId: route.GatewayId ?? "",
            natGatewayId: route.NatGatewayId ?? "",
        }));
}
