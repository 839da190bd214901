/** `aws:ec2/routeTableAssociation:RouteTableAssociation` */
import {
    AssociateRouteTableCommand,
    DescribeRouteTablesCommand,
    DisassociateRouteTableCommand,
    ReplaceRouteTableAssociationCommand,
    type RouteTableAssociation,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { needText } from "../values.ts";
import { retryWhile } from "../waiting.ts";

/** EC2 gives an association a new id when it gets another table, so the subnet finds it where the id does not. */
async function find(aws: Aws, id: string, state: Properties): Promise<RouteTableAssociation | undefined> {
    const subnetId = state.subnetId;
    const Filters =
        typeof subnetId === "string"
            ? [{ Name: "association.subnet-id", Values: [subnetId] }]
            : [{ Name: "association.route-table-association-id", Values: [id] }];
    const { RouteTables = [] } = await aws.ec2.send(new DescribeRouteTablesCommand({ Filters }));
    const all = RouteTables.flatMap(({ Associations = [] }) => Associations);
    return (
        all.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id) ??
        all.find(({ SubnetId }) => SubnetId !== undefined && SubnetId === subnetId)
    );
}

/** A subnet's route table. */
export const routeTableAssociation: ResourceType = {
    noun: "EC2 Route Table Association",
    fields: {
        routeTableId: string({ required: true }),
        subnetId: string({ required: true, forceNew: true }),
    },
    outputs: [],

    async create(inputs, operation) {
        const answer = await retryWhile(
            operation.patience(300),
            (error) => isCode(error, "InvalidRouteTableID.NotFound"),
            () =>
                operation.aws.ec2.send(
                    new AssociateRouteTableCommand({
                        RouteTableId: needText(inputs, "routeTableId"),
                        SubnetId: needText(inputs, "subnetId"),
                    }),
                ),
        );
        return answer.AssociationId ?? "";
    },

    async read(id, state, { aws }) {
        const found = await find(aws, id, state);
        return found && { routeTableId: found.RouteTableId, subnetId: found.SubnetId };
    },

    async update(id, { aws, olds, news }) {
        const found = await find(aws, id, olds);
        await aws.ec2.send(
            new ReplaceRouteTableAssociationCommand({
                AssociationId: found?.RouteTableAssociationId ?? id,
                RouteTableId: needText(news, "routeTableId"),
            }),
        );
    },

    async delete(id, state, { aws }) {
        const found = await find(aws, id, state);
        if (!found) return;
        await unlessGone(["InvalidAssociationID.NotFound"], () =>
            aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId: found.RouteTableAssociationId })),
        );
    },
};
