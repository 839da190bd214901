/** `aws:iam/rolePolicyAttachment:RolePolicyAttachment` and `aws:iam/userPolicyAttachment:UserPolicyAttachment` */
import {
    AttachRolePolicyCommand,
    AttachUserPolicyCommand,
    DetachRolePolicyCommand,
    DetachUserPolicyCommand,
    ListAttachedRolePoliciesCommand,
    ListAttachedUserPoliciesCommand,
    type AttachedPolicy,
} from "@aws-sdk/client-iam";
import type { Aws } from "../clients.ts";
import { unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { needText, text } from "../values.ts";
import { noEntity } from "./role.ts";

interface Side {
    readonly noun: string;
    readonly key: "role" | "user";
    readonly attach: (aws: Aws, who: string, PolicyArn: string) => Promise<unknown>;
    readonly detach: (aws: Aws, who: string, PolicyArn: string) => Promise<unknown>;
    readonly list: (aws: Aws, who: string, Marker: string | undefined) => Promise<Page>;
}
interface Page {
    readonly AttachedPolicies?: AttachedPolicy[];
    readonly Marker?: string;
}

/** A managed policy on an identity; its id is `<identity>/<policy ARN>`, the form that an import takes. */
function attachment({ noun, key, attach, detach, list }: Side): ResourceType {
    return {
        noun,
        global: true,
        // A create followed by the delete of the old one would remove the very same attachment.
        deleteBeforeReplace: true,
        fields: {
            [key]: string({ required: true, forceNew: true }),
            policyArn: string({ required: true, forceNew: true }),
        },
        outputs: [],

        async create(inputs, { aws }) {
            const who = needText(inputs, key);
            const arn = needText(inputs, "policyArn");
            await attach(aws, who, arn);
            return `${who}/${arn}`;
        },

        async read(id, state, { aws }) {
            const who = text(state, key) ?? id.slice(0, id.indexOf("/"));
            const policyArn = text(state, "policyArn") ?? id.slice(id.indexOf("/") + 1);
            let Marker: string | undefined;
            do {
                const from = Marker;
                const page = await unlessGone(noEntity, () => list(aws, who, from));
                if (page?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn))
                    return { [key]: who, policyArn };
                Marker = page?.Marker;
            } while (Marker);
            return undefined;
        },

        async delete(_id, state, { aws }) {
            await unlessGone(noEntity, () => detach(aws, needText(state, key), needText(state, "policyArn")));
        },
    };
}

/** A managed policy on a role. */
export const rolePolicyAttachment = attachment({
    noun: "IAM Role Policy Attachment",
    key: "role",
    attach: (aws, RoleName, PolicyArn) => aws.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (aws, RoleName, PolicyArn) => aws.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    list: (aws, RoleName, Marker) => aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker })),
});

/** A managed policy on a user. */
export const userPolicyAttachment = attachment({
    noun: "IAM User Policy Attachment",
    key: "user",
    attach: (aws, UserName, PolicyArn) => aws.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (aws, UserName, PolicyArn) => aws.iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    list: (aws, UserName, Marker) => aws.iam.send(new ListAttachedUserPoliciesCommand({ UserName, Marker })),
});
