import assert from "node:assert/strict";
import program from "../../../index.ts";
import { type Plain, settled } from "../../registrations/plain.ts";
import { Recorder } from "../../registrations/recorder.ts";
import { compare, describeDifference, type Recording } from "../../registrations/recording.ts";
import { declareClass } from "../classInMocks.ts";
import { runHere } from "../programHere.ts";

const two = { students: ["Ada", "Grace"], allowedSshCidrs: ["130.88.0.0/16"] };

/** What the program asks the engine for. */
async function record(settings: Readonly<Record<string, unknown>>, preview = false): Promise<Recording> {
    const recorder = new Recorder({
        stack: "eu-west-1",
        project: "student-labs",
        region: "eu-west-1",
        preview,
    });
    const address = await recorder.start();
    await runHere(program, { address, settings, preview });
    return recorder.stop();
}

const unique = (item: string, index: number, all: readonly string[]) => all.indexOf(item) === index;

/** Copies of a value, each with another leaf changed. */
function* mutants(value: Plain): Generator<Plain> {
    if (Array.isArray(value) && value.length > 0) {
        const items = value as readonly Plain[];
        for (const [index, item] of items.entries()) {
            for (const mutant of mutants(item)) {
                yield items.with(index, mutant);
            }
        }
    } else if (value !== null && typeof value === "object" && Object.keys(value).length > 0) {
        for (const [key, item] of Object.entries(value)) {
            for (const mutant of mutants(item)) {
                yield { ...value, [key]: mutant };
            }
        }
    } else {
        yield "another";
    }
}

