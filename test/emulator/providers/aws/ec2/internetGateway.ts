/** `aws:ec2/internetGateway:InternetGateway` */
import {
    AttachInternetGatewayCommand,
    CreateInternetGatewayCommand,
    DeleteInternetGatewayCommand,
    DescribeInternetGatewaysCommand,
    DetachInternetGatewayCommand,
} from "@aws-sdk/client-ec2";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { text } from "../values.ts";
import { retryWhile } from "../waiting.ts";

/** What EC2 says of a gateway that is not there. */
export const gone = ["InvalidInternetGatewayID.NotFound"];

/** The way out of a network. */
export const internetGateway: ResourceType = {
    noun: "EC2 Internet Gateway",
    tagged: true,
    fields: { vpcId: string({ computed: true }) },
    outputs: ["arn", "ownerId"],

    async create(inputs, operation, created) {
        const answer = await operation.aws.ec2.send(
            new CreateInternetGatewayCommand({
                TagSpecifications: tagSpecifications("internet-gateway", inputs),
            }),
        );
        const id = answer.InternetGateway?.InternetGatewayId ?? "";
        created(id);
        await attach(id, text(inputs, "vpcId"), operation);
        return id;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(gone, () =>
            aws.ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] })),
        );
        const found = answer?.InternetGateways?.[0];
        if (!found) return undefined;
        return {
            arn: await aws.arn("ec2", `internet-gateway/${id}`),
            ownerId: found.OwnerId,
            vpcId: found.Attachments?.[0]?.VpcId ?? "",
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        if (update.changed("vpcId")) {
            await detach(id, text(update.olds, "vpcId"), update);
            await attach(id, text(update.news, "vpcId"), update);
        }
        if (update.changed("tagsAll")) await updateEc2Tags(update.aws, id, update.olds, update.news);
    },

    async delete(id, state, operation) {
        await detach(id, text(state, "vpcId"), operation);
        await unlessGone(gone, () =>
            retryWhile(
                operation.patience(1200),
                (error) => isCode(error, "DependencyViolation"),
                () => operation.aws.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id })),
            ),
        );
    },
};

/** Attaches a gateway, with patience for one that EC2 does not know yet. */
export async function attach(id: string, vpcId: string | undefined, operation: Operation): Promise<void> {
    if (!vpcId) return;
    await retryWhile(
        operation.patience(120),
        (error) => isCode(error, ...gone),
        () =>
            operation.aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId })),
    );
}

/** Addresses that are still mapped keep a gateway attached, hence the long patience. */
export async function detach(id: string, vpcId: string | undefined, operation: Operation): Promise<void> {
    if (!vpcId) return;
    await unlessGone([...gone, "Gateway.NotAttached", "InvalidVpcID.NotFound"], () =>
        retryWhile(
            operation.patience(1200),
            (error) => isCode(error, "DependencyViolation"),
            () =>
                operation.aws.ec2.send(
                    new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }),
                ),
        ),
    );
}
