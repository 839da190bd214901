import { runSimulation } from "@cloud-copilot/iam-simulate";
import { strict as assert } from "node:assert";
import { Region } from "../../components/region";
import { studentPolicy } from "../../components/studentPolicy";

const region: Region = {
    name: "eu-west-1",
    accountId: "123456789012",
    partition: "aws",
    zone: "eu-west-1a",
    amiId: "ami-1",
};
const bucketArn = "arn:aws:s3:::scratch";
const policy = studentPolicy({
    region,
    bucketArn,
    courseArchiveArn: "arn:aws:s3:::university/ml/course.tar.gz",
});

const cluster = "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/j-1";
const tags = (lab: string, stack = "eu-west-1", project = "student-labs") => ({
    Project: project,
    Stack: stack,
    Lab: lab,
});

interface Call {
    readonly action: string;
    readonly resource: string;
    /** Tags of the resource. */
    readonly on?: Record<string, string>;
    readonly context?: Record<string, string>;
}

/** Asks the policy as an identity of lab ada. */
async function decide({ action, resource, on = {}, context = {} }: Call): Promise<string> {
    const prefixed = (prefix: string, of: Record<string, string>) =>
        Object.fromEntries(Object.entries(of).map(([key, value]) => [`${prefix}/${key}`, value]));
    const outcome = await runSimulation(
        {
            request: {
                principal: "arn:aws:sts::123456789012:assumed-role/student-labs-eu-west-1-ada-0123456/i-1",
                action,
                resource: { resource, accountId: "123456789012" },
                contextVariables: {
                    ...prefixed("aws:PrincipalTag", tags("ada")),
                    ...prefixed("elasticmapreduce:ResourceTag", on),
                    ...prefixed("aws:ResourceTag", on),
                    ...context,
                },
            },
            identityPolicies: [{ name: "student", policy }],
            serviceControlPolicies: [],
            resourceControlPolicies: [],
        },
        {},
    );
    if (outcome.resultType === "error") {
        throw new Error(`${action}: ${JSON.stringify(outcome.errors)}`);
    }
    return outcome.overallResult;
}

const allowed: readonly Call[] = [
    ...[
        "DescribeCluster",
        "AddJobFlowSteps",
        "DescribeStep",
        "ListSteps",
        "CancelSteps",
        "ListInstances",
        "ListInstanceGroups",
        "ListBootstrapActions",
    ].map((name) => ({ action: `elasticmapreduce:${name}`, resource: cluster, on: tags("ada") })),
    { action: "s3:ListBucket", resource: bucketArn },
    { action: "s3:ListBucket", resource: bucketArn, context: { "s3:prefix": "labs/ada/tmp/" } },
    { action: "s3:GetBucketLocation", resource: bucketArn },
    ...["GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"].map(
        (name) => ({
            action: `s3:${name}`,
            resource: `${bucketArn}/labs/ada/tmp/x`,
        }),
    ),
    { action: "s3:GetObject", resource: `${bucketArn}/labs/ada` },
    { action: "s3:GetObject", resource: "arn:aws:s3:::university/ml/course.tar.gz" },
    {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::eu-west-1.elasticmapreduce/libs/script-runner/script-runner.jar",
    },
];

const refused: readonly Call[] = [
    { action: "elasticmapreduce:DescribeCluster", resource: cluster, on: tags("grace") },
    { action: "elasticmapreduce:DescribeCluster", resource: cluster },
    { action: "elasticmapreduce:AddJobFlowSteps", resource: cluster, on: tags("grace") },
    { action: "elasticmapreduce:AddJobFlowSteps", resource: cluster, on: tags("ada", "us-east-1") },
    { action: "elasticmapreduce:AddJobFlowSteps", resource: cluster, on: tags("ada", "eu-west-1", "other") },
    {
        action: "elasticmapreduce:AddJobFlowSteps",
        resource: cluster.replace("eu-west-1", "us-east-1"),
        on: tags("ada"),
    },
    { action: "elasticmapreduce:CancelSteps", resource: cluster, on: tags("grace") },
    { action: "elasticmapreduce:ListClusters", resource: "*" },
    { action: "s3:GetObject", resource: `${bucketArn}/labs/grace/tmp/x` },
    { action: "s3:PutObject", resource: `${bucketArn}/labs/grace/tmp/x` },
    { action: "s3:DeleteObject", resource: `${bucketArn}/labs/adam/x` },
    { action: "s3:GetObject", resource: `${bucketArn}/labs/grace/logs/j-2/steps/s-1/stderr.gz` },
    { action: "s3:PutObject", resource: `${bucketArn}/course/course.tar.gz` },
    { action: "s3:GetObject", resource: "arn:aws:s3:::university/ml/exam.tar.gz" },
    { action: "s3:ListBucket", resource: "arn:aws:s3:::university" },
    { action: "s3:ListAllMyBuckets", resource: "*" },
    { action: "s3:DeleteBucket", resource: bucketArn },
    { action: "s3:PutBucketPolicy", resource: bucketArn },
];

const denied: readonly Call[] = [
    { action: "elasticmapreduce:RunJobFlow", resource: "*" },
    ...[
        "AddInstanceGroups",
        "ModifyInstanceGroups",
        "AddInstanceFleet",
        "ModifyInstanceFleet",
        "PutManagedScalingPolicy",
        "PutAutoScalingPolicy",
        "PutAutoTerminationPolicy",
        "RemoveAutoTerminationPolicy",
        "ModifyCluster",
        "TerminateJobFlows",
        "SetTerminationProtection",
        "AddTags",
        "RemoveTags",
    ].map((name) => ({ action: `elasticmapreduce:${name}`, resource: cluster, on: tags("ada") })),
    { action: "elasticmapreduce:PutBlockPublicAccessConfiguration", resource: "*" },
    { action: "ec2:RunInstances", resource: "arn:aws:ec2:eu-west-1:123456789012:instance/*" },
    { action: "ec2:CreateTags", resource: "arn:aws:ec2:eu-west-1:123456789012:instance/i-1" },
    { action: "ec2:StartInstances", resource: "arn:aws:ec2:eu-west-1:123456789012:instance/i-1" },
    { action: "iam:PassRole", resource: "arn:aws:iam::123456789012:role/student-labs-eu-west-1-ada-0123456" },
    { action: "iam:TagRole", resource: "arn:aws:iam::123456789012:role/student-labs-eu-west-1-ada-0123456" },
    { action: "iam:CreateAccessKey", resource: "arn:aws:iam::123456789012:user/ada" },
    {
        action: "sts:AssumeRole",
        resource: "arn:aws:iam::123456789012:role/student-labs-eu-west-1-grace-0123456",
    },
];

describe("A student's policy", () => {
    for (const [verdict, calls] of [
        ["Allowed", allowed],
        ["ImplicitlyDenied", refused],
        ["ExplicitlyDenied", denied],
    ] as const) {
        for (const call of calls) {
            const about =
                call.on === undefined
                    ? call.resource
                    : `${call.resource} of ${Object.values(call.on).join("/")}`;
            it(`${verdict}: ${call.action} on ${about}`, async () =>
                assert.equal(await decide(call), verdict));
        }
    }
});
