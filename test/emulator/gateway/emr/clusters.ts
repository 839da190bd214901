/** All clusters, found in EMR's way. */
import { AwsError } from "../errors.ts";
import { stringOf } from "../json.ts";
import type { AwsCall } from "../request.ts";
import { isAlive, type Cluster, type Step } from "./model.ts";
import { invalid } from "./request.ts";

/** EMR's answer about what does not exist or cannot be asked. */
export function invalidRequest(message: string): AwsError {
    return new AwsError("InvalidRequestException", message);
}

/** The clusters of all regions; ended ones stay, as AWS keeps them for two months. */
export class Clusters {
    private readonly byId = new Map<string, Cluster>();

    /** Keeps a new cluster. */
    add(cluster: Cluster): void {
        this.byId.set(cluster.id, cluster);
    }

    /** All clusters, oldest first. */
    list(): readonly Cluster[] {
        return [...this.byId.values()];
    }

    /** The cluster that a call is about. */
    of(call: AwsCall): Cluster {
        const { input } = call;
        const id = stringOf(input["ClusterId"] ?? input["JobFlowId"] ?? input["ResourceId"]) ?? "";
        return this.get(call.region, id);
    }

    /** The cluster that a call is about, if it can still be changed. */
    aliveOf(call: AwsCall): Cluster {
        const cluster = this.of(call);
        if (!isAlive(cluster)) {
            throw invalid("A job flow that is shutting down, terminated, or finished may not be modified.");
        }
        return cluster;
    }

    /** A cluster of a region. */
    get(region: string, id: string): Cluster {
        const cluster = this.byId.get(id);
        if (cluster === undefined || cluster.region !== region) {
            throw invalidRequest(`Cluster id '${id}' is not valid.`);
        }
        return cluster;
    }

    /** Tags of a cluster, empty for an unknown one: what IAM then says is "not authorized", as on AWS. */
    tagsOf(region: string, id: string): Readonly<Record<string, string>> {
        const cluster = this.byId.get(id);
        return cluster?.region === region ? Object.fromEntries(cluster.tags) : {};
    }

    /** The cluster of an instance group. */
    ofGroup(region: string, groupId: string): string | undefined {
        return this.list().find(
            (cluster) => cluster.region === region && cluster.groups.some((group) => group.id === groupId),
        )?.id;
    }
}

/** A step of a cluster. */
export function stepOf(cluster: Cluster, id: string): Step {
    const step = cluster.steps.find((candidate) => candidate.id === id);
    if (step === undefined) throw invalidRequest(`Step id '${id}' is not valid.`);
    return step;
}
