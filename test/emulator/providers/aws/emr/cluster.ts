/** `aws:emr/cluster:Cluster` with instance groups; autoscaling, fleets and bootstrap actions are refused. */
import {
    AddTagsCommand,
    ModifyClusterCommand,
    ModifyInstanceGroupsCommand,
    PutAutoTerminationPolicyCommand,
    RemoveAutoTerminationPolicyCommand,
    RemoveTagsCommand,
    RunJobFlowCommand,
    SetTerminationProtectionCommand,
    SetUnhealthyNodeReplacementCommand,
    TerminateJobFlowsCommand,
} from "@aws-sdk/client-emr";
import type { Properties } from "../../provider.ts";
import { isCode, says } from "../errors.ts";
import type { ResourceType, Update } from "../resource.ts";
import { between, block, boolean, integer, json, oneOf, set, string } from "../schema.ts";
import { tagChanges } from "../tags.ts";
import { flag, number, object, text } from "../values.ts";
import { retryWhile, waitForState } from "../waiting.ts";
import { listInstanceGroups, readCluster, describeCluster } from "./clusterRead.ts";
import { runJobFlowInput } from "./runJobFlow.ts";

const starting = ["STARTING", "BOOTSTRAPPING"];
const alive = ["RUNNING", "WAITING"];
/** The states that ListSteps can be filtered by. */
const stepStates = [
    "PENDING",
    "CANCEL_PENDING",
    "RUNNING",
    "COMPLETED",
    "CANCELLED",
    "FAILED",
    "INTERRUPTED",
];

const instanceGroup = {
    ebsConfigs: set(
        block({
            size: integer({ required: true }),
            type: string({ required: true }),
            volumesPerInstance: integer({ default: 1 }),
        }),
        { computed: true },
    ),
    name: string(),
    instanceType: string({ required: true }),
    bidPrice: string(),
};

