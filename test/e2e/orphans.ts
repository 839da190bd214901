import * as ec2 from "@aws-sdk/client-ec2";
import { EMRClient, TerminateJobFlowsCommand } from "@aws-sdk/client-emr";
import * as iam from "@aws-sdk/client-iam";
import { DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { setTimeout as pause } from "node:timers/promises";
import { stillThere, type Tagged } from "../demo/stillThere.ts";
import type { LiveClass } from "./liveClass.ts";

/** What a killed `up` made without being able to write it down, and how the operator gets rid of it. */
export interface Orphan extends Tagged {
    readonly remedy: string;
}

/** How an operator removes a thing, and the same call of the SDK. */
interface Remedy {
    /** Command of AWS's own CLI. */
    readonly command: (id: string) => string;
    readonly remove: (live: LiveClass, id: string) => Promise<unknown>;
}

const withEc2 = (command: (id: string) => string, request: (id: string) => object): Remedy => ({
    command: (id) => `aws ec2 ${command(id)}`,
    remove: (live, id) => live.aws(ec2.EC2Client).send(request(id) as ec2.DeleteVpcCommand),
});
const withIam = (command: (id: string) => string, request: (id: string) => object): Remedy => ({
    command: (id) => `aws iam ${command(id)}`,
    remove: (live, id) => live.aws(iam.IAMClient).send(request(id) as iam.DeleteRoleCommand),
});

/** By kind. What is not here, a kill leaves to nobody: the next `up` takes it out of the way (components/leftovers.ts). */
const remedies: Readonly<Record<string, Remedy>> = {
    bucket: {
        command: (id) => `aws s3 rb --force s3://${id}`,
        remove: (live, id) => live.aws(S3Client).send(new DeleteBucketCommand({ Bucket: id })),
    },
    cluster: {
        command: (id) => `aws emr terminate-clusters --cluster-ids ${id}`,
        remove: (live, id) => live.aws(EMRClient).send(new TerminateJobFlowsCommand({ JobFlowIds: [id] })),
    },
    instance: withEc2(
        (id) => `terminate-instances --instance-ids ${id}`,
        (id) => new ec2.TerminateInstancesCommand({ InstanceIds: [id] }),
    ),
    "internet-gateway": withEc2(
        (id) => `delete-internet-gateway --internet-gateway-id ${id}`,
        (id) => new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: id }),
    ),
    "key-pair": withEc2(
        (id) => `delete-key-pair --key-pair-id ${id}`,
        (id) => new ec2.DeleteKeyPairCommand({ KeyPairId: id }),
    ),
    policy: withIam(
        (id) => `delete-policy --policy-arn ${id}`,
        (id) => new iam.DeletePolicyCommand({ PolicyArn: id }),
    ),
    role: withIam(
        (id) => `delete-role --role-name ${id}`,
        (id) => new iam.DeleteRoleCommand({ RoleName: id }),
    ),
    "route-table": withEc2(
        (id) => `delete-route-table --route-table-id ${id}`,
        (id) => new ec2.DeleteRouteTableCommand({ RouteTableId: id }),
    ),
    "schedule-group": {
        command: (id) => `aws scheduler delete-schedule-group --name ${id}`,
        remove: (live, id) => live.aws(SchedulerClient).send(new DeleteScheduleGroupCommand({ Name: id })),
    },
    "security-group": withEc2(
        (id) => `delete-security-group --group-id ${id}`,
        (id) => new ec2.DeleteSecurityGroupCommand({ GroupId: id }),
    ),
    user: withIam(
        (id) => `delete-user --user-name ${id}`,
        (id) => new iam.DeleteUserCommand({ UserName: id }),
    ),
    vpc: withEc2(
        (id) => `delete-vpc --vpc-id ${id}`,
        (id) => new ec2.DeleteVpcCommand({ VpcId: id }),
    ),
};

/** Removes what a kill has left behind, in the order of the list. */
export async function removeOrphans(live: LiveClass, orphans: readonly Orphan[]): Promise<void> {
    for (const { kind, id } of orphans) {
        await remedies[kind]?.remove(live, id);
    }
    // Machines and clusters take their time.
    const until = Date.now() + 60_000;
    while ((await orphansOf(live)).length > 0 && Date.now() < until) await pause(200);
}

/** Everything with the stack's tags that its state does not know of, what costs money first. */
export async function orphansOf(live: LiveClass): Promise<Orphan[]> {
    const known = await knownTo(live);
    const parts = await partsOfOthers(live);
    const costly = ["instance", "cluster"];
    return (await stillThere(live.cloud.env))
        .filter((found) => !known(found) && !parts.has(found.id))
        .map((found) => ({
            ...found,
            remedy: remedies[found.kind]?.command(found.id) ?? "goes with what it belongs to",
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
    const client = live.aws(ec2.EC2Client);
    const { Reservations = [] } = await client.send(
        new ec2.DescribeInstancesCommand({
            Filters: [{ Name: "tag-key", Values: ["aws:elasticmapreduce:job-flow-id"] }],
        }),
    );
    const { Volumes = [] } = await client.send(new ec2.DescribeVolumesCommand({}));
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
