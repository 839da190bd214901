import { strict as assert } from "node:assert";
import { flatSettings } from "../../../components/settings/definitions.ts";
import { checkSettings } from "../../../components/settings/settings.ts";
import {
    costOfClass,
    costOfHours,
    costOfRegion,
    notPriced,
    usdText,
} from "../../../scripts/operator/price/cost.ts";
import { nodeDisks } from "../../../scripts/operator/price/nodeDisks.ts";
import type { UnitPrices } from "../../../scripts/operator/price/unitPrices.ts";
import { asTexts, settings as complete } from "../classInMocks.ts";

const settingsOf = (changes: Readonly<Record<string, unknown>> = {}) =>
    flatSettings(checkSettings(asTexts({ ...complete, ...changes })));

describe("Disks that EMR makes itself", () => {
    const gib = (release: string, type: string, own = false) =>
        nodeDisks(release, type, own).map((disk) => `${disk.type} ${disk.gib}`);

    it("are a root disk and, on types without disks, data disks", () => {
        assert.deepEqual(gib("emr-7.13.0", "m5.xlarge"), ["gp3 15", "gp2 32", "gp2 32"]);
        assert.deepEqual(gib("emr-7.13.0", "m5d.xlarge", true), ["gp3 15"]);
    });

    it("have grown with the releases", () => {
        assert.deepEqual(gib("emr-6.14.0", "m5d.xlarge", true), ["gp2 15"]);
        assert.deepEqual(gib("emr-6.9.1", "m5d.xlarge", true), ["gp2 10"]);
        assert.deepEqual(gib("emr-6.15.0", "m5d.xlarge", true), ["gp3 15"]);
    });

    for (const [type, total] of [
        ["m5.large", 32],
        ["m5.xlarge", 64],
        ["m5.2xlarge", 128],
        ["m5.4xlarge", 256],
        ["m5.8xlarge", 512],
        ["m5.12xlarge", 768],
        ["m5.16xlarge", 1024],
        ["m5.24xlarge", 1536],
        // Not in AWS's table: the largest size that is not larger.
        ["m6i.32xlarge", 1536],
        ["m5.metal", 1536],
        ["c5.6xlarge", 256],
        ["t3.medium", 32],
    ] as const) {
        // prettier-ignore
        it(`are ${total} GiB of data on ${type}`, () =>
            assert.equal(nodeDisks("emr-7.13.0", type, false).slice(1).reduce((sum, disk) => sum + disk.gib, 0), total));
    }
});

describe("What a class costs", () => {
    /** Round prices, so that sums can be read. */
    const prices: UnitPrices = {
        region: "eu-west-1",
        machine: 0.02,
        node: 0.2,
        emr: 0.05,
        gp3: 0.072,
        gp2: 0.144,
        publicIpv4: 0.005,
        published: new Date("2026-11-20T00:00:00Z"),
    };
    const cost = (labs: number, changes: Readonly<Record<string, unknown>> = {}, own = false) =>
        costOfRegion(labs, settingsOf(changes), own, prices);
    const rounded = (amount: number) => Number(amount.toFixed(9));
    const lines = (labs: number, changes: Readonly<Record<string, unknown>> = {}, own = false) =>
        cost(labs, changes, own).items.map(({ what, count, perHour, whileOff }) => [
            what,
            count,
            rounded(perHour),
            rounded(whileOff),
        ]);

    it("is machines, nodes, EMR, all disks, and addresses", () =>
        assert.deepEqual(lines(10), [
            ["machines", 10, 0.2, 0],
            ["nodes", 40, 8, 0],
            ["EMR", 40, 2, 0],
            // 10 of 16 GiB and 40 of 15 GiB gp3 at 0.0001 an hour, 40 of 64 GiB gp2 at 0.0002.
            ["disks", 10 * 16 + 40 * (15 + 64), rounded(0.016 + 0.06 + 0.512), 0.016],
            ["addresses", 50, 0.25, 0],
        ]));

    it("adds up, and tells what is left while the power is off", () => {
        const { perHour, whileOff, perLab, labs } = cost(10);
        assert.deepEqual(
            [rounded(perHour), rounded(whileOff), rounded(perLab), labs],
            [11.038, 0.016, 1.1038, 10],
        );
        assert.equal(rounded(costOfHours(cost(10), 16, 16)), rounded(16 * 11.038 + 16 * 0.016));
    });

    it("is of machines alone without clusters", () =>
        assert.deepEqual(lines(3, { clusters: "off" }), [
            ["machines", 3, 0.06, 0],
            ["disks", 48, 0.0048, 0.0048],
            ["addresses", 3, 0.015, 0],
        ]));

    it("has machines that support the class in it, but in no lab's price", () => {
        const withSupport = cost(2, { supportMachines: ["git"] });
        assert.equal(withSupport.items[0]?.count, 3);
        assert.equal(rounded(withSupport.perHour - cost(2).perHour), rounded(0.02 + 0.0016 + 0.005));
        assert.equal(withSupport.perLab, cost(2).perLab);
    });

    it("is at most the highest price of Spot nodes, and never more than On-Demand", () => {
        const nodes = (clusterSpot: string) =>
            cost(1, { clusterSpot }).items.find(({ what }) => what === "nodes");
        assert.deepEqual([rounded(nodes("0.1")?.perHour ?? 0), nodes("0.1")?.atMost], [0.5, true]);
        assert.deepEqual([rounded(nodes("9")?.perHour ?? 0), nodes("9")?.atMost], [0.8, true]);
        assert.equal(cost(1, { clusterSpot: "0.1", clusterInstanceCount: 1 }).atMost, false);
    });

    it("has no data disks where nodes have their own", () =>
        assert.equal(cost(1, {}, true).items.find(({ what }) => what === "disks")?.count, 16 + 4 * 15));

    it("is nothing for nobody", () => assert.deepEqual([lines(0), cost(0).perHour], [[], 0]));

    it("is the sum of its regions, with the oldest date", () => {
        const other = costOfRegion(5, settingsOf({ clusterSpot: "0.1" }), false, {
            ...prices,
            region: "us-east-1",
            published: new Date("2026-10-01T00:00:00Z"),
        });
        const all = costOfClass([cost(10), other]);
        assert.deepEqual(
            [all.labs, rounded(all.perHour), all.atMost, all.published],
            [15, rounded(cost(10).perHour + other.perHour), true, new Date("2026-10-01T00:00:00Z")],
        );
        assert.equal(costOfClass([]).published, undefined);
    });

    it("is what README's table says of a lab, by its prices", () => {
        const usEast: UnitPrices = { ...prices, machine: 0.0208, node: 0.192, emr: 0.048, gp3: 0, gp2: 0 };
        assert.equal(usdText(costOfRegion(1, settingsOf(), false, usEast).perHour), "1.01 USD");
    });

    it("says what is not in it", () => {
        assert.equal(notPriced(settingsOf()), "Not in it: S3, data that leaves AWS, the DNS zone, taxes.");
        assert.equal(
            notPriced(settingsOf({ cpuCredits: "unlimited" })),
            "Not in it: S3, data that leaves AWS, the DNS zone, CPU credits beyond the free ones, taxes.",
        );
    });

    it("is told in cents, and below a dollar in tenths of one", () =>
        assert.deepEqual([0.0166, 0.9994, 1, 35.755].map(usdText), [
            "0.017 USD",
            "0.999 USD",
            "1.00 USD",
            "35.76 USD",
        ]));
});
