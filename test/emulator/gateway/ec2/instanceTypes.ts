/**
 * Instance types: what they are, and where they can be had. The data are moto's (AWS's own of 2026); moto tells all
 * types in every region and in one page, understands no wildcards, and launches any of them anywhere.
 */
import {
    paginateDescribeInstanceTypes,
    paginateDescribeInstanceTypeOfferings,
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

/** Reader of moto's instance types. */
export class InstanceTypes {
    private vcpuCounts: Promise<ReadonlyMap<string, number>> | undefined;
    private readonly offered = new Map<string, Promise<readonly Offering[]>>();
    private readonly moto: Moto;

    constructor(moto: Moto) {
        this.moto = moto;
    }

    /** Virtual CPUs of a type; `undefined` for one that there is not. */
    async vcpus(instanceType: string): Promise<number | undefined> {
        return (await this.allVcpus()).get(instanceType);
    }

    /** Types that a region offers. */
    async inRegion(region: string): Promise<ReadonlySet<string>> {
        return new Set((await this.offerings(region, "region")).map(({ type }) => type));
    }

    /** Zones of a region that offer a type, in their order. */
    async zonesOf(region: string, instanceType: string): Promise<string[]> {
        const offerings = await this.offerings(region, "availability-zone");
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

    private allVcpus(): Promise<ReadonlyMap<string, number>> {
        this.vcpuCounts ??= this.readVcpus().catch((error: unknown) => {
            this.vcpuCounts = undefined;
            throw error;
        });
        return this.vcpuCounts;
    }

    private async readVcpus(): Promise<ReadonlyMap<string, number>> {
        const counts = new Map<string, number>();
        const client = this.moto.ec2("us-east-1");
        for await (const { InstanceTypes: types = [] } of paginateDescribeInstanceTypes({ client }, {})) {
            for (const { InstanceType, VCpuInfo } of types) {
                if (InstanceType !== undefined) counts.set(InstanceType, VCpuInfo?.DefaultVCpus ?? 0);
            }
        }
        return counts;
    }

    private offerings(region: string, locationType: LocationType): Promise<readonly Offering[]> {
        const key = `${region} ${locationType}`;
        let read = this.offered.get(key);
        if (read === undefined) {
            read = this.readOfferings(region, locationType);
            this.offered.set(key, read);
            read.catch(() => this.offered.delete(key));
        }
        return read;
    }

    private async readOfferings(region: string, locationType: LocationType): Promise<readonly Offering[]> {
        const found: Offering[] = [];
        const pages = paginateDescribeInstanceTypeOfferings(
            { client: this.moto.ec2(region) },
            { LocationType: locationType },
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
