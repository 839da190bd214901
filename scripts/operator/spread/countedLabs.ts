import type { RegionSpace, WantedLab } from "./spread.ts";

const numberOf = (name: string) => Number(/^student-(\d+)$/.exec(name)?.[1] ?? Number.NaN);

/**
 * A class of which only the number is known: student-01, student-02 and so on, each name once in the whole class.
 *
 * Labs that exist count first, region by region, also where two regions have one of the same name, which is what
 * `studentCount` in two stack files makes. Where there are more than wanted, the last ones of the last region leave.
 *
 * @param count number of labs
 * @param regions in the order in which they are filled
 */
export function countedLabs(
    count: number,
    regions: readonly Pick<RegionSpace, "stack" | "labs">[],
): WantedLab[] {
    const existing = regions.flatMap(({ stack, labs }) =>
        labs
            .filter(({ name }) => !Number.isNaN(numberOf(name)))
            .sort((one, other) => numberOf(one.name) - numberOf(other.name))
            .map(({ name }): WantedLab => ({ name, written: name, students: [name], at: stack })),
    );
    const labs = existing.slice(0, count);
    const taken = new Set(existing.map(({ name }) => name));
    for (let number = 1; labs.length < count; number += 1) {
        const name = `student-${String(number).padStart(2, "0")}`;
        if (!taken.has(name)) {
            labs.push({ name, written: name, students: [name] });
        }
    }
    return labs;
}
