import type { PriceQuery } from "../../../scripts/operator/price/priceList.ts";

/** An item of AWS's price list, in the form of `GetProducts`. */
export function priceItem(
    { filters, unit, usageType = "" }: PriceQuery,
    usd: string,
    more: {
        readonly sku?: string;
        readonly attributes?: Readonly<Record<string, string>>;
        readonly currency?: string;
        readonly published?: string;
        readonly begins?: readonly string[];
    } = {},
): string {
    const { productFamily, ...attributes } = filters;
    const sku = more.sku ?? "ABCDEFGHIJ123456";
    const dimensions = (more.begins ?? ["0"]).map((beginRange, index) => [
        `${sku}.JRTCKXETXF.${index}`,
        {
            unit,
            beginRange,
            endRange: "Inf",
            description: "",
            appliesTo: [],
            pricePerUnit: { [more.currency ?? "USD"]: usd },
        },
    ]);
    return JSON.stringify({
        product: {
            ...(productFamily === undefined ? {} : { productFamily }),
            attributes: {
                usagetype: `EU-${usageType}`,
                locationType: "AWS Region",
                operation: "",
                ...attributes,
                ...more.attributes,
            },
            sku,
        },
        serviceCode: "Amazon",
        terms: {
            OnDemand: {
                [`${sku}.JRTCKXETXF`]: {
                    priceDimensions: Object.fromEntries(dimensions) as unknown,
                    sku,
                    effectiveDate: "2026-11-01T00:00:00Z",
                    termAttributes: {},
                },
            },
            Reserved: {},
        },
        version: "20261120000000",
        publicationDate: more.published ?? "2026-11-20T18:06:24Z",
    });
}
