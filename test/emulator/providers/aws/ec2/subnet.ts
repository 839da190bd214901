/** `aws:ec2/subnet:Subnet` */
import {
    CreateSubnetCommand,
    DeleteSubnetCommand,
    DescribeSubnetsCommand,
    ModifySubnetAttributeCommand,
} from "@aws-sdk/client-ec2";
import { isCode, unlessGone } from "../errors";
import type { ResourceType } from "../resource";
import { boolean, string } from "../schema";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags";
import { flag, needText, text } from "../values";
import { retryWhile, waitForState } from "../waiting";

const gone = ["InvalidSubnetID.NotFound"];

/** A part of a network in one zone. */
export const subnet: ResourceType = {
    noun: "EC2 Subnet",
    tagged: true,
    fields: {
        vpcId: string({ required: true, forceNew: true }),
        cidrBlock: string({ forceNew: true }),
        availabilityZone: string({ forceNew: true, computed: true }),
        mapPublicIpOnLaunch: boolean({ default: false }),
    },
    outputs: ["arn", "ownerId", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const answer = await aws.ec2.send(
            new CreateSubnetCommand({
                VpcId: needText(inputs, "vpcId"),
                CidrBlock: text(inputs, "cidrBlock"),
                AvailabilityZone: text(inputs, "availabilityZone"),
                TagSpecifications: tagSpecifications("subnet", inputs),
            }),
        );
        const id = answer.Subnet?.SubnetId ?? "";
        created(id);
        await waitForState(
            operation.patience(600),
            async () => (await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }))).Subnets?.[0],
            { of: (found) => found.State ?? "", target: ["available"], pending: ["pending"] },
        );
        if (flag(inputs, "mapPublicIpOnLaunch")) {
            await aws.ec2.send(
                new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value: true } }),
            );
        }
        return id;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(gone, () =>
            aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] })),
        );
        const found = answer?.Subnets?.[0];
        if (!found) return undefined;
        return {
            arn: found.SubnetArn,
            ownerId: found.OwnerId,
            vpcId: found.VpcId,
            cidrBlock: found.CidrBlock,
            availabilityZone: found.AvailabilityZone,
            availabilityZoneId: found.AvailabilityZoneId,
            mapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
            privateDnsHostnameTypeOnLaunch: found.PrivateDnsNameOptionsOnLaunch?.HostnameType,
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        if (update.changed("mapPublicIpOnLaunch")) {
            const Value = flag(update.news, "mapPublicIpOnLaunch") ?? false;
            await update.aws.ec2.send(
                new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch: { Value } }),
            );
        }
        if (update.changed("tagsAll")) await updateEc2Tags(update.aws, id, update.olds, update.news);
    },

    async delete(id, _state, operation) {
        await unlessGone(gone, () =>
            retryWhile(
                operation.patience(1200),
                (error) => isCode(error, "DependencyViolation"),
                () => operation.aws.ec2.send(new DeleteSubnetCommand({ SubnetId: id })),
            ),
        );
    },
};