describe("The comparison of what programs register", () => {
    let recording: Recording = [];
    before(async () => (recording = await record(two)));

    it("finds no difference between two runs of one program", async () => {
        const again = compare(recording, await record(two));
        assert.deepEqual(again.differences, []);
        // Nothing of it was lost on the way.
        assert.equal(again.requests, recording.length);
        assert.ok(recording.length > 0);
    });

    it("has every resource of the class, by the name that the engine knows it by", async () => {
        // Mocks of the SDK's own, which know nothing of the recorder.
        const { resources } = await declareClass(two);
        const urns = recording.flatMap(({ about }) => /^resource (.*)/.exec(about)?.[1] ?? []);
        const stack = urns.filter((urn) => urn.includes("::pulumi:pulumi:Stack::"));
        assert.equal(stack.length, 1);
        assert.deepEqual(
            urns.filter((urn) => urn !== stack[0]).sort(),
            resources.map(({ urn }) => urn).sort(),
        );
        assert.equal(compare(recording, recording).resources, resources.length + 1);
    });

    it("finds every single field of it that is another", () => {
        let changed = 0;
        for (const { about, fields } of recording) {
            for (const mutant of mutants(fields)) {
                changed += 1;
                const { differences } = compare([{ about, fields }], [{ about, fields: mutant }]);
                assert.equal(differences.length, 1, `${about}: ${JSON.stringify(differences)}`);
                assert.equal(differences[0]?.about, about);
                assert.equal(differences[0].after, "another");
                assert.notEqual(differences[0].field, "");
            }
        }
        assert.equal(changed, compare(recording, recording).fields);
        // A recording of nothing would pass all of the above.
        assert.ok(changed > 25 * recording.length, `${changed} fields of ${recording.length} requests`);
    });

    it("finds every request that is missing, new or made twice", () => {
        for (const asked of recording) {
            const { about, fields } = asked;
            const found = (before: Recording, after: Recording) => compare(before, after).differences;
            assert.deepEqual(found([asked], []), [{ about, field: "", before: fields, after: undefined }]);
            assert.deepEqual(found([], [asked]), [{ about, field: "", before: undefined, after: fields }]);
            assert.deepEqual(found([asked], [asked, asked]), [
                { about: `${about} (2)`, field: "", before: undefined, after: fields },
            ]);
        }
        const [first, ...others] = recording;
        assert.deepEqual(
            compare(recording, others).differences.map(({ about }) => about),
            [first?.about],
        );
    });

    it("does not mind the order in which the requests were made", () => {
        assert.deepEqual(compare(recording, [...recording].reverse()).differences, []);
    });

    it("says of one more lab that there is one more lab", async () => {
        const { differences } = compare(recording, await record({ ...two, spares: 1 }));
        const of = (lab: string) => differences.filter(({ about }) => about.includes(lab));
        const [spare, others] = [
            of("spare-01"),
            differences.filter(({ about }) => !about.includes("spare-01")),
        ];
        assert.ok(spare.every(({ before, field }) => before === undefined && field === ""));
        // As many as one of the others has, of which the address that is looked up has no name in its request.
        const ada = recording.filter(({ about }) => about.includes("ada"));
        assert.equal(spare.length, ada.length);
        assert.deepEqual(
            others.map(({ about, field }) => `${about} ${field}`.replace(/\[2\].*/, "[2]")).filter(unique),
            [
                "look-up aws:ec2/getInstances:getInstances (3) ",
                "outputs urn:pulumi:eu-west-1::student-labs::pulumi:pulumi:Stack::student-labs-eu-west-1 outputs.roster[2]",
            ],
        );
    });

    it("says of a changed setting which inputs it changes", async () => {
        const { differences } = compare(recording, await record({ ...two, clusterStepConcurrency: 3 }));
        const urn =
            "urn:pulumi:eu-west-1::student-labs::student-labs:index:StudentLab$student-labs:index:LabCluster";
        assert.deepEqual(
            differences,
            ["ada", "grace"].map((lab) => ({
                about: `resource ${urn}$aws:emr/cluster:Cluster::${lab}-cluster`,
                field: "object.stepConcurrencyLevel",
                before: 2,
                after: 3,
            })),
        );
    });

    it("tells a preview, where nothing is known yet, from an up", async () => {
        const preview = await record(two, true);
        assert.deepEqual(compare(preview, await record(two, true)).differences, []);
        assert.ok(compare(preview, recording).differences.length > 0);
    });

    it("leaves out where calls come from and where callbacks go, and takes what is a set for one", () => {
        const message = {
            name: "ada",
            sourceposition: { uri: "project:///index.ts", line: 7 },
            stacktrace: { framesList: [] },
            parentstacktracehandle: "1",
            callback: { target: "127.0.0.1:40000", token: "5f2c", acceptsByteString: false },
            dependenciesList: ["b", "a", "b"],
            propertydependenciesMap: [["tags", { urnsList: ["d", "c"] }]],
            envvarmappingsMap: [["B", "A"]],
            protect: undefined,
        };
        assert.deepEqual(settled(message), {
            name: "ada",
            callback: { acceptsByteString: false },
            dependenciesList: { a: 1, b: 2 },
            propertydependenciesMap: { tags: { urnsList: { c: 1, d: 1 } } },
            envvarmappingsMap: { B: "A" },
        });
    });

    it("tells values apart that would read the same", () => {
        const values: Plain[] = [
            { "a.b": 1 },
            { a: { b: 1 } },
            { a: [1] },
            { a: { 0: 1 } },
            { "a[0]": 1 },
            { a: {} },
            { a: [] },
            { a: null },
            { a: "null" },
            { a: 0 },
            { a: "" },
            {},
            [],
            null,
        ];
        for (const [index, before] of values.entries()) {
            for (const after of values.slice(index + 1)) {
                const { differences } = compare(
                    [{ about: "a", fields: before }],
                    [{ about: "a", fields: after }],
                );
                assert.notDeepEqual(differences, [], JSON.stringify([before, after]));
            }
        }
    });

    it("shows of long text what differs", () => {
        const [same, rest] = ["x".repeat(300), "y".repeat(300)];
        const [before, after] = [`${same}1${rest}`, `${same}2${rest}`];
        assert.equal(
            describeDifference({ about: "resource a", field: "object.text", before, after }),
            [
                "resource a  object.text",
                `  - (from 261) ...${"x".repeat(40)}1${"y".repeat(119)}...`,
                `  + (from 261) ...${"x".repeat(40)}2${"y".repeat(119)}...`,
            ].join("\n"),
        );
        assert.equal(
            describeDifference({ about: "resource a", field: "", before: { one: 1 }, after: undefined }),
            'resource a\n  - {"one":1}\n  + (nothing)',
        );
    });
});
