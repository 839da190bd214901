import { type Lab, supportOwner } from "../names/labs.ts";
import type { Problem } from "./problem.ts";
import { type Crowded, roomForLabs, type StackNames, stackTooLong } from "./stackNames.ts";

// Names that something else in the stack has, or that every Ubuntu has in /etc/hosts or for a user.
const reserved = /^(classroom|localhost|root|ubuntu|hadoop|ip6-.*|(spare|support)(-.*)?)$/;

/**
 * What keeps the names of labs, and of machines that support the class, from being names: empty, too long, taken by the
 * program, or two that are one. Where the stack's name is what leaves too little room, that is said once, not of everybody.
 *
 * @param labs labs and support machines together: they share one name space; support machines have less room
 */
export function labProblems(labs: readonly Lab[], names: StackNames): Problem[] {
    const takenBy = new Map<string, string>();
    const problems: Problem[] = [];
    const crowded: Crowded[] = [];
    const { room, most } = roomForLabs(names);
    for (const { name, source, written } of labs) {
        const support = source.startsWith("supportMachines");
        const needs = name.length + (support ? supportOwner("").length : 0);
        const kind = support ? "machine" : "lab";
        const instead = support ? "" : ", or groups: [{ lab: short-name, students: [...] }]";
        const add = (message: string, mend: string) =>
            problems.push({ key: source, value: written, message, mend });
        const twin = takenBy.get(name);
        if (name === "") {
            add("has no letter or digit to make a host name of", `Write a name with letters${instead}.`);
        } else if (needs > most) {
            add(
                `makes the ${kind} name ${name}, longer than ${most - needs + name.length} characters`,
                `Write a shorter name${instead}.`,
            );
        } else if (twin !== undefined) {
            add(
                `makes the ${kind} name ${name}, which ${twin} has already`,
                "Add an initial or a number to one of them.",
            );
        } else if (reserved.test(name) && source !== "spares") {
            add(`makes the ${kind} name ${name}, which the program needs itself`, "Write another name.");
        } else if (needs > room) {
            crowded.push({ name, needs });
        }
        takenBy.set(name, twin ?? source);
    }
    return [...problems, ...stackTooLong(names, crowded)];
}
