/**
 * The EMR API, kept whole in the gateway: moto's clusters are ready at once, its steps never end, and it does not know
 * half of the calls that the aws provider and mrjob make.
 */
import { AwsError, jsonAnswer, notImplemented, type Answer } from "../errors";
import type { Doom } from "../faults";
import { trusts } from "../identities";
import { arrayOf, numberOf, objectOf, stringOf, stringsOf, tagsOf, type JsonObject } from "../json";
import type { AwsCall } from "../request";
import { clusterArn } from "../checks";
import type { EmrContext } from "./context";
import { newClusterId, newStepId } from "./ids";
import { ClusterLife } from "./life";
import { isAlive, type Cluster, type Step, type StepRequest } from "./model";
import { addNodes, endNodes } from "./nodes";
import { StepQueue, type StepRunner } from "./queue";
import { RELEASES } from "./releases";
import {
    checkActionOnFailure,
    checkConcurrency,
    checkIdleTimeout,
    invalid,
    parseRunJobFlow,
    parseStep,
} from "./request";
import { clusterSummary, clusterView, groupView, nodeState, nodeView, stepView } from "./views";

function invalidRequest(message: string): AwsError {
    return new AwsError("InvalidRequestException", message);
}

function timeFilter(input: JsonObject, date: Date): boolean {
    const after = numberOf(input["CreatedAfter"]);
    const before = numberOf(input["CreatedBefore"]);
    const seconds = date.getTime() / 1000;
    return (after === undefined || seconds > after) && (before === undefined || seconds < before);
}

/** The EMR service. */
export class EmrService {
    private readonly clusters = new Map<string, Cluster>();
    private readonly life: ClusterLife;
    private readonly queue: StepQueue;
    private readonly timer: NodeJS.Timeout;

