/** Client of the gateway's control interface: what tests order and look at, from any process. */
import type { LoggedCall } from "./calls.ts";
import type { Fault } from "./faults.ts";
import type { IncreaseView } from "./quotas/control.ts";
import type { RequestState } from "./quotas/increases.ts";
import type { AppliedValue } from "./quotas/quotas.ts";
import type { Limits } from "./throttle.ts";

export type { LoggedCall } from "./calls.ts";
export type { Fault } from "./faults.ts";
export type { IncreaseView } from "./quotas/control.ts";
export type { RequestState } from "./quotas/increases.ts";
export type { AppliedValue } from "./quotas/quotas.ts";
export type { Limit } from "./throttle.ts";

/** A machine as the control interface tells it. */
export interface MachineView {
    readonly id: string;
    readonly kind: "instance" | "cluster-node";
    readonly region: string;
    /** State as EC2 tells it. */
    readonly state: string;
    readonly address?: string;
    /** Where its port 22 is reached while it runs: a simulated machine is not always on that port of its address. */
    readonly ssh?: { readonly host: string; readonly port: number };
    /** Status as the supervisor tells it; missing when it knows the machine no more. */
    readonly status?: string;
    readonly clusterId?: string;
    readonly reason?: string;
}

/** How a schedule's firing ended. */
export interface FiringView {
    readonly schedule: string;
    readonly at: string;
    readonly ok: boolean;
    readonly error?: string;
}

/** Typed access to `/_pocket` of a gateway. */
export class GatewayControl {
    private readonly url: string;

    constructor(url: string) {
        this.url = url;
    }

    /** Arms a fault; several may be armed, the first that matches and is not used up strikes. */
    async addFault(fault: Fault): Promise<void> {
        await this.send("POST", "faults", fault);
    }

    /** Disarms all faults. */
    async clearFaults(): Promise<void> {
        await this.send("DELETE", "faults");
    }

    /**
     * Sets how long states take in milliseconds, e.g. `{"emr:RunJobFlow": 800}`; replaces what was set
     * before, also for states that are on their way: `{}` lets them arrive.
     */
    async setLatency(latency: Readonly<Record<string, number>>): Promise<void> {
        await this.send("POST", "latency", latency);
    }

    /**
     * Sets request limits, e.g. `{"emr:DescribeStep": {burst: 10, perSecond: 0.5}, "emr:*": {...}}`, or those that the
     * account's quotas give for EMR (AWS's defaults unless {@link setQuotas} says otherwise). `{}` takes all away.
     */
    async setLimits(limits: Limits | "aws"): Promise<void> {
        await this.send("POST", "limits", limits === "aws" ? { preset: "aws" } : { limits });
    }

    /**
     * Sets applied values of quotas by `service/code`, e.g. `{"ec2/L-1216C47A": 64}`, in a region or in all of them;
     * `absent` means never applied. Values that are not named stay as they are: AWS's defaults, at first.
     */
    async setQuotas(values: Readonly<Record<string, AppliedValue>>, region?: string): Promise<void> {
        await this.send("POST", "quotas", { values, ...(region === undefined ? {} : { region }) });
    }

    /** From now on nothing is made beyond a quota: machines, nodes, networks, roles... Off at first. */
    async enforceQuotas(enforced = true): Promise<void> {
        await this.send("POST", "quotas/enforced", { enforced });
    }

    /** Back to AWS's defaults, no requests for increases, nothing enforced. */
    async resetQuotas(): Promise<void> {
        await this.send("DELETE", "quotas");
    }

    /** All requests for increases, newest first. */
    async quotaRequests(): Promise<IncreaseView[]> {
        return (await this.send("GET", "quotas/requests")) as IncreaseView[];
    }

    /** AWS's decision about a request that is open; APPROVED applies what was asked for. */
    async decideQuotaRequest(id: string, state: RequestState): Promise<IncreaseView> {
        return (await this.send("POST", "quotas/requests", { id, state })) as IncreaseView;
    }

    /** EMR releases that a region does not have (yet). */
    async withholdReleases(region: string, withheld: readonly string[]): Promise<void> {
        await this.send("POST", "releases", { region, withheld });
    }

    /** Whether the account has the service-linked role for Spot Instances. It has it at first. */
    async setSpotRole(present: boolean): Promise<void> {
        await this.send("POST", "spot-role", { present });
    }

    /** All calls so far, oldest first. */
    async calls(): Promise<LoggedCall[]> {
        return (await this.send("GET", "calls")) as LoggedCall[];
    }

    /** Empties the log of calls. */
    async clearCalls(): Promise<void> {
        await this.send("DELETE", "calls");
    }

    /** All machines, those that have ended too. */
    async machines(): Promise<MachineView[]> {
        return (await this.send("GET", "machines")) as MachineView[];
    }

    /** Fires a schedule now, with the permissions of its role; without a group, the one of that name in any group. */
    async fireSchedule(name: string, options: { region?: string; group?: string } = {}): Promise<FiringView> {
        return (await this.send("POST", "schedules/fire", { name, ...options })) as FiringView;
    }

    /** What schedules have done so far. */
    async firings(): Promise<FiringView[]> {
        return (await this.send("GET", "schedules/firings")) as FiringView[];
    }

    private async send(method: string, path: string, body?: unknown): Promise<unknown> {
        const response = await fetch(new URL(`/_pocket/${path}`, this.url), {
            method,
            ...(body === undefined
                ? {}
                : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`gateway: ${method} ${path}: ${response.status} ${text}`);
        return text === "" ? undefined : JSON.parse(text);
    }
}
