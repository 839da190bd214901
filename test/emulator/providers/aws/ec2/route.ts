/** `aws:ec2/route:Route` */
import { crc32 } from "node:zlib";
import { CreateRouteCommand, DeleteRouteCommand, ReplaceRouteCommand, type Route } from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { needText, text } from "../values.ts";
import { poll, retryWhile } from "../waiting.ts";
import { findRouteTable } from "./routeTable.ts";

/** The destination is part of the id, as a checksum (`RouteCreateID`). */
function routeId(inputs: Properties): string {
    return `r-${needText(inputs, "routeTableId")}${crc32(destination(inputs))}`;
}

function destination(inputs: Properties): string {
    return text(inputs, "destinationCidrBlock") ?? text(inputs, "destinationIpv6CidrBlock") ?? "";
}

function target(inputs: Properties) {
    return {
        RouteTableId: needText(inputs, "routeTableId"),
        DestinationCidrBlock: text(inputs, "destinationCidrBlock"),
        DestinationIpv6CidrBlock: text(inputs, "destinationIpv6CidrBlock"),
    };
}

async function findRoute(aws: Aws, state: Properties): Promise<Route | undefined> {
    const table = await findRouteTable(aws, needText(state, "routeTableId"));
    const wanted = destination(state);
    return table?.Routes?.find(
        ({ DestinationCidrBlock, DestinationIpv6CidrBlock }) =>
            (DestinationCidrBlock || DestinationIpv6CidrBlock) === wanted,
    );
}

/** One route of a table. */
export const route: ResourceType = {
    noun: "EC2 Route",
    fields: {
        routeTableId: string({ required: true, forceNew: true }),
        destinationCidrBlock: string({ forceNew: true }),
        destinationIpv6CidrBlock: string({ forceNew: true }),
        gatewayId: string({ required: true }),
    },
    outputs: ["origin", "state", "instanceId", "instanceOwnerId", "networkInterfaceId"],
    check: (inputs) =>
        inputs.destinationCidrBlock === undefined && inputs.destinationIpv6CidrBlock === undefined
            ? [
                  {
                      property: "destinationCidrBlock",
                      reason: "one of `destinationCidrBlock,destinationIpv6CidrBlock` must be specified",
                  },
              ]
            : [],

    async create(inputs, operation, created) {
        const { aws } = operation;
        await retryWhile(
            operation.patience(300),
            (error) => isCode(error, "InvalidRouteTableID.NotFound", "InvalidParameterException"),
            () =>
                aws.ec2.send(
                    new CreateRouteCommand({ ...target(inputs), GatewayId: text(inputs, "gatewayId") }),
                ),
        );
        created(routeId(inputs));
        await poll(operation.patience(300), () => findRoute(aws, inputs));
        return routeId(inputs);
    },

    async read(_id, state, { aws }) {
        const found = await findRoute(aws, state);
        if (!found) return undefined;
        return {
            gatewayId: found.GatewayId ?? "",
            origin: found.Origin,
            state: found.State,
            instanceId: "",
            instanceOwnerId: "",
            networkInterfaceId: "",
        };
    },

    async update(_id, { aws, news }) {
        await aws.ec2.send(new ReplaceRouteCommand({ ...target(news), GatewayId: text(news, "gatewayId") }));
    },

    async delete(_id, state, { aws }) {
        await unlessGone(["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"], () =>
            aws.ec2.send(new DeleteRouteCommand(target(state))),
        );
    },
};
