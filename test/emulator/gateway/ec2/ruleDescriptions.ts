/** Descriptions of security group rules that name another group, which moto 5.2.1 takes and does not give back. */
import type { AwsCall } from "../request.ts";
import { childrenOf, descendants, setChild, textOf, type XmlNode } from "../xml.ts";

/** Remembers the descriptions by rule. */
export class RuleDescriptions {
    private readonly byRule = new Map<string, string>();

    /** Takes them from a call that makes rules and its answer. */
    remember(call: AwsCall, answer: XmlNode): void {
        const described = Object.entries(call.params).filter(([name]) =>
            /^IpPermissions\.\d+\.(Groups|UserIdGroupPairs)\.\d+\.Description$/.test(name),
        );
        const rules = descendants(answer, "securityGroupRuleSet").flatMap((set) => childrenOf(set, "item"));
        // One rule a call, as the aws provider makes them; of more, moto's answer does not tell which is which.
        const [description] = described;
        const [rule] = rules;
        if (described.length === 1 && rules.length === 1 && description !== undefined && rule !== undefined) {
            this.byRule.set(textOf(rule, "securityGroupRuleId") ?? "", description[1]);
        }
    }

    /** Puts them into the answer of a call that describes rules. */
    fillIn(answer: XmlNode): void {
        for (const rule of descendants(answer, "securityGroupRuleSet").flatMap((set) =>
            childrenOf(set, "item"),
        )) {
            const description = this.byRule.get(textOf(rule, "securityGroupRuleId") ?? "");
            if (description !== undefined && (textOf(rule, "description") ?? "") === "") {
                setChild(rule, "description", description);
            }
        }
    }
}
