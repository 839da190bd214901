/** `aws:iam/policy:Policy` and `aws:iam/rolePolicy:RolePolicy` */
import {
    CreatePolicyCommand,
    CreatePolicyVersionCommand,
    DeletePolicyCommand,
    DeletePolicyVersionCommand,
    DeleteRolePolicyCommand,
    GetPolicyCommand,
    GetPolicyVersionCommand,
    GetRolePolicyCommand,
    ListPolicyVersionsCommand,
    PutRolePolicyCommand,
    TagPolicyCommand,
    UntagPolicyCommand,
} from "@aws-sdk/client-iam";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { json, string } from "../schema.ts";
import { awsTags, tagChanges, tagOutputs } from "../tags.ts";
import { needText, text } from "../values.ts";
import { retryWhile } from "../waiting.ts";
import { nameProblem, noEntity } from "./role.ts";

/** IAM keeps five versions of a policy. */
const versionLimit = 5;

/** A managed policy; its id is its ARN. */
export const policy: ResourceType = {
    noun: "IAM Policy",
    tagged: true,
    global: true,
    fields: {
        name: string({ forceNew: true, computed: true, check: nameProblem(128) }),
        description: string({ forceNew: true }),
        policy: json({ required: true }),
    },
    autoName: { field: "name", maxLength: 128 },
    outputs: ["arn", "policyId", "path", "attachmentCount", "namePrefix"],

    async create(inputs, { aws }) {
        const answer = await aws.iam.send(
            new CreatePolicyCommand({
                PolicyName: needText(inputs, "name"),
                PolicyDocument: needText(inputs, "policy"),
                Description: text(inputs, "description"),
                Tags: awsTags(inputs),
            }),
        );
        return answer.Policy?.Arn ?? "";
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(noEntity, () =>
            aws.iam.send(new GetPolicyCommand({ PolicyArn: id })),
        );
        const found = answer?.Policy;
        if (!found) return undefined;
        const version = await aws.iam.send(
            new GetPolicyVersionCommand({ PolicyArn: id, VersionId: found.DefaultVersionId }),
        );
        return {
            arn: found.Arn,
            name: found.PolicyName,
            namePrefix: "",
            policyId: found.PolicyId,
            path: found.Path,
            description: found.Description || null,
            policy: decodeURIComponent(version.PolicyVersion?.Document ?? ""),
            attachmentCount: found.AttachmentCount ?? 0,
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, { aws, olds, news, changed }) {
        if (changed("policy")) {
            await makeRoom(aws, id);
            const PolicyDocument = needText(news, "policy");
            await aws.iam.send(
                new CreatePolicyVersionCommand({ PolicyArn: id, PolicyDocument, SetAsDefault: true }),
            );
        }
        if (changed("tagsAll")) {
            const { set, remove } = tagChanges(olds, news);
            if (remove.length > 0)
                await aws.iam.send(new UntagPolicyCommand({ PolicyArn: id, TagKeys: remove }));
            if (set.length > 0) await aws.iam.send(new TagPolicyCommand({ PolicyArn: id, Tags: set }));
        }
    },

    async delete(id, _state, operation) {
        const { aws } = operation;
        await unlessGone(noEntity, async () => {
            for (const { VersionId } of (await versions(aws, id)).filter(
                ({ IsDefaultVersion }) => !IsDefaultVersion,
            )) {
                await aws.iam.send(new DeletePolicyVersionCommand({ PolicyArn: id, VersionId }));
            }
            await retryWhile(
                operation.patience(10),
                (error) => isCode(error, "DeleteConflict*"),
                () => aws.iam.send(new DeletePolicyCommand({ PolicyArn: id })),
            );
        });
    },
};

/** A policy inside of a role; its id is `<role>:<name>`. */
export const rolePolicy: ResourceType = {
    noun: "IAM Role Policy",
    global: true,
    fields: {
        name: string({ forceNew: true, computed: true, check: nameProblem(128) }),
        role: string({ required: true, forceNew: true }),
        policy: json({ required: true }),
    },
    autoName: { field: "name", maxLength: 128 },
    outputs: ["namePrefix"],

    async create(inputs, { aws }) {
        const RoleName = needText(inputs, "role");
        const PolicyName = needText(inputs, "name");
        const PolicyDocument = needText(inputs, "policy");
        await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
        return `${RoleName}:${PolicyName}`;
    },

    async read(id, _state, { aws }) {
        const [RoleName = "", PolicyName = ""] = id.split(":");
        const found = await unlessGone(noEntity, () =>
            aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
        );
        if (!found) return undefined;
        return {
            role: RoleName,
            name: PolicyName,
            namePrefix: "",
            policy: decodeURIComponent(found.PolicyDocument ?? ""),
        };
    },

    async update(id, { aws, news }) {
        const [RoleName, PolicyName] = id.split(":");
        const PolicyDocument = needText(news, "policy");
        await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    },

    async delete(id, _state, { aws }) {
        const [RoleName, PolicyName] = id.split(":");
        await unlessGone(noEntity, () => aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
    },
};

async function versions(aws: Aws, arn: string) {
    return (await aws.iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn }))).Versions ?? [];
}

/** Deletes the oldest version where there is no room for another (`policyPruneVersions`). */
async function makeRoom(aws: Aws, arn: string): Promise<void> {
    const all = await versions(aws, arn);
    if (all.length < versionLimit) return;
    const age = (id: string | undefined) => Number((id ?? "v0").slice(1));
    const [oldest] = all
        .filter(({ IsDefaultVersion }) => !IsDefaultVersion)
        .sort((a, b) => age(a.VersionId) - age(b.VersionId));
    await aws.iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: oldest?.VersionId }));
}
