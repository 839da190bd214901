import { labName } from "../../../components/names/labs.ts";
import type { Settings } from "../../../components/settings/definitions.ts";
import type { WantedLab } from "./spread.ts";

/** The settings of a stack file that say who gets a lab. A key without a value does not belong into the file. */
export interface PeopleSettings {
    readonly students: readonly string[] | undefined;
    readonly groups: Settings["people"]["groups"] | undefined;
    readonly studentCount: number | undefined;
}

/**
 * The labs of a region as its stack file says them: `studentCount` for student-01 and so on, else names and groups.
 *
 * @param labs labs that stay and that come
 */
export function peopleSettings(labs: readonly WantedLab[]): PeopleSettings {
    // Spares that somebody has got are declared by their number.
    const own = labs.filter(({ name }) => !/^spare-\d+$/.test(name));
    const counted = own.map((_, index) => `student-${String(index + 1).padStart(2, "0")}`);
    const alone = ({ name, students }: WantedLab) =>
        students.length === 1 && labName(students[0] ?? "") === name;
    const names = new Set(own.map(({ name }) => name));
    if (own.length > 0 && own.every(alone) && counted.every((name) => names.has(name))) {
        return { students: undefined, groups: undefined, studentCount: own.length };
    }
    const students = own.filter(alone).map(({ students: [student = ""] }) => student);
    const groups = own
        .filter((lab) => !alone(lab))
        .map(({ written, students }) => ({ lab: written, students: [...students] }));
    return {
        students: students.length > 0 ? students : undefined,
        groups: groups.length > 0 ? groups : undefined,
        studentCount: undefined,
    };
}
