/** Requests for more than a quota allows, from PENDING to their end. */
import { randomBytes } from "node:crypto";
import type { QuotaDefinition } from "./catalogue.ts";
import type { Quotas } from "./quotas.ts";

/** States of a request (Service Quotas API reference, RequestedServiceQuotaChange). */
export const REQUEST_STATES = [
    "PENDING",
    "CASE_OPENED",
    "APPROVED",
    "DENIED",
    "CASE_CLOSED",
    "NOT_APPROVED",
    "INVALID_REQUEST",
] as const;

/** State of a request. */
export type RequestState = (typeof REQUEST_STATES)[number];

/** A request. */
export interface Increase {
    readonly id: string;
    readonly quota: QuotaDefinition;
    readonly region: string;
    readonly desired: number;
    /** ARN of who has asked. */
    readonly requester: string;
    readonly created: Date;
    updated: Date;
    state: RequestState;
    /** Number of the support case, from CASE_OPENED on. */
    caseId: string | undefined;
}

/** True while AWS has not decided: there can be only one such request for a quota. */
export function isOpen(increase: Increase): boolean {
    return increase.state === "PENDING" || increase.state === "CASE_OPENED";
}

/** Keeper of all requests. */
export class Increases {
    private readonly all: Increase[] = [];
    private readonly quotas: Quotas;

    constructor(quotas: Quotas) {
        this.quotas = quotas;
    }

    /** All requests of a region (of all regions without one), newest first as AWS lists them. */
    list(region?: string): readonly Increase[] {
        return this.all.filter((increase) => region === undefined || increase.region === region).toReversed();
    }

    /** The request for this quota that is not decided yet. */
    openOne(quota: QuotaDefinition, region: string): Increase | undefined {
        return this.list(region).find((increase) => increase.quota.key === quota.key && isOpen(increase));
    }

    /** Files a request. */
    file(quota: QuotaDefinition, region: string, desired: number, requester: string): Increase {
        const created = new Date();
        const increase: Increase = {
            id: randomBytes(16).toString("hex"),
            quota,
            region,
            desired,
            requester,
            created,
            updated: created,
            state: "PENDING",
            caseId: undefined,
        };
        this.all.push(increase);
        return increase;
    }

    /** What AWS decides. APPROVED applies the value. Throws for a request that there is not, or that is decided. */
    decide(id: string, state: RequestState): Increase {
        const increase = this.all.find((candidate) => candidate.id === id);
        if (increase === undefined) throw new Error(`there is no request "${id}"`);
        if (!isOpen(increase)) throw new Error(`request ${id} is ${increase.state} already`);
        increase.state = state;
        increase.updated = new Date();
        if (state !== "PENDING") increase.caseId ??= String(170_000_000_000 + this.all.indexOf(increase));
        if (state === "APPROVED") this.quotas.set(increase.quota.key, increase.desired, increase.region);
        return increase;
    }

    /** Forgets all. */
    reset(): void {
        this.all.length = 0;
    }
}
