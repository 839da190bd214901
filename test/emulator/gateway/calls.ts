/** The log of all calls: who, what, on which resource, with which outcome. Never bodies, never secrets. */

/** One line of the log. */
export interface LoggedCall {
    /** ISO time at which the answer was ready. */
    readonly at: string;
    /** ARN of the principal, `anonymous`, or `unknown` for credentials that were refused. */
    readonly principal: string;
    readonly service: string;
    readonly action: string;
    /** Resources that IAM was asked about, or what the call names. */
    readonly resource: string;
    /** False when IAM (or the check of credentials) refused. */
    readonly allowed: boolean;
    readonly status: number;
    /** AWS's error code, when there was an error. */
    readonly error?: string;
}

/** More than a whole class makes in a test; older ones are dropped. */
const LIMIT = 100_000;

/** Remembers calls in the order of their answers. */
export class CallLog {
    private entries: LoggedCall[] = [];

    /** Adds a call. */
    add(entry: Omit<LoggedCall, "at">): void {
        this.entries.push({ at: new Date().toISOString(), ...entry });
        if (this.entries.length > LIMIT) this.entries = this.entries.slice(-LIMIT / 2);
    }

    /** All calls, oldest first. */
    list(): readonly LoggedCall[] {
        return this.entries;
    }

    /** Forgets all calls. */
    clear(): void {
        this.entries = [];
    }
}