/** A cluster. Almost every change replaces it. */
export const cluster: ResourceType = {
    noun: "EMR Cluster",
    tagged: true,
    fields: {
        name: string({ required: true, forceNew: true }),
        releaseLabel: string({ required: true, forceNew: true }),
        // Not Computed, although EMR fills it in and the provider reads it back: a program that neither sets nor
        // ignores it has every cluster replaced by the second `up`.
        osReleaseLabel: string({ forceNew: true }),
        serviceRole: string({ required: true, forceNew: true }),
        applications: set(string(), { forceNew: true }),
        // EMR answers with the older scheme s3n (DiffSuppressFunc of log_uri).
        logUri: string({ forceNew: true, same: (old, news) => old.replaceAll("s3n://", "s3://") === news }),
        configurationsJson: json({ forceNew: true }),
        keepJobFlowAliveWhenNoSteps: boolean({ forceNew: true, computed: true }),
        terminationProtection: boolean({ computed: true }),
        unhealthyNodeReplacement: boolean({ default: false }),
        stepConcurrencyLevel: integer({ default: 1, check: between(1, 256) }),
        listStepsStates: set(string({ check: oneOf(...stepStates) })),
        autoTerminationPolicy: block({ idleTimeout: integer({ check: between(60, 604800) }) }),
        ec2Attributes: block(
            {
                subnetId: string({ computed: true }),
                emrManagedMasterSecurityGroup: string({ computed: true }),
                emrManagedSlaveSecurityGroup: string({ computed: true }),
                instanceProfile: string({ required: true }),
                keyName: string(),
            },
            { forceNew: true },
        ),
        masterInstanceGroup: block(
            {
                ...instanceGroup,
                instanceCount: integer({ default: 1, check: (n) => between(1, 3)(n) ?? notTwo(n) }),
            },
            { forceNew: true, computed: true },
        ),
        coreInstanceGroup: block(
            {
                ...instanceGroup,
                instanceCount: integer({ default: 1, forceNew: false, check: between(1, 2000) }),
            },
            { forceNew: true, computed: true },
        ),
    },
    // `name` is required upstream, and still named by the bridge where the program is silent, like every `name`.
    autoName: { field: "name", maxLength: 255 },
    outputs: ["arn", "clusterState", "masterPublicDns", "scaleDownBehavior", "visibleToAllUsers", "steps"],

    /**
     * Steps that students add come into the state with the next refresh. `step` is ForceNew upstream: a program that
     * does not ignore changes of `steps` is told here that the cluster would be replaced. (It is Computed as well, so
     * the real provider may keep silent; the stand-in is the stricter one on purpose, FACTS.md section 2.)
     */
    customDiff: ({ steps }) =>
        Array.isArray(steps) && steps.length > 0 ? [{ path: "steps", replaces: true }] : [],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const answer = await retryWhile(
            operation.patience(120),
            // IAM tells EMR of a new profile late. Nothing else is tried again, capacity and throttling apart.
            (error) =>
                (isCode(error, "ValidationException") && says(error, "Invalid InstanceProfile")) ||
                (isCode(error, "AccessDeniedException") &&
                    says(error, "Failed to authorize instance profile")),
            () => aws.emr.send(new RunJobFlowCommand(runJobFlowInput(inputs))),
        );
        const id = answer.JobFlowId ?? "";
        created(id, { keepJobFlowAliveWhenNoSteps: flag(inputs, "keepJobFlowAliveWhenNoSteps") ?? true });
        const found = await waitForState(operation.patience(75 * 60), () => describeCluster(aws, id), {
            of: ({ Status }) => Status?.State ?? "",
            target: alive,
            pending: starting,
            why: ({ Status }) =>
                `${Status?.StateChangeReason?.Code ?? ""}: ${Status?.StateChangeReason?.Message ?? ""}`,
        });
        // With several primary nodes EMR switches protection on by itself.
        const wanted = flag(inputs, "terminationProtection") ?? false;
        if ((found.TerminationProtected ?? false) !== wanted) {
            await aws.emr.send(
                new SetTerminationProtectionCommand({ JobFlowIds: [id], TerminationProtected: wanted }),
            );
        }
        return id;
    },

    read: (id, state, { aws }) => readCluster(aws, id, state),

    async update(id, update) {
        const { aws, olds, news, changed } = update;
        if (changed("autoTerminationPolicy")) {
            const policy = object(news, "autoTerminationPolicy");
            if (policy) {
                const AutoTerminationPolicy = { IdleTimeout: number(policy, "idleTimeout") };
                await aws.emr.send(
                    new PutAutoTerminationPolicyCommand({ ClusterId: id, AutoTerminationPolicy }),
                );
            } else {
                await aws.emr.send(new RemoveAutoTerminationPolicyCommand({ ClusterId: id }));
            }
        }
        if (changed("terminationProtection")) {
            const TerminationProtected = flag(news, "terminationProtection") ?? false;
            await aws.emr.send(
                new SetTerminationProtectionCommand({ JobFlowIds: [id], TerminationProtected }),
            );
        }
        if (changed("unhealthyNodeReplacement")) {
            const UnhealthyNodeReplacement = flag(news, "unhealthyNodeReplacement") ?? false;
            await aws.emr.send(
                new SetUnhealthyNodeReplacementCommand({ JobFlowIds: [id], UnhealthyNodeReplacement }),
            );
        }
        if (changed("coreInstanceGroup")) await resize(id, update);
        if (changed("tagsAll")) {
            const { set: Tags, remove: TagKeys } = tagChanges(olds, news);
            if (TagKeys.length > 0) await aws.emr.send(new RemoveTagsCommand({ ResourceId: id, TagKeys }));
            if (Tags.length > 0) await aws.emr.send(new AddTagsCommand({ ResourceId: id, Tags }));
        }
        if (changed("stepConcurrencyLevel")) {
            const StepConcurrencyLevel = number(news, "stepConcurrencyLevel") ?? 1;
            await aws.emr.send(new ModifyClusterCommand({ ClusterId: id, StepConcurrencyLevel }));
        }
    },

    async delete(id, _state, operation) {
        const { aws } = operation;
        await aws.emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [id] }));
        await waitForState(
            operation.patience(20 * 60),
            // EMR forgets a cluster two months after its end.
            async () => (await describeCluster(aws, id)) ?? { Status: { State: "TERMINATED" as const } },
            {
                of: ({ Status }) => Status?.State ?? "",
                target: ["TERMINATED", "TERMINATED_WITH_ERRORS"],
                pending: [...starting, ...alive, "TERMINATING"],
            },
        );
    },
};

function notTwo(count: unknown): string | undefined {
    return count === 2 ? "expected to be one of [1 3], got 2" : undefined;
}

/** The number of core nodes, the one thing of a group that changes in place. */
async function resize(id: string, { aws, olds, news, ...operation }: Update): Promise<void> {
    const group = (inputs: Properties) => object(inputs, "coreInstanceGroup") ?? {};
    const InstanceGroupId = text(group(olds), "id");
    const InstanceCount = number(group(news), "instanceCount") ?? 1;
    await aws.emr.send(
        new ModifyInstanceGroupsCommand({
            ClusterId: id,
            InstanceGroups: [{ InstanceGroupId, InstanceCount }],
        }),
    );
    await waitForState(
        operation.patience(20 * 60),
        async () => (await listInstanceGroups(aws, id)).find(({ Id }) => Id === InstanceGroupId),
        {
            of: ({ Status }) => Status?.State ?? "",
            target: ["RUNNING"],
            pending: ["BOOTSTRAPPING", "PROVISIONING", "RECONFIGURING", "RESIZING"],
            why: ({ Status }) => Status?.StateChangeReason?.Message ?? "",
        },
    );
}
