/** How a cluster comes up, idles and ends. */
import { AuthorizeSecurityGroupIngressCommand, type SecurityGroup } from "@aws-sdk/client-ec2";
import type { Doom } from "../faults.ts";
import { hasCode } from "../ec2/launch.ts";
import type { EmrContext } from "./context.ts";
import { isAlive, type ChangeReason, type Cluster, type ClusterState } from "./model.ts";
import { addNodes, endNodes } from "./nodes.ts";
import { checkStart, StartFailure } from "./permissions.ts";

/** Called when a cluster is ready for steps or is ending. */
export interface LifeWatcher {
    ready(cluster: Cluster): void;
    ending(cluster: Cluster): Promise<void>;
}

/** Lets the members of the managed groups talk to each other (EMR guide, "EMR-managed security groups"). */
async function openGroups(context: EmrContext, cluster: Cluster): Promise<void> {
    const { masterGroup, slaveGroup } = cluster.request;
    const ec2 = context.moto.ec2(cluster.region);
    const members = [...new Set([masterGroup, slaveGroup])];
    for (const group of members) {
        for (const member of members) {
            for (const [IpProtocol, FromPort, ToPort] of [
                ["tcp", 0, 65535],
                ["udp", 0, 65535],
                ["icmp", -1, -1],
            ] as const) {
                try {
                    await ec2.send(
                        new AuthorizeSecurityGroupIngressCommand({
                            GroupId: group,
                            IpPermissions: [
                                { IpProtocol, FromPort, ToPort, UserIdGroupPairs: [{ GroupId: member }] },
                            ],
                        }),
                    );
                } catch (error) {
                    if (!hasCode(error, "InvalidPermission.Duplicate")) throw error;
                }
            }
        }
    }
}

/** Nodes that cannot reach EMR never report; on AWS that takes up to an hour, here it is told at once. */
function checkEgress(groups: readonly SecurityGroup[], cluster: Cluster): void {
    const closed = groups.find((group) => (group.IpPermissionsEgress ?? []).length === 0);
    if (closed === undefined) return;
    const primary = cluster.nodes.find((node) => node.group.role === "MASTER")?.host.id ?? "";
    throw new StartFailure(
        "BOOTSTRAP_FAILURE",
        `On the master instance (${primary}), application provisioning failed: no outbound rule in security group ${closed.GroupId ?? ""}`,
    );
}

/** Lives of all clusters. */
export class ClusterLife {
    private readonly ends = new Map<string, Promise<void>>();
    private readonly starts = new Set<Promise<void>>();
    private readonly boots = new Map<string, Promise<unknown>>();

    private readonly context: EmrContext;
    private readonly watcher: LifeWatcher;

    constructor(context: EmrContext, watcher: LifeWatcher) {
        this.context = context;
        this.watcher = watcher;
    }

    /** Begins to bring the cluster up; its state tells how far that is. */
    begin(cluster: Cluster, doom: Doom | undefined): void {
        const start = this.start(cluster, doom).catch(async (error: unknown) => {
            const message = error instanceof Error ? error.message : String(error);
            const code = error instanceof StartFailure ? error.code : "INTERNAL_ERROR";
            this.context.log(`${cluster.id} (${cluster.request.name}) does not start: ${message}`);
            await this.end(cluster, { Code: code, Message: message }, "TERMINATED_WITH_ERRORS");
        });
        this.starts.add(start);
        void start.finally(() => this.starts.delete(start));
    }

    /** Ends the cluster; resolves when nothing of it is left. */
    end(
        cluster: Cluster,
        reason: ChangeReason,
        state: Extract<ClusterState, "TERMINATED" | "TERMINATED_WITH_ERRORS"> = "TERMINATED",
    ): Promise<void> {
        const running = this.ends.get(cluster.id);
        if (running !== undefined) return running;
        cluster.state = "TERMINATING";
        cluster.reason = reason;
        const end = this.finish(cluster, state);
        this.ends.set(cluster.id, end);
        return end;
    }

    /** Ends clusters that have been idle for longer than their policy allows, and those whose primary is gone. */
    tick(cluster: Cluster, now: number): void {
        if (cluster.state === "RUNNING" || cluster.state === "WAITING") {
            const lost = cluster.nodes.find(
                (node) => node.joined && this.context.hosts.get(node.host.id)?.state !== "running",
            );
            if (lost?.group.role === "MASTER") {
                const reason = { Code: "INSTANCE_FAILURE", Message: "The master node was terminated." };
                void this.end(cluster, reason, "TERMINATED_WITH_ERRORS");
            } else if (lost !== undefined) {
                lost.joined = false;
                lost.ended = new Date();
            }
        }
        if (cluster.state !== "WAITING" || cluster.idleTimeout === undefined) return;
        if (now - cluster.lastBusy < cluster.idleTimeout * 1000) return;
        // The wording of AWS for this case is not verified.
        void this.end(cluster, {
            Code: "USER_REQUEST",
            Message: `Cluster terminated by its auto-termination policy after ${cluster.idleTimeout} seconds of idleness`,
        });
    }

    /** Resolves when no cluster is starting or ending. */
    async idle(): Promise<void> {
        await Promise.allSettled([...this.starts, ...this.ends.values()]);
    }

    private async start(cluster: Cluster, doom: Doom | undefined): Promise<void> {
        const { context } = this;
        const settled = context.faults.settle("emr:RunJobFlow");
        const groups = await checkStart(context, cluster);
        if (!isAlive(cluster)) return;
        await openGroups(context, cluster);
        if (doom?.reason !== undefined) {
            await settled;
            throw new StartFailure("INTERNAL_ERROR", doom.reason);
        }
        if (!isAlive(cluster)) return;
        const booting = this.boot(cluster);
        // Told to the caller below; a rejection must not be unhandled while the delay lasts.
        booting.catch(() => undefined);
        await settled;
        if (isAlive(cluster)) cluster.state = "BOOTSTRAPPING";
        try {
            await booting;
        } catch (error) {
            if (error instanceof StartFailure) throw error;
            const message = error instanceof Error ? error.message : String(error);
            throw new StartFailure("INSTANCE_FAILURE", `Failed to start the job flow: ${message}`);
        }
        if (!isAlive(cluster)) return;
        checkEgress(groups, cluster);
        await context.faults.settle("emr:bootstrap");
        if (!isAlive(cluster)) return;
        for (const node of cluster.nodes) node.joined = true;
        cluster.ready = new Date();
        cluster.lastBusy = Date.now();
        cluster.state = "RUNNING";
        cluster.reason = { Message: "Running step" };
        this.watcher.ready(cluster);
    }

    /** Boots all nodes; whoever ends the cluster meanwhile waits until that is over. */
    private boot(cluster: Cluster): Promise<unknown> {
        const groups = cluster.groups.map((group) => addNodes(this.context, cluster, group, group.requested));
        this.boots.set(cluster.id, Promise.allSettled(groups));
        return Promise.all(groups);
    }

    private async finish(cluster: Cluster, state: ClusterState): Promise<void> {
        try {
            await this.watcher.ending(cluster);
            await this.context.faults.settle("emr:TerminateJobFlows");
            await this.boots.get(cluster.id);
            await endNodes(this.context, cluster, cluster.nodes);
        } catch (error) {
            this.context.log(
                `${cluster.id} does not end cleanly: ${error instanceof Error ? error.message : String(error)}`,
            );
        }
        cluster.hdfs.clear();
        cluster.ended = new Date();
        cluster.state = state;
    }
}
