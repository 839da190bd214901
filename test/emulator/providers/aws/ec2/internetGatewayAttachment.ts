/** `aws:ec2/internetGatewayAttachment:InternetGatewayAttachment` */
import { DescribeInternetGatewaysCommand } from "@aws-sdk/client-ec2";
import { unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { needText } from "../values.ts";
import { attach, detach, gone } from "./internetGateway.ts";

/** What ties a gateway to a network. */
export const internetGatewayAttachment: ResourceType = {
    noun: "EC2 Internet Gateway Attachment",
    fields: {
        internetGatewayId: string({ required: true, forceNew: true }),
        vpcId: string({ required: true, forceNew: true }),
    },
    outputs: [],

    async create(inputs, operation) {
        const [gateway, vpc] = [needText(inputs, "internetGatewayId"), needText(inputs, "vpcId")];
        await attach(gateway, vpc, operation);
        return `${gateway}:${vpc}`;
    },

    async read(id, _state, { aws }) {
        const [gateway = "", vpc] = id.split(":");
        const answer = await unlessGone(gone, () =>
            aws.ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [gateway] })),
        );
        const attachments = answer?.InternetGateways?.[0]?.Attachments ?? [];
        if (!attachments.some(({ VpcId }) => VpcId === vpc)) return undefined;
        return { internetGatewayId: gateway, vpcId: vpc };
    },

    async delete(id, _state, operation) {
        const [gateway = "", vpc] = id.split(":");
        await detach(gateway, vpc, operation);
    },
};
