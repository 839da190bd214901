import { z } from "zod";

/** A product that is looked for in AWS's price list. */
export interface PriceQuery {
    /** What it is, for messages: `t3.small`. */
    readonly what: string;
    /** Service code of the price list, e.g. `AmazonEC2`. */
    readonly service: string;
    /** Attributes that `GetProducts` is asked with, as TERM_MATCH filters. `productFamily` is one of them. */
    readonly filters: Readonly<Record<string, string>>;
    /** End of the usage type, where the filters leave more than one. */
    readonly usageType?: string;
    /** What the price is for: an hour, or a gigabyte for a month. */
    readonly unit: "Hrs" | "GB-Mo";
}

/** What a product costs. */
export interface Price {
    /** US dollars for a unit. */
    readonly usd: number;
    /** When AWS published the list. */
    readonly published: Date;
}

/** What could not be priced, all at once. */
export class PriceError extends Error {
    readonly problems: readonly string[];

    constructor(problems: readonly string[]) {
        super(
            [
                "AWS's price list does not say what the class costs:",
                ...problems.map((problem) => `  ${problem}`),
            ].join("\n"),
        );
        this.problems = problems;
    }
}

// Of an item of `PriceList` what is needed of it; the rest may be anything. Addresses have no product family.
const itemShape = z.object({
    product: z.object({
        sku: z.string(),
        productFamily: z.string().optional(),
        attributes: z.record(z.string(), z.string()),
    }),
    publicationDate: z.string(),
    terms: z.object({
        OnDemand: z
            .record(
                z.string(),
                z.object({
                    priceDimensions: z.record(
                        z.string(),
                        z.object({
                            unit: z.string(),
                            beginRange: z.string().optional(),
                            pricePerUnit: z.record(z.string(), z.string()),
                        }),
                    ),
                }),
            )
            .optional(),
    }),
});

type Item = z.infer<typeof itemShape>;

function parseItem(text: string): Item | undefined {
    try {
        return itemShape.safeParse(JSON.parse(text)).data;
    } catch {
        return undefined;
    }
}

const filtersText = ({ service, filters }: PriceQuery) =>
    `${service}: ${Object.entries(filters)
        .map(([field, value]) => `${field}=${value}`)
        .join(", ")}`;

/** Whether an item is what was asked for; AWS's filters are not relied on. */
function fits({ product }: Item, { filters, usageType = "" }: PriceQuery): boolean {
    const { attributes, productFamily } = product;
    return (
        Object.entries(filters).every(
            ([field, value]) => (field === "productFamily" ? productFamily : attributes[field]) === value,
        ) &&
        (attributes.usagetype ?? "").endsWith(usageType) &&
        // Outposts and local zones are listed under their region as well.
        (attributes.locationType ?? "AWS Region") === "AWS Region"
    );
}

/**
 * The price of a product.
 *
 * @param query what was asked of AWS
 * @param priceList `PriceList` of all pages of the answer: JSON texts
 * @returns the price of the one product that fits, or what is wrong, naming what was not found
 */
export function priceIn(query: PriceQuery, priceList: readonly string[]): Price | string {
    const { what, unit } = query;
    const items = priceList.map(parseItem).filter((item) => item !== undefined);
    if (items.length < priceList.length) {
        return `${what}: the list has an item that is not in AWS's form (${filtersText(query)})`;
    }
    const fitting = items.filter((item) => fits(item, query));
    const [item, ...more] = fitting;
    if (item === undefined) {
        return `${what}: not found (${filtersText(query)})`;
    }
    if (more.length > 0) {
        const names = fitting.map(({ product: { sku, attributes } }) =>
            `${sku} ${attributes.usagetype ?? ""}`.trim(),
        );
        return `${what}: ${fitting.length} products fit instead of one: ${names.join(", ")} (${filtersText(query)})`;
    }
    const dimensions = Object.values(item.terms.OnDemand ?? {}).flatMap((term) =>
        Object.values(term.priceDimensions),
    );
    // Where the price falls with the amount, a class is at its beginning.
    const [first, ...others] = dimensions.filter(
        (one) => one.unit === unit && (one.beginRange ?? "0") === "0",
    );
    const usd = Number(first?.pricePerUnit.USD ?? Number.NaN);
    const published = new Date(item.publicationDate);
    if (first === undefined || others.length > 0) {
        return `${what}: ${first === undefined ? "no On-Demand price" : "more than one On-Demand price"} for ${unit} (${item.product.sku})`;
    }
    if (!(usd > 0) || Number.isNaN(published.getTime())) {
        return `${what}: no price in USD, or no date (${item.product.sku})`;
    }
    return { usd, published };
}
