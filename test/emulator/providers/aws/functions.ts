/** The look-ups that the program uses. */
import {
    DescribeInstanceTypeOfferingsCommand,
    paginateDescribeInstances,
    type Filter,
} from "@aws-sdk/client-ec2";
import { paginateListReleaseLabels, paginateListSupportedInstanceTypes } from "@aws-sdk/client-emr";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import {
    GetHostedZoneCommand,
    ListHostedZonesByNameCommand,
    ListTagsForResourceCommand,
} from "@aws-sdk/client-route-53";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { FunctionHandler, Properties } from "../provider.ts";
import type { Aws } from "./clients.ts";
import { describe } from "./errors.ts";
import { getObject } from "./s3/getObject.ts";
import { flag, needText, objects, text, textMap, texts } from "./values.ts";

/** Names of regions in words, as `getRegion` tells them. */
const regionNames: Record<string, string> = {
    "eu-west-1": "Europe (Ireland)",
    "us-east-1": "US East (N. Virginia)",
    "sa-east-1": "South America (Sao Paulo)",
};

function look(
    what: string,
    inputs: readonly string[],
    call: (args: Properties) => Promise<Properties>,
): FunctionHandler {
    return {
        inputs,
        call: async (args) => {
            try {
                return await call(args);
            } catch (error) {
                throw new Error(`reading ${what}: ${describe(error)}`, { cause: error });
            }
        },
    };
}

