import { DescribeInstancesCommand, DescribeTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeClusterCommand, EMRClient, ListClustersCommand } from "@aws-sdk/client-emr";
import {
    GetInstanceProfileCommand,
    IAMClient,
    ListInstanceProfilesCommand,
    ListPoliciesCommand,
    ListPolicyTagsCommand,
    ListRolesCommand,
    ListRoleTagsCommand,
    ListUsersCommand,
    ListUserTagsCommand,
} from "@aws-sdk/client-iam";
import { GetBucketTaggingCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
    ListScheduleGroupsCommand,
    ListTagsForResourceCommand,
    SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { operatorClient } from "./operator.ts";

/** Something in the cloud that carries the tags of a stack. */
export interface Tagged {
    /** e.g. `instance`, `role`, `cluster` */
    readonly kind: string;
    readonly id: string;
    /** Its tag `Lab`; "" for what the labs share. */
    readonly lab: string;
}

type TagList = readonly { Key?: string; Value?: string }[] | undefined;

const carries = (tags: TagList, key: string, value: string) =>
    (tags ?? []).some((tag) => tag.Key === key && tag.Value === value);
const labOf = (tags: TagList) => (tags ?? []).find((tag) => tag.Key === "Lab")?.Value ?? "";

/**
 * Everything in the cloud that carries a stack's tags, whatever the stack's state knows of it: what a killed run left
 * behind, or what a destroy forgot.
 *
 * @param env environment of the pocket cloud
 * @param classId of the class; without it, of every class whose stack is called so
 */
export async function stillThere(
    env: Readonly<Record<string, string>>,
    stack = "eu-west-1",
    classId?: string,
): Promise<Tagged[]> {
    const own = (tags: TagList) =>
        carries(tags, "Project", "student-labs") &&
        carries(tags, "Stack", stack) &&
        (classId === undefined || carries(tags, "Class", classId));
    const found = await Promise.all([
        ec2(env, stack, own),
        clusters(env, own),
        identities(env, own),
        buckets(env, own),
        scheduleGroups(env, own),
    ]);
    return found.flat().sort((a, b) => `${a.kind} ${a.id}`.localeCompare(`${b.kind} ${b.id}`));
}

async function ec2(
    env: Readonly<Record<string, string>>,
    stack: string,
    own: (tags: TagList) => boolean,
): Promise<Tagged[]> {
    const client = operatorClient(EC2Client, env);
    const filter = (Name: string, Value: string) => ({ Name, Values: [Value] });
    const tagged = await client.send(
        new DescribeTagsCommand({ Filters: [filter("key", "Stack"), filter("value", stack)] }),
    );
    const ids = (tagged.Tags ?? []).map((tag) => tag.ResourceId ?? "");
    const all = await client.send(new DescribeTagsCommand({}));
    const gone = await client.send(new DescribeInstancesCommand({}));
    const ended = new Set(
        (gone.Reservations ?? [])
            .flatMap((reservation) => reservation.Instances ?? [])
            .filter((instance) => instance.State?.Name === "terminated")
            .map((instance) => instance.InstanceId),
    );
    return ids
        .filter((id) => !ended.has(id))
        .map((id) => {
            const tags = (all.Tags ?? []).filter((tag) => tag.ResourceId === id);
            return { kind: tags[0]?.ResourceType ?? "ec2", id, lab: labOf(tags), tags };
        })
        .filter(({ tags }) => own(tags))
        .map(({ kind, id, lab }) => ({ kind, id, lab }));
}

async function clusters(
    env: Readonly<Record<string, string>>,
    own: (tags: TagList) => boolean,
): Promise<Tagged[]> {
    const client = operatorClient(EMRClient, env);
    const { Clusters } = await client.send(
        new ListClustersCommand({ ClusterStates: ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"] }),
    );
    const described = await Promise.all(
        (Clusters ?? []).map(({ Id }) => client.send(new DescribeClusterCommand({ ClusterId: Id }))),
    );
    return described
        .filter(({ Cluster }) => own(Cluster?.Tags))
        .map(({ Cluster }) => ({ kind: "cluster", id: Cluster?.Id ?? "", lab: labOf(Cluster?.Tags) }));
}

async function identities(
    env: Readonly<Record<string, string>>,
    own: (tags: TagList) => boolean,
): Promise<Tagged[]> {
    const client = operatorClient(IAMClient, env);
    const [{ Roles }, { InstanceProfiles }, { Policies }, { Users }] = await Promise.all([
        client.send(new ListRolesCommand({})),
        client.send(new ListInstanceProfilesCommand({})),
        client.send(new ListPoliciesCommand({ Scope: "Local" })),
        client.send(new ListUsersCommand({})),
    ]);
    const tagged = await Promise.all([
        ...(Roles ?? []).map(async ({ RoleName: name = "" }) => ({
            kind: "role",
            id: name,
            tags: (await client.send(new ListRoleTagsCommand({ RoleName: name }))).Tags,
        })),
        ...(InstanceProfiles ?? []).map(async ({ InstanceProfileName: name = "" }) => ({
            kind: "instance-profile",
            id: name,
            // Not ListInstanceProfileTags, which moto does not know.
            tags: (await client.send(new GetInstanceProfileCommand({ InstanceProfileName: name })))
                .InstanceProfile?.Tags,
        })),
        ...(Policies ?? []).map(async ({ Arn: arn = "" }) => ({
            kind: "policy",
            id: arn,
            tags: (await client.send(new ListPolicyTagsCommand({ PolicyArn: arn }))).Tags,
        })),
        ...(Users ?? []).map(async ({ UserName: name = "" }) => ({
            kind: "user",
            id: name,
            tags: (await client.send(new ListUserTagsCommand({ UserName: name }))).Tags,
        })),
    ]);
    return tagged
        .filter(({ tags }) => own(tags))
        .map(({ kind, id, tags }) => ({ kind, id, lab: labOf(tags) }));
}

async function buckets(
    env: Readonly<Record<string, string>>,
    own: (tags: TagList) => boolean,
): Promise<Tagged[]> {
    const client = operatorClient(S3Client, env);
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    const tagged = await Promise.all(
        (Buckets ?? []).map(async ({ Name }) => ({
            Name,
            tags: await client
                .send(new GetBucketTaggingCommand({ Bucket: Name }))
                .then(({ TagSet }) => TagSet)
                .catch(() => undefined),
        })),
    );
    return tagged
        .filter(({ tags }) => own(tags))
        .map(({ Name, tags }) => ({ kind: "bucket", id: Name ?? "", lab: labOf(tags) }));
}

async function scheduleGroups(
    env: Readonly<Record<string, string>>,
    own: (tags: TagList) => boolean,
): Promise<Tagged[]> {
    const client = operatorClient(SchedulerClient, env);
    const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));
    const tagged = await Promise.all(
        (ScheduleGroups ?? []).map(async ({ Name, Arn }) => ({
            Name,
            tags: (await client.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).Tags,
        })),
    );
    return tagged
        .filter(({ tags }) => own(tags))
        .map(({ Name, tags }) => ({ kind: "schedule-group", id: Name ?? "", lab: labOf(tags) }));
}
