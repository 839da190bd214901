/** `aws:ec2/securityGroup:SecurityGroup`, with rules declared apart. */
import {
    CreateSecurityGroupCommand,
    DeleteSecurityGroupCommand,
    DescribeSecurityGroupRulesCommand,
    DescribeSecurityGroupsCommand,
    RevokeSecurityGroupEgressCommand,
    RevokeSecurityGroupIngressCommand,
    type IpPermission,
    type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { boolean, string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { flag, needText, text } from "../values.ts";
import { poll, retryWhile } from "../waiting.ts";

const gone = ["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"];

/** The group with this id, `undefined` if there is none. */
async function find(aws: Aws, id: string): Promise<SecurityGroup | undefined> {
    const answer = await unlessGone(gone, () =>
        aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })),
    );
    return answer?.SecurityGroups?.[0];
}

/** A set of network rules. */
export const securityGroup: ResourceType = {
    noun: "Security Group",
    tagged: true,
    fields: {
        name: string({ forceNew: true, computed: true }),
        description: string({ forceNew: true, default: "Managed by Pulumi" }),
        vpcId: string({ forceNew: true, computed: true }),
        revokeRulesOnDelete: boolean({ default: false }),
    },
    autoName: { field: "name", maxLength: 255 },
    outputs: ["arn", "ownerId", "namePrefix", "ingress", "egress"],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const answer = await aws.ec2.send(
            new CreateSecurityGroupCommand({
                GroupName: needText(inputs, "name"),
                Description: needText(inputs, "description"),
                VpcId: text(inputs, "vpcId"),
                TagSpecifications: tagSpecifications("security-group", inputs),
            }),
        );
        const id = answer.GroupId ?? "";
        created(id);
        const group = await poll(operation.patience(300), () => find(aws, id));
        // "AWS defaults all Security Groups to have an ALLOW ALL egress rule. Here we revoke that rule, so users don't
        // unknowingly have/use it." (the real provider)
        const everything = (group?.IpPermissionsEgress ?? []).filter(({ IpProtocol }) => IpProtocol === "-1");
        if (everything.length > 0) {
            await aws.ec2.send(
                new RevokeSecurityGroupEgressCommand({
                    GroupId: id,
                    IpPermissions: everything.map(revocable),
                }),
            );
        }
        return id;
    },

    async read(id, _state, { aws }) {
        const found = await find(aws, id);
        if (!found) return undefined;
        return {
            arn: found.SecurityGroupArn ?? (await aws.arn("ec2", `security-group/${id}`)),
            ownerId: found.OwnerId,
            name: found.GroupName,
            namePrefix: "",
            description: found.Description,
            vpcId: found.VpcId,
            ingress: (found.IpPermissions ?? []).map((rule) => ruleOutput(id, rule)),
            egress: (found.IpPermissionsEgress ?? []).map((rule) => ruleOutput(id, rule)),
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        // revokeRulesOnDelete only matters later.
        if (update.changed("tagsAll")) await updateEc2Tags(update.aws, id, update.olds, update.news);
    },

    async delete(id, state, operation) {
        if (flag(state, "revokeRulesOnDelete")) await revokeAll(id, operation);
        await unlessGone(gone, () =>
            // Network interfaces of what was just terminated hold a group for a while (15 minutes in the real provider).
            retryWhile(
                operation.patience(900),
                (error) => isCode(error, "DependencyViolation", "InvalidGroup.InUse"),
                () => operation.aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })),
            ),
        );
    },
};

/** Revokes the group's own rules and every rule of other groups that names it (`forceRevokeSecurityGroupRules`). */
async function revokeAll(id: string, { aws }: Operation): Promise<void> {
    const own = await find(aws, id);
    if (!own) return;
    const { SecurityGroupRules = [] } = await aws.ec2.send(new DescribeSecurityGroupRulesCommand({}));
    const rules = SecurityGroupRules.filter(
        ({ GroupId, ReferencedGroupInfo }) => GroupId === id || ReferencedGroupInfo?.GroupId === id,
    );
    for (const group of new Set(rules.map(({ GroupId = "" }) => GroupId))) {
        for (const egress of [false, true]) {
            const ids = rules
                .filter(({ GroupId, IsEgress }) => GroupId === group && (IsEgress ?? false) === egress)
                .map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
            if (ids.length === 0) continue;
            const input = { GroupId: group, SecurityGroupRuleIds: ids };
            await unlessGone(
                [...gone, "InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"],
                () =>
                    egress
                        ? aws.ec2.send(new RevokeSecurityGroupEgressCommand(input))
                        : aws.ec2.send(new RevokeSecurityGroupIngressCommand(input)),
            );
        }
    }
}

/** EC2 refuses empty lists in a rule to revoke. */
function revocable(rule: IpPermission): IpPermission {
    return {
        IpProtocol: rule.IpProtocol,
        ...(rule.IpRanges?.length ? { IpRanges: rule.IpRanges } : {}),
        ...(rule.Ipv6Ranges?.length ? { Ipv6Ranges: rule.Ipv6Ranges } : {}),
    };
}

function ruleOutput(id: string, rule: IpPermission): Properties {
    const groups = (rule.UserIdGroupPairs ?? []).map(({ GroupId = "" }) => GroupId);
    return {
        protocol: rule.IpProtocol ?? "",
        fromPort: rule.FromPort && rule.FromPort > 0 ? rule.FromPort : 0,
        toPort: rule.ToPort && rule.ToPort > 0 ? rule.ToPort : 0,
        cidrBlocks: (rule.IpRanges ?? []).map(({ CidrIp = "" }) => CidrIp),
        ipv6CidrBlocks: (rule.Ipv6Ranges ?? []).map(({ CidrIpv6 = "" }) => CidrIpv6),
        prefixListIds: (rule.PrefixListIds ?? []).map(({ PrefixListId = "" }) => PrefixListId),
        securityGroups: groups.filter((group) => group !== id),
        self: groups.includes(id),
        description: rule.IpRanges?.[0]?.Description ?? rule.UserIdGroupPairs?.[0]?.Description ?? "",
    };
}
