/** A pocket cloud with nothing in it, talked to by AWS's own clients: what a tool of the operator's meets. */
import {
    AttachInternetGatewayCommand,
    AuthorizeSecurityGroupIngressCommand,
    CreateInternetGatewayCommand,
    CreateRouteCommand,
    CreateSecurityGroupCommand,
    CreateSubnetCommand,
    CreateVpcCommand,
    DescribeImagesCommand,
    DescribeInstancesCommand,
    DescribeRouteTablesCommand,
    EC2Client,
    type Instance,
} from "@aws-sdk/client-ec2";
import { DescribeClusterCommand, EMRClient, RunJobFlowCommand, type ClusterState } from "@aws-sdk/client-emr";
import {
    AddRoleToInstanceProfileCommand,
    AttachRolePolicyCommand,
    CreateAccessKeyCommand,
    CreateInstanceProfileCommand,
    CreateRoleCommand,
    CreateUserCommand,
    IAMClient,
    PutRolePolicyCommand,
    PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { setTimeout as sleep } from "node:timers/promises";
import { PocketCloud } from "../emulator/cloud.ts";
import { OPERATOR_CREDENTIALS } from "../emulator/gateway/operator.ts";
import { prepareTools } from "../emulator/tools/prepare.ts";

/** Keys of a user. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
}

interface ClientConfig {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Credentials;
    readonly maxAttempts: number;
}

/** A network with a way out, in one zone. */
export interface Network {
    readonly vpcId: string;
    readonly subnetId: string;
    readonly groupId: string;
}

const trust = (Service: string): string =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
    });
/** The tag by which EMR's managed policy knows what it may use. */
const forEmr = [{ Key: "for-use-with-amazon-emr-managed-policies", Value: "true" }];

/** The account. */
export class BareAccount {
    readonly cloud: PocketCloud;

    private constructor(cloud: PocketCloud) {
        this.cloud = cloud;
    }

    /** Starts one, with simulated machines: nothing has to run on them. */
    static async start(name: string): Promise<BareAccount> {
        return new BareAccount(
            await PocketCloud.start({ name, tools: await prepareTools({ mode: "simulated" }) }),
        );
    }

    /** A client that does not try again; the operator's unless other keys are given. */
    client<T>(
        Client: new (config: ClientConfig) => T,
        region = "eu-west-1",
        credentials: Credentials = OPERATOR_CREDENTIALS,
    ): T {
        return new Client({ endpoint: this.cloud.url, region, credentials, maxAttempts: 1 });
    }

