/** `aws:ec2/instance:Instance` */
import {
    AssociateIamInstanceProfileCommand,
    DescribeIamInstanceProfileAssociationsCommand,
    DisassociateIamInstanceProfileCommand,
    ModifyInstanceAttributeCommand,
    ModifyInstanceCreditSpecificationCommand,
    ModifyInstanceMetadataOptionsCommand,
    ReplaceIamInstanceProfileAssociationCommand,
    RunInstancesCommand,
    TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import { isCode, says, unlessGone } from "../errors.ts";
import type { Operation, ResourceType, Update } from "../resource.ts";
import { between, block, boolean, integer, map, oneOf, set, string } from "../schema.ts";
import { tagSpecifications, updateEc2Tags } from "../tags.ts";
import { needText, number, object, text, texts } from "../values.ts";
import { retryWhile } from "../waiting.ts";
import { blockDevices, creditSpecification, metadataOptions } from "./instanceOptions.ts";
import { readInstance } from "./instanceRead.ts";
import { describeInstance, noInstance, startInstance, stopInstance, waitForInstance } from "./machines.ts";
import { updateRootDevice } from "./rootDevice.ts";

const iamPropagationSeconds = 120;

/** A machine. */
export const instance: ResourceType = {
    noun: "EC2 Instance",
    tagged: true,
    fields: {
        ami: string({ required: true, forceNew: true }),
        instanceType: string({ required: true }),
        subnetId: string({ forceNew: true, computed: true }),
        vpcSecurityGroupIds: set(string(), { computed: true }),
        keyName: string({ forceNew: true, computed: true }),
        iamInstanceProfile: string({ computed: true }),
        ipv6AddressCount: integer({ forceNew: true, computed: true, check: between(0, 100) }),
        userData: string(),
        metadataOptions: block(
            {
                httpEndpoint: string({ computed: true, check: oneOf("enabled", "disabled") }),
                httpTokens: string({ computed: true, check: oneOf("optional", "required") }),
                httpPutResponseHopLimit: integer({ computed: true }),
                instanceMetadataTags: string({ computed: true, check: oneOf("enabled", "disabled") }),
            },
            { computed: true },
        ),
        rootBlockDevice: block(
            {
                encrypted: boolean({ computed: true, forceNew: true }),
                volumeSize: integer({ computed: true }),
                volumeType: string({ computed: true }),
                deleteOnTermination: boolean({ default: true }),
                tags: map(),
            },
            { computed: true },
        ),
        creditSpecification: block(
            { cpuCredits: string({ check: oneOf("standard", "unlimited") }) },
            { computed: true },
        ),
    },
    outputs: [
        "arn",
        "instanceState",
        "publicIp",
        "publicDns",
        "privateIp",
        "privateDns",
        "primaryNetworkInterfaceId",
        "availabilityZone",
        "associatePublicIpAddress",
        "tenancy",
        "ebsOptimized",
        "monitoring",
        "sourceDestCheck",
        "securityGroups",
        "secondaryPrivateIps",
        "ipv6Addresses",
        "instanceLifecycle",
        "passwordData",
    ],
    // A stop and start gives the machine another address (hashicorp/terraform-provider-aws pull request 40710).
    unknownAfter: (changed) => (changed("instanceType", "userData") ? ["publicIp", "publicDns"] : []),

    async create(inputs, operation, created) {
        const { aws } = operation;
        const profile = text(inputs, "iamInstanceProfile");
        const answer = await retryWhile(
            operation.patience(iamPropagationSeconds),
            (error) => isUnknownProfile(error),
            async () =>
                aws.ec2.send(
                    new RunInstancesCommand({
                        ImageId: needText(inputs, "ami"),
                        InstanceType: needText(inputs, "instanceType") as "t3.small",
                        MinCount: 1,
                        MaxCount: 1,
                        SubnetId: text(inputs, "subnetId"),
                        SecurityGroupIds: texts(inputs, "vpcSecurityGroupIds"),
                        KeyName: text(inputs, "keyName"),
                        IamInstanceProfile: profile ? { Name: profile } : undefined,
                        Ipv6AddressCount: number(inputs, "ipv6AddressCount"),
                        UserData: encodedUserData(inputs),
                        MetadataOptions: metadataOptions(inputs),
                        BlockDeviceMappings: await blockDevices(aws, inputs),
                        CreditSpecification: creditSpecification(inputs),
                        TagSpecifications: tagSpecifications("instance", inputs),
                    }),
                ),
        );
        const id = answer.Instances?.[0]?.InstanceId ?? "";
        created(id);
        await waitForInstance(id, operation, "running", ["pending"]);
        await updateRootDevice(id, {}, object(inputs, "rootBlockDevice") ?? {}, operation, ["tags"]);
        return id;
    },

    read: (id, state, { aws }) => readInstance(aws, id, state),

    async update(id, update) {
        const { aws, olds, news, changed } = update;
        if (changed("tagsAll")) await updateEc2Tags(aws, id, olds, news);
        if (changed("iamInstanceProfile")) await changeProfile(id, text(news, "iamInstanceProfile"), update);
        if (changed("vpcSecurityGroupIds")) {
            const Groups = texts(news, "vpcSecurityGroupIds");
            await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups }));
        }
        if (changed("instanceType", "userData")) await changeStopped(id, update);
        if (changed("metadataOptions")) {
            await aws.ec2.send(
                new ModifyInstanceMetadataOptionsCommand({ InstanceId: id, ...metadataOptions(news) }),
            );
        }
        const credits = creditSpecification(news);
        if (changed("creditSpecification") && credits) {
            await aws.ec2.send(
                new ModifyInstanceCreditSpecificationCommand({
                    InstanceCreditSpecifications: [{ InstanceId: id, ...credits }],
                }),
            );
        }
        if (changed("rootBlockDevice")) {
            const before = object(olds, "rootBlockDevice") ?? {};
            await updateRootDevice(id, before, object(news, "rootBlockDevice") ?? {}, update);
        }
    },

    async delete(id, _state, operation) {
        const answer = await unlessGone(noInstance, () =>
            operation.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
        );
        if (!answer || !(await describeInstance(operation.aws, id))) return;
        await waitForInstance(
            id,
            operation,
            "terminated",
            ["pending", "running", "shutting-down", "stopped", "stopping"],
            1200,
        );
    },
};

