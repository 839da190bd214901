/**
 * Stand-in for the aws provider: each resource type is calls of the AWS SDK to the endpoint in `AWS_ENDPOINT_URL`, so
 * the real provider could take its place. It follows terraform-provider-aws 6 as bridged in pulumi-aws 7. Types, inputs
 * and functions that are not listed here are refused.
 */
import { version } from "@pulumi/aws/package.json";
import type { ProviderDefinition } from "../provider";
import { Aws, configKeys, type AwsOptions } from "./clients";
import { instance } from "./ec2/instance";
import { instanceState } from "./ec2/instanceState";
import { internetGateway } from "./ec2/internetGateway";
import { internetGatewayAttachment } from "./ec2/internetGatewayAttachment";
import { keyPair } from "./ec2/keyPair";
import { route } from "./ec2/route";
import { routeTable } from "./ec2/routeTable";
import { routeTableAssociation } from "./ec2/routeTableAssociation";
import { securityGroup } from "./ec2/securityGroup";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2/securityGroupRule";
import { subnet } from "./ec2/subnet";
import { vpc } from "./ec2/vpc";
import { vpcEndpoint } from "./ec2/vpcEndpoint";
import { cluster } from "./emr/cluster";
import { functions } from "./functions";
import { rolePolicyAttachment, userPolicyAttachment } from "./iam/attachment";
import { instanceProfile } from "./iam/instanceProfile";
import { policy, rolePolicy } from "./iam/policy";
import { role } from "./iam/role";
import { accessKey, user } from "./iam/user";
import { record } from "./record";
import { handler, type ResourceType } from "./resource";
import { bucket } from "./s3/bucket";
import { bucketObject } from "./s3/bucketObject";
import { bucketEncryption, bucketLifecycle, bucketPublicAccessBlock } from "./s3/bucketSettings";
import { schedule } from "./schedule";
import { scheduleGroup } from "./scheduleGroup";

export type { AwsOptions } from "./clients";

/** Every resource type, by token. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/internetGateway:InternetGateway": internetGateway,
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": internetGatewayAttachment,
    "aws:ec2/keyPair:KeyPair": keyPair,
    "aws:ec2/route:Route": route,
    "aws:ec2/routeTable:RouteTable": routeTable,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:ec2/subnet:Subnet": subnet,
    "aws:ec2/vpc:Vpc": vpc,
    "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
    "aws:ec2transitgateway/instanceState:InstanceState": instanceState,
    "aws:emr/cluster:Cluster": cluster,
    "aws:iam/accessKey:AccessKey": accessKey,
    "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
    "aws:iam/policy:Policy": policy,
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
    "aws:iam/user:User": user,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": userPolicyAttachment,
    "aws:route53/record:Record": record,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketLifecycle,
    "aws:s3/bucketObjectv2:BucketObjectv2": bucketObject,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPublicAccessBlock,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
        bucketEncryption,
    "aws:scheduler/schedule:Schedule": schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": scheduleGroup,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupEgressRule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupIngressRule,
};

/**
 * One aws provider. It keeps the configuration of the engine that configures it, so give `serveProvider` this function
 * and not its result.
 */
export function awsProvider(options: AwsOptions = {}): ProviderDefinition {
    let configured: Aws | undefined;
    const aws = (): Aws => {
        if (!configured) throw new Error("the aws provider is not configured");
        return configured;
    };
    return {
        name: "aws",
        version,
        config: configKeys,
        configure: (config) => {
            configured = new Aws(config, options);
        },
        resources: Object.fromEntries(
            Object.entries(resourceTypes).map(([token, type]) => [token, handler(type, aws)]),
        ),
        functions: functions(aws),
    };
}
