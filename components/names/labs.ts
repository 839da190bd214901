import anyAscii from "any-ascii";
import type { Problem } from "../settings/problem.ts";

/** A lab of the class, before anything of it exists. */
export interface Lab {
    /** Unique in the stack; host name, tag and part of every resource's name. Lower-case letters, digits, hyphens. */
    readonly name: string;
    /** The students who share it, as they were written; empty for a spare. */
    readonly students: readonly string[];
    /** The setting that the name comes from, e.g. `students[2]`, for complaints. */
    readonly source: string;
    /** What that setting says, for complaints. */
    readonly written: string;
}

/** The settings that say who gets a lab. */
export interface LabSettings {
    readonly students: readonly string[];
    readonly groups: readonly { readonly lab: string; readonly students: readonly string[] }[];
    readonly studentCount: number;
    readonly spares: number;
}

/**
 * Longest name of a lab in this stack, in characters.
 *
 * A role is called `<prefix><lab>-<7 hex>` and may have 64 characters (IAM quotas). 30 is enough for people, and leaves a
 * host name (63) and the names of everything else in peace.
 *
 * @param rolePrefix start of the names of the stack's roles, e.g. `student-labs-eu-west-1-`
 */
export function longestLabName(rolePrefix: string): number {
    return Math.min(30, 64 - 8 - rolePrefix.length);
}

// Names that something else in the stack has, or that a host name must not be.
const reserved = /^(classroom|localhost|root|ubuntu|hadoop|(spare|support)(-.*)?)$/;

/**
 * The name of a person or group as a host name: `José Núñez` becomes `jose-nunez`, `王小明` becomes `wangxiaoming`.
 *
 * @param name as people write it; what has no letter or digit at all becomes the empty text
 */
export function labName(name: string): string {
    return anyAscii(name.normalize("NFC"))
        .toLowerCase()
        .replace(/['’`]/g, "")
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
}

function numbered(
    prefix: string,
    count: number,
    students: (name: string) => readonly string[],
    key: string,
): Lab[] {
    return Array.from({ length: count }, (_, index) => {
        const name = `${prefix}-${String(index + 1).padStart(2, "0")}`;
        return { name, students: students(name), source: key, written: name };
    });
}

/**
 * The labs of a class. Each is keyed by its name alone, so that adding or removing one changes no other.
 *
 * @param settings who gets a lab; {@link labProblems} tells what is wrong with the outcome
 */
export function planLabs(settings: LabSettings): Lab[] {
    return [
        ...settings.students.map((student, index) => ({
            name: labName(student),
            students: [student],
            source: `students[${index}]`,
            written: student,
        })),
        ...settings.groups.map((group, index) => ({
            name: labName(group.lab),
            students: group.students,
            source: `groups[${index}].lab`,
            written: group.lab,
        })),
        ...numbered("student", settings.studentCount, (name) => [name], "studentCount"),
        ...numbered("spare", settings.spares, () => [], "spares"),
    ];
}

/** The machines that support a class, named in the same name space as the labs. */
export function planSupport(names: readonly string[]): Lab[] {
    return names.map((name, index) => ({
        name: labName(name),
        students: [name],
        source: `supportMachines[${index}]`,
        written: name,
    }));
}

/** Tells the roles of machines that support the class from those of labs, which have the labs' names. */
export const supportOwner = (machine: string): string => `support-${machine}`;

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
        const support = source.startsWith("supportMachines");
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
