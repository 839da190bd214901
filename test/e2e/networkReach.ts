import {
    DescribeInstancesCommand,
    type DescribeInstancesCommandInput,
    DescribeSecurityGroupsCommand,
    EC2Client,
    type IpPermission,
} from "@aws-sdk/client-ec2";
import { EMRClient, ListInstancesCommand } from "@aws-sdk/client-emr";
import { BlockList, isIPv6 } from "node:net";
import type { Row } from "../demo/pocketClass.ts";
import type { LiveClass } from "./liveClass.ts";

/** Somebody who may knock, or be knocked at: by security groups, and by address. */
export interface Party {
    readonly address: string;
    readonly groups: readonly string[];
}

/** Ports that a class room, Hadoop, or an attacker would use; enough to tell one port from a range. */
const ports = [21, 22, 23, 80, 443, 2049, 8020, 8042, 8088, 8443, 9866, 50070, 65535];

/** The security groups of a network as they are, and who reaches whom by them. */
export class NetworkReach {
    private readonly incoming: ReadonlyMap<string, readonly IpPermission[]>;
    private readonly outgoing: ReadonlyMap<string, readonly IpPermission[]>;

    private constructor(
        incoming: ReadonlyMap<string, readonly IpPermission[]>,
        outgoing: ReadonlyMap<string, readonly IpPermission[]>,
    ) {
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    /** Reads them with the operator's rights. */
    static async of(live: LiveClass): Promise<NetworkReach> {
        const { SecurityGroups = [] } = await live.aws(EC2Client).send(new DescribeSecurityGroupsCommand({}));
        const rules = (side: "IpPermissions" | "IpPermissionsEgress") =>
            new Map(SecurityGroups.map((group) => [group.GroupId ?? "", group[side] ?? []]));
        return new NetworkReach(rules("IpPermissions"), rules("IpPermissionsEgress"));
    }

    /** What of a party's ports another one reaches, e.g. `tcp 22`. */
    open(from: Party, to: Party): string[] {
        const arriving = admitted(this.incoming, to, from);
        // Whoever is in none of the groups is elsewhere: what leaves there is not for these rules to say.
        return from.groups.length === 0
            ? arriving
            : arriving.filter((port) => this.leaving(from, to).includes(port));
    }

    /** What a party may send to. */
    leaving(from: Party, to: Party): string[] {
        return admitted(this.outgoing, from, to);
    }
}

/** All that is asked for, as {@link NetworkReach.open} tells it. */
export const everything: readonly string[] = [
    ...["tcp", "udp"].flatMap((protocol) => ports.map((port) => `${protocol} ${port}`)),
    "icmp",
];

/** What the rules of a party's groups admit for another party. */
function admitted(rules: ReadonlyMap<string, readonly IpPermission[]>, owner: Party, other: Party): string[] {
    const own = owner.groups
        .flatMap((group) => rules.get(group) ?? [])
        .filter((rule) => concerns(rule, other));
    return everything.filter((asked) => {
        const [protocol = "", port] = asked.split(" ");
        return own.some((rule) => covers(rule, protocol, Number(port ?? -1)));
    });
}

function covers(
    { IpProtocol, FromPort = -1, ToPort = -1 }: IpPermission,
    protocol: string,
    port: number,
): boolean {
    if (IpProtocol === "-1") return true;
    return IpProtocol === protocol && (protocol === "icmp" || (FromPort <= port && port <= ToPort));
}

function concerns(rule: IpPermission, { address, groups }: Party): boolean {
    const networks = new BlockList();
    for (const network of [
        ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ]) {
        const [base = "", bits] = (network ?? "").split("/");
        networks.addSubnet(base, Number(bits), isIPv6(base) ? "ipv6" : "ipv4");
    }
    return (
        (rule.UserIdGroupPairs ?? []).some(({ GroupId }) => groups.includes(GroupId ?? "")) ||
        networks.check(address, isIPv6(address) ? "ipv6" : "ipv4")
    );
}

/** The machine of a lab. */
export async function machineOf(live: LiveClass, { address }: Row): Promise<Party> {
    const [party] = await parties(live, { Filters: [{ Name: "ip-address", Values: [address] }] });
    if (party === undefined) throw new Error(`there is no machine on ${address}`);
    return party;
}

/** The nodes of a lab's cluster. */
export async function nodesOf(live: LiveClass, { clusterId }: Row): Promise<Party[]> {
    const { Instances = [] } = await live
        .aws(EMRClient)
        .send(new ListInstancesCommand({ ClusterId: clusterId, InstanceStates: ["RUNNING"] }));
    return parties(live, { InstanceIds: Instances.map((node) => node.Ec2InstanceId ?? "") });
}

async function parties(live: LiveClass, which: DescribeInstancesCommandInput): Promise<Party[]> {
    const { Reservations = [] } = await live.aws(EC2Client).send(new DescribeInstancesCommand(which));
    return Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => ({
        address: instance.PrivateIpAddress ?? "",
        groups: (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? ""),
    }));
}
