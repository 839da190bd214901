import { strict as assert } from "node:assert";
import { flatSettings } from "../../../components/settings/definitions.ts";
import { checkSettings } from "../../../components/settings/settings.ts";
import { priceIn, type PriceQuery } from "../../../scripts/operator/price/priceList.ts";
import { priceQueries, unitPrices } from "../../../scripts/operator/price/unitPrices.ts";
import { asTexts, settings as complete } from "../classInMocks.ts";
import { priceItem } from "./priceItems.ts";

const settingsOf = (changes: Readonly<Record<string, unknown>> = {}) =>
    flatSettings(checkSettings(asTexts({ ...complete, ...changes })));
const usual = settingsOf();
const queries = priceQueries("eu-west-1", usual);
const machine = queries.machine as PriceQuery;
const ipv4 = queries.publicIpv4 as PriceQuery;

describe("AWS's price list", () => {
    it("is asked for what the class has, by AWS's own fields", () =>
        assert.deepEqual(
            Object.entries(queries).map(([name, { service, filters, unit }]) => [
                name,
                service,
                Object.keys(filters).join(" "),
                unit,
            ]),
            [
                [
                    "machine",
                    "AmazonEC2",
                    "regionCode instanceType operatingSystem tenancy preInstalledSw capacitystatus",
                    "Hrs",
                ],
                ["gp3", "AmazonEC2", "regionCode productFamily volumeApiName", "GB-Mo"],
                ["publicIpv4", "AmazonVPC", "regionCode group", "Hrs"],
                [
                    "node",
                    "AmazonEC2",
                    "regionCode instanceType operatingSystem tenancy preInstalledSw capacitystatus",
                    "Hrs",
                ],
                ["emr", "ElasticMapReduce", "regionCode productFamily instanceType softwareType", "Hrs"],
                ["gp2", "AmazonEC2", "regionCode productFamily volumeApiName", "GB-Mo"],
            ],
        ));

    it("is asked for no cluster where the class has none", () =>
        assert.deepEqual(Object.keys(priceQueries("eu-west-1", settingsOf({ clusters: "off" }))), [
            "machine",
            "gp3",
            "publicIpv4",
        ]));

    it("gives a price and its date", () =>
        assert.deepEqual(priceIn(machine, [priceItem(machine, "0.0228000000")]), {
            usd: 0.0228,
            published: new Date("2026-11-20T18:06:24Z"),
        }));

    it("gives the one product that fits among others, whatever the filters let through", () => {
        const others = [
            priceItem(ipv4, "0.004", { sku: "IDLE", attributes: { usagetype: "EU-PublicIPv4:IdleAddress" } }),
            priceItem(ipv4, "0.008", {
                sku: "OWN",
                attributes: { usagetype: "EU-PublicIPv4:ContiguousBlock" },
            }),
            priceItem(ipv4, "0.006", { sku: "US", attributes: { regionCode: "us-east-1" } }),
            priceItem(ipv4, "0.007", { sku: "OUTPOST", attributes: { locationType: "AWS Outposts" } }),
        ];
        const found = priceIn(ipv4, [...others, priceItem(ipv4, "0.005")]);
        assert.equal(typeof found === "string" ? found : found.usd, 0.005);
    });

    it("gives the first of prices that fall with the amount", () => {
        const found = priceIn(machine, [priceItem(machine, "0.02", { begins: ["0", "1000"] })]);
        assert.equal(typeof found === "string" ? found : found.usd, 0.02);
    });

    const filters =
        "AmazonEC2: regionCode=eu-west-1, instanceType=t3.small, operatingSystem=Linux, tenancy=Shared, preInstalledSw=NA, capacitystatus=Used";
    for (const [what, list, problem] of [
        ["nothing", [], `t3.small: not found (${filters})`],
        [
            "another type",
            [priceItem(machine, "1", { attributes: { instanceType: "t3.large" } })],
            `t3.small: not found (${filters})`,
        ],
        [
            "two products",
            [priceItem(machine, "1", { sku: "A" }), priceItem(machine, "1", { sku: "B" })],
            `t3.small: 2 products fit instead of one: A EU-, B EU- (${filters})`,
        ],
        [
            "another currency",
            [priceItem(machine, "1", { currency: "CNY" })],
            "t3.small: no price in USD, or no date (ABCDEFGHIJ123456)",
        ],
        [
            "no price",
            [priceItem(machine, "0.0000000000")],
            "t3.small: no price in USD, or no date (ABCDEFGHIJ123456)",
        ],
        [
            "no date",
            [priceItem(machine, "1", { published: "soon" })],
            "t3.small: no price in USD, or no date (ABCDEFGHIJ123456)",
        ],
        [
            "another unit",
            [priceItem({ ...machine, unit: "GB-Mo" }, "1")],
            "t3.small: no On-Demand price for Hrs (ABCDEFGHIJ123456)",
        ],
        [
            "two prices",
            [priceItem(machine, "1", { begins: ["0", "0"] })],
            "t3.small: more than one On-Demand price for Hrs (ABCDEFGHIJ123456)",
        ],
        ["no JSON", ["<html>"], `t3.small: the list has an item that is not in AWS's form (${filters})`],
        ["other JSON", ["{}"], `t3.small: the list has an item that is not in AWS's form (${filters})`],
    ] as const) {
        it(`with ${what} names what was not found`, () => assert.equal(priceIn(machine, list), problem));
    }

    it("gives unit prices, with the oldest date of its lists", () => {
        const answers = Object.fromEntries(
            Object.entries(queries).map(([name, query], index) => [
                name,
                [priceItem(query, `0.${index + 1}`, { published: `2026-11-${20 - index}T00:00:00Z` })],
            ]),
        );
        assert.deepEqual(unitPrices("eu-west-1", usual, answers), {
            region: "eu-west-1",
            machine: 0.1,
            gp3: 0.2,
            publicIpv4: 0.3,
            node: 0.4,
            emr: 0.5,
            gp2: 0.6,
            published: new Date("2026-11-15T00:00:00Z"),
        });
    });

    it("that lacks several names them all", () =>
        assert.throws(
            () =>
                unitPrices("eu-west-1", usual, {
                    machine: [priceItem(machine, "1")],
                    publicIpv4: [priceItem(ipv4, "1")],
                }),
            (error: Error) =>
                error.message ===
                [
                    "AWS's price list does not say what the class costs:",
                    "  eu-west-1: disks (gp3): not found (AmazonEC2: regionCode=eu-west-1, productFamily=Storage, volumeApiName=gp3)",
                    `  eu-west-1: m5.xlarge: not found (${filters.replace("t3.small", "m5.xlarge")})`,
                    "  eu-west-1: EMR on m5.xlarge: not found (ElasticMapReduce: regionCode=eu-west-1, productFamily=Elastic Map Reduce Instance, instanceType=m5.xlarge, softwareType=EMR)",
                    "  eu-west-1: disks (gp2): not found (AmazonEC2: regionCode=eu-west-1, productFamily=Storage, volumeApiName=gp2)",
                ].join("\n"),
        ));
});
