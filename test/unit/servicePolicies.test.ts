import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";
import {
    account,
    type Call,
    type Principal,
    session,
    tagsOf,
    titleOf,
    type Verdict,
    verdict,
} from "./policyVerdict.ts";

const archive = "arn:aws:s3:::university/ml/course.tar.gz";
const bucket = "arn:aws:s3:::classroom-scratch-bucket-0123456";
const machine = `arn:aws:ec2:eu-west-1:${account}:instance/i-1`;
const cluster = `arn:aws:elasticmapreduce:eu-west-1:${account}:cluster/j-1`;
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const toEc2 = { "iam:PassedToService": "ec2.amazonaws.com" };

describe("The policies of a class, besides the one of its students", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({
            courseArchive: { bucket: "university", object: "ml/course.tar.gz" },
            supportMachines: ["demo"],
            nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
        });
    });

    function table(
        policyOf: () => unknown,
        principal: Principal,
        rows: Readonly<Partial<Record<Verdict, readonly Call[]>>>,
    ): void {
        for (const [expected, calls] of Object.entries(rows)) {
            for (const call of calls) {
                it(`${expected}: ${titleOf(call)}`, async () =>
                    assert.equal(await verdict(policyOf(), principal, call), expected));
            }
        }
    }
    const parsed = (name: string, type: string) => () =>
        JSON.parse(stack.the(name, type).inputs.policy as string) as unknown;

    describe("A machine that supports the class", () => {
        table(
            parsed("classroom-support", "Policy"),
            session("student-labs-eu-west-1-support-demo-0123456", "i-1", { ...tagsOf(), Support: "demo" }),
            {
                Allowed: [{ action: "s3:GetObject", resource: archive }],
                ImplicitlyDenied: [
                    { action: "s3:PutObject", resource: archive },
                    { action: "s3:GetObject", resource: "arn:aws:s3:::university/ml/exam.tar.gz" },
                    { action: "s3:GetObject", resource: `${bucket}/labs/ada/x` },
                    { action: "s3:ListBucket", resource: bucket },
                    { action: "elasticmapreduce:AddJobFlowSteps", resource: cluster, on: tagsOf("ada") },
                    { action: "elasticmapreduce:DescribeCluster", resource: cluster, on: tagsOf() },
                    { action: "elasticmapreduce:RunJobFlow", resource: "*" },
                    { action: "iam:PassRole", resource: role("student-labs-eu-west-1-ada-0123456") },
                    { action: "ec2:StopInstances", resource: machine, on: tagsOf("ada") },
                ],
            },
        );
    });

    describe("The role that stops the class", () => {
        table(
            parsed("classroom-stop-policy", "RolePolicy"),
            session("classroom-stop-role-0123456", "scheduler", tagsOf()),
            {
                Allowed: [
                    { action: "ec2:StopInstances", resource: machine, on: tagsOf("ada") },
                    { action: "ec2:StopInstances", resource: machine, on: { ...tagsOf(), Support: "demo" } },
                    { action: "elasticmapreduce:TerminateJobFlows", resource: cluster, on: tagsOf("ada") },
                ],
                ImplicitlyDenied: [
                    { action: "ec2:StopInstances", resource: machine, on: {} },
                    { action: "ec2:StopInstances", resource: machine, on: tagsOf("ada", "us-east-1") },
                    {
                        action: "ec2:StopInstances",
                        resource: machine,
                        on: tagsOf("ada", "eu-west-1", "other"),
                    },
                    {
                        action: "ec2:StopInstances",
                        resource: machine.replace("eu-west-1", "us-east-1"),
                        on: tagsOf("ada"),
                    },
                    { action: "ec2:TerminateInstances", resource: machine, on: tagsOf("ada") },
                    { action: "ec2:StartInstances", resource: machine, on: tagsOf("ada") },
                    { action: "ec2:RunInstances", resource: machine, on: tagsOf("ada") },
                    { action: "elasticmapreduce:TerminateJobFlows", resource: cluster, on: {} },
                    {
                        action: "elasticmapreduce:TerminateJobFlows",
                        resource: cluster,
                        on: tagsOf("ada", "us-east-1"),
                    },
                    { action: "elasticmapreduce:AddJobFlowSteps", resource: cluster, on: tagsOf("ada") },
                    { action: "elasticmapreduce:RunJobFlow", resource: "*" },
                    {
                        action: "iam:PassRole",
                        resource: role("student-labs-eu-west-1-ada-0123456"),
                        context: toEc2,
                    },
                ],
            },
        );
    });

    describe("EMR's own role, besides AWS's managed policy", () => {
        table(
            parsed("classroom-emr-pass-role", "RolePolicy"),
            session("classroom-emr-role-0123456", "emr", tagsOf()),
            {
                Allowed: [
                    {
                        action: "iam:PassRole",
                        resource: role("student-labs-eu-west-1-ada-0123456"),
                        context: toEc2,
                    },
                    // In China, services have names of their own.
                    {
                        action: "iam:PassRole",
                        resource: role("student-labs-eu-west-1-ada-0123456"),
                        context: { "iam:PassedToService": "ec2.amazonaws.com.cn" },
                    },
                ],
                ImplicitlyDenied: [
                    { action: "iam:PassRole", resource: role("student-labs-eu-west-1-ada-0123456") },
                    {
                        action: "iam:PassRole",
                        resource: role("student-labs-eu-west-1-ada-0123456"),
                        context: { "iam:PassedToService": "lambda.amazonaws.com" },
                    },
                    {
                        action: "iam:PassRole",
                        resource: role("student-labs-us-east-1-ada-0123456"),
                        context: toEc2,
                    },
                    { action: "iam:PassRole", resource: role("classroom-emr-role-0123456"), context: toEc2 },
                    { action: "iam:PassRole", resource: role("Administrator"), context: toEc2 },
                    { action: "iam:GetRole", resource: role("student-labs-eu-west-1-ada-0123456") },
                ],
            },
        );
    });
});
