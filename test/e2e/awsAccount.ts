/** An AWS account in moto for the test of the aws stand-in: what it starts with, and what is in it. */
import * as ec2 from "@aws-sdk/client-ec2";
import * as emr from "@aws-sdk/client-emr";
import * as iam from "@aws-sdk/client-iam";
import * as route53 from "@aws-sdk/client-route-53";
import * as s3 from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as ssm from "@aws-sdk/client-ssm";

/** The region of the test. */
export const region = "eu-west-1";
/** Any will do: moto does not verify them. */
export const credentials = { accessKeyId: "AKIATESTTESTTEST", secretAccessKey: "none" };

/** Clients that bypass the provider. */
export class Account {
    readonly ec2: ec2.EC2Client;
    readonly emr: emr.EMRClient;
    readonly iam: iam.IAMClient;
    readonly route53: route53.Route53Client;
    readonly s3: s3.S3Client;
    readonly scheduler: scheduler.SchedulerClient;
    readonly ssm: ssm.SSMClient;

    constructor(endpoint: string) {
        const common = { endpoint, region, credentials };
        this.ec2 = new ec2.EC2Client(common);
        this.emr = new emr.EMRClient(common);
        this.iam = new iam.IAMClient(common);
        this.route53 = new route53.Route53Client(common);
        this.s3 = new s3.S3Client({ ...common, forcePathStyle: true });
        this.scheduler = new scheduler.SchedulerClient(common);
        this.ssm = new ssm.SSMClient(common);
    }

    /** An image to look up and a zone for records. */
    async furnish(zoneName: string): Promise<void> {
        const { Images = [] } = await this.ec2.send(
            new ec2.DescribeImagesCommand({ Owners: ["099720109477"] }),
        );
        const Value = Images[0]?.ImageId;
        await this.ssm.send(new ssm.PutParameterCommand({ Name: "/lab/ami", Type: "String", Value }));
        await this.route53.send(
            new route53.CreateHostedZoneCommand({ Name: zoneName, CallerReference: "test" }),
        );
    }

    /** Names of everything that lives. */
    async inventory(): Promise<Record<string, unknown>> {
        const { HostedZones = [] } = await this.route53.send(new route53.ListHostedZonesCommand({}));
        const [vpcs, groups, keys, machines, tables, volumes, endpoints, gateways] = await Promise.all([
            this.ec2.send(new ec2.DescribeVpcsCommand({})),
            this.ec2.send(new ec2.DescribeSecurityGroupsCommand({})),
            this.ec2.send(new ec2.DescribeKeyPairsCommand({})),
            this.ec2.send(new ec2.DescribeInstancesCommand({})),
            this.ec2.send(new ec2.DescribeRouteTablesCommand({})),
            this.ec2.send(new ec2.DescribeVolumesCommand({})),
            this.ec2.send(new ec2.DescribeVpcEndpointsCommand({})),
            this.ec2.send(new ec2.DescribeInternetGatewaysCommand({})),
        ]);
        const [roles, profiles, policies, users, buckets, clusters, schedules, timers, records] =
            await Promise.all([
                this.iam.send(new iam.ListRolesCommand({})),
                this.iam.send(new iam.ListInstanceProfilesCommand({})),
                this.iam.send(new iam.ListPoliciesCommand({ Scope: "Local" })),
                this.iam.send(new iam.ListUsersCommand({})),
                this.s3.send(new s3.ListBucketsCommand({})),
                this.emr.send(new emr.ListClustersCommand({})),
                this.scheduler.send(new scheduler.ListSchedulesCommand({})),
                this.scheduler.send(new scheduler.ListScheduleGroupsCommand({})),
                this.route53.send(
                    new route53.ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id }),
                ),
            ]);
        return {
            vpcs: vpcs.Vpcs?.map(({ VpcId }) => VpcId),
            groups: groups.SecurityGroups?.map(({ GroupId }) => GroupId),
            keys: keys.KeyPairs?.map(({ KeyName }) => KeyName),
            machines: machines.Reservations?.flatMap(({ Instances = [] }) => Instances)
                .filter(({ State }) => State?.Name !== "terminated")
                .map(({ InstanceId }) => InstanceId),
            tables: tables.RouteTables?.map(({ RouteTableId }) => RouteTableId),
            volumes: volumes.Volumes?.map(({ VolumeId }) => VolumeId),
            endpoints: endpoints.VpcEndpoints?.filter(({ State }) => String(State) !== "deleted").map(
                ({ VpcEndpointId }) => VpcEndpointId,
            ),
            gateways: gateways.InternetGateways?.map(({ InternetGatewayId }) => InternetGatewayId),
            roles: roles.Roles?.map(({ RoleName }) => RoleName),
            profiles: profiles.InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName),
            policies: policies.Policies?.map(({ PolicyName }) => PolicyName),
            users: users.Users?.map(({ UserName }) => UserName),
            buckets: buckets.Buckets?.map(({ Name }) => Name),
            clusters: clusters.Clusters?.filter(({ Status }) => !Status?.State?.startsWith("TERMINATED")).map(
                ({ Id }) => Id,
            ),
            schedules: schedules.Schedules?.map(({ Name }) => Name),
            scheduleGroups: timers.ScheduleGroups?.map(({ Name }) => Name),
            records: records.ResourceRecordSets?.map(({ Name, Type }) => `${Name} ${Type}`),
        };
    }

    /** Ends a machine behind the engine's back. */
    async terminateMachine(id: string): Promise<void> {
        await this.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }));
    }

    /** Ends a cluster behind the engine's back, as idle auto-termination does. */
    async terminateCluster(id: string): Promise<void> {
        await this.emr.send(new emr.TerminateJobFlowsCommand({ JobFlowIds: [id] }));
    }

    /** What a student's job does. */
    async addStep(clusterId: string): Promise<void> {
        const HadoopJarStep = { Jar: "command-runner.jar", Args: ["true"] };
        const Steps = [{ Name: "wordcount", ActionOnFailure: "CONTINUE" as const, HadoopJarStep }];
        await this.emr.send(new emr.AddJobFlowStepsCommand({ JobFlowId: clusterId, Steps }));
    }

    /** Fills a bucket with something that the program knows nothing of. */
    async putObject(Bucket: string, Key: string): Promise<void> {
        await this.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "x" }));
    }
}
