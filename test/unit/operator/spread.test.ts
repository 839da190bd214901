import { strict as assert } from "node:assert";
import { countedLabs } from "../../../scripts/operator/spread/countedLabs.ts";
import { peopleSettings } from "../../../scripts/operator/spread/peopleSettings.ts";
import {
    type RegionSpace,
    type Spread,
    spreadLabs,
    type WantedLab,
} from "../../../scripts/operator/spread/spread.ts";

/** A lab of one student, or of a group. */
const lab = (name: string, students: readonly string[] = [name]): WantedLab => ({
    name,
    written: name,
    students,
});

/** A region with room, and labs there. */
const region = (
    stack: string,
    room: number,
    labs: readonly (string | { readonly name: string; readonly students: readonly string[] })[] = [],
    more: Partial<RegionSpace> = {},
): RegionSpace => ({
    stack,
    room,
    maxLabs: 30,
    spares: 0,
    takesNew: true,
    labs: labs.map((one) =>
        typeof one === "string" ? { name: one, students: one.startsWith("spare") ? [] : [one] } : one,
    ),
    ...more,
});

const names = (labs: readonly { readonly name: string }[]) => labs.map(({ name }) => name);

/** What becomes of each region, in short. */
const brief = ({ regions, leftOver }: Spread) => ({
    ...Object.fromEntries(
        regions.map(({ stack, stays, comes, leaves }) => [
            stack,
            [names(stays), names(comes), names(leaves)],
        ]),
    ),
    leftOver: names(leftOver),
});

describe("A class over several regions", () => {
    it("fills them in their order, and names who finds no place", () => {
        const spread = spreadLabs(
            ["a", "b", "c", "d", "e"].map((name) => lab(name)),
            [region("eu", 2), region("us", 1), region("sa", 1)],
        );
        assert.deepEqual(brief(spread), {
            eu: [[], ["a", "b"], []],
            us: [[], ["c"], []],
            sa: [[], ["d"], []],
            leftOver: ["e"],
        });
        assert.deepEqual(
            spread.regions.map(({ free, limit }) => [free, limit]),
            [
                [0, "quotas"],
                [0, "quotas"],
                [0, "quotas"],
            ],
        );
    });

    it("moves nobody who has a lab, also where another region would have room", () =>
        assert.deepEqual(
            brief(
                spreadLabs(
                    [lab("a"), lab("b"), lab("c")],
                    [region("eu", 5), region("us", 1, ["c"]), region("sa", 0, ["b"])],
                ),
            ),
            { eu: [[], ["a"], []], us: [["c"], [], []], sa: [["b"], [], []], leftOver: [] },
        ));

    it("keeps groups whole: a group is one lab", () =>
        assert.deepEqual(
            brief(
                spreadLabs(
                    [lab("t1", ["a", "b", "c"]), lab("t2", ["d"])],
                    [region("eu", 1), region("us", 1)],
                ),
            ),
            { eu: [[], ["t1"], []], us: [[], ["t2"], []], leftOver: [] },
        ));

    it("knows a lab by its students where it has another name, and leaves it the name", () => {
        const spread = spreadLabs(
            [lab("maria-albuquerque", ["Maria de Albuquerque"]), lab("red", ["Ada", "Bob"])],
            [
                region("eu", 9, [
                    { name: "mary", students: ["Maria de Albuquerque"] },
                    { name: "t1", students: ["bob", "Ada"] },
                ]),
            ],
        );
        assert.deepEqual(spread.regions[0]?.stays, [
            { name: "mary", written: "mary", students: ["Maria de Albuquerque"] },
            { name: "t1", written: "t1", students: ["Ada", "Bob"] },
        ]);
    });

    it("gives nobody a lab of somebody else's, for being called like it", () => {
        const there = [{ name: "mary", students: ["Maria de Albuquerque"] }];
        const class2 = [lab("mary", ["Mary"]), lab("maria-albuquerque", ["Maria de Albuquerque"])];
        const [eu] = spreadLabs(class2, [region("eu", 9, there), region("us", 9)]).regions;
        assert.deepEqual(
            eu?.stays.map(({ name, students }) => [name, students]),
            [["mary", ["Maria de Albuquerque"]]],
        );
        // A group keeps its lab when somebody joins it.
        const [same] = spreadLabs(
            [lab("t1", ["Ada", "Bob"])],
            [region("eu", 9, [{ name: "t1", students: ["Ada"] }])],
        ).regions;
        assert.deepEqual(same?.stays, [lab("t1", ["Ada", "Bob"])]);
    });

    it("names labs that nobody has any more, and where their students are now", () =>
        assert.deepEqual(
            spreadLabs([lab("team", ["ada", "bob"])], [region("eu", 9, ["ada", "eve"])]).regions[0]?.leaves,
            [
                { name: "ada", students: ["ada"], now: ["team"] },
                { name: "eve", students: ["eve"], now: [] },
            ],
        ));

    it("keeps the room of labs that leave: they are removed after the new ones were made", () =>
        assert.deepEqual(brief(spreadLabs([lab("new")], [region("eu", 1, ["old"])])), {
            eu: [[], [], ["old"]],
            leftOver: ["new"],
        }));

    it("counts spares, those that are there once", () => {
        const fits = (labs: string[], spares: number) =>
            names(
                spreadLabs(
                    ["a", "b", "c"].map((name) => lab(name)),
                    [region("eu", 4, labs, { spares })],
                ).regions[0]?.comes ?? [],
            );
        assert.deepEqual(fits([], 2), ["a", "b"]);
        assert.deepEqual(fits(["spare-01"], 2), ["a", "b"]);
        assert.deepEqual(fits(["spare-01", "spare-02", "spare-03"], 2), ["a"]);
    });

    it("declares no more labs than maxLabs, and says that it was that", () => {
        const spread = spreadLabs(
            ["a", "b", "c"].map((name) => lab(name)),
            [region("eu", 9, [], { maxLabs: 3, spares: 1 })],
        );
        assert.deepEqual([names(spread.leftOver), spread.regions[0]?.limit], [["c"], "maxLabs"]);
    });

    it("puts nobody where the teacher did not ask for", () => {
        const spread = spreadLabs(
            [lab("a"), lab("b")],
            [region("eu", 9, ["b"], { takesNew: false }), region("us", 9)],
        );
        assert.deepEqual(brief(spread), { eu: [["b"], [], []], us: [[], ["a"], []], leftOver: [] });
        assert.deepEqual(
            spread.regions.map(({ free, limit }) => [free, limit]),
            [
                [0, "not asked"],
                [8, "quotas"],
            ],
        );
    });

    it("adds no more than the quotas of the account allow in all regions together", () =>
        assert.deepEqual(
            brief(
                spreadLabs(
                    ["a", "b", "c", "d"].map((name) => lab(name)),
                    [region("eu", 2), region("us", 9)],
                    3,
                ),
            ),
            { eu: [[], ["a", "b"], []], us: [[], ["c"], []], leftOver: ["d"] },
        ));

    it("leaves everybody where they are in a region whose quotas have become too small", () =>
        assert.deepEqual(brief(spreadLabs([lab("a"), lab("b"), lab("c")], [region("eu", 1, ["a", "b"])])), {
            eu: [["a", "b"], [], []],
            leftOver: ["c"],
        }));
});

