/** What EMR says of a cluster, as outputs. */
import {
    DescribeClusterCommand,
    GetAutoTerminationPolicyCommand,
    ListBootstrapActionsCommand,
    ListInstanceFleetsCommand,
    ListInstanceGroupsCommand,
    ListStepsCommand,
    type Cluster,
    type InstanceGroup,
    type StepState,
    type StepSummary,
} from "@aws-sdk/client-emr";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { isCode, says } from "../errors.ts";
import { tagOutputs } from "../tags.ts";
import { object, text, texts } from "../values.ts";

/** The cluster in whatever state, `undefined` if EMR knows none of this id. */
export async function describeCluster(aws: Aws, id: string): Promise<Cluster | undefined> {
    try {
        return (await aws.emr.send(new DescribeClusterCommand({ ClusterId: id }))).Cluster;
    } catch (error) {
        if (isCode(error, "InvalidRequestException") && says(error, "is not valid")) return undefined;
        throw error;
    }
}

/** All instance groups of a cluster. */
export async function listInstanceGroups(aws: Aws, id: string): Promise<InstanceGroup[]> {
    const groups: InstanceGroup[] = [];
    let Marker: string | undefined;
    do {
        const page = await aws.emr.send(new ListInstanceGroupsCommand({ ClusterId: id, Marker }));
        groups.push(...(page.InstanceGroups ?? []));
        Marker = page.Marker;
    } while (Marker);
    return groups;
}

/**
 * Outputs of a cluster; a terminated one is gone (`FindClusterByID`). The calls are those of the real provider, also
 * the two whose answers are not used here, since a class feels each of them in EMR's small request quotas.
 */
export async function readCluster(aws: Aws, id: string, state: Properties): Promise<Properties | undefined> {
    const found = await describeCluster(aws, id);
    const stateName = found?.Status?.State;
    if (!found || stateName === "TERMINATED" || stateName === "TERMINATED_WITH_ERRORS") return undefined;
    const groups = await listInstanceGroups(aws, id);
    // EMR refuses this for a cluster of groups, and the real provider takes any error for "none".
    await aws.emr.send(new ListInstanceFleetsCommand({ ClusterId: id })).catch(() => undefined);
    await aws.emr.send(new ListBootstrapActionsCommand({ ClusterId: id }));
    const steps = await listSteps(aws, id, texts(state, "listStepsStates"));
    const idle = await aws.emr.send(new GetAutoTerminationPolicyCommand({ ClusterId: id }));
    const idleTimeout = idle.AutoTerminationPolicy?.IdleTimeout;
    const ec2 = found.Ec2InstanceAttributes ?? {};
    return {
        arn: found.ClusterArn,
        clusterState: stateName,
        name: found.Name,
        releaseLabel: found.ReleaseLabel,
        osReleaseLabel: found.OSReleaseLabel ?? "",
        serviceRole: found.ServiceRole,
        logUri: found.LogUri,
        masterPublicDns: found.MasterPublicDnsName ?? "",
        visibleToAllUsers: found.VisibleToAllUsers ?? true,
        scaleDownBehavior: found.ScaleDownBehavior ?? "",
        terminationProtection: found.TerminationProtected,
        unhealthyNodeReplacement: found.UnhealthyNodeReplacement,
        stepConcurrencyLevel: found.StepConcurrencyLevel,
        applications: (found.Applications ?? []).map(({ Name = "" }) => Name),
        ...configurations(found, state),
        autoTerminationPolicy: idleTimeout === undefined ? null : { idleTimeout },
        ec2Attributes: {
            ...object(state, "ec2Attributes"),
            ...known({
                subnetId: ec2.Ec2SubnetId,
                keyName: ec2.Ec2KeyName,
                instanceProfile: ec2.IamInstanceProfile,
                emrManagedMasterSecurityGroup: ec2.EmrManagedMasterSecurityGroup,
                emrManagedSlaveSecurityGroup: ec2.EmrManagedSlaveSecurityGroup,
            }),
        },
        ...groupOutput(
            "masterInstanceGroup",
            groups.find(({ InstanceGroupType }) => InstanceGroupType === "MASTER"),
        ),
        ...groupOutput(
            "coreInstanceGroup",
            groups.find(({ InstanceGroupType }) => InstanceGroupType === "CORE"),
        ),
        steps,
        ...tagOutputs(aws, found.Tags),
    };
}

async function listSteps(aws: Aws, id: string, states: readonly string[]): Promise<Properties[]> {
    const found: StepSummary[] = [];
    let Marker: string | undefined;
    do {
        const page = await aws.emr.send(
            new ListStepsCommand({
                ClusterId: id,
                Marker,
                ...(states.length > 0 ? { StepStates: states as StepState[] } : {}),
            }),
        );
        found.push(...(page.Steps ?? []));
        Marker = page.Marker;
    } while (Marker);
    // EMR lists the newest first, the state has them in their order.
    return found.reverse().map(({ Name, ActionOnFailure, Config }) => ({
        name: Name ?? "",
        actionOnFailure: ActionOnFailure ?? "",
        hadoopJarStep: {
            jar: Config?.Jar ?? "",
            mainClass: Config?.MainClass ?? "",
            args: Config?.Args ?? [],
            properties: Config?.Properties ?? {},
        },
    }));
}

function groupOutput(key: string, group: InstanceGroup | undefined): Properties {
    if (!group) return {};
    return {
        [key]: {
            id: group.Id ?? "",
            name: group.Name ?? "",
            instanceType: group.InstanceType ?? "",
            instanceCount: group.RequestedInstanceCount ?? 0,
            bidPrice: group.BidPrice ?? "",
            ebsConfigs: disks(group),
        },
    };
}

/** The volumes of a group's nodes: a set, so that equal ones are one, as upstream. */
function disks({ EbsBlockDevices = [] }: InstanceGroup): Properties[] {
    const kinds = new Map<string, Properties>();
    for (const { VolumeSpecification: { SizeInGB = 0, VolumeType = "" } = {} } of EbsBlockDevices) {
        kinds.set(`${VolumeType} ${SizeInGB}`, { size: SizeInGB, type: VolumeType, volumesPerInstance: 1 });
    }
    return [...kinds.values()];
}

/** Only read where the program gave some, as upstream; else EMR's own additions would show up as a change. */
function configurations({ Configurations }: Cluster, state: Properties): Properties {
    if (text(state, "configurationsJson") === undefined || !Configurations) return {};
    return { configurationsJson: JSON.stringify(Configurations) };
}

function known(values: Record<string, string | undefined>): Properties {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
