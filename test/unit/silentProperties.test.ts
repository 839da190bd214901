import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";
import { notComputed } from "./sdkTypes.ts";
import { silentProperties } from "./silentProperties.ts";
import { archive } from "../tarArchive.ts";

/** True if there is something at that path of the inputs, in every entry where there are several. */
function writes(inputs: unknown, [first, ...rest]: readonly string[]): boolean {
    if (inputs === undefined || inputs === null) return false;
    if (first === undefined) return true;
    const blocks = Array.isArray(inputs) ? (inputs as unknown[]) : [inputs];
    return blocks.every((block) => writes((block as Record<string, unknown>)[first], rest));
}

describe("What the program leaves to AWS", () => {
    let stack: ClassInMocks;
    before(async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "silent-properties-"));
        try {
            const file = path.join(folder, "course.tar.gz");
            fs.writeFileSync(file, archive({ "notes.txt": "course" }));
            // Everything that the program knows to make.
            stack = await declareClass({
                supportMachines: ["demo"],
                dnsZone: "labs.university.edu",
                studentCredentials: "access-key",
                nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
                clusterInstanceCount: 3,
                courseArchive: file,
            });
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });

    it("is of a type that a class can have without being changed by the next up", () => {
        const types = [...new Set(stack.resources.map(({ type }) => type))].filter((type) =>
            type.startsWith("aws:"),
        );
        assert.ok(types.length > 25, `the class has only ${types.length} types`);
        const left = types.flatMap((type) => {
            const all = stack.ofType(type).map(({ inputs }) => inputs);
            const silent = notComputed(type, all).filter(
                (property) => !all.every((inputs) => writes(inputs, property.split("."))),
            );
            return silent.length === 0 ? [] : [[type, silent] as const];
        });
        const told = Object.entries(silentProperties).map(
            ([type, whys]) => [type, Object.keys(whys).sort()] as const,
        );
        assert.deepEqual(Object.fromEntries(left), Object.fromEntries(told));
    });

    it("is ignored where AWS fills it in", () => {
        let ignored = 0;
        for (const [type, whys] of Object.entries(silentProperties)) {
            for (const [property, why] of Object.entries(whys)) {
                if (why !== "ignored") continue;
                for (const { name, ignoreChanges } of stack.ofType(type)) {
                    assert.ok(ignoreChanges.includes(property), `${name} does not ignore ${property}`);
                    ignored++;
                }
            }
        }
        assert.equal(ignored, 2, "one for the cluster of each student");
    });

    it("is read from the SDK: required and computed properties are not among them", () => {
        const written = [{ ec2Attributes: { instanceProfile: "lab" }, masterInstanceGroup: {} }];
        const found = notComputed("aws:emr/cluster:Cluster", written);
        assert.deepEqual(
            ["osReleaseLabel", "ec2Attributes.keyName", "masterInstanceGroup.bidPrice"].filter(
                (property) => !found.includes(property),
            ),
            [],
        );
        assert.deepEqual(
            [
                "releaseLabel",
                "steps",
                "keepJobFlowAliveWhenNoSteps",
                "ec2Attributes.instanceProfile",
                "ec2Attributes.subnetId",
                "masterInstanceGroup.ebsConfigs",
                "coreInstanceGroup.name",
            ].filter((property) => found.includes(property)),
            [],
        );
        assert.throws(() => notComputed("aws:emr/nothing:Nothing", []), /ENOENT/);
    });
});
