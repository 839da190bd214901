/** `aws:iam/instanceProfile:InstanceProfile` */
import {
    AddRoleToInstanceProfileCommand,
    CreateInstanceProfileCommand,
    DeleteInstanceProfileCommand,
    GetInstanceProfileCommand,
    RemoveRoleFromInstanceProfileCommand,
    TagInstanceProfileCommand,
    UntagInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { isCode, says, unlessGone } from "../errors.ts";
import type { Operation, ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { awsTags, tagChanges, tagOutputs } from "../tags.ts";
import { needText, text } from "../values.ts";
import { retryWhile } from "../waiting.ts";
import { nameProblem, noEntity } from "./role.ts";

/** What carries a role to a machine; its id is its name. */
export const instanceProfile: ResourceType = {
    noun: "IAM Instance Profile",
    tagged: true,
    global: true,
    fields: {
        name: string({ forceNew: true, computed: true, check: nameProblem(128) }),
        role: string(),
    },
    autoName: { field: "name", maxLength: 128 },
    outputs: ["arn", "uniqueId", "createDate", "path", "namePrefix"],

    async create(inputs, operation, created) {
        const name = needText(inputs, "name");
        await operation.aws.iam.send(
            new CreateInstanceProfileCommand({ InstanceProfileName: name, Tags: awsTags(inputs) }),
        );
        created(name);
        await addRole(name, text(inputs, "role"), operation);
        return name;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(noEntity, () =>
            aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: id })),
        );
        const found = answer?.InstanceProfile;
        if (!found) return undefined;
        return {
            arn: found.Arn,
            name: found.InstanceProfileName,
            namePrefix: "",
            uniqueId: found.InstanceProfileId,
            createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
            path: found.Path,
            role: found.Roles?.[0]?.RoleName ?? null,
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, update) {
        const { aws, olds, news, changed } = update;
        if (changed("role")) {
            await removeRole(id, text(olds, "role"), update);
            await addRole(id, text(news, "role"), update);
        }
        if (changed("tagsAll")) {
            const { set, remove } = tagChanges(olds, news);
            if (remove.length > 0) {
                await aws.iam.send(
                    new UntagInstanceProfileCommand({ InstanceProfileName: id, TagKeys: remove }),
                );
            }
            if (set.length > 0)
                await aws.iam.send(new TagInstanceProfileCommand({ InstanceProfileName: id, Tags: set }));
        }
    },

    async delete(id, state, operation) {
        await removeRole(id, text(state, "role"), operation);
        await unlessGone(noEntity, () =>
            operation.aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id })),
        );
    },
};

async function addRole(id: string, role: string | undefined, operation: Operation): Promise<void> {
    if (!role) return;
    await retryWhile(
        operation.patience(120),
        (error) => isCode(error, "InvalidParameterValue") && says(error, "Invalid IAM Instance Profile name"),
        () =>
            operation.aws.iam.send(
                new AddRoleToInstanceProfileCommand({ InstanceProfileName: id, RoleName: role }),
            ),
    );
}

async function removeRole(id: string, role: string | undefined, { aws }: Operation): Promise<void> {
    if (!role) return;
    await unlessGone(noEntity, () =>
        aws.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: id, RoleName: role })),
    );
}