/** Every look-up, by token. */
export function functions(aws: () => Aws): Record<string, FunctionHandler> {
    return {
        "aws:ssm/getParameter:getParameter": look(
            "SSM Parameter",
            ["name", "withDecryption"],
            async (args) => {
                const name = needText(args, "name");
                const WithDecryption = flag(args, "withDecryption") ?? true;
                const { Parameter } = await aws().ssm.send(
                    new GetParameterCommand({ Name: name, WithDecryption }),
                );
                return {
                    id: name,
                    name,
                    arn: Parameter?.ARN,
                    type: Parameter?.Type,
                    value: Parameter?.Value,
                    // The one of both that does not make a secret of what is none.
                    insecureValue: Parameter?.Type === "SecureString" ? undefined : Parameter?.Value,
                    version: Parameter?.Version,
                    region: aws().region,
                    withDecryption: WithDecryption,
                };
            },
        ),

        "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": look(
            "EC2 Instance Type Offerings",
            ["filters", "locationType"],
            async (args) => {
                const locationType = text(args, "locationType");
                const offers = [];
                let NextToken: string | undefined;
                do {
                    const page = await aws().ec2.send(
                        new DescribeInstanceTypeOfferingsCommand({
                            LocationType: locationType as "region" | undefined,
                            Filters: filters(args),
                            NextToken,
                        }),
                    );
                    offers.push(...(page.InstanceTypeOfferings ?? []));
                    NextToken = page.NextToken;
                } while (NextToken);
                return {
                    id: aws().region,
                    region: aws().region,
                    filters: args.filters,
                    locationType,
                    instanceTypes: offers.map(({ InstanceType = "" }) => InstanceType),
                    locations: offers.map(({ Location = "" }) => Location),
                    locationTypes: offers.map(({ LocationType = "" }) => LocationType),
                };
            },
        ),

        "aws:ec2/getInstances:getInstances": look(
            "EC2 Instances",
            ["filters", "instanceStateNames", "instanceTags"],
            async (args) => {
                const states = texts(args, "instanceStateNames");
                const Filters: Filter[] = [
                    ...filters(args),
                    ...Object.entries(textMap(args, "instanceTags")).map(([key, value]) => ({
                        Name: `tag:${key}`,
                        Values: [value],
                    })),
                    // Only those that run, where nothing else is asked for.
                    { Name: "instance-state-name", Values: states.length > 0 ? states : ["running"] },
                ];
                const found = [];
                for await (const page of paginateDescribeInstances({ client: aws().ec2 }, { Filters })) {
                    found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
                }
                return {
                    id: aws().region,
                    region: aws().region,
                    filters: args.filters,
                    instanceStateNames: args.instanceStateNames,
                    instanceTags: textMap(args, "instanceTags"),
                    ids: found.map(({ InstanceId = "" }) => InstanceId),
                    privateIps: found.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
                    // A machine without an address is in `ids` and not in here.
                    publicIps: found.flatMap(({ PublicIpAddress }) => PublicIpAddress ?? []),
                    ipv6Addresses: found.flatMap(({ Ipv6Address }) => Ipv6Address ?? []),
                };
            },
        ),

        "aws:emr/getReleaseLabels:getReleaseLabels": look("EMR Release Labels", ["filters"], async (args) => {
            // One block, which the SDK writes as a map.
            const wanted = textMap(args, "filters");
            const Filters = { Prefix: wanted.prefix, Application: wanted.application };
            const releaseLabels = [];
            for await (const page of paginateListReleaseLabels({ client: aws().emr }, { Filters })) {
                releaseLabels.push(...(page.ReleaseLabels ?? []));
            }
            return {
                id: releaseLabels.join(","),
                region: aws().region,
                ...(args.filters === undefined ? {} : { filters: wanted }),
                releaseLabels,
            };
        }),

        "aws:emr/getSupportedInstanceTypes:getSupportedInstanceTypes": look(
            "EMR Supported Instance Types",
            ["releaseLabel"],
            async (args) => {
                const ReleaseLabel = needText(args, "releaseLabel");
                const supportedInstanceTypes = [];
                const pages = paginateListSupportedInstanceTypes({ client: aws().emr }, { ReleaseLabel });
                for await (const page of pages) {
                    supportedInstanceTypes.push(
                        ...(page.SupportedInstanceTypes ?? []).map((one) => ({
                            architecture: one.Architecture,
                            ebsOptimizedAvailable: one.EbsOptimizedAvailable,
                            ebsOptimizedByDefault: one.EbsOptimizedByDefault,
                            ebsStorageOnly: one.EbsStorageOnly,
                            instanceFamilyId: one.InstanceFamilyId,
                            is64BitsOnly: one.Is64BitsOnly,
                            memoryGb: one.MemoryGB,
                            numberOfDisks: one.NumberOfDisks,
                            storageGb: one.StorageGB,
                            type: one.Type,
                            vcpu: one.VCPU,
                        })),
                    );
                }
                return {
                    id: ReleaseLabel,
                    region: aws().region,
                    releaseLabel: ReleaseLabel,
                    supportedInstanceTypes,
                };
            },
        ),

        "aws:iam/getRole:getRole": look("IAM Role", ["name", "tags"], async (args) => {
            const name = needText(args, "name");
            const { Role } = await aws().iam.send(new GetRoleCommand({ RoleName: name }));
            return {
                id: name,
                name,
                arn: Role?.Arn,
                assumeRolePolicy: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""),
                createDate: Role?.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z") ?? "",
                description: Role?.Description ?? "",
                maxSessionDuration: Role?.MaxSessionDuration,
                path: Role?.Path,
                permissionsBoundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
                roleLastUseds: [],
                tags: Object.fromEntries((Role?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
                uniqueId: Role?.RoleId,
            };
        }),

        "aws:s3/getObject:getObject": look(
            "S3 Object",
            ["bucket", "key", "versionId", "region", "downloadBody"],
            (args) => getObject(aws(), args),
        ),

        "aws:index/getCallerIdentity:getCallerIdentity": look("STS Caller Identity", ["id"], async () => {
            const found = await aws().sts.send(new GetCallerIdentityCommand({}));
            return { id: found.Account, accountId: found.Account, arn: found.Arn, userId: found.UserId };
        }),

        "aws:index/getRegion:getRegion": look("Region", ["id", "name", "region"], async (args) => {
            const region = text(args, "region") ?? text(args, "name") ?? aws().region;
            return {
                id: region,
                name: region,
                region,
                description: regionNames[region] ?? "",
                endpoint: `ec2.${region}.amazonaws.com`,
            };
        }),

        "aws:index/getPartition:getPartition": look("Partition", ["id"], async () => ({
            id: "aws",
            partition: "aws",
            dnsSuffix: "amazonaws.com",
            reverseDnsPrefix: "com.amazonaws",
        })),

        "aws:route53/getZone:getZone": look("Route 53 Hosted Zone", ["name", "zoneId"], (args) =>
            zone(aws(), args),
        ),
    };
}

function filters(args: Properties): Filter[] {
    return objects(args, "filters").map((filter) => ({
        Name: needText(filter, "name"),
        Values: texts(filter, "values"),
    }));
}

async function zone(aws: Aws, args: Properties): Promise<Properties> {
    const id = text(args, "zoneId") ?? (await zoneIdOf(aws, needText(args, "name")));
    const { HostedZone, DelegationSet } = await aws.route53.send(new GetHostedZoneCommand({ Id: id }));
    const tags = await aws.route53.send(
        new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: id }),
    );
    const nameServers = [...(DelegationSet?.NameServers ?? [])].sort();
    return {
        id,
        zoneId: id,
        arn: `arn:aws:route53:::hostedzone/${id}`,
        // As in the real provider: no dot at the end.
        name: (HostedZone?.Name ?? "").replace(/\.$/, ""),
        callerReference: HostedZone?.CallerReference ?? "",
        comment: HostedZone?.Config?.Comment ?? "",
        linkedServiceDescription: "",
        linkedServicePrincipal: "",
        nameServers,
        primaryNameServer: DelegationSet?.NameServers?.[0] ?? "",
        privateZone: HostedZone?.Config?.PrivateZone ?? false,
        resourceRecordSetCount: HostedZone?.ResourceRecordSetCount ?? 0,
        tags: Object.fromEntries(
            (tags.ResourceTagSet?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]),
        ),
    };
}

async function zoneIdOf(aws: Aws, name: string): Promise<string> {
    const wanted = `${name.replace(/\.$/, "")}.`;
    const { HostedZones = [] } = await aws.route53.send(
        new ListHostedZonesByNameCommand({ DNSName: wanted }),
    );
    const found = HostedZones.filter(({ Name, Config }) => Name === wanted && !Config?.PrivateZone);
    if (found.length > 1)
        throw new Error("multiple Route 53 Hosted Zones matched; use additional constraints");
    const [only] = found;
    if (!only) throw new Error("no matching Route 53 Hosted Zone found");
    return (only.Id ?? "").replace(/^\/hostedzone\//, "");
}
