import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { definitions } from "../../components/settings/definitions.ts";
import { SettingsError } from "../../components/settings/problem.ts";
import { checkSettings } from "../../components/settings/settings.ts";
import { asTexts, type ClassInMocks, declareClass } from "./classInMocks.ts";

// Endings of the names of a lab's resources: lab "ada" and lab "ada-cluster" must not meet anywhere.
const endings = [
    "access", "bootstrap", "cluster", "cluster-group", "connect", "dns", "end", "group", "identity", "instance", "key",
    "machine", "machine-group", "machine-stop", "nightly", "out", "out6", "password", "policy", "power", "profile",
    "ssh", "stop", "01",
]; // prettier-ignore
const nasty = ["ada", ...endings.map((ending) => `ada-${ending}`)];

// A class takes a tenth of a second here, on a busy machine a whole one.
const patience = 120_000;

/** A few names, none twice, many of them the beginning of another. */
const namesOf = (from: readonly string[], least: number, most: number) =>
    fc.uniqueArray(fc.constantFrom(...from), { minLength: least, maxLength: most });

/** Settings of a class that are right, with labs, groups, spares and support machines. */
const rightSettings = fc
    .record({
        names: namesOf([...nasty, "José Núñez", "王小明", "x", "a".repeat(20), "0", "1-2-3"], 3, 7),
        split: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
        spares: fc.nat({ max: 2 }),
        isolation: fc.constantFrom("lab", "class"),
        studentCredentials: fc.constantFrom("instance-profile", "access-key"),
        clusters: fc.constantFrom("on", "on", "off"),
        power: fc.constantFrom("on", "on", "off"),
        sshPorts: fc.constantFrom([22], [443, 22], [22, 2222, 443]),
        allowedSshCidrs: fc.constantFrom(["130.88.0.0/16"], ["130.88.0.0/16", "2001:630::/32", "18.0.0.0/8"]),
        dnsZone: fc.constantFrom("", "labs.university.edu"),
        nightlyStop: fc.constantFrom("", { at: "20:00", timezone: "Europe/Lisbon" }),
        endsAt: fc.constantFrom("", "2097-07-25T18:00:00+01:00"),
        clusterInstanceCount: fc.constantFrom(1, 4),
    })
    .map(({ names, split: [students, groups], ...others }) => ({
        ...others,
        students: names.slice(0, students + 1),
        groups: names
            .slice(students + 1, students + 1 + groups)
            .map((lab) => ({ lab, students: [`${lab} first`, `${lab} second`] })),
        supportMachines: names.slice(students + 1 + groups),
    }));

const byUrn = (stack: ClassInMocks) => new Map(stack.resources.map((one) => [one.urn, JSON.stringify(one)]));

/** What Pulumi and AWS know things by, where two of the same would be one. */
function assertNothingCollides(stack: ClassInMocks): void {
    const twice = (values: readonly unknown[]) =>
        values.filter((value, index) => values.indexOf(value) !== index);
    assert.deepEqual(twice(stack.resources.map(({ urn }) => urn)), []);
    assert.deepEqual(twice(stack.ofType("Record").map(({ inputs }) => inputs.name)), []);
    assert.deepEqual(twice(stack.ofType("InstanceProfile").map(({ inputs }) => inputs.name)), []);
    // EMR's names need not differ for EMR, but for people.
    assert.deepEqual(twice(stack.ofType("aws:emr/cluster:Cluster").map(({ inputs }) => inputs.name)), []);
    const logs = stack.ofType("aws:emr/cluster:Cluster").map(({ inputs }) => String(inputs.logUri));
    const prefixes = logs.map((uri) => uri.replace(/logs\/$/, ""));
    assert.deepEqual(
        prefixes.filter((one) => prefixes.some((other) => other !== one && one.startsWith(other))),
        [],
    );
}

describe("No two labs ever collide", () => {
    it("even where every lab is called like a part of another", async () => {
        const half = Math.floor(nasty.length / 2);
        for (const [students, supportMachines] of [
            [nasty.slice(0, half), nasty.slice(half)],
            [nasty.slice(half), nasty.slice(0, half)],
        ]) {
            assertNothingCollides(
                await declareClass({
                    students,
                    supportMachines,
                    studentCredentials: "access-key",
                    dnsZone: "labs.university.edu",
                    nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
                    endsAt: "2097-07-25T18:00:00+01:00",
                    sshPorts: [443, 22],
                }),
            );
        }
    }).timeout(patience);

    it("whatever the settings", async () => {
        await fc.assert(
            fc.asyncProperty(rightSettings, async (settings) => {
                const stack = await declareClass(settings);
                assertNothingCollides(stack);
                assert.equal(
                    stack.outputs.roster.length,
                    settings.students.length + settings.groups.length + settings.spares,
                );
                assert.equal(stack.outputs.supportMachines.length, settings.supportMachines.length);
                assert.ok(stack.outputs.roster.every(({ problem }) => problem === ""));
            }),
            { numRuns: 15 },
        );
    }).timeout(patience);
});

