/** `aws:iam/role:Role` */
import {
    CreateRoleCommand,
    DeleteRoleCommand,
    GetRoleCommand,
    TagRoleCommand,
    UntagRoleCommand,
    UpdateAssumeRolePolicyCommand,
    UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { isCode, says, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { json, string } from "../schema.ts";
import { awsTags, tagChanges, tagOutputs } from "../tags.ts";
import { needText, text } from "../values.ts";
import { retryWhile } from "../waiting.ts";

/** IAM's words for "not there". */
export const noEntity = ["NoSuchEntity", "NoSuchEntityException"];

/** An identity that services take on; its id is its name. */
export const role: ResourceType = {
    noun: "IAM Role",
    tagged: true,
    global: true,
    fields: {
        name: string({ forceNew: true, computed: true, check: nameProblem(64) }),
        assumeRolePolicy: json({ required: true }),
        description: string(),
    },
    autoName: { field: "name", maxLength: 64 },
    outputs: [
        "arn",
        "uniqueId",
        "createDate",
        "path",
        "maxSessionDuration",
        "namePrefix",
        "managedPolicyArns",
        "inlinePolicies",
        "forceDetachPolicies",
    ],

    async create(inputs, operation) {
        const name = needText(inputs, "name");
        const answer = await retryWhile(
            operation.patience(120),
            // A principal that was just made ("Invalid principal in policy").
            (error) =>
                isCode(error, "MalformedPolicyDocument*") && says(error, "Invalid principal in policy"),
            () =>
                operation.aws.iam.send(
                    new CreateRoleCommand({
                        RoleName: name,
                        AssumeRolePolicyDocument: needText(inputs, "assumeRolePolicy"),
                        Description: text(inputs, "description"),
                        Tags: awsTags(inputs),
                    }),
                ),
        );
        return answer.Role?.RoleName ?? name;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(noEntity, () => aws.iam.send(new GetRoleCommand({ RoleName: id })));
        const found = answer?.Role;
        if (!found) return undefined;
        return {
            arn: found.Arn,
            name: found.RoleName,
            namePrefix: "",
            uniqueId: found.RoleId,
            createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
            path: found.Path,
            maxSessionDuration: found.MaxSessionDuration ?? 3600,
            description: found.Description || null,
            assumeRolePolicy: decodeURIComponent(found.AssumeRolePolicyDocument ?? ""),
            forceDetachPolicies: false,
            managedPolicyArns: [],
            inlinePolicies: [],
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, { aws, olds, news, changed }) {
        if (changed("assumeRolePolicy")) {
            const PolicyDocument = needText(news, "assumeRolePolicy");
            await aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
        }
        if (changed("description")) {
            await aws.iam.send(
                new UpdateRoleCommand({ RoleName: id, Description: text(news, "description") ?? "" }),
            );
        }
        if (changed("tagsAll")) {
            const { set, remove } = tagChanges(olds, news);
            if (remove.length > 0)
                await aws.iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: remove }));
            if (set.length > 0) await aws.iam.send(new TagRoleCommand({ RoleName: id, Tags: set }));
        }
    },

    async delete(id, _state, operation) {
        // Nothing is detached (forceDetachPolicies is false): a policy that the program does not know of stops it. The
        // real provider tries again for a while, since IAM tells of a detached one late.
        await unlessGone(noEntity, () =>
            retryWhile(
                operation.patience(10),
                (error) => isCode(error, "DeleteConflict*"),
                () => operation.aws.iam.send(new DeleteRoleCommand({ RoleName: id })),
            ),
        );
    },
};

/** IAM's rule for names. */
export function nameProblem(longest: number): (value: unknown) => string | undefined {
    return (value) => {
        if (typeof value !== "string") return undefined;
        if (value.length > longest)
            return `expected length to be in the range (1 - ${longest}), got ${value}`;
        return /^[\w+=,.@-]+$/.test(value) ? undefined : `must match [\\w+=,.@-], got ${value}`;
    };
}
