import { passwordKnown, type RosterEntry } from "../roster/entry.ts";
import { type SshAddress, sshAddress } from "../roster/sshAddress.ts";

/** What one student gets: one card on paper. */
export interface Card {
    readonly stack: string;
    readonly lab: string;
    /** "" for a spare, which gets a line to write a name on. */
    readonly student: string;
    readonly address: SshAddress;
    readonly password: string;
    /** `SHA256:...` of the host key; "" where it is not known. */
    readonly fingerprint: string;
}

/** A lab for which no card can be made, and why. */
export interface LeftOut {
    readonly stack: string;
    readonly lab: string;
    readonly why: string;
}

/**
 * The cards of a roster: one a student, so that those who share a lab have a card each, and one for a spare. What a student
 * could not log in with gets none.
 *
 * @param entries labs in the order to print them, with passwords
 */
export function cardsOf(entries: readonly RosterEntry[]): {
    readonly cards: Card[];
    readonly leftOut: LeftOut[];
} {
    const cards: Card[] = [];
    const leftOut: LeftOut[] = [];
    for (const entry of entries) {
        const { stack, lab, password } = entry;
        const address = sshAddress(entry);
        if (address === undefined) {
            const why = entry.problem || "it has no address: the power is off, or it was never brought up";
            leftOut.push({ stack, lab, why });
        } else if (!passwordKnown(entry)) {
            leftOut.push({ stack, lab, why: "its password is not known" });
        } else {
            const students = entry.students.length === 0 ? [""] : entry.students;
            const fingerprint = entry.hostKeyFingerprint;
            cards.push(
                ...students.map((student) => ({ stack, lab, student, address, password, fingerprint })),
            );
        }
    }
    return { cards, leftOut };
}
