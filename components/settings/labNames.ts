import { type Lab, supportOwner } from "../names/labs.ts";
import type { Problem } from "./problem.ts";

// Names that something else in the stack has, or that every Ubuntu has in /etc/hosts or for a user.
const reserved = /^(classroom|localhost|root|ubuntu|hadoop|ip6-.*|(spare|support)(-.*)?)$/;

const isSupport = (source: string) => source.startsWith("supportMachines");

/** What a lab's role, or a support machine's, is called behind the stack's prefix. */
export function ownerOf({ name, source }: Lab): string {
    return isSupport(source) ? supportOwner(name) : name;
}

/**
 * What keeps the names of labs, and of machines that support the class, from being names: empty, too long, taken by the
 * program, or two that are one.
 *
 * @param labs labs and support machines together: they share one name space
 * @param longest longest name of a lab, in characters; support machines have less room
 */
export function labProblems(labs: readonly Lab[], longest: number): Problem[] {
    const takenBy = new Map<string, string>();
    const problems: Problem[] = [];
    for (const { name, source, written } of labs) {
        const support = isSupport(source);
        const room = support ? longest - supportOwner("").length : longest;
        const kind = support ? "machine" : "lab";
        const instead = support ? "" : ", or groups: [{ lab: short-name, students: [...] }]";
        const add = (message: string, mend: string) =>
            problems.push({ key: source, value: written, message, mend });
        const twin = takenBy.get(name);
        if (name === "") {
            add("has no letter or digit to make a host name of", `Write a name with letters${instead}.`);
        } else if (name.length > room) {
            add(
                `makes the ${kind} name ${name}, longer than ${room} characters`,
                `Write a shorter name${instead}.`,
            );
        } else if (twin !== undefined) {
            add(
                `makes the ${kind} name ${name}, which ${twin} has already`,
                "Add an initial or a number to one of them.",
            );
        } else if (reserved.test(name) && source !== "spares") {
            add(`makes the ${kind} name ${name}, which the program needs itself`, "Write another name.");
        }
        takenBy.set(name, twin ?? source);
    }
    return problems;
}
