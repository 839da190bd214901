/** Clusters, steps and nodes in the shapes of the EMR API. */
import { clusterArn } from "../checks.ts";
import type { Json, JsonObject } from "../json.ts";
import {
    defined,
    epoch,
    primaryOf,
    type Cluster,
    type ClusterNode,
    type InstanceGroup,
    type Step,
} from "./model.ts";
import { applicationVersion } from "./releases.ts";

function reasonView(reason: { Code?: string; Message?: string }): JsonObject {
    return defined({ Code: reason.Code, Message: reason.Message });
}

function clusterStatus(cluster: Cluster): JsonObject {
    return {
        State: cluster.state,
        StateChangeReason: reasonView(cluster.reason),
        Timeline: defined({
            CreationDateTime: epoch(cluster.created),
            ReadyDateTime: cluster.ready === undefined ? undefined : epoch(cluster.ready),
            EndDateTime: cluster.ended === undefined ? undefined : epoch(cluster.ended),
        }),
    };
}

function hoursOf(cluster: Cluster): number {
    const end = cluster.ended ?? new Date();
    const hours = Math.ceil((end.getTime() - cluster.created.getTime()) / 3_600_000);
    // m5.xlarge counts 8 a node and hour; enough for something that only looks plausible.
    return cluster.ready === undefined ? 0 : hours * 8 * cluster.nodes.length;
}

function tagList(cluster: Cluster): JsonObject[] {
    return [...cluster.tags].map(([Key, Value]) => ({ Key, Value }));
}

/** DescribeCluster's `Cluster`. */
export function clusterView(cluster: Cluster): JsonObject {
    const { request } = cluster;
    return defined({
        Id: cluster.id,
        Name: request.name,
        Status: clusterStatus(cluster),
        Ec2InstanceAttributes: defined({
            Ec2KeyName: request.keyName,
            Ec2SubnetId: request.subnetId,
            RequestedEc2SubnetIds: [request.subnetId],
            Ec2AvailabilityZone: cluster.zone === "" ? undefined : cluster.zone,
            RequestedEc2AvailabilityZones: [],
            IamInstanceProfile: request.instanceProfile,
            EmrManagedMasterSecurityGroup: request.masterGroup,
            EmrManagedSlaveSecurityGroup: request.slaveGroup,
            ServiceAccessSecurityGroup: request.serviceAccessGroup,
            AdditionalMasterSecurityGroups: [...request.additionalMasterGroups],
            AdditionalSlaveSecurityGroups: [...request.additionalSlaveGroups],
        }),
        InstanceCollectionType: "INSTANCE_GROUP",
        // EMR says s3n:// whatever was given; the aws provider knows that.
        LogUri: request.logUri?.replace(/^s3:/, "s3n:"),
        ReleaseLabel: request.releaseLabel,
        AutoTerminate: !cluster.keepAlive,
        TerminationProtected: cluster.terminationProtected,
        UnhealthyNodeReplacement: cluster.unhealthyNodeReplacement,
        VisibleToAllUsers: cluster.visibleToAllUsers,
        Applications: request.applications.map((Name) =>
            defined({ Name, Version: applicationVersion(request.releaseLabel, Name) }),
        ),
        Tags: tagList(cluster),
        ServiceRole: request.serviceRole,
        NormalizedInstanceHours: hoursOf(cluster),
        MasterPublicDnsName: cluster.ended === undefined ? primaryOf(cluster)?.host.address : undefined,
        Configurations: request.configurations,
        ScaleDownBehavior: request.scaleDownBehavior,
        EbsRootVolumeSize: request.ebsRootVolumeSize,
        OSReleaseLabel: request.osReleaseLabel,
        KerberosAttributes: {},
        ClusterArn: clusterArn(cluster.region, cluster.id),
        StepConcurrencyLevel: cluster.stepConcurrency,
        PlacementGroups: [],
    });
}

/** ListClusters' row. */
export function clusterSummary(cluster: Cluster): JsonObject {
    return {
        Id: cluster.id,
        Name: cluster.request.name,
        Status: clusterStatus(cluster),
        NormalizedInstanceHours: hoursOf(cluster),
        ClusterArn: clusterArn(cluster.region, cluster.id),
    };
}

function stepStatus(step: Step): JsonObject {
    return defined({
        State: step.state,
        StateChangeReason: reasonView(step.reason),
        FailureDetails:
            step.failure === undefined
                ? undefined
                : defined({
                      Reason: step.failure.Reason,
                      Message: step.failure.Message,
                      LogFile: step.failure.LogFile,
                  }),
        Timeline: defined({
            CreationDateTime: epoch(step.created),
            StartDateTime: step.started === undefined ? undefined : epoch(step.started),
            EndDateTime: step.ended === undefined ? undefined : epoch(step.ended),
        }),
    });
}

