/** `aws:ec2/subnet:Subnet` */
import {
    AssociateSubnetCidrBlockCommand,
    CreateSubnetCommand,
    DeleteSubnetCommand,
    DescribeSubnetsCommand,
    DisassociateSubnetCidrBlockCommand,
    ModifySubnetAttributeCommand,
    type Subnet,
    type SubnetIpv6CidrBlockAssociation,
} from "@aws-sdk/client-ec2";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType, Update } from "../resource.ts";
import { boolean, string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { flag, needText, text } from "../values.ts";
import { retryWhile, waitForState } from "../waiting.ts";

const gone = ["InvalidSubnetID.NotFound"];

/** A part of a network in one zone. */
export const subnet: ResourceType = {
    noun: "EC2 Subnet",
    tagged: true,
    fields: {
        vpcId: string({ required: true, forceNew: true }),
        cidrBlock: string({ forceNew: true }),
        // Given and taken in place; EC2 refuses another one while machines have addresses of the old.
        ipv6CidrBlock: string(),
        availabilityZone: string({ forceNew: true, computed: true }),
        mapPublicIpOnLaunch: boolean({ default: false }),
    },
    outputs: [
        "arn",
        "ownerId",
        "availabilityZoneId",
        "privateDnsHostnameTypeOnLaunch",
        "ipv6CidrBlockAssociationId",
    ],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const answer = await aws.ec2.send(
            new CreateSubnetCommand({
                VpcId: needText(inputs, "vpcId"),
                CidrBlock: text(inputs, "cidrBlock"),
                Ipv6CidrBlock: text(inputs, "ipv6CidrBlock"),
                AvailabilityZone: text(inputs, "availabilityZone"),
                TagSpecifications: tagSpecifications("subnet", inputs),
            }),
        );
        const id = answer.Subnet?.SubnetId ?? "";
        created(id);
        await waitForState(operation.patience(600), () => describeSubnet(id, operation), {
            of: (found) => found.State ?? "",
            target: ["available"],
            pending: ["pending"],
        });
        const block = blockOf(answer.Subnet);
        if (block) await waitForBlock(id, block.AssociationId ?? "", "associated", operation);
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
            ipv6CidrBlock: blockOf(found)?.Ipv6CidrBlock ?? null,
            ipv6CidrBlockAssociationId: blockOf(found)?.AssociationId ?? null,
            availabilityZone: found.AvailabilityZone,
            availabilityZoneId: found.AvailabilityZoneId,
            mapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
            privateDnsHostnameTypeOnLaunch: found.PrivateDnsNameOptionsOnLaunch?.HostnameType,
            ...tagOutputs(aws, found.Tags),
        };
    },

    unknownAfter: (changed) => (changed("ipv6CidrBlock") ? ["ipv6CidrBlockAssociationId"] : []),

    async update(id, update) {
        if (update.changed("ipv6CidrBlock")) await changeBlock(id, update);
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

async function describeSubnet(id: string, { aws }: Operation): Promise<Subnet | undefined> {
    return (await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }))).Subnets?.[0];
}

function blockOf(found: Subnet | undefined): SubnetIpv6CidrBlockAssociation | undefined {
    return found?.Ipv6CidrBlockAssociationSet?.find(({ Ipv6CidrBlockState }) =>
        ["associating", "associated"].includes(Ipv6CidrBlockState?.State ?? ""),
    );
}

async function changeBlock(id: string, update: Update): Promise<void> {
    const { aws, news, olds } = update;
    const old = text(olds, "ipv6CidrBlockAssociationId");
    if (old) {
        await aws.ec2.send(new DisassociateSubnetCidrBlockCommand({ AssociationId: old }));
        await waitForBlock(id, old, "disassociated", update);
    }
    const Ipv6CidrBlock = text(news, "ipv6CidrBlock");
    if (!Ipv6CidrBlock) return;
    const answer = await aws.ec2.send(new AssociateSubnetCidrBlockCommand({ SubnetId: id, Ipv6CidrBlock }));
    await waitForBlock(id, answer.Ipv6CidrBlockAssociation?.AssociationId ?? "", "associated", update);
}

async function waitForBlock(
    id: string,
    association: string,
    target: "associated" | "disassociated",
    operation: Operation,
): Promise<void> {
    await waitForState(
        operation.patience(180),
        async () => {
            const all = (await describeSubnet(id, operation))?.Ipv6CidrBlockAssociationSet ?? [];
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
