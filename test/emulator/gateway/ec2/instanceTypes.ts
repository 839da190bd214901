/**
 * Instance types: what they are, and where they can be had. The data are moto's (AWS's own of 2026); moto tells all
 * types in every region and in one page, understands no wildcards, and launches any of them anywhere.
 */
import {
    DescribeInstanceTypesCommand,
    paginateDescribeInstanceTypeOfferings,
    type _InstanceType,
    type LocationType,
} from "@aws-sdk/client-ec2";
import { AwsError, xmlAnswer, type Answer } from "../errors.ts";
import type { Moto } from "../moto.ts";
import { pageOf, type Page } from "../paging.ts";
import type { AwsCall } from "../request.ts";
import { child, childrenOf, element, parseXml, serializeXml, setChild, textOf } from "../xml.ts";
import { matchesPattern, readFilters, type Filter } from "./filters.ts";

/** Items on a page, at most (API reference, `MaxResults` of the two calls). */
const TYPES_PAGE = 100;
const OFFERINGS_PAGE = 1000;

interface Offering {
    readonly type: string;
    readonly location: string;
}

/** Families of the quotas for standard instances: letters before the generation's number. */
const STANDARD = new Set(["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"]);

/** True for types that count for "Standard (A, C, D, H, I, M, R, T, Z) instances"; `inf`, `dl`, `mac`... do not. */
export function isStandard(instanceType: string): boolean {
    return STANDARD.has(/^[a-z]+/.exec(instanceType)?.[0] ?? "");
}

/** Answers that stay the same: asked for once, but again when that has failed. */
class Remembered<T> {
    private readonly answers = new Map<string, Promise<T>>();

    of(key: string, ask: () => Promise<T>): Promise<T> {
        const known = this.answers.get(key);
        if (known !== undefined) return known;
        const answer = ask();
        this.answers.set(key, answer);
        answer.catch(() => this.answers.delete(key));
        return answer;
    }
}

/** Reader of moto's instance types. */
export class InstanceTypes {
    private readonly cpus = new Remembered<number | undefined>();
    private readonly offered = new Remembered<readonly Offering[]>();
    private readonly moto: Moto;

    constructor(moto: Moto) {
        this.moto = moto;
    }

    /** Virtual CPUs of a type; `undefined` for one that there is not. */
    vcpus(instanceType: string): Promise<number | undefined> {
        return this.cpus.of(instanceType, () => this.readVcpus(instanceType));
    }

    /** Types that a region offers. */
    async inRegion(region: string): Promise<ReadonlySet<string>> {
        return new Set((await this.offerings(region, "region")).map(({ type }) => type));
    }

    /** Zones of a region that offer a type, in their order. */
    async zonesOf(region: string, instanceType: string): Promise<string[]> {
        // Of one type only: a region's zones have some thousand offerings.
        const offerings = await this.offered.of(`${region} ${instanceType}`, () =>
            this.readOfferings(region, "availability-zone", [instanceType]),
        );
        return offerings
            .filter(({ type }) => type === instanceType)
            .map(({ location }) => location)
            .toSorted();
    }

    /** Throws what EC2 answers to a launch of a type that does not exist or that the zone does not have. */
    async checkOffered(region: string, instanceType: string, zone: string): Promise<void> {
        if ((await this.vcpus(instanceType)) === undefined) {
            throw new AwsError("InvalidParameterValue", `Invalid value '${instanceType}' for InstanceType.`);
        }
        const zones = await this.zonesOf(region, instanceType);
        if (zones.includes(zone)) return;
        const elsewhere =
            zones.length === 0
                ? ""
                : ` Please retry your request by not specifying an Availability Zone or choosing ${zones.join(", ")}.`;
        throw new AwsError(
            "Unsupported",
            `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone}).${elsewhere}`,
        );
    }

    /** DescribeInstanceTypes. */
    async describe(call: AwsCall): Promise<Answer> {
        const { NextToken: token, MaxResults: size, ...form } = call.params;
        const offered = await this.inRegion(call.region);
        const named = Object.entries(form)
            .filter(([key]) => /^InstanceType\.\d+$/.test(key))
            .map(([, type]) => type);
        const missing = named.filter((type) => !offered.has(type));
        if (missing.length > 0) {
            throw new AwsError(
                "InvalidInstanceType",
                `The following supplied instance types do not exist: [${missing.join(", ")}]`,
            );
        }
        const filtered = Object.keys(form).some((key) => key.startsWith("Filter."));
        const wanted = (names: readonly string[]): Page<string> =>
            page(call, names, token, size, TYPES_PAGE, JSON.stringify(readFilters(form)));
        if (named.length === 0 && !filtered) {
            // One page of names is asked for; all types at once are five megabytes of XML.
            const names = wanted([...offered].toSorted());
            const list = Object.fromEntries(names.items.map((type, at) => [`InstanceType.${at + 1}`, type]));
            return this.shown(await this.moto.forward(call, { ...form, ...list }), undefined, names.next);
        }
        const answer = await this.moto.forward(call, form);
        if (named.length > 0 || answer.status !== 200) return answer;
        const types = childrenOf(child(parseXml(answer.body.toString("utf8")), "instanceTypeSet"), "item")
            .map((item) => textOf(item, "instanceType") ?? "")
            .filter((type) => offered.has(type));
        const names = wanted(types.toSorted());
        return this.shown(answer, new Set(names.items), names.next);
    }

