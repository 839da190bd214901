import anyAscii from "any-ascii";

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

// What inet_aton(3) takes for an address of one number, decimal, octal or hexadecimal. Resolvers ask it before any list of
// hosts: a machine called 201800128 would look for itself at 12.7.57.192.
const number = /^(\d+|0x[0-9a-f]*)$/;

/**
 * The name of a person or group as a host name: `José Núñez` becomes `jose-nunez`, `王小明` becomes `wangxiaoming`, and
 * `201800128`, which a resolver would take for an address, `id-201800128`.
 *
 * @param name as people write it; what has no letter or digit at all becomes the empty text
 */
export function labName(name: string): string {
    const host = anyAscii(name.normalize("NFC"))
        .toLowerCase()
        .replace(/['’`]/g, "")
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
    return number.test(host) ? `id-${host}` : host;
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
 * @param settings who gets a lab; settings/labNames.ts tells what is wrong with the outcome
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
