import {
    CreateInternetGatewayCommand,
    CreateKeyPairCommand,
    CreateSecurityGroupCommand,
    CreateSubnetCommand,
    CreateVpcCommand,
    DescribeInstancesCommand,
    DescribeInstanceTypeOfferingsCommand,
    DescribeInstanceTypesCommand,
    DescribeVpcsCommand,
    EC2Client,
    paginateDescribeInstances,
    paginateDescribeInstanceTypes,
    RunInstancesCommand,
    type Filter,
} from "@aws-sdk/client-ec2";
import {
    DescribeReleaseLabelCommand,
    EMRClient,
    ListReleaseLabelsCommand,
    paginateListSupportedInstanceTypes,
} from "@aws-sdk/client-emr";
import {
    CreateRoleCommand,
    CreateServiceLinkedRoleCommand,
    DeleteServiceLinkedRoleCommand,
    GetAccountSummaryCommand,
    GetRoleCommand,
    IAMClient,
    ListRolesCommand,
    PutRolePolicyCommand,
    SimulatePrincipalPolicyCommand,
    type SimulatePrincipalPolicyCommandInput,
} from "@aws-sdk/client-iam";
import { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
import {
    GetServiceQuotaCommand,
    RequestServiceQuotaIncreaseCommand,
    ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import assert from "node:assert/strict";
import { OPERATOR_ARN } from "../emulator/gateway/operator.ts";
import { BareAccount } from "./bareAccount.ts";

const regions = ["us-east-1", "eu-west-1", "sa-east-1"] as const;
const DRY = { name: "DryRunOperation", message: "Request would have succeeded, but DryRun flag is set." };

describe("the questions of an operator's tool", () => {
    let account: BareAccount;
    before(async () => (account = await BareAccount.start("e2e-questions")));
    after(() => account?.cloud.stop());

    describe("instance types", () => {
        it("have their vCPUs in the regions that offer them, and are unknown in others", async () => {
            for (const region of regions) {
                const ec2 = account.client(EC2Client, region);
                const { InstanceTypes = [] } = await ec2.send(
                    new DescribeInstanceTypesCommand({ InstanceTypes: ["t3.small", "m5.xlarge"] }),
                );
                assert.deepEqual(
                    InstanceTypes.map(
                        ({ InstanceType, VCpuInfo }) => `${InstanceType} ${VCpuInfo?.DefaultVCpus}`,
                    ).sort(),
                    ["m5.xlarge 4", "t3.small 2"],
                    region,
                );
                const newer = ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ["m7a.xlarge"] }));
                if (region === "sa-east-1") {
                    await assert.rejects(newer, {
                        name: "InvalidInstanceType",
                        message: "The following supplied instance types do not exist: [m7a.xlarge]",
                    });
                } else assert.equal((await newer).InstanceTypes?.length, 1);
            }
        });

        it("come a hundred at a time, filtered or not", async () => {
            const ec2 = account.client(EC2Client, "sa-east-1");
            const sizes: number[] = [];
            const names = new Set<string>();
            for await (const { InstanceTypes = [] } of paginateDescribeInstanceTypes({ client: ec2 }, {})) {
                sizes.push(InstanceTypes.length);
                for (const { InstanceType = "" } of InstanceTypes) names.add(InstanceType);
            }
            assert.ok(sizes.length > 3 && sizes.slice(0, -1).every((size) => size === 100), sizes.join(" "));
            assert.equal(
                names.size,
                sizes.reduce((sum, size) => sum + size, 0),
            );
            assert.ok(names.has("m5.xlarge") && !names.has("m7a.xlarge"));
            const Filters: Filter[] = [
                { Name: "instance-type", Values: ["m5.*"] },
                { Name: "vcpu-info.default-vcpus", Values: ["4", "8"] },
            ];
            const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ Filters }));
            assert.deepEqual(InstanceTypes.map(({ InstanceType }) => InstanceType).sort(), [
                "m5.2xlarge",
                "m5.xlarge",
            ]);
        });

        it("are offered zone by zone: us-east-1e lacks what the class uses, sa-east-1 lacks m7a", async () => {
            const zones = async (region: string, types: readonly string[]) => {
                const { InstanceTypeOfferings = [] } = await account.client(EC2Client, region).send(
                    new DescribeInstanceTypeOfferingsCommand({
                        LocationType: "availability-zone",
                        Filters: [{ Name: "instance-type", Values: [...types] }],
                    }),
                );
                return InstanceTypeOfferings.map(
                    ({ InstanceType, Location }) => `${InstanceType} ${Location?.at(-1)}`,
                ).sort();
            };
            assert.deepEqual(
                await zones("us-east-1", ["m5.xlarge"]),
                [..."abcdf"].map((zone) => `m5.xlarge ${zone}`),
            );
            assert.deepEqual(
                await zones("us-east-1", ["t3.smal?"]),
                [..."abcdf"].map((zone) => `t3.small ${zone}`),
            );
            assert.deepEqual(await zones("sa-east-1", ["m7a.xlarge"]), []);
            assert.deepEqual(
                await zones("eu-west-1", ["m7a.xlarge"]),
                [..."abc"].map((zone) => `m7a.xlarge ${zone}`),
            );
            const { InstanceTypeOfferings = [] } = await account.client(EC2Client, "us-east-1").send(
                new DescribeInstanceTypeOfferingsCommand({
                    LocationType: "availability-zone",
                    Filters: [{ Name: "location", Values: ["us-east-1e"] }],
                }),
            );
            assert.ok(InstanceTypeOfferings.length > 10);
            assert.ok(
                InstanceTypeOfferings.every(({ InstanceType }) => !/^(t3|t4g|m5)\./.test(InstanceType ?? "")),
            );
        });

        it("are refused at launch where they are not offered, with the zones that have them", async () => {
            const ec2 = account.client(EC2Client, "us-east-1");
            const launch = (InstanceType: string, AvailabilityZone?: string) =>
                account.image("us-east-1").then((ImageId) =>
                    ec2.send(
                        new RunInstancesCommand({
                            ImageId,
                            InstanceType: InstanceType as never,
                            MinCount: 1,
                            MaxCount: 1,
                            DryRun: true,
                            ...(AvailabilityZone === undefined ? {} : { Placement: { AvailabilityZone } }),
                        }),
                    ),
                );
            await assert.rejects(launch("t3.small", "us-east-1e"), {
                name: "Unsupported",
                message:
                    "Your requested instance type (t3.small) is not supported in your requested Availability Zone (us-east-1e). " +
                    "Please retry your request by not specifying an Availability Zone or choosing us-east-1a, us-east-1b, " +
                    "us-east-1c, us-east-1d, us-east-1f.",
            });
            await assert.rejects(launch("t3.small"), DRY);
            await assert.rejects(launch("t9.small"), { name: "InvalidParameterValue" });
        });
    });

    describe("releases of EMR", () => {
        it("are told by region, prefix and application, in pages", async () => {
            const emr = account.client(EMRClient, "sa-east-1");
            const list = async (input: object) =>
                (await emr.send(new ListReleaseLabelsCommand(input))).ReleaseLabels ?? [];
            assert.equal((await list({}))[0], "emr-7.13.0");
            assert.ok(
                (await list({ Filters: { Prefix: "emr-7" } })).every((label) => label.startsWith("emr-7")),
            );
            assert.deepEqual(await list({ Filters: { Application: "hadoop@3.3.6" } }), [
                "emr-7.3.0",
                "emr-7.2.0",
                "emr-7.1.0",
                "emr-7.0.0",
                "emr-6.15.0",
            ]);
            const { NextToken } = await emr.send(new ListReleaseLabelsCommand({ MaxResults: 1 }));
            assert.deepEqual(await list({ MaxResults: 1, NextToken }), ["emr-7.12.0"]);
        });

        it("reach one region later than another, and are refused there until then", async () => {
            await account.cloud.control.withholdReleases("sa-east-1", ["emr-7.13.0"]);
            const describe = (region: string) =>
                account
                    .client(EMRClient, region)
                    .send(new DescribeReleaseLabelCommand({ ReleaseLabel: "emr-7.13.0" }));
            await assert.rejects(describe("sa-east-1"), { name: "ValidationException" });
            const { Applications = [] } = await describe("eu-west-1");
            assert.equal(Applications.find(({ Name }) => Name === "Hadoop")?.Version, "3.4.1");
            const { ReleaseLabels = [] } = await account
                .client(EMRClient, "sa-east-1")
                .send(new ListReleaseLabelsCommand({}));
            assert.equal(ReleaseLabels[0], "emr-7.12.0");
            await assert.rejects(
                account.cloud.control.withholdReleases("sa-east-1", ["emr-9.0.0"]),
                /there is no release emr-9\.0\.0/,
            );
            await account.cloud.control.withholdReleases("sa-east-1", []);
            await describe("sa-east-1");
        });

        it("support no burstable types, and in a region only what it offers", async () => {
            const types = async (region: string) => {
                const found = new Map<string, number>();
                let pages = 0;
                for await (const page of paginateListSupportedInstanceTypes(
                    { client: account.client(EMRClient, region) },
                    { ReleaseLabel: "emr-7.13.0" },
                )) {
                    pages += 1;
                    for (const { Type = "", VCPU = 0 } of page.SupportedInstanceTypes ?? [])
                        found.set(Type, VCPU);
                }
                return { found, pages };
            };
            const [ireland, brazil] = [await types("eu-west-1"), await types("sa-east-1")];
            assert.equal(ireland.found.get("m5.xlarge"), 4);
            assert.ok(ireland.pages > 1);
            for (const type of ["t3.medium", "t3.small"]) assert.equal(ireland.found.has(type), false, type);
            assert.deepEqual(
                [ireland.found.has("m7a.xlarge"), brazil.found.has("m7a.xlarge")],
                [true, false],
            );
        });
    });

    describe("dry runs", () => {
        const attempts = (
            ec2: EC2Client,
            ImageId: string,
        ): Readonly<Record<string, () => Promise<unknown>>> => ({
            RunInstances: () =>
                ec2.send(
                    new RunInstancesCommand({
                        ImageId,
                        InstanceType: "t3.small",
                        MinCount: 1,
                        MaxCount: 1,
                        DryRun: true,
                    }),
                ),
            CreateVpc: () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", DryRun: true })),
            CreateSecurityGroup: () =>
                ec2.send(new CreateSecurityGroupCommand({ GroupName: "g", Description: "g", DryRun: true })),
            CreateInternetGateway: () => ec2.send(new CreateInternetGatewayCommand({ DryRun: true })),
            CreateKeyPair: () => ec2.send(new CreateKeyPairCommand({ KeyName: "k", DryRun: true })),
            DescribeInstances: () => ec2.send(new DescribeInstancesCommand({ DryRun: true })),
        });

        it("make nothing, and say that all would go well", async () => {
            const ec2 = account.client(EC2Client);
            const before = await ec2.send(new DescribeVpcsCommand({}));
            for (const [what, attempt] of Object.entries(attempts(ec2, await account.image()))) {
                await assert.rejects(attempt(), DRY, what);
            }
            const after = await ec2.send(new DescribeVpcsCommand({}));
            assert.equal(after.Vpcs?.length, before.Vpcs?.length);
            assert.deepEqual(await account.machines(), []);
        });

        it("are refused to whoever may not, as the call itself", async () => {
            const keys = await account.user("dry", [
                { Effect: "Allow", Action: ["ec2:CreateVpc", "ec2:Describe*"], Resource: "*" },
                {
                    Effect: "Allow",
                    Action: "ec2:RunInstances",
                    Resource: "*",
                    Condition: { StringEquals: { "aws:RequestedRegion": "sa-east-1" } },
                },
            ]);
            for (const [region, expected] of [
                ["eu-west-1", ["CreateVpc", "DescribeInstances"]],
                ["sa-east-1", ["RunInstances", "CreateVpc", "DescribeInstances"]],
            ] as const) {
                const ec2 = account.client(EC2Client, region, keys);
                for (const [what, attempt] of Object.entries(attempts(ec2, await account.image(region)))) {
                    const may = expected.some((allowed) => allowed === what);
                    await assert.rejects(
                        attempt(),
                        may ? DRY : { name: "UnauthorizedOperation", message: new RegExp(`ec2:${what}`) },
                        `${what} in ${region}`,
                    );
                }
            }
        });

        it("find what is named and is not there", async () => {
            const ec2 = account.client(EC2Client);
            await assert.rejects(
                ec2.send(
                    new CreateSubnetCommand({ VpcId: "vpc-1234", CidrBlock: "10.0.0.0/24", DryRun: true }),
                ),
                { name: "InvalidVpcID.NotFound" },
            );
            await assert.rejects(
                ec2.send(
                    new RunInstancesCommand({ ImageId: "ami-1234", MinCount: 1, MaxCount: 1, DryRun: true }),
                ),
                { name: "InvalidAMIID.NotFound" },
            );
        });
    });

    describe("who am I, and may I", () => {
        it("the summary of the account counts roles and profiles against their quotas", async () => {
            const iam = account.client(IAMClient);
            await account.cloud.control.setQuotas({ "iam/L-FE177D64": 1200 });
            const summary = async () => (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {};
            const before = await summary();
            assert.deepEqual([before["RolesQuota"], before["InstanceProfilesQuota"]], [1200, 1000]);
            await iam.send(
                new CreateRoleCommand({
                    RoleName: "plain",
                    AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
                }),
            );
            assert.equal((await summary())["Roles"], (before["Roles"] ?? 0) + 1);
            await account.cloud.control.resetQuotas();
        });

        it("policies are simulated for users, roles and the operator", async () => {
            const iam = account.client(IAMClient);
            const decisions = async (input: SimulatePrincipalPolicyCommandInput) => {
                const { EvaluationResults = [], IsTruncated } = await iam.send(
                    new SimulatePrincipalPolicyCommand(input),
                );
                assert.equal(IsTruncated, false);
                return EvaluationResults.map(
                    ({ EvalActionName, EvalResourceName, EvalDecision }) =>
                        `${EvalActionName} ${EvalResourceName} ${EvalDecision}`,
                );
            };
            const keys = await account.user("teacher", [
                { Effect: "Allow", Action: ["ec2:*", "s3:*"], Resource: "*" },
                { Effect: "Deny", Action: "ec2:RunInstances", Resource: "arn:aws:ec2:*:*:instance/*" },
                {
                    Effect: "Allow",
                    Action: "iam:CreateRole",
                    Resource: "*",
                    Condition: { StringEquals: { "aws:RequestTag/Project": "student-labs" } },
                },
            ]);
            const { Arn = "" } = await account
                .client(STSClient, "eu-west-1", keys)
                .send(new GetCallerIdentityCommand({}));
            const instance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1";
            assert.deepEqual(
                await decisions({
                    PolicySourceArn: Arn,
                    ActionNames: ["ec2:CreateVpc", "ec2:RunInstances", "elasticmapreduce:RunJobFlow"],
                }),
                [
                    "ec2:CreateVpc * allowed",
                    "ec2:RunInstances * allowed",
                    "elasticmapreduce:RunJobFlow * implicitDeny",
                ],
            );
            assert.deepEqual(
                await decisions({
                    PolicySourceArn: Arn,
                    ActionNames: ["ec2:RunInstances"],
                    ResourceArns: [instance],
                }),
                [`ec2:RunInstances ${instance} explicitDeny`],
            );
            const tagged = { PolicySourceArn: Arn, ActionNames: ["iam:CreateRole"] };
            const { EvaluationResults: bare = [] } = await iam.send(
                new SimulatePrincipalPolicyCommand(tagged),
            );
            assert.deepEqual(
                bare.map(({ EvalDecision, MissingContextValues }) => [EvalDecision, MissingContextValues]),
                [["implicitDeny", ["aws:RequestTag/Project"]]],
            );
            assert.deepEqual(
                await decisions({
                    ...tagged,
                    ContextEntries: [
                        {
                            ContextKeyName: "aws:RequestTag/Project",
                            ContextKeyType: "string",
                            ContextKeyValues: ["student-labs"],
                        },
                    ],
                }),
                ["iam:CreateRole * allowed"],
            );
            await iam.send(
                new PutRolePolicyCommand({
                    RoleName: "plain",
                    PolicyName: "p",
                    PolicyDocument: JSON.stringify({
                        Version: "2012-10-17",
                        Statement: [
                            { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" },
                        ],
                    }),
                }),
            );
            const role = "arn:aws:iam::123456789012:role/plain";
            assert.deepEqual(
                await decisions({
                    PolicySourceArn: role,
                    ActionNames: ["s3:GetObject"],
                    ResourceArns: ["arn:aws:s3:::b/k", "arn:aws:s3:::c/k"],
                }),
                ["s3:GetObject arn:aws:s3:::b/k allowed", "s3:GetObject arn:aws:s3:::c/k implicitDeny"],
            );
            // Without a resource it is asked about all of them, which a policy for one bucket does not allow.
            assert.deepEqual(await decisions({ PolicySourceArn: role, ActionNames: ["s3:GetObject"] }), [
                "s3:GetObject * implicitDeny",
            ]);
            assert.deepEqual(
                await decisions({ PolicySourceArn: OPERATOR_ARN, ActionNames: ["iam:CreateRole"] }),
                ["iam:CreateRole * allowed"],
            );
        });

        it("a session, a stranger and an action that is none are refused", async () => {
            const iam = account.client(IAMClient);
            const simulate = (PolicySourceArn: string, action = "ec2:CreateVpc") =>
                iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: [action] }));
            await assert.rejects(simulate("arn:aws:sts::123456789012:assumed-role/plain/me"), {
                name: "InvalidInputException",
                message: /does not clearly define entity type and name/,
            });
            await assert.rejects(simulate("arn:aws:iam::123456789012:user/nobody"), {
                name: "NoSuchEntityException",
            });
            await assert.rejects(simulate(OPERATOR_ARN.replace("operator", "teacher"), "ec2:MakeTea"), {
                name: "InvalidInputException",
            });
        });

        it("the new services ask IAM as well", async () => {
            const keys = await account.user("planner", [
                {
                    Effect: "Allow",
                    Action: "servicequotas:*",
                    Resource: "arn:aws:servicequotas:eu-west-1:*:ec2/*",
                },
            ]);
            const quotas = account.client(ServiceQuotasClient, "eu-west-1", keys);
            const vcpus = { ServiceCode: "ec2", QuotaCode: "L-1216C47A" };
            assert.equal((await quotas.send(new GetServiceQuotaCommand(vcpus))).Quota?.Value, 5);
            const { RequestedQuota } = await quotas.send(
                new RequestServiceQuotaIncreaseCommand({ ...vcpus, DesiredValue: 64 }),
            );
            assert.match(RequestedQuota?.Requester ?? "", /user\/planner/);
            const network = { ServiceCode: "vpc", QuotaCode: "L-F678F1CE" };
            await assert.rejects(quotas.send(new GetServiceQuotaCommand(network)), {
                name: "AccessDeniedException",
                message:
                    /servicequotas:GetServiceQuota on resource: arn:aws:servicequotas:eu-west-1:123456789012:vpc/,
            });
            await assert.rejects(
                account
                    .client(PricingClient, "us-east-1", keys)
                    .send(new GetProductsCommand({ ServiceCode: "AmazonEC2" })),
                { name: "AccessDeniedException", message: /pricing:GetProducts/ },
            );
            await assert.rejects(
                account.client(IAMClient, "eu-west-1", keys).send(new GetAccountSummaryCommand({})),
                { message: /iam:GetAccountSummary/ },
            );
            await account.cloud.control.resetQuotas();
        });
    });

    describe("the role for Spot Instances", () => {
        const role = "AWSServiceRoleForEC2Spot";
        it("is there in an account that has had them, and can be made once in one that has not", async () => {
            const iam = account.client(IAMClient);
            const get = () => iam.send(new GetRoleCommand({ RoleName: role }));
            assert.equal((await get()).Role?.Path, "/aws-service-role/spot.amazonaws.com/");
            await account.cloud.control.setSpotRole(false);
            await assert.rejects(get(), { name: "NoSuchEntityException" });
            const create = () =>
                iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "spot.amazonaws.com" }));
            const { Role } = await create();
            assert.equal(
                Role?.Arn,
                "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
            );
            await assert.rejects(create(), { name: "InvalidInputException", message: /has been taken/ });
            assert.equal((await get()).Role?.Arn, Role?.Arn);
            const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: "/aws-service-role/" }));
            assert.deepEqual(
                Roles.map(({ RoleName }) => RoleName),
                [role],
            );
            await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: role }));
            await assert.rejects(get(), { name: "NoSuchEntityException" });
            await account.cloud.control.setSpotRole(true);
        });
    });

    describe("machines", () => {
        it("are found by tag, state and market over many reservations, in pages of what the filters leave", async () => {
            const ec2 = account.client(EC2Client, "sa-east-1");
            const ImageId = await account.image("sa-east-1");
            for (const [index, lab] of [
                "ada",
                "grace",
                "alan",
                "ada",
                "ada",
                "ada",
                "ada",
                "ada",
            ].entries()) {
                await ec2.send(
                    new RunInstancesCommand({
                        ImageId,
                        InstanceType: "t3.small",
                        MinCount: 1,
                        MaxCount: 1,
                        ...(index === 0 ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
                        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Lab", Value: lab }] }],
                    }),
                );
            }
            const find = async (...filters: readonly [string, ...string[]][]) => {
                const sizes: number[] = [];
                const pages = paginateDescribeInstances(
                    { client: ec2, pageSize: 5 },
                    { Filters: filters.map(([Name, ...Values]) => ({ Name, Values })) },
                );
                for await (const { Reservations = [] } of pages) {
                    sizes.push(Reservations.flatMap(({ Instances = [] }) => Instances).length);
                }
                return sizes;
            };
            assert.deepEqual(await find(["instance-state-name", "pending", "running"]), [5, 3]);
            assert.deepEqual(
                await find(["tag:Lab", "ada"], ["instance-state-name", "pending", "running"]),
                [5, 1],
            );
            assert.deepEqual(await find(["tag:Lab", "a*"], ["instance-state-name", "stopped"]), [0]);
            assert.deepEqual(await find(["instance-lifecycle", "spot"]), [1]);
            const spot = (await account.machines("sa-east-1")).filter(
                (machine) => machine.InstanceLifecycle === "spot",
            );
            assert.deepEqual(
                spot.flatMap(({ Tags = [] }) => Tags.map(({ Value }) => Value)),
                ["ada"],
            );
        });
    });
});
