import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { planLabs } from "../../../components/names/labs.ts";
import { countedLabs } from "../../../scripts/operator/spread/countedLabs.ts";
import { peopleSettings } from "../../../scripts/operator/spread/peopleSettings.ts";
import { type RegionSpace, spreadLabs, type WantedLab } from "../../../scripts/operator/spread/spread.ts";
import { seed } from "./seed.ts";

const students = Array.from({ length: 16 }, (_, index) => `s${index}`);

/** A class of single students and groups, nobody in two labs. */
const aClass = fc
    .tuple(fc.shuffledSubarray(students), fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 16 }))
    .map(([people, sizes]) => {
        const labs: WantedLab[] = [];
        let from = 0;
        for (const size of sizes) {
            const members = people.slice(from, from + size);
            from += size;
            const [first] = members;
            if (first !== undefined) {
                const name = members.length === 1 ? first : `team-${first}`;
                labs.push({ name, written: name, students: members });
            }
        }
        return labs;
    });

/** Regions, labs of this or of another class in them, each in one of them. */
const regions = fc
    .tuple(
        fc.array(
            fc.record({
                room: fc.integer({ min: 0, max: 8 }),
                maxLabs: fc.integer({ min: 1, max: 8 }),
                spares: fc.nat({ max: 2 }),
                takesNew: fc.constantFrom(true, true, true, false),
                spare: fc.nat({ max: 2 }),
            }),
            { minLength: 1, maxLength: 4 },
        ),
        aClass,
        fc.array(fc.nat({ max: 3 }), { minLength: 16, maxLength: 16 }),
    )
    .map(([some, labs, places]) =>
        some.map(({ spare, ...one }, at): RegionSpace => ({
            ...one,
            stack: `region-${at}`,
            labs: [
                ...labs.filter((_, index) => (places[index] ?? 0) % some.length === at),
                ...Array.from({ length: spare }, (_, index) => ({
                    name: `spare-0${index + 1}`,
                    students: [],
                })),
            ],
        })),
    );

describe(`Spreading a class (SEED=${seed})`, () => {
    it("breaks no quota, moves nobody, keeps groups whole, places or names everybody, and places as many as fit", () =>
        fc.assert(
            fc.property(
                aClass,
                regions,
                fc.constantFrom(Infinity, Infinity, 0, 3),
                (wanted, some, accountRoom) => {
                    const { regions: plans, leftOver } = spreadLabs(wanted, some, accountRoom);
                    const placed = plans.flatMap(({ stays, comes }) => [...stays, ...comes]);

                    // Everybody once, in a lab with the same people.
                    const groups = (labs: readonly WantedLab[]) =>
                        labs.map((lab) => lab.students.join()).sort();
                    assert.deepEqual(groups([...placed, ...leftOver]), groups(wanted));

                    for (const [index, plan] of plans.entries()) {
                        const space = some[index];
                        assert.ok(space !== undefined && plan.stack === space.stack);
                        // During `pulumi up` all of these are there at once.
                        const there = new Set(space.labs.map(({ name }) => name));
                        for (let spare = 1; spare <= space.spares; spare += 1) {
                            there.add(`spare-0${spare}`);
                        }
                        const before = there.size;
                        plan.comes.forEach(({ name }) => there.add(name));
                        assert.equal(there.size, before + plan.comes.length);
                        assert.ok(there.size <= Math.max(space.room, before));
                        const declared = plan.stays.length + plan.comes.length + space.spares;
                        assert.ok(plan.comes.length === 0 || declared <= space.maxLabs);
                        assert.ok(plan.comes.length === 0 || space.takesNew);

                        // Whoever has a lab keeps it, under its name.
                        for (const lab of space.labs.filter(({ name }) =>
                            wanted.some((one) => one.name === name),
                        )) {
                            assert.ok(plan.stays.some(({ name }) => name === lab.name));
                        }
                        const kept = [...plan.stays, ...plan.leaves].map(({ name }) => name);
                        const own = space.labs.filter(({ name }) => !name.startsWith("spare-"));
                        assert.deepEqual(kept.sort(), own.map(({ name }) => name).sort());

                        // Nobody is further down the list of regions, or left over, while there is room here.
                        const fits = space.takesNew && there.size < space.room && declared < space.maxLabs;
                        const later = plans.slice(index + 1).flatMap(({ comes }) => comes);
                        const added = plans.flatMap(({ comes }) => comes).length;
                        assert.ok(
                            !fits || (later.length === 0 && (leftOver.length === 0 || added >= accountRoom)),
                        );
                        assert.equal(plan.free > 0, fits && added < accountRoom);
                    }
                    assert.ok(plans.flatMap(({ comes }) => comes).length <= accountRoom);
                },
            ),
            { seed, numRuns: 2000 },
        ));

    it("changes nothing the second time", () =>
        fc.assert(
            fc.property(aClass, regions, (wanted, some) => {
                const first = spreadLabs(wanted, some);
                const after = some.map((space, index): RegionSpace => {
                    const { stays = [], comes = [] } = first.regions[index] ?? {};
                    return { ...space, labs: [...stays, ...comes] };
                });
                const placed = first.regions.flatMap(({ stays, comes }) => [...stays, ...comes]);
                const second = spreadLabs(placed, after);
                assert.deepEqual(
                    second.regions.map(({ stays, comes, leaves }) => [stays.length, comes, leaves]),
                    after.map(({ labs }) => [labs.length, [], []]),
                );
            }),
            { seed, numRuns: 500 },
        ));

    it("makes settings of which the program makes the same labs", () =>
        fc.assert(
            fc.property(aClass, fc.boolean(), fc.nat({ max: 20 }), (named, counted, count) => {
                const wanted = counted ? countedLabs(count, []) : named;
                const { students: single = [], groups = [], studentCount = 0 } = peopleSettings(wanted);
                assert.deepEqual(
                    planLabs({ students: single, groups, studentCount, spares: 0 })
                        .map(({ name, students: some }) => [name, some])
                        .sort(),
                    wanted.map(({ name, students: some }) => [name, some]).sort(),
                );
            }),
            { seed, numRuns: 500 },
        ));
});
