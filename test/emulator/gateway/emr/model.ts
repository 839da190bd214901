/** Clusters, their groups, nodes and steps as the gateway keeps them. */
import type { Host } from "../hosts.ts";
import type { Json, JsonObject } from "../json.ts";

const STATES = [
    "STARTING",
    "BOOTSTRAPPING",
    "RUNNING",
    "WAITING",
    "TERMINATING",
    "TERMINATED",
    "TERMINATED_WITH_ERRORS",
] as const;

/** State of a cluster. */
export type ClusterState = (typeof STATES)[number];

/** All states of clusters. */
export const CLUSTER_STATES: readonly string[] = STATES;

/** States of a step. */
export type StepState = "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";

/** Why a cluster or step changed its state. */
export interface ChangeReason {
    readonly Code?: string;
    readonly Message?: string;
}

/** Why a step failed, as DescribeStep tells it. */
export interface FailureDetails {
    readonly Reason: string;
    readonly Message?: string;
    readonly LogFile?: string;
}

/** A group of like nodes. */
export interface InstanceGroup {
    readonly id: string;
    readonly name: string;
    readonly role: "MASTER" | "CORE" | "TASK";
    readonly instanceType: string;
    readonly market: "ON_DEMAND" | "SPOT";
    readonly bidPrice: string | undefined;
    readonly ebs: Json | undefined;
    requested: number;
}

/** A node of a cluster. */
export interface ClusterNode {
    readonly id: string;
    readonly group: InstanceGroup;
    readonly host: Host;
    readonly created: Date;
    ready: Date | undefined;
    ended: Date | undefined;
    /** True once the node takes work. */
    joined: boolean;
}

/** What a step shall do. */
export interface StepRequest {
    readonly name: string;
    readonly actionOnFailure: string;
    readonly jar: string;
    readonly mainClass: string | undefined;
    readonly args: readonly string[];
    readonly properties: Readonly<Record<string, string>>;
}

/** A step. */
export interface Step {
    readonly id: string;
    readonly request: StepRequest;
    readonly created: Date;
    state: StepState;
    started: Date | undefined;
    ended: Date | undefined;
    failure: FailureDetails | undefined;
    reason: ChangeReason;
    /** Ends the step's processes. */
    readonly abort: AbortController;
}

/** What RunJobFlow asked for. */
export interface ClusterRequest {
    readonly name: string;
    readonly logUri: string | undefined;
    readonly releaseLabel: string;
    readonly applications: readonly string[];
    readonly configurations: Json[];
    readonly serviceRole: string;
    readonly instanceProfile: string;
    readonly keyName: string | undefined;
    readonly subnetId: string;
    readonly masterGroup: string;
    readonly slaveGroup: string;
    readonly serviceAccessGroup: string | undefined;
    readonly additionalMasterGroups: readonly string[];
    readonly additionalSlaveGroups: readonly string[];
    readonly groups: readonly InstanceGroup[];
    readonly steps: readonly StepRequest[];
    readonly scaleDownBehavior: string;
    readonly ebsRootVolumeSize: number | undefined;
    readonly osReleaseLabel: string;
}

/** A cluster. */
export interface Cluster {
    readonly id: string;
    readonly region: string;
    readonly request: ClusterRequest;
    readonly created: Date;
    readonly tags: Map<string, string>;
    readonly groups: InstanceGroup[];
    readonly nodes: ClusterNode[];
    readonly steps: Step[];
    state: ClusterState;
    reason: ChangeReason;
    ready: Date | undefined;
    ended: Date | undefined;
    zone: string;
    keepAlive: boolean;
    terminationProtected: boolean;
    unhealthyNodeReplacement: boolean;
    visibleToAllUsers: boolean;
    stepConcurrency: number;
    /** Seconds; `undefined` without a policy. */
    idleTimeout: number | undefined;
    /** When the cluster last had something to do. */
    lastBusy: number;
    /** Jobs so far, for Hadoop's numbering. */
    jobs: number;
    /** Copies of logs that are under way to S3. */
    readonly uploads: Set<Promise<void>>;
    /** What steps left in HDFS. */
    readonly hdfs: Map<string, Buffer>;
}

/** Clusters that take steps or soon will. */
export function isAlive(cluster: Cluster): boolean {
    return !["TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS"].includes(cluster.state);
}

/** The primary node once it runs. */
export function primaryOf(cluster: Cluster): ClusterNode | undefined {
    return cluster.nodes.find((node) => node.group.role === "MASTER" && node.joined);
}

/** Clusters that count as active for EMR's quota: those that are not over. */
export function isActive(cluster: Cluster): boolean {
    return isAlive(cluster) || cluster.state === "TERMINATING";
}

/** Nodes that run tasks: core and task nodes, or the primary of a cluster that has nothing else. */
export function workersOf(cluster: Cluster): ClusterNode[] {
    const joined = cluster.nodes.filter((node) => node.joined && node.host.state === "running");
    const workers = joined.filter((node) => node.group.role !== "MASTER");
    return workers.length > 0 ? workers : joined;
}

/** Seconds since 1970, as the JSON protocol carries times. */
export function epoch(date: Date): number {
    return date.getTime() / 1000;
}

/** An object without the keys that have no value. */
export function defined(values: Readonly<Record<string, Json | undefined>>): JsonObject {
    return Object.fromEntries(
        Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    );
}
