/** Nodes of a cluster: instances for EC2 (so they are found, tagged and in the way of deletes), machines behind them. */
import { RunInstancesCommand, TerminateInstancesCommand, type Instance } from "@aws-sdk/client-ec2";
import { CLUSTER_IMAGE } from "../images.ts";
import { machineNeeds } from "../quotas/needs.ts";
import type { EmrContext } from "./context.ts";
import { newNodeId } from "./ids.ts";
import type { Cluster, ClusterNode, InstanceGroup } from "./model.ts";
import { StartFailure } from "./permissions.ts";

/** Makes and boots the missing nodes of a group; resolves when all of them run, throws when one does not. */
export async function addNodes(
    context: EmrContext,
    cluster: Cluster,
    group: InstanceGroup,
    count: number,
): Promise<void> {
    const { request, region } = cluster;
    const isPrimary = group.role === "MASTER";
    const groups = isPrimary
        ? [request.masterGroup, ...request.additionalMasterGroups]
        : [request.slaveGroup, ...request.additionalSlaveGroups];
    if (request.serviceAccessGroup !== undefined) groups.push(request.serviceAccessGroup);
    const ec2 = context.moto.ec2(region);
    const tags = [
        ...cluster.tags,
        // What EMR puts on its instances by itself.
        ["aws:elasticmapreduce:job-flow-id", cluster.id],
        ["aws:elasticmapreduce:instance-group-role", group.role],
    ].map(([Key, Value]) => ({ Key, Value }));
    const spot = group.market === "SPOT";
    const boot = async (instance: Instance): Promise<void> => {
        const id = instance.InstanceId ?? "";
        const { host, done } = context.hosts.launch(
            {
                id,
                region,
                kind: "cluster-node",
                user: "hadoop",
                hostname: `ip-${(instance.PrivateIpAddress ?? id).replace(/\./g, "-")}`,
                authorizedKeys:
                    request.keyName === undefined
                        ? []
                        : [context.keyPairs.publicKey(region, request.keyName)],
                profile: request.instanceProfile,
                clusterId: cluster.id,
                imageId: CLUSTER_IMAGE,
                instanceType: group.instanceType,
                zone: instance.Placement?.AvailabilityZone ?? "",
                spot,
            },
            "emr:node",
        );
        cluster.zone = host.zone;
        const node: ClusterNode = {
            id: newNodeId(),
            group,
            host,
            created: new Date(),
            ready: undefined,
            ended: undefined,
            joined: false,
        };
        cluster.nodes.push(node);
        await done;
        if (host.state !== "running") throw new Error(host.reason?.message ?? `${id} did not start`);
        await provision(context, node);
        node.ready = new Date();
    };
    const boots = await context.guard.within(
        region,
        () => machineNeeds(context.types, group.instanceType, count, spot, () => tooManyVcpus(group)),
        async () => {
            const made = await ec2.send(
                new RunInstancesCommand({
                    ImageId: CLUSTER_IMAGE,
                    MinCount: count,
                    MaxCount: count,
                    InstanceType: group.instanceType as never,
                    SubnetId: request.subnetId,
                    SecurityGroupIds: groups,
                    KeyName: request.keyName,
                    IamInstanceProfile: { Name: request.instanceProfile },
                    TagSpecifications: [{ ResourceType: "instance", Tags: tags }],
                    ...(spot ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
                }),
            );
            // All are counted now; that they boot is waited for outside of the guard.
            return (made.Instances ?? []).map(boot);
        },
    );
    const outcomes = await Promise.allSettled(boots);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
}

/** What a cluster ends with when EC2 refuses its nodes (seen on AWS for On-Demand; assumed for Spot). */
function tooManyVcpus(group: InstanceGroup): StartFailure {
    return new StartFailure(
        "INTERNAL_ERROR",
        "The request to create the EMR cluster or add EC2 instances to it failed. The number of vCPUs for instance type " +
            `${group.instanceType} exceeds the EC2 service quota for that type. Request a service quota increase for your ` +
            "AWS account or choose a different instance type and retry the request. For more information, see " +
            "https://docs.aws.amazon.com/console/elasticmapreduce/vcpu-limit",
    );
}

/** HDFS is the gateway's: on the nodes the command finds nothing, in Hadoop's words (mrjob looks for logs with it). */
const HADOOP_COMMAND = `#!/bin/sh
# Stands for Hadoop's command on the nodes of the pocket cloud.
if [ "$1 $2" = "fs -ls" ] || [ "$1 $2" = "fs -lsr" ]; then
    for path; do :; done
    echo "ls: \\\`$path': No such file or directory" >&2
else
    echo "hadoop $1: not on the nodes of the pocket cloud; submit a step instead" >&2
fi
exit 1
`;

/** Puts on a node what EMR would install. */
async function provision(context: EmrContext, node: ClusterNode): Promise<void> {
    if (context.machines.mode === "simulated") return;
    const options = { user: "root", mode: 0o755 };
    await context.machines.putFile(node.host.id, "/usr/local/bin/hadoop", HADOOP_COMMAND, options);
}

/** Ends nodes; resolves when nothing of them is left. */
export async function endNodes(
    context: EmrContext,
    cluster: Cluster,
    nodes: readonly ClusterNode[],
): Promise<void> {
    const living = nodes.filter((node) => node.ended === undefined);
    for (const node of living) node.joined = false;
    if (living.length === 0) return;
    await Promise.all(
        living.map(async (node) => {
            await context.hosts.terminate(node.host, {
                code: "Client.UserInitiatedShutdown",
                message: "Client.UserInitiatedShutdown: User initiated shutdown",
            });
            node.ended = new Date();
        }),
    );
    // Only now: for moto a terminated instance is nothing, and groups and subnets would be free too early.
    await context.moto
        .ec2(cluster.region)
        .send(new TerminateInstancesCommand({ InstanceIds: living.map((node) => node.host.id) }));
}
