/** Trouble on order: errors, delays, throttling, things that fail after they were made, and time that states take. */
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "./errors.ts";
import type { AwsCall } from "./request.ts";
import { Throttle, type Limits } from "./throttle.ts";

/** A fault as tests ask for it. */
export interface Fault {
    /** `emr`, `ec2`, `s3`, ... or `*`. */
    readonly service: string;
    /** `RunJobFlow`, ... or `*`. */
    readonly action: string;
    /** Dotted path of the request to its value (`*` in it stands for anything), all must match. */
    readonly match?: Readonly<Record<string, string>>;
    /** How many matching calls it hits. */
    readonly times: number | "always";
    /** The error that is answered. */
    readonly error?: { readonly code: string; readonly message: string; readonly status: number };
    /** Wait before anything else happens. */
    readonly delayMs?: number;
    /** The call is carried out and logged, and its answer held back for so long. */
    readonly answerAfterMs?: number;
    /**
     * `pass`: the call is carried out (after the delay).
     * `pass-but-fail` (also `terminate`): it is carried out and the object then fails with `error.message` as reason.
     * `no-answer`: RunInstances makes a machine that runs for EC2 and has nothing in it, until it is stopped and started.
     */
    readonly then?: "pass" | "pass-but-fail" | "terminate" | "no-answer";
    /** RunInstances: a shell script that spoils the machine at its first boot, as a broken image would. */
    readonly firstBoot?: string;
}

/** What shall happen to the object that a call makes, and to the call's answer. */
export interface Doom {
    /** The answer is held back for so long. */
    readonly answerAfterMs?: number;
    /** It fails, for this reason. */
    readonly reason?: string;
    /** It runs and never answers. */
    readonly silent?: boolean;
    /** Runs as root at the first boot. */
    readonly firstBoot?: string;
}

function matches(pattern: string, value: string | undefined): boolean {
    if (value === undefined) return false;
    const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${source.join("[\\s\\S]*")}$`).test(value);
}

/** True if the fault is about this call. */
export function faultMatches(fault: Fault, call: Pick<AwsCall, "service" | "action" | "params">): boolean {
    return (
        matches(fault.service, call.service) &&
        matches(fault.action, call.action) &&
        Object.entries(fault.match ?? {}).every(([path, value]) => matches(value, call.params[path]))
    );
}

interface Armed {
    readonly fault: Fault;
    left: number;
}

/** Keeper of all faults, limits and delays. */
export class Faults {
    private armed: Armed[] = [];
    private latencies: Readonly<Record<string, number>> = {};
    /** Makes each state that is on its way look at its latency again. */
    private readonly settling = new Set<() => void>();
    private readonly throttle = new Throttle();

    /** Arms a fault. */
    add(fault: Fault): void {
        this.armed.push({ fault, left: fault.times === "always" ? Infinity : fault.times });
    }

    /** Disarms all. */
    clear(): void {
        this.armed = [];
    }

    /** Sets how long states take, by `service:Action`; also for those that are on their way. */
    setLatency(latencies: Readonly<Record<string, number>>): void {
        this.latencies = latencies;
        for (const look of this.settling) look();
    }

    /** Sets limits by `service:Action` (`service:*` for all calls together); an empty record takes all away. */
    setLimits(limits: Limits | ((region: string) => Limits)): void {
        this.throttle.set(limits);
    }

    /** Waits as long as the state that the action leads to shall take. */
    async settle(action: string): Promise<void> {
        const began = performance.now();
        const left = () => (this.latencies[action] ?? 0) - (performance.now() - began);
        for (let ms = left(); ms > 0; ms = left()) {
            let look = (): void => undefined;
            const changed = new Promise<void>((resolve) => (look = resolve));
            this.settling.add(look);
            await Promise.race([changed, sleep(Math.ceil(ms), undefined, { ref: false })]);
            this.settling.delete(look);
        }
    }

    /** Delays, throws the ordered error, or says that the object that the call makes is doomed. */
    async strike(call: AwsCall): Promise<Doom | undefined> {
        this.throttle.take(call);
        const hit = this.armed.find(({ fault, left }) => left > 0 && faultMatches(fault, call));
        if (hit === undefined) return undefined;
        hit.left -= 1;
        const { error, delayMs, answerAfterMs, then, firstBoot } = hit.fault;
        if (delayMs !== undefined) await sleep(delayMs, undefined, { ref: false });
        if (then === "pass-but-fail" || then === "terminate") {
            return { reason: error?.message ?? "Server.InternalError: Internal error on launch" };
        }
        if (then === "no-answer") return { silent: true };
        if (error !== undefined && then !== "pass")
            throw new AwsError(error.code, error.message, error.status);
        return { ...(firstBoot === undefined ? {} : { firstBoot }), answerAfterMs };
    }
}
