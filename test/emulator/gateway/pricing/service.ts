/** The Price List Query API: GetProducts (JSON 1.1, `AWSPriceListService`). moto has nothing of it. */
import { AwsError, jsonAnswer, notImplemented, type Answer } from "../errors.ts";
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject } from "../json.ts";
import { pageOf } from "../paging.ts";
import type { AwsCall } from "../request.ts";
import { priceItem, PRODUCTS, skuOf, type Product } from "./products.ts";

/** Regions with an endpoint. The list itself is about all regions. */
export const PRICING_REGIONS: ReadonlySet<string> = new Set(["us-east-1", "eu-central-1", "ap-south-1"]);

/** Items on a page unless the call says otherwise, and at most (API reference, `MaxResults`). */
const PAGE = 100;

function invalid(message: string): AwsError {
    return new AwsError("InvalidParameterException", message);
}

/** Everything about a product that can be filtered by. */
function fieldsOf(product: Product): Readonly<Record<string, string>> {
    return {
        ...product.attributes,
        ServiceCode: product.service,
        ...(product.family === undefined ? {} : { productFamily: product.family }),
    };
}

interface Filter {
    readonly type: string;
    readonly field: string;
    readonly value: string;
}

function filtersOf(call: AwsCall): Filter[] {
    return arrayOf(call.input["Filters"]).map((item) => {
        const { Type, Field, Value } = objectOf(item);
        const [type, field, value] = [stringOf(Type), stringOf(Field), stringOf(Value)];
        if (type === undefined || field === undefined || value === undefined) {
            throw invalid("A filter needs Type, Field and Value");
        }
        return { type, field, value };
    });
}

function matches(filter: Filter, fields: Readonly<Record<string, string>>): boolean {
    const actual = fields[filter.field];
    switch (filter.type) {
        // A value that differs in a capital letter finds nothing, which is stricter than AWS may be.
        case "TERM_MATCH":
        case "EQUALS":
            return actual === filter.value;
        case "CONTAINS":
            return actual !== undefined && actual.includes(filter.value);
        case "ANY_OF":
            return actual !== undefined && filter.value.split(",").includes(actual);
        case "NONE_OF":
            return actual === undefined || !filter.value.split(",").includes(actual);
        default:
            throw invalid(`Filter type ${filter.type} is not supported`);
    }
}

function getProducts(call: AwsCall): JsonObject {
    const service = stringOf(call.input["ServiceCode"]);
    if (service === undefined || !PRODUCTS.some((product) => product.service === service)) {
        throw invalid(`ServiceCode ${service ?? "null"} is not valid`);
    }
    const version = stringOf(call.input["FormatVersion"]) ?? "aws_v1";
    if (version !== "aws_v1") throw invalid(`FormatVersion ${version} is not supported`);
    const size = numberOf(call.input["MaxResults"]) ?? PAGE;
    if (!Number.isInteger(size) || size < 1 || size > PAGE) {
        throw invalid(`MaxResults must be between 1 and ${PAGE}`);
    }
    const filters = filtersOf(call);
    const found = PRODUCTS.filter((product) => product.service === service)
        .filter((product) => filters.every((filter) => matches(filter, fieldsOf(product))))
        // In no order that means anything, as on AWS: the first one is not the plain one.
        .map((product) => ({ product, sku: skuOf(product) }))
        .toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    const page = pageOf(
        found,
        {
            token: stringOf(call.input["NextToken"]),
            size,
            of: JSON.stringify([service, filters]),
        },
        () => new AwsError("InvalidNextTokenException", "The pagination token is invalid."),
    );
    return {
        FormatVersion: version,
        // Text within the JSON, which must be parsed once more.
        PriceList: page.items.map(({ product }) => JSON.stringify(priceItem(product))),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
    };
}

/** Answers a call that IAM has allowed. */
export function handlePricing(call: AwsCall): Answer {
    if (!PRICING_REGIONS.has(call.region)) {
        // On AWS the host's name is not even found.
        throw new AwsError(
            "UnknownEndpoint",
            `api.pricing.${call.region}.amazonaws.com does not exist: the price list has endpoints in ` +
                `${[...PRICING_REGIONS].join(", ")} only`,
        );
    }
    if (call.action !== "GetProducts") throw notImplemented(call);
    return jsonAnswer(getProducts(call));
}
