/** What EC2 says of a machine, as outputs. */
import {
    DescribeInstanceAttributeCommand,
    DescribeInstanceCreditSpecificationsCommand,
    DescribeVolumesCommand,
    type Instance,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { tagOutputs } from "../tags.ts";
import { object } from "../values.ts";
import { findInstance } from "./machines.ts";

/** Outputs of a machine, `undefined` for one that is gone or terminated. */
export async function readInstance(aws: Aws, id: string, state: Properties): Promise<Properties | undefined> {
    const found = await findInstance(aws, id);
    if (!found) return undefined;
    const metadata = found.MetadataOptions;
    const groups = found.SecurityGroups ?? [];
    const card = found.NetworkInterfaces?.find(({ Attachment }) => (Attachment?.DeviceIndex ?? 0) === 0);
    const ipv6Addresses = (card?.Ipv6Addresses ?? []).map(({ Ipv6Address = "" }) => Ipv6Address);
    return {
        arn: await aws.arn("ec2", `instance/${id}`),
        instanceState: found.State?.Name,
        ami: found.ImageId,
        instanceType: found.InstanceType,
        availabilityZone: found.Placement?.AvailabilityZone,
        tenancy: found.Placement?.Tenancy,
        subnetId: found.SubnetId,
        keyName: found.KeyName ?? "",
        vpcSecurityGroupIds: groups.map(({ GroupId = "" }) => GroupId),
        // In a VPC groups go by their ids only.
        securityGroups: [],
        // No address while stopped: "", not nothing.
        publicIp: found.PublicIpAddress ?? "",
        publicDns: found.PublicIpAddress ? (found.PublicDnsName ?? "") : "",
        associatePublicIpAddress: Boolean(found.PublicIpAddress),
        privateIp: found.PrivateIpAddress,
        privateDns: found.PrivateDnsName,
        primaryNetworkInterfaceId: card?.NetworkInterfaceId,
        iamInstanceProfile: profileName(found),
        ebsOptimized: found.EbsOptimized ?? false,
        monitoring: found.Monitoring?.State === "enabled",
        sourceDestCheck: found.SourceDestCheck ?? true,
        secondaryPrivateIps: [],
        ipv6Addresses,
        ipv6AddressCount: ipv6Addresses.length,
        instanceLifecycle: found.InstanceLifecycle ?? "",
        passwordData: "",
        ...(metadata
            ? {
                  metadataOptions: {
                      ...object(state, "metadataOptions"),
                      httpEndpoint: metadata.HttpEndpoint,
                      httpTokens: metadata.HttpTokens,
                      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
                      ...(metadata.InstanceMetadataTags
                          ? { instanceMetadataTags: metadata.InstanceMetadataTags }
                          : {}),
                  },
              }
            : {}),
        ...(await userData(aws, id)),
        ...(await credits(aws, found)),
        ...(await rootDevice(aws, found, state)),
        ...tagOutputs(aws, found.Tags),
    };
}

function profileName(found: Instance): string {
    return found.IamInstanceProfile?.Arn?.split("/").pop() ?? "";
}

async function userData(aws: Aws, id: string): Promise<Properties> {
    const answer = await aws.ec2.send(
        new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "userData" }),
    );
    const value = answer.UserData?.Value;
    return { userData: value ? Buffer.from(value, "base64").toString("utf8") : null };
}

/** Only types that burst have credits. */
async function credits(aws: Aws, found: Instance): Promise<Properties> {
    if (!/^t\d/.test(found.InstanceType ?? "")) return {};
    const { InstanceCreditSpecifications = [] } = await aws.ec2.send(
        new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [found.InstanceId ?? ""] }),
    );
    const cpuCredits = InstanceCreditSpecifications[0]?.CpuCredits;
    return cpuCredits ? { creditSpecification: { cpuCredits } } : {};
}

async function rootDevice(aws: Aws, found: Instance, state: Properties): Promise<Properties> {
    const mapping = found.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === found.RootDeviceName);
    const VolumeId = mapping?.Ebs?.VolumeId;
    if (!mapping || !VolumeId) return {};
    const { Volumes = [] } = await aws.ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    const [volume] = Volumes;
    if (!volume) return {};
    const { tags, tagsAll } = tagOutputs(aws, volume.Tags);
    return {
        rootBlockDevice: {
            ...object(state, "rootBlockDevice"),
            deviceName: mapping.DeviceName,
            volumeId: VolumeId,
            volumeSize: volume.Size,
            volumeType: volume.VolumeType,
            encrypted: volume.Encrypted ?? false,
            deleteOnTermination: mapping.Ebs?.DeleteOnTermination ?? true,
            ...(volume.Iops === undefined ? {} : { iops: volume.Iops }),
            ...(volume.Throughput === undefined ? {} : { throughput: volume.Throughput }),
            tags,
            tagsAll,
        },
    };
}