describe("A class of a number", () => {
    it("has names that are each there once in the whole class", () =>
        assert.deepEqual(names(countedLabs(3, [region("eu", 9)])), [
            "student-01",
            "student-02",
            "student-03",
        ]));

    it("counts those that are there, also with the same name in two regions", () => {
        const regions = [region("eu", 9, ["student-02", "student-01"]), region("us", 9, ["student-01"])];
        const labs = countedLabs(5, regions);
        assert.deepEqual(
            labs.map(({ name, at }) => [name, at]),
            [
                ["student-01", "eu"],
                ["student-02", "eu"],
                ["student-01", "us"],
                ["student-03", undefined],
                ["student-04", undefined],
            ],
        );
        assert.deepEqual(brief(spreadLabs(labs, regions)), {
            eu: [["student-01", "student-02"], ["student-03", "student-04"], []],
            us: [["student-01"], [], []],
            leftOver: [],
        });
    });

    it("that shrinks loses the last ones of the last region", () => {
        const regions = [
            region("eu", 9, ["student-01", "student-02"]),
            region("us", 9, ["student-01", "student-02"]),
        ];
        assert.deepEqual(brief(spreadLabs(countedLabs(3, regions), regions)), {
            eu: [["student-01", "student-02"], [], []],
            us: [["student-01"], [], ["student-02"]],
            leftOver: [],
        });
    });
});

describe("The people of a stack file", () => {
    it("are a number where they are counted from one", () =>
        assert.deepEqual(peopleSettings([lab("student-02"), lab("student-01")]), {
            students: undefined,
            groups: undefined,
            studentCount: 2,
        }));

    it("are names where they are not", () =>
        assert.deepEqual(peopleSettings([lab("student-03"), lab("ada", ["Ada"])]), {
            students: ["student-03", "Ada"],
            groups: undefined,
            studentCount: undefined,
        }));

    it("are groups where a lab is not called as its only student", () =>
        assert.deepEqual(
            peopleSettings([
                lab("ada", ["Ada"]),
                { name: "team-1", written: "Team 1", students: ["Bob", "Eve"] },
                lab("maria", ["Maria de Albuquerque"]),
                lab("spare-01", ["Late"]),
            ]),
            {
                students: ["Ada"],
                groups: [
                    { lab: "Team 1", students: ["Bob", "Eve"] },
                    { lab: "maria", students: ["Maria de Albuquerque"] },
                ],
                studentCount: undefined,
            },
        ));

    it("are nobody in a region that has none", () =>
        assert.deepEqual(peopleSettings([]), {
            students: undefined,
            groups: undefined,
            studentCount: undefined,
        }));
});
