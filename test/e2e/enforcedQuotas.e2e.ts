import {
    CreateInternetGatewayCommand,
    CreateSecurityGroupCommand,
    CreateVpcCommand,
    CreateVpcEndpointCommand,
    DescribeInternetGatewaysCommand,
    DescribeSecurityGroupsCommand,
    DescribeVpcsCommand,
    EC2Client,
    RunInstancesCommand,
    StartInstancesCommand,
    StopInstancesCommand,
    TerminateInstancesCommand,
    waitUntilInstanceStopped,
    waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2";
import {
    DescribeClusterCommand,
    EMRClient,
    ListClustersCommand,
    paginateListClusters,
    paginateListSteps,
    AddJobFlowStepsCommand,
    TerminateJobFlowsCommand,
} from "@aws-sdk/client-emr";
import {
    CreateInstanceProfileCommand,
    CreateRoleCommand,
    GetAccountSummaryCommand,
    GetRoleCommand,
    IAMClient,
} from "@aws-sdk/client-iam";
import { RequestServiceQuotaIncreaseCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import assert from "node:assert/strict";
import { BareAccount, type Network } from "./bareAccount.ts";

const region = "eu-west-1";
const vcpuMessage = (limit: number): string =>
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that ` +
    "the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an " +
    "adjustment to this limit.";

describe("quotas that are enforced", () => {
    let account: BareAccount;
    let network: Network;
    before(async () => {
        account = await BareAccount.start("e2e-quotas");
        network = await account.network(region, "eu-west-1a");
        await account.emrRoles();
    });
    after(() => account?.cloud.stop());
    beforeEach(() => account.cloud.control.resetQuotas());

    const launch = async (InstanceType: string, count = 1, spot = false): Promise<string[]> => {
        const { Instances = [] } = await account.client(EC2Client).send(
            new RunInstancesCommand({
                ImageId: await account.image(),
                InstanceType: InstanceType as never,
                MinCount: count,
                MaxCount: count,
                SubnetId: network.subnetId,
                ...(spot ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
            }),
        );
        return Instances.map(({ InstanceId = "" }) => InstanceId);
    };
    const terminateAll = async () => {
        const ids = (await account.machines()).map(({ InstanceId = "" }) => InstanceId);
        if (ids.length === 0) return;
        const client = account.client(EC2Client);
        await client.send(new TerminateInstancesCommand({ InstanceIds: ids }));
        await waitUntilInstanceTerminated({ client, maxWaitTime: 60, minDelay: 1 }, { InstanceIds: ids });
    };

    it("are not in the way of anybody who has not asked for them", async () => {
        await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 0 });
        assert.equal((await launch("t3.small")).length, 1);
        await terminateAll();
    });

    describe("vCPUs", () => {
        afterEach(terminateAll);

        it("machines take theirs from the quota, to the last one", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 6 });
            await account.cloud.control.enforceQuotas();
            await assert.rejects(launch("m5.xlarge", 2), {
                name: "VcpuLimitExceeded",
                message: vcpuMessage(6),
            });
            await launch("m5.xlarge");
            await launch("t3.small");
            await assert.rejects(launch("t3.small"), { name: "VcpuLimitExceeded" });
            // Another region has a quota of its own.
            await account.client(EC2Client, "us-east-1").send(
                new RunInstancesCommand({
                    ImageId: await account.image("us-east-1"),
                    InstanceType: "t3.small",
                    MinCount: 1,
                    MaxCount: 1,
                }),
            );
        });

        it("of two that want the last place, one gets it", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 4 });
            await account.cloud.control.enforceQuotas();
            const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => launch("t3.small")));
            assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 2);
            assert.equal((await account.machines()).length, 2);
        });

        it("a stopped machine frees its own, and needs them again to start", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 2 });
            await account.cloud.control.enforceQuotas();
            const client = account.client(EC2Client);
            const ids = await launch("t3.small");
            await client.send(new StopInstancesCommand({ InstanceIds: ids }));
            await waitUntilInstanceStopped({ client, maxWaitTime: 60, minDelay: 1 }, { InstanceIds: ids });
            const [other = ""] = await launch("t3.small");
            const start = () => client.send(new StartInstancesCommand({ InstanceIds: ids }));
            await assert.rejects(start(), { name: "VcpuLimitExceeded", message: vcpuMessage(2) });
            await client.send(new TerminateInstancesCommand({ InstanceIds: [other] }));
            await start();
        });

        it("Spot Instances and other families count for quotas of their own", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 2, "ec2/L-34B43A08": 2 });
            await account.cloud.control.enforceQuotas();
            await launch("t3.small", 1, true);
            await assert.rejects(launch("t3.small", 1, true), { name: "MaxSpotInstanceCountExceeded" });
            await launch("t3.small");
            await launch("g4dn.xlarge");
            await assert.rejects(launch("t3.small"), { name: "VcpuLimitExceeded" });
        });

        it("an approved increase makes room at once", async () => {
            const { control } = account.cloud;
            await control.setQuotas({ "ec2/L-1216C47A": 1 });
            await control.enforceQuotas();
            await assert.rejects(launch("t3.small"), { message: vcpuMessage(1) });
            await account.client(ServiceQuotasClient).send(
                new RequestServiceQuotaIncreaseCommand({
                    ServiceCode: "ec2",
                    QuotaCode: "L-1216C47A",
                    DesiredValue: 2,
                }),
            );
            await assert.rejects(launch("t3.small"), { message: vcpuMessage(1) });
            const [asked] = await control.quotaRequests();
            await control.decideQuotaRequest(asked?.id ?? "", "APPROVED");
            await launch("t3.small");
            await assert.rejects(launch("t3.small"), { message: vcpuMessage(2) });
        });
    });

    it("networks, gateways, groups and endpoints count with those that were there", async () => {
        const ec2 = account.client(EC2Client);
        const [{ Vpcs = [] }, { InternetGateways = [] }, { SecurityGroups = [] }] = await Promise.all([
            ec2.send(new DescribeVpcsCommand({})),
            ec2.send(new DescribeInternetGatewaysCommand({})),
            ec2.send(new DescribeSecurityGroupsCommand({})),
        ]);
        const endpoint = () =>
            ec2.send(
                new CreateVpcEndpointCommand({
                    VpcId: network.vpcId,
                    ServiceName: "com.amazonaws.eu-west-1.s3",
                    VpcEndpointType: "Gateway",
                }),
            );
        const vpc = () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
        const gateway = () => ec2.send(new CreateInternetGatewayCommand({}));
        let groups = 0;
        const group = () =>
            ec2.send(
                new CreateSecurityGroupCommand({
                    VpcId: network.vpcId,
                    GroupName: `g${++groups}`,
                    Description: "g",
                }),
            );
        await account.cloud.control.enforceQuotas();
        for (const [quota, used, make, code, what] of [
            [
                "vpc/L-A4707A72",
                InternetGateways.length,
                gateway,
                "InternetGatewayLimitExceeded",
                "internet gateways",
            ],
            ["vpc/L-E79EC296", SecurityGroups.length, group, "SecurityGroupLimitExceeded", "security groups"],
            ["vpc/L-1B52E74A", 0, endpoint, "VpcEndpointLimitExceeded", "VPC endpoints"],
            ["vpc/L-F678F1CE", Vpcs.length, vpc, "VpcLimitExceeded", "VPCs"],
        ] as const) {
            const full = { name: code, message: `The maximum number of ${what} has been reached.` };
            await account.cloud.control.setQuotas({ [quota]: used });
            await assert.rejects(make(), full, `${quota}: ${used} of ${used}`);
            await account.cloud.control.setQuotas({ [quota]: used + 1 });
            await make();
            await assert.rejects(make(), full, `${quota}: ${used + 1} of ${used + 1}`);
        }
    });

    it("roles and instance profiles count for the account", async () => {
        const iam = account.client(IAMClient);
        const { SummaryMap = {} } = await iam.send(new GetAccountSummaryCommand({}));
        const [roles = 0, profiles = 0] = [SummaryMap["Roles"], SummaryMap["InstanceProfiles"]];
        await account.cloud.control.setQuotas({
            "iam/L-FE177D64": roles + 1,
            "iam/L-6E65F664": profiles + 1,
        });
        await account.cloud.control.enforceQuotas();
        const role = (RoleName: string) =>
            iam.send(
                new CreateRoleCommand({
                    RoleName,
                    AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
                }),
            );
        const profile = (InstanceProfileName: string) =>
            iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
        await role("last");
        await profile("last");
        await assert.rejects(role("beyond"), {
            name: "LimitExceededException",
            message: `Cannot exceed quota for RolesPerAccount: ${roles + 1}`,
        });
        await assert.rejects(profile("beyond"), {
            name: "LimitExceededException",
            message: `Cannot exceed quota for InstanceProfilesPerAccount: ${profiles + 1}`,
        });
    });

    describe("clusters", () => {
        const over = ["TERMINATED", "TERMINATED_WITH_ERRORS"] as const;
        const end = async (id: string) => {
            await account.client(EMRClient).send(new TerminateJobFlowsCommand({ JobFlowIds: [id] }));
            await account.clusterIn(region, id, over);
        };

        it("one whose nodes do not fit ends with EMR's words, and nothing of it stays", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 11 });
            await account.cloud.control.enforceQuotas();
            const id = await account.runCluster(region, network, { core: 2 });
            const { state, code, message } = await account.clusterIn(region, id, [...over, "WAITING"]);
            assert.deepEqual([state, code], ["TERMINATED_WITH_ERRORS", "INTERNAL_ERROR"]);
            assert.match(
                message,
                /^The request to create the EMR cluster or add EC2 instances to it failed\. The number of vCPUs for instance type m5\.xlarge exceeds the EC2 service quota for that type\./,
            );
            assert.deepEqual(await account.machines(), []);
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 12 });
            const fits = await account.runCluster(region, network, { core: 2 });
            assert.equal((await account.clusterIn(region, fits, [...over, "WAITING"])).state, "WAITING");
            await end(fits);
        });

        it("core nodes on Spot count for Spot's quota", async () => {
            await account.cloud.control.setQuotas({ "ec2/L-1216C47A": 4, "ec2/L-34B43A08": 8 });
            await account.cloud.control.enforceQuotas();
            const id = await account.runCluster(region, network, { core: 2, spot: true });
            assert.equal((await account.clusterIn(region, id, [...over, "WAITING"])).state, "WAITING");
            const lifecycles = (await account.machines()).map(({ InstanceLifecycle }) => InstanceLifecycle);
            assert.deepEqual(lifecycles.sort(), ["spot", "spot", undefined]);
            await end(id);
        });

        it("so many may be active, those that are ending included", async () => {
            await account.cloud.control.setQuotas({ "elasticmapreduce/L-1EE7982C": 1 });
            await account.cloud.control.enforceQuotas();
            const id = await account.runCluster(region, network);
            await assert.rejects(account.runCluster(region, network), {
                name: "ValidationException",
                message: "The maximum number of active clusters that can be run at the same time is 1.",
            });
            await account.clusterIn(region, id, [...over, "WAITING"]);
            await end(id);
            const next = await account.runCluster(region, network);
            await account.clusterIn(region, next, [...over, "WAITING"]);
            await end(next);
        });

        it("need a type that the release supports, and a zone that offers it", async () => {
            await account.cloud.control.withholdReleases("us-east-1", ["emr-7.13.0"]);
            const virginia = await account.network("us-east-1", "us-east-1e");
            const run = (options: Parameters<BareAccount["runCluster"]>[2]) =>
                account.runCluster("us-east-1", virginia, options);
            await assert.rejects(run({}), { message: "The supplied release label is invalid: emr-7.13.0." });
            await assert.rejects(run({ release: "emr-7.12.0", type: "t3.medium" }), {
                message: "Instance type 't3.medium' is not supported.",
            });
            await assert.rejects(run({ release: "emr-7.12.0", type: "m5.huge" }), {
                message: "Instance type 'm5.huge' is not supported.",
            });
            const id = await run({ release: "emr-7.12.0" });
            const { code, message } = await account.clusterIn("us-east-1", id, [...over, "WAITING"]);
            assert.equal(code, "VALIDATION_ERROR");
            assert.match(
                message,
                /^The requested instance type m5\.xlarge is not supported in the requested availability zone/,
            );
        });

        it("on Spot fail without Spot's role where EMR's role may not make it, else make it", async () => {
            const { control } = account.cloud;
            await control.setSpotRole(false);
            const run = async (spot: boolean) => {
                const id = await account.runCluster(region, network, { spot });
                const found = await account.clusterIn(region, id, [...over, "WAITING"]);
                if (found.state === "WAITING") await end(id);
                return found;
            };
            assert.equal((await run(false)).state, "WAITING");
            const { code, message } = await run(true);
            assert.equal(code, "VALIDATION_ERROR");
            assert.equal(
                message,
                "Service role arn:aws:iam::123456789012:role/emr-service has insufficient EC2 permissions. EC2 Message: The " +
                    "provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.",
            );
            const role = () =>
                account.client(IAMClient).send(new GetRoleCommand({ RoleName: "AWSServiceRoleForEC2Spot" }));
            await assert.rejects(role(), { name: "NoSuchEntityException" });
            await account.allowService("spot", [
                {
                    Effect: "Allow",
                    Action: "iam:CreateServiceLinkedRole",
                    Resource: "arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/*",
                    Condition: { StringEquals: { "iam:AWSServiceName": "spot.amazonaws.com" } },
                },
            ]);
            assert.equal((await run(true)).state, "WAITING");
            assert.equal((await role()).Role?.RoleName, "AWSServiceRoleForEC2Spot");
        });

        it("are listed by state, fifty at a time, newest first; so are steps", async () => {
            const emr = account.client(EMRClient);
            const nowhere = { ...network, subnetId: "subnet-0" };
            for (let count = 0; count < 52; count += 1) {
                await account.runCluster(region, nowhere, { name: `n${count}` });
            }
            const names: string[] = [];
            const sizes: number[] = [];
            for await (const { Clusters = [] } of paginateListClusters({ client: emr }, {})) {
                sizes.push(Clusters.length);
                names.push(...Clusters.map(({ Name = "" }) => Name));
            }
            assert.equal(sizes[0], 50);
            assert.equal(sizes.length, 2);
            assert.deepEqual(names.slice(0, 2), ["n51", "n50"]);
            const id = await account.runCluster(region, network, { name: "living" });
            await account.clusterIn(region, id, [...over, "WAITING"]);
            const { Clusters = [] } = await emr.send(
                new ListClustersCommand({
                    ClusterStates: ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"],
                }),
            );
            assert.deepEqual(
                Clusters.map(({ Name }) => Name),
                ["living"],
            );
            await assert.rejects(emr.send(new ListClustersCommand({ ClusterStates: ["DEAD" as never] })), {
                name: "ValidationException",
            });
            await assert.rejects(emr.send(new ListClustersCommand({ Marker: "made-up" })), {
                name: "InvalidRequestException",
            });
            const step = {
                Name: "s",
                ActionOnFailure: "CONTINUE",
                HadoopJarStep: { Jar: "command-runner.jar" },
            } as const;
            await emr.send(
                new AddJobFlowStepsCommand({ JobFlowId: id, Steps: Array.from({ length: 60 }, () => step) }),
            );
            const steps: number[] = [];
            for await (const { Steps = [] } of paginateListSteps({ client: emr }, { ClusterId: id })) {
                steps.push(Steps.length);
            }
            assert.deepEqual(steps, [50, 10]);
            await end(id);
        });
    });

    it("EMR's rates hold for each region, with the account's own quotas", async () => {
        const { control } = account.cloud;
        await control.setQuotas(
            { "elasticmapreduce/L-81AF5123": 3, "elasticmapreduce/L-D74118B4": 0.001 },
            region,
        );
        await control.setLimits("aws");
        try {
            const ask = (where: string) =>
                account.client(EMRClient, where).send(new DescribeClusterCommand({ ClusterId: "j-NONE" }));
            const code = async (where: string) => {
                try {
                    await ask(where);
                } catch (error) {
                    return (error as Error).name;
                }
                return "none";
            };
            const answers: string[] = [];
            for (let count = 0; count < 4; count += 1) answers.push(await code(region));
            assert.deepEqual(answers, [
                ...Array.from({ length: 3 }, () => "InvalidRequestException"),
                "ThrottlingException",
            ]);
            assert.equal(await code("us-east-1"), "InvalidRequestException");
        } finally {
            await control.setLimits({});
        }
    });
});