    /** DescribeInstanceTypeOfferings. */
    async describeOfferings(call: AwsCall): Promise<Answer> {
        const { params, region } = call;
        const locationType = params["LocationType"] ?? "region";
        if (!["region", "availability-zone", "availability-zone-id"].includes(locationType)) {
            throw new AwsError("InvalidParameterValue", `Invalid value '${locationType}' for LocationType.`);
        }
        const filters = readFilters(params);
        const found = (await this.offerings(region, locationType as LocationType)).filter((offering) =>
            filters.every((filter) => offers(offering, filter)),
        );
        const { items, next } = page(
            call,
            found,
            params["NextToken"],
            params["MaxResults"],
            OFFERINGS_PAGE,
            JSON.stringify([locationType, filters]),
        );
        const rows = items.map(({ type, location }) =>
            element("item", [
                element("instanceType", type),
                element("locationType", locationType),
                element("location", location),
            ]),
        );
        const root = element("DescribeInstanceTypeOfferingsResponse", [
            element("requestId", "pocket"),
            element("instanceTypeOfferingSet", rows),
            ...(next === undefined ? [] : [element("nextToken", next)]),
        ]);
        return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(root)}`);
    }

    /** moto's answer with the wanted types only, and with the token of the next page. */
    private shown(answer: Answer, wanted: ReadonlySet<string> | undefined, next: string | undefined): Answer {
        if (answer.status !== 200) return answer;
        const root = parseXml(answer.body.toString("utf8"));
        const set = child(root, "instanceTypeSet");
        if (set !== undefined && wanted !== undefined) {
            set.children = set.children.filter((item) => wanted.has(textOf(item, "instanceType") ?? ""));
        }
        setChild(root, "nextToken", next);
        return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(root)}`);
    }

    private async readVcpus(instanceType: string): Promise<number | undefined> {
        try {
            const { InstanceTypes: [found] = [] } = await this.moto
                .ec2("us-east-1")
                .send(new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as _InstanceType] }));
            return found?.VCpuInfo?.DefaultVCpus;
        } catch (error) {
            if (error instanceof Error && error.name === "InvalidInstanceType") return undefined;
            throw error;
        }
    }

    private offerings(region: string, locationType: LocationType): Promise<readonly Offering[]> {
        return this.offered.of(`${region} by ${locationType}`, () =>
            this.readOfferings(region, locationType),
        );
    }

    private async readOfferings(
        region: string,
        LocationType: LocationType,
        types: string[] = [],
    ): Promise<readonly Offering[]> {
        const found: Offering[] = [];
        const pages = paginateDescribeInstanceTypeOfferings(
            { client: this.moto.ec2(region) },
            {
                LocationType,
                ...(types.length === 0 ? {} : { Filters: [{ Name: "instance-type", Values: types }] }),
            },
        );
        for await (const { InstanceTypeOfferings = [] } of pages) {
            for (const { InstanceType: type = "", Location: location = "" } of InstanceTypeOfferings) {
                found.push({ type, location });
            }
        }
        return found;
    }
}

function offers(offering: Offering, filter: Filter): boolean {
    const fields: Readonly<Record<string, string>> = {
        "instance-type": offering.type,
        location: offering.location,
    };
    const actual = fields[filter.name];
    if (actual === undefined) {
        throw new AwsError("InvalidParameterValue", `The filter '${filter.name}' is invalid`);
    }
    return filter.values.some((pattern) => matchesPattern(pattern, actual));
}

function page<T>(
    call: AwsCall,
    items: readonly T[],
    token: string | undefined,
    size: string | undefined,
    most: number,
    of: string,
): Page<T> {
    const wanted = size === undefined ? most : Number(size);
    if (!Number.isInteger(wanted) || wanted < 5 || wanted > most) {
        throw new AwsError(
            "InvalidParameterValue",
            `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and ${most}.`,
        );
    }
    return pageOf(
        items,
        { token, size: wanted, of: `${call.region} ${call.action} ${of}` },
        () => new AwsError("InvalidNextToken", "The token is not valid."),
    );
}
