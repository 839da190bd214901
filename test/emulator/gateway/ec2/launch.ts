/** RunInstances: as strict as AWS about the names in it, then a real machine. */
import {
    DescribeImagesCommand,
    DescribeKeyPairsCommand,
    DescribeSecurityGroupsCommand,
    DescribeSubnetsCommand,
    DescribeVpcsCommand,
    type Subnet,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../errors.ts";
import type { HostPlan } from "../hosts.ts";
import type { Identities } from "../identities.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";
import { childrenOf, descendants, textOf, type XmlNode } from "../xml.ts";
import type { InstanceTypes } from "./instanceTypes.ts";
import type { KeyPairs } from "./keyPairs.ts";

function listed(params: Readonly<Record<string, string>>, pattern: RegExp): string[] {
    return Object.entries(params)
        .filter(([name]) => pattern.test(name))
        .map(([, value]) => value);
}

/** True for an SDK error of that AWS code. */
export function hasCode(error: unknown, code: string): boolean {
    return error instanceof Error && (error.name === code || ("Code" in error && error.Code === code));
}

async function checkImage(call: AwsCall, moto: Moto, imageId: string): Promise<void> {
    const missing = new AwsError("InvalidAMIID.NotFound", `The image id '[${imageId}]' does not exist`);
    try {
        const found = await moto.ec2(call.region).send(new DescribeImagesCommand({ ImageIds: [imageId] }));
        if ((found.Images ?? []).length === 0) throw missing;
    } catch (error) {
        throw hasCode(error, "InvalidAMIID.NotFound") ? missing : error;
    }
}

async function checkNetwork(call: AwsCall, moto: Moto): Promise<Subnet | undefined> {
    const ec2 = moto.ec2(call.region);
    const subnetId = call.params["SubnetId"] ?? call.params["NetworkInterface.1.SubnetId"];
    const groups = listed(call.params, /^(NetworkInterface\.1\.)?SecurityGroupId\.\d+$/);
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const subnet = Subnets?.find((candidate) => candidate.SubnetId === subnetId);
    if (subnetId !== undefined && subnet === undefined) {
        throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
    }
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    for (const id of groups) {
        const group = SecurityGroups?.find((candidate) => candidate.GroupId === id);
        if (group === undefined) {
            throw new AwsError("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
        }
        if (subnet !== undefined && group.VpcId !== subnet.VpcId) {
            throw new AwsError(
                "InvalidParameter",
                `Security group ${id} and subnet ${subnetId} belong to different networks.`,
            );
        }
    }
    return subnet ?? (subnetId === undefined ? defaultSubnet(call, moto, Subnets ?? []) : undefined);
}

/** Where a machine without a subnet goes: the default network, which many accounts do not have any more. */
async function defaultSubnet(
    call: AwsCall,
    moto: Moto,
    subnets: readonly Subnet[],
): Promise<Subnet | undefined> {
    const { Vpcs = [] } = await moto.ec2(call.region).send(new DescribeVpcsCommand({}));
    const network = Vpcs.find(({ IsDefault }) => IsDefault === true);
    if (network === undefined) {
        throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
    }
    const zone = call.params["Placement.AvailabilityZone"];
    return zone === undefined
        ? undefined
        : subnets.find(({ VpcId, AvailabilityZone }) => {
              return VpcId === network.VpcId && AvailabilityZone === zone;
          });
}

/** The type must exist, and the zone must have it; a machine that may go anywhere goes where it is offered. */
async function checkType(call: AwsCall, types: InstanceTypes, subnet: Subnet | undefined): Promise<void> {
    // EC2's own default.
    const type = call.params["InstanceType"] ?? "m1.small";
    const [anywhere] = await types.zonesOf(call.region, type);
    const zone = subnet?.AvailabilityZone ?? call.params["Placement.AvailabilityZone"] ?? anywhere;
    await types.checkOffered(call.region, type, zone ?? `${call.region}a`);
}

async function checkKeyPair(call: AwsCall, moto: Moto, name: string): Promise<void> {
    const missing = new AwsError("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
    try {
        const found = await moto.ec2(call.region).send(new DescribeKeyPairsCommand({ KeyNames: [name] }));
        if ((found.KeyPairs ?? []).length === 0) throw missing;
    } catch (error) {
        throw hasCode(error, "InvalidKeyPair.NotFound") ? missing : error;
    }
}

/** Name of the instance profile in the request. */
export function profileOf(params: Readonly<Record<string, string>>): string | undefined {
    return params["IamInstanceProfile.Name"] ?? params["IamInstanceProfile.Arn"]?.split("/").pop();
}

/** Refuses names that do not exist, in AWS's words. */
export async function checkLaunch(
    call: AwsCall,
    moto: Moto,
    identities: Identities,
    types: InstanceTypes,
): Promise<void> {
    const { params } = call;
    await checkImage(call, moto, params["ImageId"] ?? "");
    const subnet = await checkNetwork(call, moto);
    await checkType(call, types, subnet);
    if (params["KeyName"] !== undefined) await checkKeyPair(call, moto, params["KeyName"]);
    const profile = profileOf(params);
    if (profile !== undefined && (await identities.roleOfProfile(profile)) === undefined) {
        throw new AwsError(
            "InvalidParameterValue",
            `Value (${profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
        );
    }
}

/**
 * What to boot for the instances in moto's answer to RunInstances.
 *
 * @param ipv6 new IPv6 addresses for a machine
 */
export function plansOf(
    call: AwsCall,
    answer: XmlNode,
    keyPairs: KeyPairs,
    ipv6: () => readonly string[],
): HostPlan[] {
    const { params, region } = call;
    const profile = profileOf(params);
    const keyName = params["KeyName"];
    const userData = params["UserData"];
    return descendants(answer, "instancesSet")
        .flatMap((set) => childrenOf(set, "item"))
        .map((item) => {
            const id = textOf(item, "instanceId") ?? "";
            return {
                id,
                region,
                kind: "instance" as const,
                user: "ubuntu" as const,
                hostname: `ip-${(textOf(item, "privateIpAddress") ?? id).replace(/\./g, "-")}`,
                authorizedKeys: keyName === undefined ? [] : [keyPairs.publicKey(region, keyName)],
                imageId: textOf(item, "imageId") ?? "",
                instanceType: textOf(item, "instanceType") ?? "",
                zone: textOf(item, "placement", "availabilityZone") ?? "",
                spot: textOf(item, "instanceLifecycle") === "spot",
                ipv6: ipv6(),
                ...(userData === undefined
                    ? {}
                    : { userData: Buffer.from(userData, "base64").toString("utf8") }),
                ...(profile === undefined ? {} : { profile }),
            };
        });
}
