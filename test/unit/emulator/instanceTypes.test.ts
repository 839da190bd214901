import {
    CreateVpcCommand,
    DescribeInstanceTypeOfferingsCommand,
    DescribeInstanceTypesCommand,
    EC2Client,
    RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
    DescribeReleaseLabelCommand,
    EMRClient,
    ListReleaseLabelsCommand,
    ListSupportedInstanceTypesCommand,
} from "@aws-sdk/client-emr";
import assert from "node:assert/strict";
import { matchesPattern, readFilters } from "../../emulator/gateway/ec2/filters.ts";
import { RELEASES } from "../../emulator/gateway/emr/releases.ts";
import { Wire } from "./wire.ts";

const VCPUS: Readonly<Record<string, number>> = { "t3.small": 2, "m5.xlarge": 4, "m7a.xlarge": 4 };
const ZONES: Readonly<Record<string, readonly string[]>> = {
    "t3.small": ["a", "b"],
    "m5.xlarge": ["a", "b", "e"],
    "m7a.xlarge": [],
};

/** What stands for moto: three types, one of which the region does not offer. */
function moto(action: string, params: URLSearchParams): string | object | undefined {
    const named = [...params].filter(([key]) => key.startsWith("InstanceType.")).map(([, value]) => value);
    switch (action) {
        case "DescribeInstanceTypes": {
            const shown = named.length === 0 ? Object.keys(VCPUS) : named;
            const items = shown.map(
                (type) =>
                    `<item><instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>${VCPUS[type]}</defaultVCpus></vCpuInfo></item>`,
            );
            return `<DescribeInstanceTypesResponse><instanceTypeSet>${items.join("")}</instanceTypeSet></DescribeInstanceTypesResponse>`;
        }
        case "DescribeInstanceTypeOfferings": {
            const byZone = params.get("LocationType") !== "region";
            const rows = Object.entries(ZONES).flatMap(([type, zones]) => {
                const all = byZone ? zones.map((zone) => `eu-west-1${zone}`) : ["eu-west-1"];
                return zones.length === 0 ? [] : all.map((place) => [type, place]);
            });
            const items = rows.map(
                ([type, place]) =>
                    `<item><instanceType>${type}</instanceType><location>${place}</location></item>`,
            );
            return `<R><instanceTypeOfferingSet>${items.join("")}</instanceTypeOfferingSet></R>`;
        }
        case "ListSupportedInstanceTypes":
            return { SupportedInstanceTypes: ["m5.xlarge", "m7a.xlarge"].map((Type) => ({ Type, VCPU: 4 })) };
        case "DescribeImages":
            return "<R><imagesSet><item><imageId>ami-12345678</imageId></item></imagesSet></R>";
        case "DescribeVpcs":
            return "<R><vpcSet/></R>";
        case "DescribeSubnets":
            return "<R><subnetSet/></R>";
        case "DescribeSecurityGroups":
            return "<R><securityGroupInfo/></R>";
        default:
            return undefined;
    }
}

