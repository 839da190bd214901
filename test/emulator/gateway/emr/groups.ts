/** The calls about instance groups and nodes. */
import { notImplemented } from "../errors.ts";
import { arrayOf, numberOf, objectOf, stringOf, stringsOf, type JsonObject } from "../json.ts";
import type { AwsCall } from "../request.ts";
import { invalidRequest, type Clusters } from "./clusters.ts";
import type { EmrContext } from "./context.ts";
import { isAlive, type Cluster, type InstanceGroup } from "./model.ts";
import { addNodes, endNodes } from "./nodes.ts";
import { invalid } from "./request.ts";
import { nodeState, nodeView } from "./views.ts";

/** ListInstances. */
export function listInstances(call: AwsCall, cluster: Cluster): JsonObject {
    const { input } = call;
    const types = stringsOf(input["InstanceGroupTypes"]);
    const states = stringsOf(input["InstanceStates"]);
    const group = stringOf(input["InstanceGroupId"]);
    const found = cluster.nodes
        .filter((node) => types.length === 0 || types.includes(node.group.role))
        .filter((node) => states.length === 0 || states.includes(nodeState(node)))
        .filter((node) => group === undefined || node.group.id === group);
    return { Instances: found.map(nodeView) };
}

/** ModifyInstanceGroups: resizing is all that it does here. */
export function modifyGroups(call: AwsCall, clusters: Clusters, context: EmrContext): JsonObject {
    for (const item of arrayOf(call.input["InstanceGroups"]).map(objectOf)) {
        const id = stringOf(item["InstanceGroupId"]) ?? "";
        const owner = clusters.ofGroup(call.region, id) ?? stringOf(call.input["ClusterId"]) ?? "";
        const cluster = clusters.get(call.region, owner);
        const group = cluster.groups.find((candidate) => candidate.id === id);
        const count = numberOf(item["InstanceCount"]);
        if (group === undefined) throw invalidRequest(`Instance group id '${id}' is not valid.`);
        if (!isAlive(cluster)) {
            throw invalid("An instance group may only be modified when the job flow is running or waiting");
        }
        if (count === undefined) throw notImplemented(call, "anything but InstanceCount");
        if (group.role === "MASTER") throw invalid("The master instance group cannot be resized");
        group.requested = count;
        void resize(context, cluster, group, count);
    }
    return {};
}

async function resize(
    context: EmrContext,
    cluster: Cluster,
    group: InstanceGroup,
    count: number,
): Promise<void> {
    const living = cluster.nodes.filter((node) => node.group === group && node.ended === undefined);
    try {
        if (count > living.length) {
            await addNodes(context, cluster, group, count - living.length);
            for (const node of cluster.nodes) {
                if (node.ready !== undefined && node.ended === undefined) node.joined = true;
            }
        } else await endNodes(context, cluster, living.slice(count));
    } catch (error) {
        context.log(
            `${cluster.id} cannot be resized: ${error instanceof Error ? error.message : String(error)}`,
        );
    }
}
