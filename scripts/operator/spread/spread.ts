import { sameNameKey } from "../classList/personName.ts";

/** A lab that the class wants. */
export interface WantedLab {
    /** Lab name. */
    readonly name: string;
    /** What the name is made of, as it goes into a stack file. */
    readonly written: string;
    readonly students: readonly string[];
    /** Stack of the lab of this name that is meant, where several stacks have one; by default the first that has it. */
    readonly at?: string;
}

/** A lab that a stack's state has. */
export interface ExistingLab {
    readonly name: string;
    /** Empty for a spare. */
    readonly students: readonly string[];
}

/** What a region has, and what fits in. */
export interface RegionSpace {
    readonly stack: string;
    /** Most labs that the quotas allow in the region, those that are there included ({@link roomOf}). */
    readonly room: number;
    /** The stack's setting: most labs that it may declare. */
    readonly maxLabs: number;
    /** The stack's setting: spares that it declares. */
    readonly spares: number;
    /** All labs in the state now, spares included. */
    readonly labs: readonly ExistingLab[];
    /** False where the teacher did not name the region: its labs stay, and none comes. */
    readonly takesNew: boolean;
}

/** A lab that nobody of the class has any more. */
export interface LeavingLab extends ExistingLab {
    /** Labs that its students have in this class, e.g. the group that they are in now; none where they are not in it. */
    readonly now: readonly string[];
}

/** What becomes of a region. */
export interface RegionPlan {
    readonly stack: string;
    /** Labs that are there and stay, in the order of the class. */
    readonly stays: readonly WantedLab[];
    /** Labs that come, in the order of the class. */
    readonly comes: readonly WantedLab[];
    /** Labs in the state that nobody of the class has: `pulumi up` would remove them, with what is on them. */
    readonly leaves: readonly LeavingLab[];
    /** Labs that would still fit in. */
    readonly free: number;
    /** What a further lab would break first. */
    readonly limit: "quotas" | "maxLabs" | "not asked";
}

/** Where everybody's lab is. Every lab that is wanted is in one region, or left over. */
export interface Spread {
    /** In the order in which they were given. */
    readonly regions: readonly RegionPlan[];
    /** Labs that find no place. */
    readonly leftOver: readonly WantedLab[];
}

const isSpare = ({ name }: Pick<ExistingLab, "name">) => /^spare-\d+$/.test(name);

const people = (students: readonly string[]) => students.map(sameNameKey).sort().join("\n");

/** Labs of the class that some students are in. */
const labsOf = (students: readonly string[], wanted: readonly WantedLab[]) => {
    const keys = new Set(students.map(sameNameKey));
    return wanted
        .filter((lab) => lab.students.some((student) => keys.has(sameNameKey(student))))
        .map(({ name }) => name);
};

/** Finds each wanted lab among those that exist: by its students, who may be in a lab of another name, else by its name. */
function match(
    wanted: readonly WantedLab[],
    regions: readonly RegionSpace[],
): Map<WantedLab, [string, ExistingLab]> {
    const found = new Map<WantedLab, [string, ExistingLab]>();
    const taken = new Set<ExistingLab>();
    const all = regions.flatMap(({ stack, labs }) => labs.map((lab): [string, ExistingLab] => [stack, lab]));
    const take = (fits: (lab: WantedLab, existing: ExistingLab, stack: string) => boolean) => {
        for (const lab of wanted.filter((one) => !found.has(one))) {
            const hit = all.find(([stack, existing]) => !taken.has(existing) && fits(lab, existing, stack));
            if (hit !== undefined) {
                found.set(lab, hit);
                taken.add(hit[1]);
            }
        }
    };
    const samePeople = (lab: WantedLab, existing: ExistingLab) =>
        existing.students.length > 0 && people(existing.students) === people(lab.students);
    take((lab, existing, stack) => existing.name === lab.name && lab.at === stack);
    take((lab, existing) => existing.name === lab.name && lab.at === undefined && samePeople(lab, existing));
    // People before names: whoever has a lab of another name keeps it, and nobody else gets it for being called so.
    take(samePeople);
    take((lab, existing) => existing.name === lab.name && lab.at === undefined);
    return found;
}

/**
 * Spreads a class over its regions: nobody who has a lab is moved, and new labs fill the regions in their order, as far as
 * quotas and `maxLabs` allow.
 *
 * All labs of a region are alike and a group is one lab, so filling in order leaves nobody over whom another order would
 * have placed. Labs that leave still take room: Pulumi removes them after it has made the new ones.
 *
 * @param wanted the class; spares are not in it
 * @param regions in the order in which they are filled
 * @param accountRoom labs that may be added in all regions together, by the quotas of the account
 */
export function spreadLabs(
    wanted: readonly WantedLab[],
    regions: readonly RegionSpace[],
    accountRoom = Infinity,
): Spread {
    const found = match(wanted, regions);
    const waiting = wanted.filter((lab) => !found.has(lab));
    let left = Math.max(0, accountRoom);
    const plans = regions.map(({ stack, room, maxLabs, spares, labs, takesNew }): RegionPlan => {
        const stays = wanted.flatMap((lab) => {
            const [at, existing] = found.get(lab) ?? [];
            return at !== stack || existing === undefined
                ? []
                : // A lab of another name keeps it: the name is what Pulumi knows the lab by.
                  [
                      existing.name === lab.name
                          ? lab
                          : { ...lab, name: existing.name, written: existing.name },
                  ];
        });
        const names = new Set(stays.map(({ name }) => name));
        const spare = labs.filter((lab) => isSpare(lab) && !names.has(lab.name)).length;
        const byQuotas = room - labs.length - Math.max(0, spares - spare);
        const byMaxLabs = maxLabs - stays.filter((lab) => !isSpare(lab)).length - spares;
        const fits = takesNew ? Math.max(0, Math.min(byQuotas, byMaxLabs)) : 0;
        const comes = waiting.splice(0, Math.min(fits, left));
        left -= comes.length;
        return {
            stack,
            stays,
            comes,
            leaves: labs
                .filter((lab) => !isSpare(lab) && !names.has(lab.name))
                .map((lab) => ({ ...lab, now: labsOf(lab.students, wanted) })),
            free: Math.min(fits - comes.length, left),
            limit: !takesNew ? "not asked" : byMaxLabs < byQuotas ? "maxLabs" : "quotas",
        };
    });
    return { regions: plans, leftOver: waiting };
}
