/**
 * The EMR API, kept whole in the gateway: moto's clusters are ready at once, its steps never end, and it does not know
 * half of the calls that the aws provider and mrjob make.
 */
import { clusterArn } from "../checks.ts";
import { jsonAnswer, notImplemented, type Answer } from "../errors.ts";
import type { Doom } from "../faults.ts";
import { trusts } from "../identities.ts";
import { numberOf, objectOf, stringOf, stringsOf, tagsOf, type JsonObject } from "../json.ts";
import { QUOTA } from "../quotas/catalogue.ts";
import type { Need } from "../quotas/needs.ts";
import type { AwsCall } from "../request.ts";
import { Clusters, invalidRequest, stepOf } from "./clusters.ts";
import type { EmrContext } from "./context.ts";
import { listInstances, modifyGroups } from "./groups.ts";
import { newClusterId } from "./ids.ts";
import { ClusterLife } from "./life.ts";
import { marked } from "./marker.ts";
import { CLUSTER_STATES, isAlive, type Cluster } from "./model.ts";
import { StepQueue, type StepRunner } from "./queue.ts";
import { describeReleaseLabel, listReleaseLabels, SupportedTypes } from "./releaseCalls.ts";
import { checkConcurrency, checkIdleTimeout, invalid, parseRunJobFlow } from "./request.ts";
import { addSteps, cancelSteps, listSteps, newStep } from "./stepCalls.ts";
import { clusterSummary, clusterView, groupView, stepView } from "./views.ts";

function timeFilter(input: JsonObject, date: Date): boolean {
    const after = numberOf(input["CreatedAfter"]);
    const before = numberOf(input["CreatedBefore"]);
    const seconds = date.getTime() / 1000;
    return (after === undefined || seconds > after) && (before === undefined || seconds < before);
}

/** A place among the active clusters. How AWS words the refusal is not known. */
const ACTIVE_CLUSTER: Need = {
    quota: QUOTA.clusters,
    amount: 1,
    refusal: (limit) =>
        invalid(`The maximum number of active clusters that can be run at the same time is ${limit}.`),
};

/** The EMR service. */
export class EmrService {
    /** All clusters, for whoever must know their tags. */
    readonly clusters = new Clusters();
    private readonly life: ClusterLife;
    private readonly queue: StepQueue;
    private readonly timer: NodeJS.Timeout;
    private readonly supported: SupportedTypes;
    private readonly context: EmrContext;

    constructor(context: EmrContext, run: StepRunner) {
        this.context = context;
        this.supported = new SupportedTypes(context);
        this.queue = new StepQueue(context, run);
        this.life = new ClusterLife(context, {
            ready: (cluster) => this.queue.advance(cluster),
            ending: async (cluster) => {
                this.queue.cancelAll(cluster, "Job terminated");
                // A cluster is terminated when its logs are in S3 (mrjob waits for that).
                await Promise.all(cluster.uploads);
            },
        });
        this.queue.life = this.life;
        this.timer = setInterval(() => {
            for (const cluster of this.clusters.list()) this.life.tick(cluster, Date.now());
        }, 500);
        this.timer.unref();
    }

    /** Ends everything. */
    async close(): Promise<void> {
        clearInterval(this.timer);
        for (const cluster of this.clusters.list()) {
            if (isAlive(cluster))
                void this.life.end(cluster, { Code: "USER_REQUEST", Message: "Pocket cloud stopped" });
        }
        await this.life.idle();
    }

    /** Answers a call that IAM has allowed. */
    async handle(call: AwsCall, doom: Doom | undefined): Promise<Answer> {
        return jsonAnswer(await this.answer(call, doom));
    }

    private async answer(call: AwsCall, doom: Doom | undefined): Promise<JsonObject> {
        const { input } = call;
        switch (call.action) {
            case "RunJobFlow":
                return this.runJobFlow(call, doom);
            case "DescribeCluster":
                return { Cluster: clusterView(this.clusters.of(call)) };
            case "ListClusters":
                return this.listClusters(call);
            case "TerminateJobFlows":
                return this.terminate(call);
            case "AddJobFlowSteps":
                return addSteps(call, this.clusters.aliveOf(call), this.queue);
            case "DescribeStep":
                return { Step: stepView(stepOf(this.clusters.of(call), stringOf(input["StepId"]) ?? "")) };
            case "ListSteps":
                return listSteps(call, this.clusters.of(call));
            case "CancelSteps":
                return cancelSteps(call, this.clusters.aliveOf(call), this.queue);
            case "ListInstances":
                return listInstances(call, this.clusters.of(call));
            case "ListInstanceGroups": {
                const cluster = this.clusters.of(call);
                return { InstanceGroups: cluster.groups.map((group) => groupView(cluster, group)) };
            }
            case "ListInstanceFleets":
                this.clusters.of(call);
                throw invalidRequest(
                    "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses instance groups. The ListInstanceFleets request does not support clusters that use instance groups. Use the ListInstanceGroups request instead.",
                );
            case "ListBootstrapActions":
                this.clusters.of(call);
                return { BootstrapActions: [] };
            case "GetAutoTerminationPolicy": {
                const { idleTimeout } = this.clusters.of(call);
                return idleTimeout === undefined
                    ? {}
                    : { AutoTerminationPolicy: { IdleTimeout: idleTimeout } };
            }
            case "PutAutoTerminationPolicy": {
                const policy = objectOf(input["AutoTerminationPolicy"]);
                const cluster = this.clusters.aliveOf(call);
                cluster.idleTimeout = checkIdleTimeout(numberOf(policy["IdleTimeout"]));
                return {};
            }
            case "RemoveAutoTerminationPolicy":
                this.clusters.aliveOf(call).idleTimeout = undefined;
                return {};
            case "GetManagedScalingPolicy":
                this.clusters.of(call);
                return {};
            case "ModifyCluster": {
                const cluster = this.clusters.aliveOf(call);
                cluster.stepConcurrency = checkConcurrency(numberOf(input["StepConcurrencyLevel"]) ?? 1);
                this.queue.advance(cluster);
                return { StepConcurrencyLevel: cluster.stepConcurrency };
            }
            case "ModifyInstanceGroups":
                return modifyGroups(call, this.clusters, this.context);
            case "AddTags": {
                const cluster = this.clusters.of(call);
                for (const [key, value] of Object.entries(tagsOf(input["Tags"])))
                    cluster.tags.set(key, value);
                return {};
            }
            case "RemoveTags": {
                const cluster = this.clusters.of(call);
                for (const key of stringsOf(input["TagKeys"])) cluster.tags.delete(key);
                return {};
            }
            case "SetTerminationProtection":
                return this.setFlag(call, "TerminationProtected", (c, on) => (c.terminationProtected = on));
            case "SetVisibleToAllUsers":
                return this.setFlag(call, "VisibleToAllUsers", (c, on) => (c.visibleToAllUsers = on));
            case "SetUnhealthyNodeReplacement":
                return this.setFlag(
                    call,
                    "UnhealthyNodeReplacement",
                    (c, on) => (c.unhealthyNodeReplacement = on),
                );
            case "SetKeepJobFlowAliveWhenNoSteps":
                return this.setFlag(call, "KeepJobFlowAliveWhenNoSteps", (c, on) => (c.keepAlive = on));
            case "ListReleaseLabels":
                return listReleaseLabels(call, this.context.releases.of(call.region));
            case "DescribeReleaseLabel":
                return describeReleaseLabel(call, this.context.releases.of(call.region));
            case "ListSupportedInstanceTypes":
                return this.supported.list(call);
            default:
                throw notImplemented(call);
        }
    }

