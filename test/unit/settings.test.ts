import { strict as assert } from "node:assert";
import * as yaml from "js-yaml";
import { definitions, type SettingKey } from "../../components/settings/definitions.ts";
import { SettingsError } from "../../components/settings/problem.ts";
import { checkSettings } from "../../components/settings/settings.ts";
import { badMachinesAndClusters } from "./badClusterSettings.ts";
import { badPeopleAndAccess, type BadSettings } from "./badSettings.ts";
import { badTexts } from "./badTexts.ts";
import { asTexts, declareClass, registeredSoFar } from "./classInMocks.ts";

const complete = { students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"] };

/** What is said about settings that are added to a complete set; [] where nothing is. */
function complaints(changes: Record<string, unknown>): string[] {
    try {
        checkSettings(asTexts({ ...complete, ...changes }));
        return [];
    } catch (error) {
        assert.ok(error instanceof SettingsError, String(error));
        return error.message.split("\n").slice(1, -1);
    }
}

const mendOf = (complaint: string) => definitions[/^\w+/.exec(complaint)?.[0] as SettingKey]?.mend;
const lineOf = ([, complaint, mend]: BadSettings) => `  ${complaint}. ${mend ?? mendOf(complaint)}`;
const bad = [...badTexts, ...badPeopleAndAccess, ...badMachinesAndClusters];

describe("The settings of a class", () => {
    for (const row of bad) {
        it(`are refused: ${JSON.stringify(row[0]).slice(0, 70)}`, () => {
            assert.deepEqual(complaints(row[0]), [lineOf(row)]);
        });
    }

    it("are each refused somewhere above", () => {
        const complained = bad.map(([, complaint]) => /^\w+/.exec(complaint)?.[0]);
        assert.deepEqual(
            Object.keys(definitions).filter((key) => !complained.includes(key)),
            [],
        );
    });

    it("are complained about all at once", () => {
        // The last complaint about each setting above; those about settings that do not fit together are left out, since
        // they are looked at only where each is right by itself.
        const oneEach = new Map(
            bad.filter(([, , mend]) => mend === undefined).map((row) => [/^\w+/.exec(row[1])?.[0], row]),
        );
        assert.equal(oneEach.size, Object.keys(definitions).length);
        const rows = [...oneEach.values()];
        const all = complaints(
            Object.assign({}, ...rows.map(([written]) => written)) as Record<string, unknown>,
        );
        assert.deepEqual([...all].sort(), rows.map(lineOf).sort());
    });

    it("are complained about in the order of Pulumi.yaml, unknown ones first", () => {
        const lines = complaints({
            emrRelease: "7",
            zone: "x",
            spares: -1,
            students: ["Ada", 5],
            colour: "blue",
        });
        assert.deepEqual(
            lines.map((line) => line.trim().split(":")[0]),
            ["colour", "students[1]", "spares", "zone", "emrRelease"],
        );
    });

    it("can have several things wrong with one of them, and with what they come to", () => {
        assert.deepEqual(
            complaints({
                students: ["Ada", "ada", "root", "?"],
                supportMachines: ["ADA"],
                spares: 2,
                maxLabs: 3,
            }).map((line) => line.trim().split(" ")[0]),
            ["maxLabs:", "students[1]:", "students[2]:", "students[3]:", "supportMachines[0]:"],
        );
        assert.deepEqual(
            complaints({ nightlyStop: { at: "8pm", timezone: "Lisbon" } }).map(
                (line) => line.trim().split(" ")[0],
            ),
            ["nightlyStop.at:", "nightlyStop.timezone:"],
        );
    });

    it("that are wrong register no resource", async () => {
        await assert.rejects(declareClass({ zone: "x", allowedSshCidrs: undefined }), (error: Error) => {
            assert.ok(error instanceof SettingsError);
            assert.match(
                error.message,
                /^The settings of this stack need 2 things mended; nothing was created/,
            );
            return true;
        });
        assert.equal(registeredSoFar(), 0);
    });

    it("need no more than names and networks", () => {
        const settings = checkSettings(asTexts(complete));
        assert.equal(settings.machines.instanceType, "t3.small");
        assert.equal(settings.clusters.clusterInstanceCount, 4);
        assert.deepEqual(settings.machines.aptPackages, ["python3-numpy", "emacs-nox", "nano"]);
        assert.deepEqual(settings.access.sshPorts, [22]);
        assert.equal(settings.times.nightlyStop, undefined);
        assert.equal(settings.times.endsAt, undefined);
    });

    it("take numbers and truth also as text, as `pulumi config set` stores them", () => {
        const read = checkSettings({ ...asTexts(complete), maxLabs: "7", allowReplacement: "true" });
        assert.deepEqual([read.people.maxLabs, read.times.allowReplacement], [7, true]);
    });

    it("take what they tell people to write", () => {
        for (const [key, { mend }] of Object.entries(definitions)) {
            // Everything after the key, without the full stop and without what may be written instead.
            const text = mend
                .slice(mend.lastIndexOf(`${key}: `))
                .replace(/\.$/, "")
                .replace(/, or .*$/, "")
                .replace(
                    "AAAA...",
                    `${Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${"k".repeat(32)}`).toString("base64")}`,
                );
            const advice = yaml.load(text) as Record<string, unknown>;
            const rest = key === "studentCount" ? { students: [] } : {};
            const complaint = complaints({ ...rest, ...advice });
            assert.deepEqual(
                complaint.filter(
                    (line) => !line.includes("cannot be read") && !line.includes("course.tar.gz"),
                ),
                [],
                mend,
            );
        }
    });
});

describe("A value in a complaint", () => {
    it("is short, and never a private key", () => {
        const [long] = complaints({ zone: "x".repeat(200) });
        assert.equal(
            long,
            `  zone: "${"x".repeat(76)}... is not the name of an availability zone. Write zone: eu-west-1a.`,
        );
        const [key] = complaints({ zone: "-----BEGIN RSA PRIVATE KEY-----\nMIIE" });
        assert.equal(
            key,
            "  zone: (a private key, not shown) is not the name of an availability zone. Write zone: eu-west-1a.",
        );
    });
});
