/** `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule` and the same for egress. */
import {
    AuthorizeSecurityGroupEgressCommand,
    AuthorizeSecurityGroupIngressCommand,
    DescribeSecurityGroupRulesCommand,
    ModifySecurityGroupRulesCommand,
    RevokeSecurityGroupEgressCommand,
    RevokeSecurityGroupIngressCommand,
    type IpPermission,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import { unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { integer, string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { needText, number, text } from "../values.ts";

const gone = [
    "InvalidSecurityGroupRuleId.NotFound",
    "InvalidGroup.NotFound",
    "InvalidSecurityGroupID.NotFound",
    "InvalidPermission.NotFound",
];
const sources = ["cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"] as const;

/** One rule of a group; its id is `sgr-...`. */
function ruleType(direction: "ingress" | "egress"): ResourceType {
    return {
        noun: `VPC Security Group ${direction === "ingress" ? "Ingress" : "Egress"} Rule`,
        tagged: true,
        fields: {
            securityGroupId: string({ required: true, forceNew: true }),
            ipProtocol: string({
                required: true,
                same: (old, news) => protocolName(old) === protocolName(news),
            }),
            fromPort: integer(),
            toPort: integer(),
            cidrIpv4: string(),
            cidrIpv6: string(),
            referencedSecurityGroupId: string(),
            description: string(),
        },
        outputs: ["arn", "securityGroupRuleId"],
        check: (inputs) =>
            sources.filter((source) => inputs[source] !== undefined).length === 1
                ? []
                : [
                      {
                          property: "cidrIpv4",
                          reason: `Exactly one of these attributes must be configured: [${sources.join(",")}]`,
                      },
                  ],

        async create(inputs, { aws }) {
            const request = {
                GroupId: needText(inputs, "securityGroupId"),
                IpPermissions: [permission(inputs)],
                TagSpecifications: tagSpecifications("security-group-rule", inputs),
            };
            const answer =
                direction === "ingress"
                    ? await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand(request))
                    : await aws.ec2.send(new AuthorizeSecurityGroupEgressCommand(request));
            return answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
        },

        async read(id, _state, { aws }) {
            const answer = await unlessGone(gone, () =>
                aws.ec2.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] })),
            );
            const found = answer?.SecurityGroupRules?.find(
                ({ SecurityGroupRuleId }) => SecurityGroupRuleId === id,
            );
            if (!found) return undefined;
            // All protocols have no ports; AWS says -1.
            const port = (value: number | undefined) =>
                value === undefined || found.IpProtocol === "-1" ? null : value;
            return {
                arn: found.SecurityGroupRuleArn ?? (await aws.arn("ec2", `security-group-rule/${id}`)),
                securityGroupRuleId: id,
                securityGroupId: found.GroupId,
                ipProtocol: found.IpProtocol,
                fromPort: port(found.FromPort),
                toPort: port(found.ToPort),
                cidrIpv4: found.CidrIpv4 || null,
                cidrIpv6: found.CidrIpv6 || null,
                referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId || null,
                description: found.Description || null,
                ...tagOutputs(aws, found.Tags),
            };
        },

        async update(id, { aws, olds, news, changed }) {
            if (changed("ipProtocol", "fromPort", "toPort", ...sources, "description")) {
                await aws.ec2.send(
                    new ModifySecurityGroupRulesCommand({
                        GroupId: needText(news, "securityGroupId"),
                        SecurityGroupRules: [
                            {
                                SecurityGroupRuleId: id,
                                SecurityGroupRule: {
                                    IpProtocol: text(news, "ipProtocol"),
                                    FromPort: number(news, "fromPort") ?? -1,
                                    ToPort: number(news, "toPort") ?? -1,
                                    CidrIpv4: text(news, "cidrIpv4"),
                                    CidrIpv6: text(news, "cidrIpv6"),
                                    ReferencedGroupId: text(news, "referencedSecurityGroupId"),
                                    Description: text(news, "description"),
                                },
                            },
                        ],
                    }),
                );
            }
            if (changed("tagsAll")) await updateEc2Tags(aws, id, olds, news);
        },

        async delete(id, state, { aws }) {
            const request = { GroupId: needText(state, "securityGroupId"), SecurityGroupRuleIds: [id] };
            await unlessGone(gone, () =>
                direction === "ingress"
                    ? aws.ec2.send(new RevokeSecurityGroupIngressCommand(request))
                    : aws.ec2.send(new RevokeSecurityGroupEgressCommand(request)),
            );
        },
    };
}

/** A rule that lets traffic in. */
export const securityGroupIngressRule = ruleType("ingress");
/** A rule that lets traffic out. */
export const securityGroupEgressRule = ruleType("egress");

function permission(inputs: Properties): IpPermission {
    const Description = text(inputs, "description");
    const cidrIpv4 = text(inputs, "cidrIpv4");
    const cidrIpv6 = text(inputs, "cidrIpv6");
    const group = text(inputs, "referencedSecurityGroupId");
    return {
        IpProtocol: needText(inputs, "ipProtocol"),
        FromPort: number(inputs, "fromPort"),
        ToPort: number(inputs, "toPort"),
        ...(cidrIpv4 ? { IpRanges: [{ CidrIp: cidrIpv4, Description }] } : {}),
        ...(cidrIpv6 ? { Ipv6Ranges: [{ CidrIpv6: cidrIpv6, Description }] } : {}),
        ...(group ? { UserIdGroupPairs: [{ GroupId: group, Description }] } : {}),
    };
}

/** AWS gives names for the numbers of these protocols. */
function protocolName(protocol: string): string {
    const names: Record<string, string> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", all: "-1" };
    return names[protocol.toLowerCase()] ?? protocol.toLowerCase();
}