    private async runJobFlow(call: AwsCall, doom: Doom | undefined): Promise<JsonObject> {
        const request = parseRunJobFlow(call, this.context.releases.of(call.region));
        await this.supported.check(call, request.releaseLabel);
        const profile = request.instanceProfile;
        const role = await this.context.identities.roleOfProfile(profile);
        // EMR does not support a profile that is not named like its role (guide, "Customize IAM roles").
        if (role !== profile) throw invalid(`Invalid InstanceProfile: ${profile}.`);
        const identity = await this.context.identities.role(role);
        if (identity === undefined || !trusts(identity, "ec2.amazonaws.com")) {
            throw invalid(`Failed to authorize instance profile ${profile}.`);
        }
        const instances = objectOf(call.input["Instances"]);
        const cluster: Cluster = {
            id: newClusterId(),
            region: call.region,
            request,
            created: new Date(),
            tags: new Map(Object.entries(tagsOf(call.input["Tags"]))),
            groups: [...request.groups],
            nodes: [],
            steps: [],
            state: "STARTING",
            reason: {},
            ready: undefined,
            ended: undefined,
            zone: "",
            keepAlive: instances["KeepJobFlowAliveWhenNoSteps"] === true,
            terminationProtected: instances["TerminationProtected"] === true,
            unhealthyNodeReplacement: instances["UnhealthyNodeReplacement"] === true,
            visibleToAllUsers: call.input["VisibleToAllUsers"] !== false,
            stepConcurrency: numberOf(call.input["StepConcurrencyLevel"]) ?? 1,
            idleTimeout: checkIdleTimeout(
                numberOf(objectOf(call.input["AutoTerminationPolicy"])["IdleTimeout"]),
            ),
            lastBusy: Date.now(),
            jobs: 0,
            uploads: new Set(),
            hdfs: new Map(),
        };
        for (const step of request.steps) newStep(cluster, step);
        await this.context.guard.within(
            call.region,
            () => [ACTIVE_CLUSTER],
            async () => this.clusters.add(cluster),
        );
        this.life.begin(cluster, doom);
        return { JobFlowId: cluster.id, ClusterArn: clusterArn(cluster.region, cluster.id) };
    }

    private listClusters(call: AwsCall): JsonObject {
        const states = stringsOf(call.input["ClusterStates"]);
        const unknown = states.find((state) => !CLUSTER_STATES.includes(state));
        if (unknown !== undefined) throw invalid(`Invalid cluster state: ${unknown}`);
        const found = this.clusters
            .list()

            .filter((cluster) => cluster.region === call.region && timeFilter(call.input, cluster.created))
            .filter((cluster) => states.length === 0 || states.includes(cluster.state));
        return marked(call, "Clusters", found.map(clusterSummary).reverse());
    }

    private terminate(call: AwsCall): JsonObject {
        const clusters = stringsOf(call.input["JobFlowIds"]).map((id) => this.clusters.get(call.region, id));
        const guarded = clusters.find((cluster) => isAlive(cluster) && cluster.terminationProtected);
        if (guarded !== undefined) {
            throw invalid("Could not shut down one or more job flows since they are termination protected.");
        }
        for (const cluster of clusters) {
            if (isAlive(cluster)) {
                void this.life.end(cluster, { Code: "USER_REQUEST", Message: "Terminated by user request" });
            }
        }
        return {};
    }

    private setFlag(call: AwsCall, name: string, set: (cluster: Cluster, on: boolean) => void): JsonObject {
        const on = call.input[name];
        if (typeof on !== "boolean") throw invalid(`${name} must be true or false`);
        for (const id of stringsOf(call.input["JobFlowIds"])) set(this.clusters.get(call.region, id), on);
        return {};
    }
}