describe("gateway: instance types and releases", () => {
    let wire: Wire;
    let ec2: EC2Client;
    let emr: EMRClient;
    before(async () => {
        wire = await Wire.start(moto);
        ec2 = wire.client(EC2Client);
        emr = wire.client(EMRClient);
    });
    after(() => wire.close());

    it("a region knows the types that it offers", async () => {
        const { InstanceTypes = [], NextToken } = await ec2.send(new DescribeInstanceTypesCommand({}));
        assert.deepEqual(
            InstanceTypes.map(({ InstanceType, VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus]),
            [
                ["m5.xlarge", 4],
                ["t3.small", 2],
            ],
        );
        assert.equal(NextToken, undefined);
        await assert.rejects(
            ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ["m5.xlarge", "m7a.xlarge"] })),
            {
                name: "InvalidInstanceType",
                message: "The following supplied instance types do not exist: [m7a.xlarge]",
            },
        );
        await assert.rejects(ec2.send(new DescribeInstanceTypesCommand({ MaxResults: 101 })), {
            name: "InvalidParameterValue",
        });
        await assert.rejects(ec2.send(new DescribeInstanceTypesCommand({ NextToken: "made-up" })), {
            name: "InvalidNextToken",
        });
    });

    it("offerings are filtered with wildcards; a filter that there is not is refused", async () => {
        const offered = async (...Filters: { Name: string; Values: string[] }[]) => {
            const { InstanceTypeOfferings = [] } = await ec2.send(
                new DescribeInstanceTypeOfferingsCommand({ LocationType: "availability-zone", Filters }),
            );
            return InstanceTypeOfferings.map(
                ({ InstanceType, Location, LocationType }) => `${InstanceType} ${Location} ${LocationType}`,
            );
        };
        assert.deepEqual(await offered({ Name: "instance-type", Values: ["m*"] }), [
            "m5.xlarge eu-west-1a availability-zone",
            "m5.xlarge eu-west-1b availability-zone",
            "m5.xlarge eu-west-1e availability-zone",
        ]);
        assert.deepEqual(
            await offered(
                { Name: "instance-type", Values: ["t3.small", "m7a.xlarge"] },
                { Name: "location", Values: ["eu-west-1a", "eu-west-1e"] },
            ),
            ["t3.small eu-west-1a availability-zone"],
        );
        await assert.rejects(offered({ Name: "zone", Values: ["a"] }), { name: "InvalidParameterValue" });
    });

    it("a dry run that would go well is refused with DryRunOperation, and moto does not hear of it", async () => {
        await assert.rejects(
            ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", DryRun: true })),
            (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
                error.name === "DryRunOperation" && error.$metadata?.httpStatusCode === 412,
        );
    });

    it("a machine without a subnet needs a default network, which this account has not", async () => {
        await assert.rejects(
            ec2.send(
                new RunInstancesCommand({
                    ImageId: "ami-12345678",
                    InstanceType: "t3.small",
                    MinCount: 1,
                    MaxCount: 1,
                    DryRun: true,
                }),
            ),
            { name: "VPCIdNotSpecified", message: "No default VPC for this user" },
        );
    });

    it("what moto fails over is said to be missing here, and is not asked for again", async () => {
        await assert.rejects(
            ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" })),
            (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
                error.name === "NotImplementedByPocketCloud" && error.$metadata?.httpStatusCode === 501,
        );
    });

    it("EMR supports what the release knows and the region offers", async () => {
        const { SupportedInstanceTypes = [], Marker } = await emr.send(
            new ListSupportedInstanceTypesCommand({ ReleaseLabel: "emr-7.13.0" }),
        );
        assert.deepEqual(
            SupportedInstanceTypes.map(({ Type }) => Type),
            ["m5.xlarge"],
        );
        assert.equal(Marker, undefined);
        await assert.rejects(
            emr.send(new ListSupportedInstanceTypesCommand({ ReleaseLabel: "emr-7.99.0" })),
            { name: "ValidationException", message: "The supplied release label is invalid: emr-7.99.0." },
        );
    });

    it("a region may lack a release, until it has it", async () => {
        const labels = async (region: string) =>
            (await wire.client(EMRClient, region).send(new ListReleaseLabelsCommand({}))).ReleaseLabels;
        await wire.control.withholdReleases("sa-east-1", ["emr-7.13.0", "emr-7.12.0"]);
        assert.deepEqual(await labels("sa-east-1"), RELEASES.slice(2));
        assert.deepEqual(await labels("eu-west-1"), [...RELEASES]);
        await assert.rejects(
            wire
                .client(EMRClient, "sa-east-1")
                .send(new DescribeReleaseLabelCommand({ ReleaseLabel: "emr-7.12.0" })),
            { name: "ValidationException" },
        );
        await wire.control.withholdReleases("sa-east-1", []);
        assert.deepEqual(await labels("sa-east-1"), [...RELEASES]);
        const { Applications = [] } = await emr.send(
            new DescribeReleaseLabelCommand({ ReleaseLabel: "emr-7.3.0" }),
        );
        assert.deepEqual(Applications[0], { Name: "Hadoop", Version: "3.3.6" });
    });

    it("filters are read by their numbers, whatever the order of the form", () => {
        assert.deepEqual(
            readFilters({
                "Filter.2.Value.1": "b",
                "Filter.2.Name": "second",
                "Filter.1.Name": "first",
                "Filter.1.Value.1": "a",
                "Filter.1.Value.2": "c",
                Action: "DescribeInstances",
            }),
            [
                { name: "second", values: ["b"] },
                { name: "first", values: ["a", "c"] },
            ],
        );
    });

    for (const [pattern, value, matches] of [
        ["m5.*", "m5.xlarge", true],
        ["m5.*", "m5axlarge", false],
        ["t3.smal?", "t3.small", true],
        ["t3.smal?", "t3.smal", false],
        ["a+b", "a+b", true],
        ["a+b", "aab", false],
        ["*", "", true],
    ] as const) {
        it(`"${pattern}" ${matches ? "stands" : "does not stand"} for "${value}"`, () =>
            assert.equal(matchesPattern(pattern, value), matches));
    }
});
