import * as path from "node:path";
import { ensureCache } from "../cache.ts";
import { METADATA_PORT } from "../gateway/operator.ts";
import { tryLock } from "../tools/lock.ts";
import { listenFailure } from "./allowed.ts";

const FIRST = 10;
const LAST = 254;

/** Addresses of this machine's loopback network for hosts; no two pocket clouds on one machine get the same. */
export interface AddressPool {
    /** An address that no living process has taken and on whose port 22 nothing listens. */
    take(): Promise<string>;
    /** Gives an address back; idempotent. */
    release(address: string): Promise<void>;
    /** Gives all back. */
    close(): Promise<void>;
}

/** How a pool finds out what is free; the defaults are for use, others for tests. */
export interface AddressPoolOptions {
    /** Folder of the lock files, common to all processes of this user. */
    readonly dir?: string;
    /** Whether something other than a pool's host is on the address. */
    readonly occupied?: (address: string) => Promise<boolean>;
}

/**
 * Makes the pool of one process. A lock file per address names its owner; the lock of a dead process is taken over, so a
 * killed daemon blocks nothing. Addresses are given out in turn, so that one which was just released (and whose host
 * key a client may remember) comes again late.
 */
export async function createAddressPool(options: AddressPoolOptions = {}): Promise<AddressPool> {
    return new LockedPool(options.dir ?? (await ensureCache("locks")), options.occupied ?? occupied);
}

class LockedPool implements AddressPool {
    private readonly taken = new Map<string, () => Promise<void>>();
    private next = FIRST;
    private turn: Promise<unknown> = Promise.resolve();

    private readonly dir: string;
    private readonly isOccupied: (address: string) => Promise<boolean>;

    constructor(dir: string, isOccupied: (address: string) => Promise<boolean>) {
        this.dir = dir;
        this.isOccupied = isOccupied;
    }

    take(): Promise<string> {
        // One after the other: two calls at once must not try the same address.
        const result = this.turn.then(() => this.find());
        this.turn = result.catch(() => undefined);
        return result;
    }

    async release(address: string): Promise<void> {
        const release = this.taken.get(address);
        this.taken.delete(address);
        await release?.();
    }

    async close(): Promise<void> {
        await Promise.all([...this.taken.keys()].map((address) => this.release(address)));
    }

    private async find(): Promise<string> {
        for (let tried = FIRST; tried <= LAST; tried++) {
            const address = `127.0.1.${this.next}`;
            this.next = this.next === LAST ? FIRST : this.next + 1;
            if (this.taken.has(address)) {
                continue;
            }
            const lock = await tryLock(path.join(this.dir, `address-${address}.lock`));
            if (!("release" in lock)) {
                continue;
            }
            if (await this.isOccupied(address)) {
                await lock.release();
                continue;
            }
            this.taken.set(address, () => lock.release());
            return address;
        }
        throw new Error(
            `No address is left of 127.0.1.${FIRST} to 127.0.1.${LAST}: too many machines run here`,
        );
    }
}

/**
 * A host of a killed daemon may still end: its address counts as occupied until then. So does that of another user's
 * pocket cloud; who may not listen on port 22 cannot see it there, but the metadata service is beside it.
 */
async function occupied(address: string): Promise<boolean> {
    const failures = await Promise.all([22, METADATA_PORT].map((port) => listenFailure(address, port)));
    return failures.includes("EADDRINUSE");
}
