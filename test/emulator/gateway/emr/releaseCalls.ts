/** The calls about releases and the instance types that they support. */
import { paginateListSupportedInstanceTypes, type SupportedInstanceType } from "@aws-sdk/client-emr";
import { AwsError } from "../errors.ts";
import { arrayOf, numberOf, objectOf, stringOf, type JsonObject } from "../json.ts";
import { listOf, pageOf } from "../paging.ts";
import type { AwsCall } from "../request.ts";
import { invalidRequest } from "./clusters.ts";
import type { EmrContext } from "./context.ts";
import { applicationsOf } from "./releases.ts";
import { invalid } from "./request.ts";

/** Release labels and applications on a page, at most (API reference, `MaxResults`). */
const PAGE = 100;
/** Instance types on a page. How many AWS gives is not documented. */
const TYPES_PAGE = 250;

function pageSize(call: AwsCall): number {
    const size = numberOf(call.input["MaxResults"]) ?? PAGE;
    if (!Number.isInteger(size) || size < 1 || size > PAGE) {
        throw invalid(`MaxResults must be between 1 and ${PAGE}`);
    }
    return size;
}

/** `hadoop` or `hadoop@3.4.1`, as ListReleaseLabels filters by it. */
function hasApplication(release: string, wanted: string): boolean {
    const [name, version] = wanted.toLowerCase().split("@");
    return applicationsOf(release).some((application) => {
        return (
            application.Name.toLowerCase() === name &&
            (version === undefined || application.Version === version)
        );
    });
}

/** ListReleaseLabels. */
export function listReleaseLabels(call: AwsCall, releases: readonly string[]): JsonObject {
    const { Prefix, Application } = objectOf(call.input["Filters"]);
    const prefix = stringOf(Prefix) ?? "";
    const application = stringOf(Application);
    const found = releases
        .filter((release) => release.startsWith(prefix))
        .filter((release) => application === undefined || hasApplication(release, application));
    const { items, next } = pageOf(
        found,
        {
            token: stringOf(call.input["NextToken"]),
            size: pageSize(call),
            of: listOf(call.region, call.action, call.input),
        },
        () => invalidRequest("The pagination token is not valid."),
    );
    return { ReleaseLabels: [...items], ...(next === undefined ? {} : { NextToken: next }) };
}

/** A release that the region has, or the refusal. */
function releaseOf(call: AwsCall, releases: readonly string[]): string {
    const label = stringOf(call.input["ReleaseLabel"]) ?? "";
    if (!releases.includes(label)) throw invalid(`The supplied release label is invalid: ${label}.`);
    return label;
}

/** DescribeReleaseLabel. */
export function describeReleaseLabel(call: AwsCall, releases: readonly string[]): JsonObject {
    const label = releaseOf(call, releases);
    const { items, next } = pageOf(
        applicationsOf(label),
        {
            token: stringOf(call.input["NextToken"]),
            size: pageSize(call),
            of: listOf(call.region, call.action, call.input),
        },
        () => invalidRequest("The pagination token is not valid."),
    );
    return {
        ReleaseLabel: label,
        Applications: [...items],
        AvailableOSReleases: [],
        ...(next === undefined ? {} : { NextToken: next }),
    };
}

/** moto's instance types of each release (AWS's own of 2026), the same for all regions. */
export class SupportedTypes {
    private readonly known = new Map<string, Promise<readonly SupportedInstanceType[]>>();
    private readonly context: Pick<EmrContext, "moto" | "types" | "releases">;

    constructor(context: Pick<EmrContext, "moto" | "types" | "releases">) {
        this.context = context;
    }

    /** Types that EMR supports in a release and that the region offers. */
    async of(region: string, release: string): Promise<readonly SupportedInstanceType[]> {
        let read = this.known.get(release);
        if (read === undefined) {
            read = this.read(release);
            this.known.set(release, read);
            read.catch(() => this.known.delete(release));
        }
        const [types, offered] = await Promise.all([read, this.context.types.inRegion(region)]);
        return types.filter(({ Type }) => offered.has(Type ?? ""));
    }

    /** ListSupportedInstanceTypes. */
    async list(call: AwsCall): Promise<JsonObject> {
        const release = releaseOf(call, this.context.releases.of(call.region));
        const { items, next } = pageOf(
            await this.of(call.region, release),
            {
                token: stringOf(call.input["Marker"]),
                size: TYPES_PAGE,
                of: listOf(call.region, call.action, call.input),
            },
            () => invalidRequest("Marker is not valid."),
        );
        return {
            SupportedInstanceTypes: items.map((type): JsonObject => ({ ...type })),
            ...(next === undefined ? {} : { Marker: next }),
        };
    }

    /** Refuses instance types that EMR does not support in the release and region. */
    async check(call: AwsCall, release: string): Promise<void> {
        const supported = new Set((await this.of(call.region, release)).map(({ Type }) => Type));
        const groups = arrayOf(objectOf(call.input["Instances"])["InstanceGroups"]).map(objectOf);
        for (const { InstanceType } of groups) {
            const type = stringOf(InstanceType) ?? "";
            if (!supported.has(type)) throw invalid(`Instance type '${type}' is not supported.`);
        }
    }

    private async read(release: string): Promise<readonly SupportedInstanceType[]> {
        const found: SupportedInstanceType[] = [];
        const client = this.context.moto.emr;
        for await (const page of paginateListSupportedInstanceTypes({ client }, { ReleaseLabel: release })) {
            found.push(...(page.SupportedInstanceTypes ?? []));
        }
        if (found.length === 0)
            throw new AwsError("InternalFailure", `moto knows no types of ${release}`, 500);
        return found;
    }
}