    /** A new user with a policy, and their keys. */
    async user(UserName: string, statements: readonly object[]): Promise<Credentials> {
        const iam = this.client(IAMClient);
        await iam.send(new CreateUserCommand({ UserName }));
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
        await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "only", PolicyDocument }));
        const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
        return {
            accessKeyId: AccessKey?.AccessKeyId ?? "",
            secretAccessKey: AccessKey?.SecretAccessKey ?? "",
        };
    }

    /** Some image. */
    async image(region = "eu-west-1"): Promise<string> {
        const { Images = [] } = await this.client(EC2Client, region).send(
            new DescribeImagesCommand({ Owners: ["099720109477"] }),
        );
        return Images[0]?.ImageId ?? "";
    }

    /** Makes a network for machines and clusters. */
    async network(region: string, zone: string): Promise<Network> {
        const ec2 = this.client(EC2Client, region);
        const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.7.0.0/16" }));
        const vpcId = Vpc?.VpcId ?? "";
        const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
        const GatewayId = InternetGateway?.InternetGatewayId ?? "";
        await ec2.send(new AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: GatewayId }));
        const { RouteTables = [] } = await ec2.send(
            new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }),
        );
        await ec2.send(
            new CreateRouteCommand({
                RouteTableId: RouteTables[0]?.RouteTableId,
                DestinationCidrBlock: "0.0.0.0/0",
                GatewayId,
            }),
        );
        const { Subnet } = await ec2.send(
            new CreateSubnetCommand({
                VpcId: vpcId,
                CidrBlock: "10.7.0.0/20",
                AvailabilityZone: zone,
                TagSpecifications: [{ ResourceType: "subnet", Tags: forEmr }],
            }),
        );
        const { GroupId = "" } = await ec2.send(
            new CreateSecurityGroupCommand({
                VpcId: vpcId,
                GroupName: "nodes",
                Description: "nodes",
                TagSpecifications: [{ ResourceType: "security-group", Tags: forEmr }],
            }),
        );
        await ec2.send(
            new AuthorizeSecurityGroupIngressCommand({
                GroupId,
                IpPermissions: [
                    { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
                ],
            }),
        );
        return { vpcId, subnetId: Subnet?.SubnetId ?? "", groupId: GroupId };
    }

    /** Makes the roles of clusters: `emr-service` with AWS's managed policy, and `emr-nodes` with its profile. */
    async emrRoles(): Promise<void> {
        const iam = this.client(IAMClient);
        await iam.send(
            new CreateRoleCommand({
                RoleName: "emr-service",
                AssumeRolePolicyDocument: trust("elasticmapreduce.amazonaws.com"),
            }),
        );
        await iam.send(
            new AttachRolePolicyCommand({
                RoleName: "emr-service",
                PolicyArn: "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2",
            }),
        );
        await this.allowService("pass-role", [{ Effect: "Allow", Action: "iam:PassRole", Resource: "*" }]);
        await iam.send(
            new CreateRoleCommand({
                RoleName: "emr-nodes",
                AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
            }),
        );
        await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "emr-nodes" }));
        await iam.send(
            new AddRoleToInstanceProfileCommand({ InstanceProfileName: "emr-nodes", RoleName: "emr-nodes" }),
        );
    }

    /** Gives EMR's service role another inline policy. */
    async allowService(PolicyName: string, statements: readonly object[]): Promise<void> {
        await this.client(IAMClient).send(
            new PutRolePolicyCommand({
                RoleName: "emr-service",
                PolicyName,
                PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
            }),
        );
    }

    /** Asks for a cluster: a primary node and some core nodes of m5.xlarge. */
    async runCluster(
        region: string,
        { subnetId, groupId }: Network,
        options: { name?: string; core?: number; spot?: boolean; type?: string; release?: string } = {},
    ): Promise<string> {
        const { name = "c", core = 1, spot = false, type = "m5.xlarge", release = "emr-7.13.0" } = options;
        const { JobFlowId = "" } = await this.client(EMRClient, region).send(
            new RunJobFlowCommand({
                Name: name,
                ReleaseLabel: release,
                ServiceRole: "emr-service",
                JobFlowRole: "emr-nodes",
                Instances: {
                    InstanceGroups: [
                        { InstanceRole: "MASTER", InstanceType: type, InstanceCount: 1 },
                        {
                            InstanceRole: "CORE",
                            InstanceType: type,
                            InstanceCount: core,
                            ...(spot ? { Market: "SPOT", BidPrice: "0.15" } : {}),
                        },
                    ],
                    KeepJobFlowAliveWhenNoSteps: true,
                    Ec2SubnetId: subnetId,
                    EmrManagedMasterSecurityGroup: groupId,
                    EmrManagedSlaveSecurityGroup: groupId,
                },
                Tags: forEmr,
            }),
        );
        return JobFlowId;
    }

    /** Waits until a cluster is in one of the states; answers the state and its reason. */
    async clusterIn(
        region: string,
        id: string,
        states: readonly ClusterState[],
    ): Promise<{ state: string; code: string | undefined; message: string }> {
        const emr = this.client(EMRClient, region);
        for (;;) {
            const { Cluster } = await emr.send(new DescribeClusterCommand({ ClusterId: id }));
            const { State, StateChangeReason: reason } = Cluster?.Status ?? {};
            if (State !== undefined && states.includes(State)) {
                return { state: State, code: reason?.Code, message: reason?.Message ?? "" };
            }
            await sleep(100);
        }
    }

    /** The machines that are not terminated. */
    async machines(region = "eu-west-1"): Promise<Instance[]> {
        const { Reservations = [] } = await this.client(EC2Client, region).send(
            new DescribeInstancesCommand({}),
        );
        return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
            ({ State }) => State?.Name !== "terminated" && State?.Name !== "shutting-down",
        );
    }
}
