/** The queue of a cluster's steps. */
import type { EmrContext } from "./context.ts";
import type { ClusterLife } from "./life.ts";
import { isAlive, type Cluster, type FailureDetails, type Step } from "./model.ts";

/** Runs one step to its end; `undefined` when it succeeded. */
export type StepRunner = (cluster: Cluster, step: Step) => Promise<FailureDetails | undefined>;

/** Starts steps in order, as many at a time as the cluster allows. */
export class StepQueue {
    life: ClusterLife | undefined;

    private readonly context: EmrContext;
    private readonly run: StepRunner;

    constructor(context: EmrContext, run: StepRunner) {
        this.context = context;
        this.run = run;
    }

    /** Starts what can be started, and says what the cluster is doing. */
    advance(cluster: Cluster): void {
        if (cluster.state !== "RUNNING" && cluster.state !== "WAITING") return;
        const running = cluster.steps.filter((step) => step.state === "RUNNING").length;
        const pending = cluster.steps.filter((step) => step.state === "PENDING");
        const next = pending.slice(0, Math.max(0, cluster.stepConcurrency - running));
        for (const step of next) void this.start(cluster, step);
        if (running + next.length > 0) {
            cluster.state = "RUNNING";
            cluster.reason = { Message: "Running step" };
            cluster.lastBusy = Date.now();
            return;
        }
        if (cluster.state === "RUNNING") cluster.lastBusy = Date.now();
        cluster.state = "WAITING";
        cluster.reason = {
            Message:
                cluster.steps.length === 0
                    ? "Cluster ready to run steps."
                    : "Cluster ready after last step completed.",
        };
        if (!cluster.keepAlive) {
            void this.life?.end(cluster, { Code: "ALL_STEPS_COMPLETED", Message: "Steps completed" });
        }
    }

    /** Cancels a step; false when it has ended before. */
    cancel(step: Step, reason: string): boolean {
        if (step.state !== "PENDING" && step.state !== "RUNNING") return false;
        step.state = "CANCELLED";
        step.reason = { Message: reason };
        step.ended = new Date();
        step.abort.abort();
        return true;
    }

    /** Cancels all that has not ended. */
    cancelAll(cluster: Cluster, reason: string): void {
        for (const step of cluster.steps) this.cancel(step, reason);
    }

    private async start(cluster: Cluster, step: Step): Promise<void> {
        step.state = "RUNNING";
        step.started = new Date();
        let failure: FailureDetails | undefined;
        try {
            await this.context.faults.settle("emr:AddJobFlowSteps");
            failure = await this.run(cluster, step);
        } catch (error) {
            const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
            if (!step.abort.signal.aborted) this.context.log(`${cluster.id} ${step.id}: ${text}`);
            failure = {
                Reason: "Unknown Error.",
                Message: error instanceof Error ? error.message : String(error),
            };
        }
        if ((step.state as Step["state"]) === "CANCELLED") {
            this.advance(cluster);
            return;
        }
        step.ended = new Date();
        cluster.lastBusy = Date.now();
        if (failure === undefined) step.state = "COMPLETED";
        else {
            step.state = "FAILED";
            step.failure = failure;
            this.afterFailure(cluster, step);
        }
        if (isAlive(cluster)) this.advance(cluster);
    }

    private afterFailure(cluster: Cluster, step: Step): void {
        switch (step.request.actionOnFailure) {
            case "TERMINATE_CLUSTER":
            case "TERMINATE_JOB_FLOW":
                void this.life?.end(
                    cluster,
                    { Code: "STEP_FAILURE", Message: "Shut down as step failed" },
                    "TERMINATED_WITH_ERRORS",
                );
                return;
            case "CANCEL_AND_WAIT":
                for (const other of cluster.steps) {
                    if (other.state === "PENDING") this.cancel(other, "Job terminated");
                }
                return;
            default:
                return;
        }
    }
}