/** DescribeStep's `Step`, also ListSteps' row. */
export function stepView(step: Step): JsonObject {
    const { request } = step;
    return {
        Id: step.id,
        Name: request.name,
        Config: defined({
            Jar: request.jar,
            Properties: { ...request.properties },
            MainClass: request.mainClass,
            Args: [...request.args],
        }),
        ActionOnFailure: request.actionOnFailure,
        Status: stepStatus(step),
    };
}

/** State of a node. */
export function nodeState(node: ClusterNode): string {
    if (node.ended !== undefined || node.host.state === "terminated" || node.host.state === "stopped")
        return "TERMINATED";
    if (node.joined) return "RUNNING";
    return node.host.state === "running" ? "BOOTSTRAPPING" : "PROVISIONING";
}

/** ListInstances' row. */
export function nodeView(node: ClusterNode): JsonObject {
    const { host, group } = node;
    return defined({
        Id: node.id,
        Ec2InstanceId: host.id,
        PublicDnsName: host.address ?? "",
        PublicIpAddress: host.address,
        PrivateDnsName: host.address ?? "",
        PrivateIpAddress: host.address,
        Status: {
            State: nodeState(node),
            StateChangeReason: {},
            Timeline: defined({
                CreationDateTime: epoch(node.created),
                ReadyDateTime: node.ready === undefined ? undefined : epoch(node.ready),
                EndDateTime: node.ended === undefined ? undefined : epoch(node.ended),
            }),
        },
        InstanceGroupId: group.id,
        Market: group.market,
        InstanceType: group.instanceType,
        EbsVolumes: [],
    });
}

function groupState(cluster: Cluster, running: number, requested: number): string {
    if (cluster.ended !== undefined) return "TERMINATED";
    if (cluster.state === "TERMINATING") return "SHUTTING_DOWN";
    if (cluster.state === "STARTING") return "PROVISIONING";
    if (cluster.state === "BOOTSTRAPPING") return "BOOTSTRAPPING";
    return running === requested ? "RUNNING" : "RESIZING";
}

/** GiB and number of the volumes that EMR adds where nobody asked for any (management guide, "Default EBS storage"). */
const DEFAULT_VOLUMES: Readonly<Record<string, readonly [number, number]>> = {
    large: [32, 1],
    xlarge: [32, 2],
    "2xlarge": [32, 4],
    "4xlarge": [64, 4],
    "8xlarge": [128, 4],
    "12xlarge": [192, 4],
    "16xlarge": [256, 4],
    "24xlarge": [384, 4],
};

/** Families that are made of disks. */
const STORAGE_FAMILIES = new Set(["d", "h", "i", "im", "is"]);

/** Volumes of a node without disks of its own; types with such disks have a `d` behind the generation. */
export function defaultVolumes(instanceType: string): JsonObject[] {
    const [, family = "", options = "", size = ""] = /^([a-z]+)\d+([a-z-]*)\.(.+)$/.exec(instanceType) ?? [];
    const [SizeInGB, count] = DEFAULT_VOLUMES[size] ?? [0, 0];
    if (options.includes("d") || STORAGE_FAMILIES.has(family)) return [];
    return Array.from({ length: count }, (_, index) => ({
        Device: `/dev/sd${String.fromCharCode("b".charCodeAt(0) + index)}`,
        VolumeSpecification: { VolumeType: "gp2", SizeInGB },
    }));
}

/** ListInstanceGroups' row. */
export function groupView(cluster: Cluster, group: InstanceGroup): JsonObject {
    const running = cluster.nodes.filter(
        (node) => node.group === group && nodeState(node) === "RUNNING",
    ).length;
    const empty: Json[] = [];
    return defined({
        Id: group.id,
        Name: group.name,
        Market: group.market,
        InstanceGroupType: group.role,
        BidPrice: group.bidPrice,
        InstanceType: group.instanceType,
        RequestedInstanceCount: group.requested,
        RunningInstanceCount: running,
        Status: {
            State: groupState(cluster, running, group.requested),
            StateChangeReason: { Message: "" },
            Timeline: defined({
                CreationDateTime: epoch(cluster.created),
                ReadyDateTime: cluster.ready === undefined ? undefined : epoch(cluster.ready),
                EndDateTime: cluster.ended === undefined ? undefined : epoch(cluster.ended),
            }),
        },
        Configurations: empty,
        EbsBlockDevices: defaultVolumes(group.instanceType),
        EbsOptimized: true,
        ShrinkPolicy: {},
    });
}