describe("A student, group, spare or support machine that comes or goes", () => {
    // The settings with one of something less, and the name of what is gone; `undefined` where there is none to take.
    type Right = ReturnType<typeof rightSettings.generate>["value"];
    const without: Readonly<Record<string, (settings: Right, nth: number) => Partial<Right> | undefined>> = {
        student: ({ students }, nth) =>
            students.length < 2
                ? undefined
                : { students: students.filter((_, index) => index !== nth % students.length) },
        group: ({ groups }, nth) =>
            groups.length === 0
                ? undefined
                : { groups: groups.filter((_, index) => index !== nth % groups.length) },
        spare: ({ spares }) => (spares === 0 ? undefined : { spares: spares - 1 }),
        supportMachine: ({ supportMachines }, nth) =>
            // The first one brings the policy that all of them share.
            supportMachines.length < 2
                ? undefined
                : {
                      supportMachines: supportMachines.filter(
                          (_, index) => index !== nth % supportMachines.length,
                      ),
                  },
    };

    for (const [what, take] of Object.entries(without)) {
        it(`changes nothing of anybody else: ${what}`, async () => {
            const taken = fc
                .tuple(rightSettings, fc.nat())
                .filter(([settings, nth]) => take(settings, nth) !== undefined);
            await fc.assert(
                fc.asyncProperty(taken, async ([settings, nth]) => {
                    const large = byUrn(await declareClass(settings));
                    const fewer = await declareClass({ ...settings, ...take(settings, nth) });
                    const small = byUrn(fewer);
                    // Everything that stays is as it was: same inputs, same order, same options.
                    assert.deepEqual(
                        [...small].filter(([urn, one]) => large.get(urn) !== one),
                        [],
                    );
                    // What is gone is of one lab.
                    const gone = [...large.keys()].filter((urn) => !small.has(urn));
                    assert.equal(
                        gone.filter((urn) => /:(StudentLab|SupportMachine)::[^$]*$/.test(urn)).length,
                        1,
                    );
                }),
                { numRuns: 5 },
            );
        }).timeout(patience);
    }
});

describe("Any settings at all", () => {
    const keys = fc.oneof(
        fc.constantFrom(...Object.keys(definitions)),
        fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "aws", "", "students[0]"),
        fc.string(),
    );
    const near = fc.constantFrom(
        "on", "off", "lab", "0", "1", "-1", "1e3", "999999999999999999999", "[]", "{}", "null", "true", "[null]", "[[]]", "\0", "[22]",
        '["ada","ADA"]', '["\\ud800"]', '[{"lab":"x","students":["y"]}]', '[{"lab":"x"}]', '{"at":"20:00","timezone":"UTC"}', '{"at":1}',
        '{"bucket":"abc","object":"x.tgz"}', '{"bucket":null}', '["130.88.0.0/16"]', '["::/0"]', '["1.2.3/24"]', '["::ffff:1.2.3.4/96"]',
        "2097-07-25T18:00:00Z", "/", ".", "\ud800", "a".repeat(10000), '["' + "x".repeat(81) + '"]', "[" .repeat(2000),
    ); // prettier-ignore
    const texts = fc.oneof(near, fc.json(), fc.string(), fc.string({ unit: "binary" }));

    it("are either taken, or refused with key, value and mend, and never crash the program", () => {
        fc.assert(
            fc.property(fc.array(fc.tuple(keys, texts), { maxLength: 12 }), (entries) => {
                try {
                    checkSettings(Object.fromEntries(entries));
                } catch (error) {
                    assert.ok(error instanceof SettingsError, String(error));
                    assert.ok(error.problems.length > 0);
                    for (const { key, message, mend } of error.problems) {
                        assert.ok(key !== undefined && message !== "", JSON.stringify(error.problems));
                        assert.match(mend, /^[A-Z].*[.?]$/s);
                        assert.ok(error.message.includes(`${key}: `));
                        assert.ok(error.message.includes(`${message}. ${mend}`));
                    }
                }
            }),
            { numRuns: 1500 },
        );
    });

    it("that are taken are taken again as the program reads them", () => {
        fc.assert(
            fc.property(rightSettings, (settings) => {
                const written = { ...settings, students: ["a"], allowedSshCidrs: ["130.88.0.0/16"] };
                const once = checkSettings(asTexts(written));
                assert.deepEqual(checkSettings(asTexts(written)), once);
                assert.deepEqual(once.access.sshPorts, settings.sshPorts);
            }),
            { numRuns: 50 },
        );
    });
});
