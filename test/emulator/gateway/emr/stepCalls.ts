/** The calls about steps. */
import { notImplemented } from "../errors.ts";
import { arrayOf, objectOf, stringOf, stringsOf, type JsonObject } from "../json.ts";
import type { AwsCall } from "../request.ts";
import { stepOf } from "./clusters.ts";
import { newStepId } from "./ids.ts";
import { marked } from "./marker.ts";
import type { Cluster, Step, StepRequest } from "./model.ts";
import type { StepQueue } from "./queue.ts";
import { checkActionOnFailure, invalid, parseStep } from "./request.ts";
import { stepView } from "./views.ts";

/** Steps that wait or run, at most (EMR guide, "Submit work to a cluster"). */
const MAX_ACTIVE = 256;

/** Puts a step at the end of the cluster's queue. */
export function newStep(cluster: Cluster, request: StepRequest): Step {
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

/** AddJobFlowSteps. */
export function addSteps(call: AwsCall, cluster: Cluster, queue: StepQueue): JsonObject {
    if (stringOf(call.input["ExecutionRoleArn"]) !== undefined)
        throw notImplemented(call, "ExecutionRoleArn");
    const requests = arrayOf(call.input["Steps"]).map((step) => parseStep(objectOf(step)));
    checkActionOnFailure(requests, cluster.stepConcurrency);
    const active = cluster.steps.filter(
        (step) => step.state === "PENDING" || step.state === "RUNNING",
    ).length;
    if (active + requests.length > MAX_ACTIVE) {
        throw invalid(
            "Maximum number of active steps(State = Running, Pending or Cancel_Pending) for cluster exceeded.",
        );
    }
    const steps = requests.map((request) => newStep(cluster, request));
    queue.advance(cluster);
    return { StepIds: steps.map((step) => step.id) };
}

/** ListSteps: newest first, as EMR lists them. */
export function listSteps(call: AwsCall, cluster: Cluster): JsonObject {
    const states = stringsOf(call.input["StepStates"]);
    const ids = stringsOf(call.input["StepIds"]);
    const found = cluster.steps
        .filter((step) => states.length === 0 || states.includes(step.state))
        .filter((step) => ids.length === 0 || ids.includes(step.id));
    return marked(call, "Steps", found.map(stepView).reverse());
}

/** CancelSteps. */
export function cancelSteps(call: AwsCall, cluster: Cluster, queue: StepQueue): JsonObject {
    const infos = stringsOf(call.input["StepIds"]).map((id) => {
        const done = queue.cancel(stepOf(cluster, id), "Cancelled by user");
        return {
            StepId: id,
            Status: done ? "SUBMITTED" : "FAILED",
            Reason: done ? "" : "Step is not in a state that can be cancelled",
        };
    });
    queue.advance(cluster);
    return { CancelStepsInfoList: infos };
}
