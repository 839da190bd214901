/** What Instance and InstanceState share: finding, starting and stopping a machine. */
import {
    DescribeInstancesCommand,
    StartInstancesCommand,
    StopInstancesCommand,
    type Instance,
} from "@aws-sdk/client-ec2";
import type { Aws } from "../clients.ts";
import { isCode, unlessGone } from "../errors.ts";
import type { Operation } from "../resource.ts";
import { retryWhile, waitForState } from "../waiting.ts";

/** Codes with which EC2 says that there is no such machine. */
export const noInstance = ["InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"];

/** The machine as EC2 describes it, also one that is terminated; `undefined` if EC2 knows none of this id. */
export async function describeInstance(aws: Aws, id: string): Promise<Instance | undefined> {
    const answer = await unlessGone(noInstance, () =>
        aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })),
    );
    return answer?.Reservations?.[0]?.Instances?.[0];
}

/** The machine; a terminated one is as good as none. */
export async function findInstance(aws: Aws, id: string): Promise<Instance | undefined> {
    const found = await describeInstance(aws, id);
    return found?.State?.Name === "terminated" ? undefined : found;
}

/** Waits until the machine is in a state; AWS's reason is in the error where it ends up in another. */
export async function waitForInstance(
    id: string,
    operation: Operation,
    target: "running" | "stopped" | "terminated",
    pending: readonly string[],
    seconds = 600,
): Promise<Instance> {
    return waitForState(operation.patience(seconds), () => describeInstance(operation.aws, id), {
        of: (found) => found.State?.Name ?? "",
        target: [target],
        pending,
        why: (found) => `${found.StateReason?.Code ?? ""}: ${found.StateReason?.Message ?? ""}`,
    });
}

/** Starts a machine and waits for it. */
export async function startInstance(id: string, operation: Operation): Promise<void> {
    await retryWhile(
        operation.patience(300),
        // A machine whose type was just changed (`startInstance` of the real provider).
        (error) =>
            isCode(error, "InvalidParameterValue") &&
            error instanceof Error &&
            error.message.includes("LaunchPlan"),
        () => operation.aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] })),
    );
    await waitForInstance(id, operation, "running", ["pending", "stopped"]);
}

/** Stops a machine and waits for it. */
export async function stopInstance(id: string, operation: Operation, force = false): Promise<void> {
    await operation.aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id], Force: force }));
    await waitForInstance(id, operation, "stopped", ["pending", "running", "shutting-down", "stopping"]);
}
