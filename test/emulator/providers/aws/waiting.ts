/**
 * Waiting for AWS. The limits are those of the real provider; the pauses are shorter, since the pocket cloud reaches a
 * state in milliseconds to seconds (the real provider polls a cluster after 30 seconds and then every 10).
 */
import { setTimeout as pause } from "node:timers/promises";

const firstPauseMs = 50;
const longestPauseMs = 1000;

/** How long to try, and when to give up at once. */
export interface Patience {
    readonly seconds: number;
    readonly signal: AbortSignal;
}

/** Asks again until there is an answer; `undefined` when the time is up. */
export async function poll<T>(patience: Patience, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const end = Date.now() + patience.seconds * 1000;
    for (let wait = firstPauseMs; ; wait = Math.min(wait * 1.5, longestPauseMs)) {
        patience.signal.throwIfAborted();
        const answer = await ask();
        if (answer !== undefined) return answer;
        if (Date.now() >= end) return undefined;
        await pause(wait, undefined, { signal: patience.signal });
    }
}

/** Waits for a state; another final state or the end of patience is an error with Terraform's words. */
export async function waitForState<T>(
    patience: Patience,
    look: () => Promise<T | undefined>,
    states: {
        readonly of: (found: T) => string;
        readonly target: readonly string[];
        readonly pending: readonly string[];
        readonly why?: (found: T) => string;
    },
): Promise<T> {
    let last = "";
    const wanted = states.target.join(", ");
    const found = await poll(patience, async () => {
        const now = await look();
        if (now === undefined) return undefined;
        last = states.of(now);
        if (states.target.includes(last)) return now;
        if (states.pending.includes(last)) return undefined;
        const why = states.why?.(now);
        throw new Error(
            `unexpected state '${last}', wanted target '${wanted}'${why ? `. last error: ${why}` : ""}`,
        );
    });
    if (found !== undefined) return found;
    throw new Error(
        `timeout while waiting for state to become '${wanted}' (last state: '${last}', timeout: ${patience.seconds}s)`,
    );
}

/** Calls again while the error is one that passes; the last error is thrown when the time is up. */
export async function retryWhile<T>(
    patience: Patience,
    passing: (error: unknown) => boolean,
    call: () => Promise<T>,
): Promise<T> {
    let last: unknown;
    const answer = await poll(patience, async () => {
        try {
            return { value: await call() };
        } catch (error) {
            if (!passing(error)) throw error;
            last = error;
            return undefined;
        }
    });
    if (answer === undefined) throw last;
    return answer.value;
}
