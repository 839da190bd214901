/** IPv6 addresses of machines, which moto knows nothing of. Nothing answers there: the pocket cloud has IPv4 only. */
import { randomBytes } from "node:crypto";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { AwsError, type Answer } from "../errors.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";
import { descendants, parseXml, setChild, type XmlNode } from "../xml.ts";

/**
 * A new address in a block, the way EC2 makes them: the block's network, then bits by chance.
 *
 * @param block a /64, e.g. `2a05:d018:1:2::/64`, which is the one size that subnets have
 */
export function addressIn(block: string): string {
    const [network = ""] = block.split("/");
    const [head = ""] = network.split("::");
    const groups = head.split(":").filter((group) => group !== "");
    while (groups.length < 4) groups.push("0");
    const bits = randomBytes(8);
    const host = [0, 2, 4, 6].map((at) => Math.max(1, bits.readUInt16BE(at)).toString(16));
    return [...groups.slice(0, 4), ...host].join(":");
}

/** Makes the addresses that RunInstances asks for, for one machine at each call; refuses what EC2 would. */
export async function ipv6Source(call: AwsCall, moto: Moto): Promise<() => string[]> {
    const asked = call.params["Ipv6AddressCount"] ?? call.params["NetworkInterface.1.Ipv6AddressCount"];
    const count = Number(asked ?? "0");
    if (count === 0) return () => [];
    const subnetId = call.params["SubnetId"] ?? call.params["NetworkInterface.1.SubnetId"] ?? "";
    const { Subnets } = await moto
        .ec2(call.region)
        .send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
    const block = Subnets?.[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock;
    if (block === undefined) {
        // The code is EC2's; the wording is not verified.
        throw new AwsError(
            "InvalidParameterValue",
            `The subnet '${subnetId}' does not have an IPv6 CIDR block associated with it.`,
        );
    }
    return () => Array.from({ length: count }, () => addressIn(block));
}

/** moto 5.2.1 tells the state of a subnet's block as `{'State': 'associated'}`. */
export function mendSubnets(answer: Answer): XmlNode {
    const root = parseXml(answer.body.toString("utf8"));
    for (const state of descendants(root, "ipv6CidrBlockState")) {
        const [, told] = /^\{'State': '(\w+)'\}$/.exec(state.children[0]?.text ?? "") ?? [];
        if (told !== undefined) setChild(state, "state", told);
    }
    return root;
}
