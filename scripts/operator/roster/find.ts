import { hostAlias } from "./alias.ts";
import type { RosterEntry } from "./entry.ts";
import { labName } from "../../../components/names/labs.ts";

/** Nobody, or no lab, of that name is in the roster. */
export class UnknownLabError extends Error {
    readonly wanted: string;

    constructor(wanted: string, labs: readonly string[]) {
        const list = labs.length === 0 ? "the roster is empty" : `labs: ${labs.join(", ")}`;
        super(`No lab and no student is called ${JSON.stringify(wanted)}; ${list}`);
        this.name = "UnknownLabError";
        this.wanted = wanted;
    }
}

/**
 * The labs that somebody means: by the lab's name, with the stack (`ada.eu-west-1`), or by a student's name as it is written
 * or as labs spell it. More than one where several stacks or groups have that name.
 *
 * @param wanted what was typed
 * @throws UnknownLabError names the labs there are
 */
export function findLabs(entries: readonly RosterEntry[], wanted: string): RosterEntry[] {
    const name = wanted.trim().toLowerCase();
    const plain = labName(wanted);
    const rules: readonly ((entry: RosterEntry) => boolean)[] = [
        (entry) => hostAlias(entry).toLowerCase() === name,
        ({ lab }) => lab === name,
        ({ lab }) => plain !== "" && lab === plain,
        ({ students }) => plain !== "" && students.some((student) => labName(student) === plain),
        ({ students }) =>
            plain !== "" && students.some((student) => labName(student).split("-").includes(plain)),
    ];
    for (const rule of rules) {
        const found = entries.filter(rule);
        if (found.length > 0) {
            return found;
        }
    }
    throw new UnknownLabError(
        wanted,
        entries.map(({ lab }) => lab),
    );
}