/** IAM tells EC2 of a new profile late (`Invalid IAM Instance Profile name`). */
function isUnknownProfile(error: unknown): boolean {
    return (
        isCode(error, "InvalidParameterValue", "InvalidIamInstanceProfile*", "NoSuchEntity") &&
        (says(error, "Invalid IAM Instance Profile") || says(error, "has no associated IAM Roles"))
    );
}

function encodedUserData(inputs: Properties): string | undefined {
    const userData = text(inputs, "userData");
    return userData ? Buffer.from(userData).toString("base64") : undefined;
}

/** Type and user data change only while a machine is off: it is stopped, and started if it ran. */
async function changeStopped(id: string, update: Update): Promise<void> {
    const { aws, news, changed } = update;
    const before = (await describeInstance(aws, id))?.State?.Name;
    if (before === "running" || before === "pending") await stopInstance(id, update);
    if (changed("instanceType")) {
        const Value = needText(news, "instanceType");
        await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value } }));
    }
    if (changed("userData")) {
        const Value = Buffer.from(text(news, "userData") ?? "");
        await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, UserData: { Value } }));
    }
    if (before === "running" || before === "pending") await startInstance(id, update);
}

async function changeProfile(id: string, profile: string | undefined, operation: Operation): Promise<void> {
    const { aws } = operation;
    const Filters = [
        { Name: "instance-id", Values: [id] },
        { Name: "state", Values: ["associating", "associated"] },
    ];
    const { IamInstanceProfileAssociations = [] } = await aws.ec2.send(
        new DescribeIamInstanceProfileAssociationsCommand({ Filters }),
    );
    const AssociationId = IamInstanceProfileAssociations[0]?.AssociationId;
    if (!profile) {
        if (AssociationId) await aws.ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId }));
        return;
    }
    const IamInstanceProfile = { Name: profile };
    await retryWhile(operation.patience(iamPropagationSeconds), isUnknownProfile, () =>
        AssociationId
            ? aws.ec2.send(
                  new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile }),
              )
            : aws.ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId: id, IamInstanceProfile })),
    );
}
