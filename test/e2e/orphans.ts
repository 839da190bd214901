import { DescribeInstancesCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { stillThere, Tagged } from "../demo/stillThere";
import type { LiveClass } from "./liveClass";

/** What a killed `up` made without being able to write it down, and how the operator gets rid of it. */
export interface Orphan extends Tagged {
    readonly remedy: string;
}

/** Command of AWS's own CLI that removes a thing of a kind; the rest goes with what it is part of. */
const remedies: Readonly<Record<string, (id: string) => string>> = {
    bucket: (id) => `aws s3 rb --force s3://${id}`,
    cluster: (id) => `aws emr terminate-clusters --cluster-ids ${id}`,
    instance: (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
    // A role in it has to go first: aws iam remove-role-from-instance-profile.
    "instance-profile": (id) => `aws iam delete-instance-profile --instance-profile-name ${id}`,
    "internet-gateway": (id) => `aws ec2 delete-internet-gateway --internet-gateway-id ${id}`,
    "key-pair": (id) => `aws ec2 delete-key-pair --key-pair-id ${id}`,
    policy: (id) => `aws iam delete-policy --policy-arn ${id}`,
    role: (id) => `aws iam delete-role --role-name ${id}`,
    "route-table": (id) => `aws ec2 delete-route-table --route-table-id ${id}`,
    // Its schedules go with it.
    "schedule-group": (id) => `aws scheduler delete-schedule-group --name ${id}`,
    // With the group, which `aws ec2 describe-security-group-rules --security-group-rule-ids` tells.
    "security-group-rule": (id) =>
        `aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids ${id}`,
    "security-group": (id) => `aws ec2 delete-security-group --group-id ${id}`,
    user: (id) => `aws iam delete-user --user-name ${id}`,
    subnet: (id) => `aws ec2 delete-subnet --subnet-id ${id}`,
    vpc: (id) => `aws ec2 delete-vpc --vpc-id ${id}`,
    "vpc-endpoint": (id) => `aws ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`,
};

/** Everything with the stack's tags that its state does not know of, what costs money first. */
export async function orphansOf(live: LiveClass): Promise<Orphan[]> {
    const known = await knownTo(live);
    const parts = await partsOfOthers(live);
    const costly = ["instance", "cluster"];
    return (await stillThere(live.cloud.env))
        .filter((found) => !known(found) && !parts.has(found.id))
        .map((found) => ({
            ...found,
            remedy: remedies[found.kind]?.(found.id) ?? "goes with what it belongs to",
        }))
        .sort((a, b) => Number(costly.includes(b.kind)) - Number(costly.includes(a.kind)));
}

/**
 * Says whether the state knows a thing. By its id anywhere in a resource, since some are outputs of others (disks), but a
 * profile has its role's name, so that only a profile can know a profile.
 */
async function knownTo(live: LiveClass): Promise<(found: Tagged) => boolean> {
    const { resources = [] } = (await live.stack.export()).deployment;
    const texts = resources.map((resource) => ({
        type: String(resource.type),
        text: JSON.stringify(resource),
    }));
    return ({ kind, id }) =>
        texts.some(
            ({ type, text }) =>
                text.includes(id) &&
                (kind !== "instance-profile" || type === "aws:iam/instanceProfile:InstanceProfile"),
        );
}

/** A cluster's nodes end with the cluster, a machine's disk with the machine. */
async function partsOfOthers(live: LiveClass): Promise<Set<string>> {
    const ec2 = live.aws(EC2Client);
    const { Reservations = [] } = await ec2.send(
        new DescribeInstancesCommand({
            Filters: [{ Name: "tag-key", Values: ["aws:elasticmapreduce:job-flow-id"] }],
        }),
    );
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    return new Set([
        ...Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) => InstanceId ?? ""),
        ...Volumes.filter(({ Attachments = [] }) => Attachments.length > 0).map(
            ({ VolumeId }) => VolumeId ?? "",
        ),
    ]);
}

/** The list as an operator reads it. */
export function orphanList(orphans: readonly Orphan[]): string {
    return orphans
        .map(
            ({ kind, id, lab, remedy }) =>
                `${(lab || "class").padEnd(8)} ${kind.padEnd(16)} ${id.padEnd(40)} ${remedy}`,
        )
        .join("\n");
}