    constructor(
        private readonly context: EmrContext,
        run: StepRunner,
    ) {
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
            for (const cluster of this.clusters.values()) this.life.tick(cluster, Date.now());
        }, 500);
        this.timer.unref();
    }

    /** Tags of a cluster, empty for an unknown one: what IAM then says is "not authorized", as on AWS. */
    tagsOf(region: string, id: string): Readonly<Record<string, string>> {
        const cluster = this.clusters.get(id);
        return cluster?.region === region ? Object.fromEntries(cluster.tags) : {};
    }

    /** The cluster of an instance group. */
    clusterOfGroup(region: string, groupId: string): string | undefined {
        return [...this.clusters.values()].find(
            (cluster) => cluster.region === region && cluster.groups.some((group) => group.id === groupId),
        )?.id;
    }

    /** All clusters. */
    list(): readonly Cluster[] {
        return [...this.clusters.values()];
    }

    /** Ends everything. */
    async close(): Promise<void> {
        clearInterval(this.timer);
        for (const cluster of this.clusters.values()) {
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
                return { Cluster: clusterView(this.find(call)) };
            case "ListClusters":
                return this.listClusters(call);
            case "TerminateJobFlows":
                return this.terminate(call);
            case "AddJobFlowSteps":
                return this.addSteps(call);
            case "DescribeStep":
                return { Step: stepView(this.findStep(this.find(call), stringOf(input["StepId"]) ?? "")) };
            case "ListSteps":
                return this.listSteps(call);
            case "CancelSteps":
                return this.cancelSteps(call);
            case "ListInstances":
                return this.listInstances(call);
            case "ListInstanceGroups": {
                const cluster = this.find(call);
                return { InstanceGroups: cluster.groups.map((group) => groupView(cluster, group)) };
            }
            case "ListInstanceFleets":
                this.find(call);
                throw invalidRequest(
                    "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses instance groups. The ListInstanceFleets request does not support clusters that use instance groups. Use the ListInstanceGroups request instead.",
                );
            case "ListBootstrapActions":
                this.find(call);
                return { BootstrapActions: [] };
            case "GetAutoTerminationPolicy": {
                const { idleTimeout } = this.find(call);
                return idleTimeout === undefined
                    ? {}
                    : { AutoTerminationPolicy: { IdleTimeout: idleTimeout } };
            }
            case "PutAutoTerminationPolicy": {
                const policy = objectOf(input["AutoTerminationPolicy"]);
                const cluster = this.findAlive(call);
                cluster.idleTimeout = checkIdleTimeout(numberOf(policy["IdleTimeout"]));
                return {};
            }
            case "RemoveAutoTerminationPolicy":
                this.findAlive(call).idleTimeout = undefined;
                return {};
            case "GetManagedScalingPolicy":
                this.find(call);
                return {};
            case "ModifyCluster": {
                const cluster = this.findAlive(call);
                cluster.stepConcurrency = checkConcurrency(numberOf(input["StepConcurrencyLevel"]) ?? 1);
                this.queue.advance(cluster);
                return { StepConcurrencyLevel: cluster.stepConcurrency };
            }
            case "ModifyInstanceGroups":
                return this.modifyGroups(call);
            case "AddTags": {
                const cluster = this.find(call);
                for (const [key, value] of Object.entries(tagsOf(input["Tags"])))
                    cluster.tags.set(key, value);
                return {};
            }
            case "RemoveTags": {
                const cluster = this.find(call);
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
                return { ReleaseLabels: [...RELEASES] };
            default:
                throw notImplemented(call);
        }
    }

    private find(call: AwsCall): Cluster {
        const { input } = call;
        const id = stringOf(input["ClusterId"] ?? input["JobFlowId"] ?? input["ResourceId"]) ?? "";
        return this.findById(call.region, id);
    }

    private findById(region: string, id: string): Cluster {
        const cluster = this.clusters.get(id);
        if (cluster === undefined || cluster.region !== region) {
            throw invalidRequest(`Cluster id '${id}' is not valid.`);
        }
        return cluster;
    }

    private findAlive(call: AwsCall): Cluster {
        const cluster = this.find(call);
        if (!isAlive(cluster)) {
            throw invalid("A job flow that is shutting down, terminated, or finished may not be modified.");
        }
        return cluster;
    }

    private findStep(cluster: Cluster, id: string): Step {
        const step = cluster.steps.find((candidate) => candidate.id === id);
        if (step === undefined) throw invalidRequest(`Step id '${id}' is not valid.`);
        return step;
    }

    private async runJobFlow(call: AwsCall, doom: Doom | undefined): Promise<JsonObject> {
        const request = parseRunJobFlow(call);
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
        for (const step of request.steps) this.newStep(cluster, step);
        this.clusters.set(cluster.id, cluster);
        this.life.begin(cluster, doom);
        return { JobFlowId: cluster.id, ClusterArn: clusterArn(cluster.region, cluster.id) };
    }

    private listClusters(call: AwsCall): JsonObject {
        const states = stringsOf(call.input["ClusterStates"]);
        const found = this.list()
            .filter((cluster) => cluster.region === call.region && timeFilter(call.input, cluster.created))
            .filter((cluster) => states.length === 0 || states.includes(cluster.state));
        return { Clusters: found.map(clusterSummary).reverse() };
    }

    private terminate(call: AwsCall): JsonObject {
        const clusters = stringsOf(call.input["JobFlowIds"]).map((id) => this.findById(call.region, id));
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

    private newStep(cluster: Cluster, request: StepRequest): Step {
        const step: Step = {
            id: newStepId(),
            request,
            created: new Date(),
            state: "PENDING",
            started: undefined,
            ended: undefined,
            failure: undefined,
            reason: {},
            abort: new AbortController(),
        };
        cluster.steps.push(step);
        return step;
    }

    private addSteps(call: AwsCall): JsonObject {
        const cluster = this.findAlive(call);
        if (stringOf(call.input["ExecutionRoleArn"]) !== undefined)
            throw notImplemented(call, "ExecutionRoleArn");
        const requests = arrayOf(call.input["Steps"]).map((step) => parseStep(objectOf(step)));
        checkActionOnFailure(requests, cluster.stepConcurrency);
        const active = cluster.steps.filter(
            (step) => step.state === "PENDING" || step.state === "RUNNING",
        ).length;
        if (active + requests.length > 256) {
            throw invalid(
                "Maximum number of active steps(State = Running, Pending or Cancel_Pending) for cluster exceeded.",
            );
        }
        const steps = requests.map((request) => this.newStep(cluster, request));
        this.queue.advance(cluster);
        return { StepIds: steps.map((step) => step.id) };
    }

    private listSteps(call: AwsCall): JsonObject {
        const states = stringsOf(call.input["StepStates"]);
        const ids = stringsOf(call.input["StepIds"]);
        const found = this.find(call)
            .steps.filter((step) => states.length === 0 || states.includes(step.state))
            .filter((step) => ids.length === 0 || ids.includes(step.id));
        // Newest first, as EMR lists them.
        return { Steps: found.map(stepView).reverse() };
    }

    private cancelSteps(call: AwsCall): JsonObject {
        const cluster = this.findAlive(call);
        const infos = stringsOf(call.input["StepIds"]).map((id) => {
            const done = this.queue.cancel(this.findStep(cluster, id), "Cancelled by user");
            return {
                StepId: id,
                Status: done ? "SUBMITTED" : "FAILED",
                Reason: done ? "" : "Step is not in a state that can be cancelled",
            };
        });
        this.queue.advance(cluster);
        return { CancelStepsInfoList: infos };
    }

    private listInstances(call: AwsCall): JsonObject {
        const { input } = call;
        const types = stringsOf(input["InstanceGroupTypes"]);
        const states = stringsOf(input["InstanceStates"]);
        const group = stringOf(input["InstanceGroupId"]);
        const found = this.find(call)
            .nodes.filter((node) => types.length === 0 || types.includes(node.group.role))
            .filter((node) => states.length === 0 || states.includes(nodeState(node)))
            .filter((node) => group === undefined || node.group.id === group);
        return { Instances: found.map(nodeView) };
    }

    private modifyGroups(call: AwsCall): JsonObject {
        for (const item of arrayOf(call.input["InstanceGroups"]).map(objectOf)) {
            const id = stringOf(item["InstanceGroupId"]) ?? "";
            const clusterId = this.clusterOfGroup(call.region, id) ?? stringOf(call.input["ClusterId"]) ?? "";
            const cluster = this.findById(call.region, clusterId);
            const group = cluster.groups.find((candidate) => candidate.id === id);
            const count = numberOf(item["InstanceCount"]);
            if (group === undefined) throw invalidRequest(`Instance group id '${id}' is not valid.`);
            if (!isAlive(cluster))
                throw invalid(
                    "An instance group may only be modified when the job flow is running or waiting",
                );
            if (count === undefined) throw notImplemented(call, "anything but InstanceCount");
            if (group.role === "MASTER") throw invalid("The master instance group cannot be resized");
            group.requested = count;
            void this.resize(cluster, group.id, count);
        }
        return {};
    }

    private async resize(cluster: Cluster, groupId: string, count: number): Promise<void> {
        const living = cluster.nodes.filter((node) => node.group.id === groupId && node.ended === undefined);
        const group = cluster.groups.find((candidate) => candidate.id === groupId);
        try {
            if (group !== undefined && count > living.length) {
                await addNodes(this.context, cluster, group, count - living.length);
                for (const node of cluster.nodes) {
                    if (node.ready !== undefined && node.ended === undefined) node.joined = true;
                }
            } else await endNodes(this.context, cluster, living.slice(count));
        } catch (error) {
            this.context.log(
                `${cluster.id} cannot be resized: ${error instanceof Error ? error.message : String(error)}`,
            );
        }
    }

    private setFlag(call: AwsCall, name: string, set: (cluster: Cluster, on: boolean) => void): JsonObject {
        const on = call.input[name];
        if (typeof on !== "boolean") throw invalid(`${name} must be true or false`);
        for (const id of stringsOf(call.input["JobFlowIds"])) set(this.findById(call.region, id), on);
        return {};
    }
}
