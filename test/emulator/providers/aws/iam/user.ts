/** `aws:iam/user:User` and `aws:iam/accessKey:AccessKey` */
import {
    CreateAccessKeyCommand,
    CreateUserCommand,
    DeleteAccessKeyCommand,
    DeleteLoginProfileCommand,
    DeleteUserCommand,
    GetUserCommand,
    DeleteServiceSpecificCredentialCommand,
    ListAccessKeysCommand,
    ListServiceSpecificCredentialsCommand,
    TagUserCommand,
    UntagUserCommand,
} from "@aws-sdk/client-iam";
import { createHmac } from "node:crypto";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { boolean, string } from "../schema.ts";
import { awsTags, tagChanges, tagOutputs } from "../tags.ts";
import { flag, needText } from "../values.ts";
import { retryWhile } from "../waiting.ts";
import { nameProblem, noEntity } from "./role.ts";

/** An identity with keys; its id is its name. */
export const user: ResourceType = {
    noun: "IAM User",
    tagged: true,
    global: true,
    fields: {
        name: string({ computed: true, forceNew: true, check: nameProblem(64) }),
        forceDestroy: boolean({ default: false }),
    },
    autoName: { field: "name", maxLength: 64 },
    outputs: ["arn", "uniqueId", "path"],

    async create(inputs, { aws }) {
        const name = needText(inputs, "name");
        await aws.iam.send(new CreateUserCommand({ UserName: name, Tags: awsTags(inputs) }));
        return name;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(noEntity, () => aws.iam.send(new GetUserCommand({ UserName: id })));
        const found = answer?.User;
        if (!found) return undefined;
        return {
            arn: found.Arn,
            name: found.UserName,
            uniqueId: found.UserId,
            path: found.Path,
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(id, { aws, olds, news, changed }) {
        if (!changed("tagsAll")) return;
        const { set, remove } = tagChanges(olds, news);
        if (remove.length > 0) await aws.iam.send(new UntagUserCommand({ UserName: id, TagKeys: remove }));
        if (set.length > 0) await aws.iam.send(new TagUserCommand({ UserName: id, Tags: set }));
    },

    async delete(id, state, operation) {
        const { aws } = operation;
        await unlessGone(noEntity, async () => {
            if (flag(state, "forceDestroy")) await removeCredentials(aws, id);
            await retryWhile(
                operation.patience(10),
                (error) => isCode(error, "DeleteConflict*"),
                () => aws.iam.send(new DeleteUserCommand({ UserName: id })),
            );
        });
    },
};

/** A user's key; its id is the key's. The secret is told once, so it only lives in the state. */
export const accessKey: ResourceType = {
    noun: "IAM Access Key",
    global: true,
    fields: { user: string({ required: true, forceNew: true }) },
    secretOutputs: ["secret", "sesSmtpPasswordV4"],
    outputs: ["secret", "sesSmtpPasswordV4", "status", "createDate"],

    async create(inputs, { aws }, created) {
        const { AccessKey } = await aws.iam.send(
            new CreateAccessKeyCommand({ UserName: needText(inputs, "user") }),
        );
        const id = AccessKey?.AccessKeyId ?? "";
        const secret = AccessKey?.SecretAccessKey ?? "";
        created(id, { secret, sesSmtpPasswordV4: smtpPassword(secret, aws.region) });
        return id;
    },

    async read(id, state, { aws }) {
        const answer = await unlessGone(noEntity, () =>
            aws.iam.send(new ListAccessKeysCommand({ UserName: needText(state, "user") })),
        );
        const found = answer?.AccessKeyMetadata?.find(({ AccessKeyId }) => AccessKeyId === id);
        if (!found) return undefined;
        return {
            user: found.UserName,
            status: found.Status,
            createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
        };
    },

    async delete(id, state, { aws }) {
        await unlessGone(noEntity, () =>
            aws.iam.send(new DeleteAccessKeyCommand({ UserName: needText(state, "user"), AccessKeyId: id })),
        );
    },
};

/** What `forceDestroy` removes: keys, passwords for single services, and the console's password. */
async function removeCredentials(aws: Aws, name: string): Promise<void> {
    const { AccessKeyMetadata = [] } = await aws.iam.send(new ListAccessKeysCommand({ UserName: name }));
    for (const { AccessKeyId } of AccessKeyMetadata) {
        await aws.iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId }));
    }
    const { ServiceSpecificCredentials = [] } = await aws.iam.send(
        new ListServiceSpecificCredentialsCommand({ UserName: name }),
    );
    for (const { ServiceSpecificCredentialId } of ServiceSpecificCredentials) {
        await aws.iam.send(
            new DeleteServiceSpecificCredentialCommand({ UserName: name, ServiceSpecificCredentialId }),
        );
    }
    await unlessGone(noEntity, () => aws.iam.send(new DeleteLoginProfileCommand({ UserName: name })));
}

/** AWS's published algorithm for SMTP credentials of SES, which the real provider offers beside the key. */
function smtpPassword(secret: string, region: string): string {
    const sign = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
    const steps = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
    const signature = steps.reduce<Buffer | string>((key, step) => sign(key, step), `AWS4${secret}`);
    return Buffer.concat([Buffer.from([0x04]), Buffer.from(signature)]).toString("base64");
}
