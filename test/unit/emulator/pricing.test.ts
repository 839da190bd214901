import {
    GetProductsCommand,
    paginateGetProducts,
    PricingClient,
    type Filter,
    type FilterType,
} from "@aws-sdk/client-pricing";
import assert from "node:assert/strict";
import {
    ADDRESS_PRICES,
    PRICE_REGIONS,
    PUBLISHED,
    TYPE_PRICES,
    VOLUME_PRICES,
} from "../../emulator/gateway/pricing/prices.ts";
import { PRODUCTS, skuOf } from "../../emulator/gateway/pricing/products.ts";
import { Wire } from "./wire.ts";

/** What of an item of the price list these tests look at. */
interface Item {
    readonly product: {
        readonly productFamily?: string;
        readonly attributes: Readonly<Record<string, string>>;
        readonly sku: string;
    };
    readonly serviceCode: string;
    readonly terms: {
        readonly OnDemand: Readonly<Record<string, Term>>;
        readonly Reserved?: Readonly<Record<string, Term>>;
    };
    readonly publicationDate: string;
}
interface Term {
    readonly priceDimensions: Readonly<
        Record<string, { readonly unit: string; readonly pricePerUnit: Readonly<Record<string, string>> }>
    >;
}

/** The items of an answer; the SDK's own type of them is no help. */
const itemsOf = (answer: { readonly PriceList?: unknown }): Item[] =>
    ((answer.PriceList ?? []) as unknown[]).map((text) => JSON.parse(String(text)) as Item);

const termMatch = (fields: Readonly<Record<string, string>>): Filter[] =>
    Object.entries(fields).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value }));

/** The filters of the operator's notes. */
const machine = (instanceType: string, regionCode: string): Filter[] =>
    termMatch({
        instanceType,
        regionCode,
        operatingSystem: "Linux",
        tenancy: "Shared",
        preInstalledSw: "NA",
        capacitystatus: "Used",
    });
const emr = (instanceType: string, regionCode: string): Filter[] =>
    termMatch({
        instanceType,
        regionCode,
        productFamily: "Elastic Map Reduce Instance",
        softwareType: "EMR",
    });

