/** Holds what is made against the quotas, where a test asks for it. */
import type { Need } from "./needs.ts";
import type { Quotas } from "./quotas.ts";
import { usageOf, type Counted } from "./usage.ts";

/** Keeper of the rule that nothing is made beyond a quota. */
export class QuotaGuard {
    /** Off until a test switches it on: with AWS's defaults not even one lab fits. */
    enforced = false;
    private last: Promise<unknown> = Promise.resolve();
    private readonly quotas: Quotas;
    private readonly counted: Counted;

    constructor(quotas: Quotas, counted: Counted) {
        this.quotas = quotas;
        this.counted = counted;
    }

    /**
     * Makes something, unless a quota refuses it. Under enforcement one thing is made after the other, so that of two
     * that come at the same time not both take the last place.
     *
     * @param make resolves when what it makes is counted
     */
    async within<T>(
        region: string,
        needs: () => Promise<readonly Need[]> | readonly Need[],
        make: () => Promise<T>,
    ): Promise<T> {
        if (!this.enforced) return make();
        const done = this.last.then(async () => {
            for (const need of await needs()) {
                const limit = this.quotas.value(need.quota, region);
                const used = await usageOf(need.quota, region, this.counted);
                if (used + need.amount > limit) throw need.refusal(limit);
            }
            return make();
        });
        this.last = done.catch(() => undefined);
        return done;
    }
}
