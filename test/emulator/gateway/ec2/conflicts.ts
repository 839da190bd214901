/** What AWS refuses because there can be only one of it, where moto would make a second. */
import {
    DescribeInternetGatewaysCommand,
    DescribeRouteTablesCommand,
    DescribeVpcEndpointsCommand,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../errors.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";

/** Throws what AWS answers to a second gateway of a network, route table of a subnet, or endpoint of a route table. */
export async function checkConflicts(call: AwsCall, moto: Moto): Promise<void> {
    const ec2 = moto.ec2(call.region);
    const { params } = call;
    const filter = (Name: string, value: string | undefined) => ({ Name, Values: [value ?? ""] });
    switch (call.action) {
        case "AttachInternetGateway": {
            const vpc = params["VpcId"] ?? "";
            const { InternetGateways = [] } = await ec2.send(
                new DescribeInternetGatewaysCommand({ Filters: [filter("attachment.vpc-id", vpc)] }),
            );
            const [attached] = InternetGateways.map(({ InternetGatewayId }) => InternetGatewayId);
            if (attached === params["InternetGatewayId"]) {
                throw new AwsError(
                    "Resource.AlreadyAssociated",
                    `resource ${attached} is already attached to network ${vpc}`,
                );
            }
            if (attached !== undefined) {
                throw new AwsError(
                    "InvalidParameterValue",
                    `Network ${vpc} already has an internet gateway attached`,
                );
            }
            return;
        }
        case "AssociateRouteTable": {
            const { RouteTables = [] } = await ec2.send(
                new DescribeRouteTablesCommand({
                    Filters: [filter("association.subnet-id", params["SubnetId"])],
                }),
            );
            if (RouteTables.length > 0) {
                throw new AwsError(
                    "Resource.AlreadyAssociated",
                    `the specified association for route table ${params["RouteTableId"]} conflicts with an existing association`,
                );
            }
            return;
        }
        case "CreateVpcEndpoint": {
            const { VpcEndpoints = [] } = await ec2.send(
                new DescribeVpcEndpointsCommand({
                    Filters: [
                        filter("vpc-id", params["VpcId"]),
                        filter("service-name", params["ServiceName"]),
                    ],
                }),
            );
            const taken = VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== "deleted").flatMap(
                ({ RouteTableIds = [] }) => RouteTableIds,
            );
            const wanted = Object.entries(params).filter(([key]) => /^RouteTableId\.\d+$/.test(key));
            const [, twice] = wanted.find(([, table]) => taken.includes(table)) ?? [];
            if (twice !== undefined) {
                throw new AwsError(
                    "RouteAlreadyExists",
                    `route table ${twice} already has a route with destination-prefix-list-id of ${params["ServiceName"]}`,
                );
            }
            return;
        }
        default:
            return;
    }
}