describe("gateway: price list", () => {
    let wire: Wire;
    let client: PricingClient;
    before(async () => {
        wire = await Wire.start();
        client = wire.client(PricingClient, "us-east-1");
    });
    after(() => wire.close());

    const items = async (ServiceCode: string, Filters: Filter[]): Promise<Item[]> =>
        itemsOf(await client.send(new GetProductsCommand({ ServiceCode, Filters })));
    const onDemand = ({ terms }: Item): string[] =>
        Object.values(terms.OnDemand)
            .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
            .map(({ unit, pricePerUnit }) => `${pricePerUnit["USD"]} ${unit}`);

    it("has exactly one price for every machine, and for every node of EMR, in each region", async () => {
        for (const [index, { code }] of PRICE_REGIONS.entries()) {
            for (const { type, onDemand: prices, emr: uplift } of TYPE_PRICES) {
                const price = prices[index];
                const found = await items("AmazonEC2", machine(type, code));
                assert.deepEqual(
                    found.flatMap(onDemand),
                    price === undefined ? [] : [`${price.toFixed(10)} Hrs`],
                    `${type} in ${code}`,
                );
                const nodes = await items("ElasticMapReduce", emr(type, code));
                assert.deepEqual(
                    nodes.flatMap(onDemand),
                    price === undefined || uplift === undefined ? [] : [`${uplift.toFixed(10)} Hrs`],
                    `EMR on ${type} in ${code}`,
                );
            }
        }
    });

    it("has one price for a gigabyte of gp3, and one for an address in use", async () => {
        const [gp3] = VOLUME_PRICES.filter(({ api }) => api === "gp3");
        for (const [index, { code, newerPrefix }] of PRICE_REGIONS.entries()) {
            const disks = await items(
                "AmazonEC2",
                termMatch({ productFamily: "Storage", volumeApiName: "gp3", regionCode: code }),
            );
            assert.deepEqual(disks.flatMap(onDemand), [`${gp3?.perGbMonth[index]?.toFixed(10)} GB-Mo`]);
            const addresses = await items(
                "AmazonVPC",
                termMatch({ group: "VPCPublicIPv4Address", regionCode: code }),
            );
            assert.equal(addresses.length, Object.keys(ADDRESS_PRICES).length);
            const used = addresses.filter(({ product }) =>
                product.attributes["usagetype"]?.endsWith("PublicIPv4:InUseAddress"),
            );
            assert.deepEqual(used.flatMap(onDemand), [`${ADDRESS_PRICES["InUseAddress"]?.toFixed(10)} Hrs`]);
            assert.equal(used[0]?.product.attributes["usagetype"], `${newerPrefix}PublicIPv4:InUseAddress`);
            assert.equal(used[0]?.product.productFamily, undefined);
        }
    });

    it("punishes every filter that is forgotten with more than one price", async () => {
        const careless = (filters: Filter[], forgotten: string): Filter[] =>
            filters.filter(({ Field }) => Field !== forgotten);
        const m5 = machine("m5.xlarge", "eu-west-1");
        for (const { Field } of m5) {
            const prices = new Set((await items("AmazonEC2", careless(m5, Field ?? ""))).flatMap(onDemand));
            assert.ok(prices.size > 1, `without ${Field}: ${[...prices].join(", ")}`);
        }
        for (const forgotten of ["instanceType", "softwareType"]) {
            const found = await items("ElasticMapReduce", careless(emr("m5.xlarge", "sa-east-1"), forgotten));
            assert.ok(new Set(found.flatMap(onDemand)).size > 1, `EMR without ${forgotten}`);
        }
        const gp3 = await items("AmazonEC2", termMatch({ volumeApiName: "gp3", regionCode: "eu-west-1" }));
        assert.deepEqual(gp3.map(({ product }) => product.productFamily).sort(), [
            "Provisioned Throughput",
            "Storage",
            "System Operation",
        ]);
    });

    it("has upfront payments beside what an hour costs, and says when it was published", async () => {
        const [item] = await items("AmazonEC2", machine("m5.xlarge", "us-east-1"));
        assert.equal(item?.publicationDate, PUBLISHED);
        assert.equal(item.serviceCode, "AmazonEC2");
        const reserved = Object.values(item.terms.Reserved ?? {}).flatMap(({ priceDimensions }) =>
            Object.values(priceDimensions).map(({ unit }) => unit),
        );
        assert.deepEqual(reserved, ["Quantity", "Hrs"]);
    });

    it("comes in pages, without an order that means anything", async () => {
        const filters = termMatch({ instanceType: "m5.xlarge", regionCode: "eu-west-1" });
        const all = await items("AmazonEC2", filters);
        const paged: string[] = [];
        let pages = 0;
        for await (const page of paginateGetProducts(
            { client, pageSize: 4 },
            { ServiceCode: "AmazonEC2", Filters: filters },
        )) {
            pages += 1;
            paged.push(...itemsOf(page).map(({ product }) => product.sku));
        }
        assert.equal(all.length, 9);
        assert.equal(pages, 3);
        assert.deepEqual(
            paged,
            all.map(({ product }) => product.sku),
        );
        assert.deepEqual(paged, paged.toSorted());
        await assert.rejects(
            client.send(new GetProductsCommand({ ServiceCode: "AmazonEC2", NextToken: "made-up" })),
            { name: "InvalidNextTokenException" },
        );
        const first = await client.send(new GetProductsCommand({ ServiceCode: "AmazonEC2" }));
        assert.equal(itemsOf(first).length, 100);
        assert.ok(first.NextToken);
    });

    it("numbers no two products alike", () => {
        assert.equal(new Set(PRODUCTS.map(skuOf)).size, PRODUCTS.length);
    });

    it("knows AWS's other filters", async () => {
        const types = async (Type: FilterType, Value: string) => {
            const filters: Filter[] = [
                ...termMatch({ regionCode: "eu-west-1", softwareType: "EMR" }),
                { Type, Field: "instanceType", Value },
            ];
            const found = await items("ElasticMapReduce", filters);
            return found.map(({ product }) => product.attributes["instanceType"]).sort();
        };
        assert.deepEqual(await types("EQUALS", "m5.large"), ["m5.large"]);
        assert.deepEqual(await types("CONTAINS", "m5.").then((found) => found.length), 3);
        assert.deepEqual(await types("ANY_OF", "m5.large,r5.xlarge"), ["m5.large", "r5.xlarge"]);
        const emrTypes = TYPE_PRICES.filter((type) => type.emr !== undefined).length;
        assert.equal((await types("NONE_OF", "m5.large,r5.xlarge")).length, emrTypes - 2);
    });

    it("exists in three regions only, and refuses what makes no sense", async () => {
        for (const region of ["eu-central-1", "ap-south-1"]) {
            const elsewhere = wire.client(PricingClient, region);
            const answer = await elsewhere.send(
                new GetProductsCommand({
                    ServiceCode: "AmazonEC2",
                    Filters: machine("t3.small", "sa-east-1"),
                }),
            );
            assert.equal(itemsOf(answer).length, 1);
        }
        await assert.rejects(
            wire
                .client(PricingClient, "eu-west-1")
                .send(new GetProductsCommand({ ServiceCode: "AmazonEC2" })),
            { name: "UnknownEndpoint", message: /us-east-1, eu-central-1, ap-south-1 only/ },
        );
        for (const input of [
            { ServiceCode: "amazonec2" },
            { ServiceCode: "AmazonEC2", MaxResults: 101 },
            { ServiceCode: "AmazonEC2", FormatVersion: "aws_v2" },
        ]) {
            await assert.rejects(client.send(new GetProductsCommand(input)), {
                name: "InvalidParameterException",
            });
        }
    });
});
