import { addNeeds, type ClassNeed, type Need } from "./need.ts";
import { type Quota, type QuotaKey, quotaKeys, quotaOf } from "./quotas.ts";

/** How it stands with a quota now. */
export interface QuotaState {
    readonly quota: QuotaKey;
    /** What applies to the account in this region, in the quota's unit. */
    readonly value: number;
    /** What is in use, this class's own included. */
    readonly inUse: number;
    /** What of it this class's stack in this region uses; it is part of what the class needs. */
    readonly ofThisClass: number;
}

/** A quota against what a class needs of it. */
export interface QuotaRow {
    readonly quota: QuotaKey;
    /** `undefined` where it was not looked up. */
    readonly value: number | undefined;
    /** What others use. */
    readonly others: number;
    /** What the stack needs besides its labs. */
    readonly stack: number;
    /** What each lab needs. */
    readonly perLab: number;
    /** Labs that fit; `Infinity` where labs need nothing of it. */
    readonly labs: number;
}

/** How many labs there is room for, and why not for more. */
export interface Room {
    /** Most labs that fit. */
    readonly labs: number;
    /** The quotas that allow no more; none where nothing limits. */
    readonly binding: readonly QuotaKey[];
    /** Quotas that the class needs something of and nobody looked up: `labs` says nothing about them. */
    readonly unknown: readonly QuotaKey[];
    /** Every quota that the class needs something of. */
    readonly rows: readonly QuotaRow[];
}

// Disks are counted in parts of a TiB: a sum that is exact in GiB must not fail by the last bit.
const exact = 1e-9;

function rowOf(quota: QuotaKey, { lab, stack }: ClassNeed, state: QuotaState | undefined): QuotaRow {
    const perLab = lab[quota] ?? 0;
    const fixed = stack[quota] ?? 0;
    const others = state === undefined ? 0 : state.inUse - state.ofThisClass;
    const left = (state?.value ?? Infinity) - others - fixed;
    const labs = left < -exact ? 0 : perLab === 0 ? Infinity : Math.floor(left / perLab + exact);
    return { quota, value: state?.value, others, stack: fixed, perLab, labs };
}

function fit(scope: Quota["scope"], need: ClassNeed, states: readonly QuotaState[]): Room {
    const needed = quotaKeys.filter(
        (key) => quotaOf(key).scope === scope && ((need.lab[key] ?? 0) > 0 || (need.stack[key] ?? 0) > 0),
    );
    const rows = needed.map((key) =>
        rowOf(
            key,
            need,
            states.find(({ quota }) => quota === key),
        ),
    );
    const labs = Math.min(Infinity, ...rows.map((row) => row.labs));
    return {
        labs,
        binding: labs === Infinity ? [] : rows.filter((row) => row.labs === labs).map(({ quota }) => quota),
        unknown: rows.filter(({ value }) => value === undefined).map(({ quota }) => quota),
        rows,
    };
}

/**
 * How many labs fit into the quotas of a region, those that are there included.
 *
 * What this class uses itself counts as free: its labs need it, also where they are stopped for the night.
 *
 * @param need of the class in this region
 * @param states of the region's quotas
 */
export function roomOf(need: ClassNeed, states: readonly QuotaState[]): Room {
    return fit("region", need, states);
}

/**
 * How many labs can be **added** in all regions together by the quotas of the account. Unlike what counts in a region,
 * roles and profiles stay while the power is off, so all that is in use stays in use.
 *
 * @param stacks of the class, and whether each is there already
 * @param states of the account's quotas
 */
export function accountRoomOf(
    stacks: readonly { readonly need: ClassNeed; readonly exists: boolean }[],
    states: readonly QuotaState[],
): Room {
    const lab = Object.fromEntries(
        quotaKeys.map((key) => [key, Math.max(0, ...stacks.map(({ need }) => need.lab[key] ?? 0))]),
    ) as Need;
    const missing = stacks.filter(({ exists }) => !exists).map(({ need }) => need.stack);
    return fit(
        "account",
        { lab, stack: addNeeds(...missing) },
        states.map((state) => ({ ...state, ofThisClass: 0 })),
    );
}

/** An increase of a quota to ask for. */
export interface Increase {
    readonly quota: QuotaKey;
    readonly service: string;
    /** `undefined` where Service Quotas does not have it. */
    readonly code: string | undefined;
    readonly name: string;
    readonly unit: string;
    /** Where to ask: the class's region, or us-east-1 for what counts in the whole account. */
    readonly region: string;
    readonly present: number;
    /** More than there is: AWS refuses less. */
    readonly desired: number;
    /** False where AWS does not raise it. */
    readonly possible: boolean;
}

// Global quotas are asked for there: "Service Quotas endpoints and quotas".
const accountRegion = "us-east-1";

/**
 * The increases that a number of labs needs.
 *
 * @param room of the region, or of the account
 * @param labs wanted, counted as the room counts them
 * @param region e.g. `eu-west-1`
 */
export function increasesFor(room: Room, labs: number, region: string): readonly Increase[] {
    const short = room.rows.flatMap(({ quota, value, others, stack, perLab }) => {
        const desired = others + stack + perLab * labs;
        return value === undefined || desired <= value + exact
            ? []
            : [{ quota, value, desired: Math.ceil(desired - exact) }];
    });
    const increases = new Map<string, Increase>();
    for (const { quota, value, desired } of short) {
        const { follows } = quotaOf(quota);
        // A quota that follows another is raised with it.
        const asked = (follows as QuotaKey | undefined) ?? quota;
        const leader = room.rows.find((row) => row.quota === asked);
        const { service, code, name, unit, scope, adjustable } = quotaOf(asked);
        increases.set(asked, {
            quota: asked,
            service,
            code,
            name,
            unit,
            region: scope === "account" ? accountRegion : region,
            present: leader?.value ?? value,
            desired: Math.max(desired, increases.get(asked)?.desired ?? 0),
            possible: adjustable && code !== undefined,
        });
    }
    return [...increases.values()];
}

/** An increase in words: which quota, its codes, what it is and what to ask for. */
export function increaseText({
    service,
    code,
    name,
    unit,
    region,
    present,
    desired,
    possible,
}: Increase): string {
    const what = `${name} (${service}${code === undefined ? "" : ` ${code}`}) in ${region}`;
    const want = `${present} ${unit} now, ${desired} needed`;
    if (possible) {
        return `${what}: ${want}. Ask for ${desired}: lab plan --request, or Service Quotas in AWS's console.`;
    }
    return code === undefined
        ? `${what}: ${want}. Service Quotas does not have it: ask AWS Support.`
        : `${what}: ${want}. AWS does not raise it: use fewer labs, or another account.`;
}
