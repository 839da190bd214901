import { may, mayNot, type Right, type RightsContext } from "./right.ts";

const step = {
    Name: "a student's",
    ActionOnFailure: "CONTINUE",
    HadoopJarStep: { Jar: "command-runner.jar", Args: ["true"] },
};

/** The own cluster: look, submit, cancel; not resize, end, keep alive or retag. */
export function ownCluster({ own: { clusterId, stepId, groupId } }: RightsContext): Right[] {
    return [
        may("look at the own cluster", "emr.describe_cluster", { ClusterId: clusterId }),
        may("see its nodes", "emr.list_instances", { ClusterId: clusterId }),
        may("see its instance groups", "emr.list_instance_groups", { ClusterId: clusterId }),
        may("see its bootstrap actions, as mrjob does", "emr.list_bootstrap_actions", {
            ClusterId: clusterId,
        }),
        may("see when it ends itself", "emr.get_auto_termination_policy", { ClusterId: clusterId }),
        may("see its steps", "emr.list_steps", { ClusterId: clusterId }),
        may("look at one of them", "emr.describe_step", { ClusterId: clusterId, StepId: stepId }),
        may("submit a step", "emr.add_job_flow_steps", { JobFlowId: clusterId, Steps: [step] }),
        may("cancel a step", "emr.cancel_steps", { ClusterId: clusterId, StepIds: [stepId] }),
        mayNot("resize it", "elasticmapreduce:ModifyInstanceGroups!", "emr.modify_instance_groups", {
            ClusterId: clusterId,
            InstanceGroups: [{ InstanceGroupId: groupId, InstanceCount: 20 }],
        }),
        mayNot(
            "resize it, naming the group alone",
            "elasticmapreduce:ModifyInstanceGroups!",
            "emr.modify_instance_groups",
            {
                InstanceGroups: [{ InstanceGroupId: groupId, InstanceCount: 20 }],
            },
        ),
        mayNot("add nodes to it", "elasticmapreduce:AddInstanceGroups!", "emr.add_instance_groups", {
            JobFlowId: clusterId,
            InstanceGroups: [{ InstanceRole: "TASK", InstanceType: "m5.xlarge", InstanceCount: 20 }],
        }),
        mayNot(
            "let it grow by itself",
            "elasticmapreduce:PutManagedScalingPolicy!",
            "emr.put_managed_scaling_policy",
            {
                ClusterId: clusterId,
                ManagedScalingPolicy: {
                    ComputeLimits: {
                        UnitType: "Instances",
                        MinimumCapacityUnits: 1,
                        MaximumCapacityUnits: 20,
                    },
                },
            },
        ),
        mayNot(
            "keep it from ending itself",
            "elasticmapreduce:PutAutoTerminationPolicy!",
            "emr.put_auto_termination_policy",
            {
                ClusterId: clusterId,
                AutoTerminationPolicy: { IdleTimeout: 604800 },
            },
        ),
        mayNot(
            "protect it from being ended",
            "elasticmapreduce:SetTerminationProtection!",
            "emr.set_termination_protection",
            {
                JobFlowIds: [clusterId],
                TerminationProtected: true,
            },
        ),
        mayNot("change its settings", "elasticmapreduce:ModifyCluster!", "emr.modify_cluster", {
            ClusterId: clusterId,
            StepConcurrencyLevel: 100,
        }),
        mayNot("end it", "elasticmapreduce:TerminateJobFlows!", "emr.terminate_job_flows", {
            JobFlowIds: [clusterId],
        }),
        mayNot("tag it", "elasticmapreduce:AddTags!", "emr.add_tags", {
            ResourceId: clusterId,
            Tags: [{ Key: "Lab", Value: "nobody" }],
        }),
        mayNot("take its tags away", "elasticmapreduce:RemoveTags!", "emr.remove_tags", {
            ResourceId: clusterId,
            TagKeys: ["Lab"],
        }),
    ];
}

/** Others' clusters: nothing at all, whether of this stack or of the lab's name in another one. */
export function othersClusters({ own, other, otherStacksCluster }: RightsContext): Right[] {
    const theirs = { ClusterId: other.clusterId };
    return [
        mayNot("list clusters", "elasticmapreduce:ListClusters", "emr.list_clusters"),
        mayNot(
            "look at another lab's cluster",
            "elasticmapreduce:DescribeCluster",
            "emr.describe_cluster",
            theirs,
        ),
        mayNot("see another lab's nodes", "elasticmapreduce:ListInstances", "emr.list_instances", theirs),
        mayNot(
            "see another lab's groups",
            "elasticmapreduce:ListInstanceGroups",
            "emr.list_instance_groups",
            theirs,
        ),
        mayNot("see another lab's steps", "elasticmapreduce:ListSteps", "emr.list_steps", theirs),
        mayNot("look at another lab's step", "elasticmapreduce:DescribeStep", "emr.describe_step", {
            ...theirs,
            StepId: other.stepId,
        }),
        mayNot(
            "submit a step to another lab's cluster",
            "elasticmapreduce:AddJobFlowSteps",
            "emr.add_job_flow_steps",
            {
                JobFlowId: other.clusterId,
                Steps: [step],
            },
        ),
        mayNot("cancel another lab's step", "elasticmapreduce:CancelSteps", "emr.cancel_steps", {
            ...theirs,
            StepIds: [other.stepId],
        }),
        mayNot(
            "end another lab's cluster",
            "elasticmapreduce:TerminateJobFlows!",
            "emr.terminate_job_flows",
            {
                JobFlowIds: [other.clusterId],
            },
        ),
        mayNot(
            "end the own cluster and another",
            "elasticmapreduce:TerminateJobFlows!",
            "emr.terminate_job_flows",
            {
                JobFlowIds: [own.clusterId, other.clusterId],
            },
        ),
        mayNot("tag another lab's cluster as the own", "elasticmapreduce:AddTags!", "emr.add_tags", {
            ResourceId: other.clusterId,
            Tags: [{ Key: "Lab", Value: own.lab }],
        }),
        mayNot(
            "look at the lab's namesake in another stack",
            "elasticmapreduce:DescribeCluster",
            "emr.describe_cluster",
            {
                ClusterId: otherStacksCluster,
            },
        ),
        mayNot("submit a step there", "elasticmapreduce:AddJobFlowSteps", "emr.add_job_flow_steps", {
            JobFlowId: otherStacksCluster,
            Steps: [step],
        }),
    ];
}
