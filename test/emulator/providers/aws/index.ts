/**
 * Stand-in for the aws provider: each resource type is calls of the AWS SDK to the endpoint in `AWS_ENDPOINT_URL`, so
 * the real provider could take its place. It follows terraform-provider-aws 6 as bridged in pulumi-aws 7. Types, inputs
 * and functions that are not listed here are refused.
 */
import awsPackage from "@pulumi/aws/package.json" with { type: "json" };
import type { ProviderDefinition } from "../provider.ts";
import { Aws, configKeys, type AwsOptions } from "./clients.ts";
import { instance } from "./ec2/instance.ts";
import { instanceState } from "./ec2/instanceState.ts";
import { internetGateway } from "./ec2/internetGateway.ts";
import { internetGatewayAttachment } from "./ec2/internetGatewayAttachment.ts";
import { keyPair } from "./ec2/keyPair.ts";
import { route } from "./ec2/route.ts";
import { routeTable } from "./ec2/routeTable.ts";
import { routeTableAssociation } from "./ec2/routeTableAssociation.ts";
import { securityGroup } from "./ec2/securityGroup.ts";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2/securityGroupRule.ts";
import { subnet } from "./ec2/subnet.ts";
import { vpc } from "./ec2/vpc.ts";
import { vpcEndpoint } from "./ec2/vpcEndpoint.ts";
import { cluster } from "./emr/cluster.ts";
import { functions } from "./functions.ts";
import { rolePolicyAttachment, userPolicyAttachment } from "./iam/attachment.ts";
import { instanceProfile } from "./iam/instanceProfile.ts";
import { policy, rolePolicy } from "./iam/policy.ts";
import { role } from "./iam/role.ts";
import { accessKey, user } from "./iam/user.ts";
import { record } from "./record.ts";
import { handler, type ResourceType } from "./resource.ts";
import { bucket } from "./s3/bucket.ts";
import { bucketObject } from "./s3/bucketObject.ts";
import { bucketEncryption, bucketLifecycle, bucketPublicAccessBlock } from "./s3/bucketSettings.ts";
import { schedule } from "./schedule.ts";
import { scheduleGroup } from "./scheduleGroup.ts";

export type { AwsOptions } from "./clients.ts";

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
        version: awsPackage.version,
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
