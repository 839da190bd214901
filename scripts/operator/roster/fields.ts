import { hidden, type RosterEntry } from "./entry.ts";
import { sshAddress } from "./sshAddress.ts";

/** What formats of the roster may show. */
export interface Shown {
    /** True shows passwords; else `[secret]` stands for them, as Pulumi writes it. */
    readonly showPasswords?: boolean;
    /** Fields to show, in this order; all where it is not given. */
    readonly fields?: readonly string[];
}

/** Names of fields in JSON, in the order they are written. They stay what they are: scripts rely on them. */
export const jsonFields = [
    "lab",
    "students",
    "stack",
    "region",
    "host",
    "dnsName",
    "address",
    "ipv6",
    "port",
    "user",
    "password",
    "hostKey",
    "hostKeyFingerprint",
    "clusterId",
    "problem",
] as const;

/** Name of a field in JSON. `host` is the one of name, address and IPv6 address that a student types. */
export type JsonField = (typeof jsonFields)[number];

/** Somebody asked for a field that does not exist. */
export class UnknownFieldError extends Error {
    readonly unknown: readonly string[];

    constructor(unknown: readonly string[], existing: readonly string[]) {
        const what = unknown.map((name) => JSON.stringify(name)).join(", ");
        const are = unknown.length === 1 ? "is no field" : "are no fields";
        super(`${what} ${are} of the roster. There are: ${existing.join(", ")}`);
        this.name = "UnknownFieldError";
        this.unknown = unknown;
    }
}

/**
 * The fields that somebody asked for.
 *
 * @param wanted names as they were written; `undefined` asks for all
 * @param existing all names, in their usual order
 * @throws UnknownFieldError names every wrong one, and all that exist
 */
export function chooseFields<Field extends string>(
    wanted: readonly string[] | undefined,
    existing: readonly Field[],
): readonly Field[] {
    if (wanted === undefined) {
        return existing;
    }
    const isField = (name: string): name is Field => existing.some((one) => one === name);
    const unknown = wanted.filter((name) => !isField(name));
    if (unknown.length > 0 || wanted.length === 0) {
        throw new UnknownFieldError(unknown.length > 0 ? unknown : [""], existing);
    }
    return wanted.filter(isField);
}

/** The password as it may be shown. */
export function shownPassword({ password }: RosterEntry, { showPasswords = false }: Shown): string {
    return password === "" || showPasswords ? password : hidden;
}

/** One lab's values by the names of JSON's fields. */
export function fieldValues(entry: RosterEntry, shown: Shown): Record<JsonField, unknown> {
    return {
        lab: entry.lab,
        students: entry.students,
        stack: entry.stack,
        region: entry.region,
        host: sshAddress(entry)?.host ?? "",
        dnsName: entry.dnsName,
        address: entry.address,
        ipv6: entry.ipv6,
        port: entry.port,
        user: entry.user,
        password: shownPassword(entry, shown),
        hostKey: entry.hostKey,
        hostKeyFingerprint: entry.hostKeyFingerprint,
        clusterId: entry.clusterId,
        problem: entry.problem,
    };
}
