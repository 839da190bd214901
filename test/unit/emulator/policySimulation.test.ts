import assert from "node:assert/strict";
import { authorize, verdict } from "../../emulator/gateway/authorization.ts";
import { checksOf, type TagLookup } from "../../emulator/gateway/checks.ts";
import { contextKeys, contextOf } from "../../emulator/gateway/iam/simulation.ts";
import type { JsonObject } from "../../emulator/gateway/json.ts";
import { OPERATOR, rolePrincipal, userPrincipal, type Principal } from "../../emulator/gateway/principals.ts";
import { formCall, jsonCall } from "./gatewayCalls.ts";

const lookup: TagLookup = {
    clusterTags: () => ({}),
    clusterOfInstanceGroup: () => undefined,
    ec2Tags: async () => new Map(),
    scheduleGroupTags: async () => ({}),
};

function teacher(...statements: JsonObject[]): Principal {
    return userPrincipal(
        {
            arn: "arn:aws:iam::123456789012:user/teacher",
            id: "AIDA",
            tags: {},
            policies: [{ name: "p", policy: { Version: "2012-10-17", Statement: statements } }],
            boundary: undefined,
            trust: undefined,
        },
        "teacher",
    );
}

const all = (Action: string, Resource: string | string[] = "*"): JsonObject => ({
    Effect: "Allow",
    Action,
    Resource,
});

describe("gateway: simulated policies", () => {
    const says = (principal: Principal, action: string, resource = "*") =>
        verdict(principal, { action, resource, context: {} });

    it("allow everything to the operator, and to others what their policies say", async () => {
        assert.equal(await says(OPERATOR, "ec2:RunInstances"), "Allowed");
        const who = teacher(all("ec2:*"), { Effect: "Deny", Action: "ec2:CreateVpc", Resource: "*" });
        assert.equal(await says(who, "ec2:RunInstances"), "Allowed");
        assert.equal(await says(who, "ec2:CreateVpc"), "ExplicitlyDenied");
        assert.equal(await says(who, "iam:CreateRole"), "ImplicitlyDenied");
    });

    it("without a resource ask about all of them: a policy that names some does not allow that", async () => {
        const instances = "arn:aws:ec2:*:*:instance/*";
        const some = teacher(all("ec2:RunInstances", instances));
        assert.equal(await says(some, "ec2:RunInstances"), "ImplicitlyDenied");
        assert.equal(
            await says(some, "ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"),
            "Allowed",
        );
        const denied = teacher(all("ec2:*"), { Effect: "Deny", Action: "ec2:*", Resource: instances });
        assert.equal(await says(denied, "ec2:RunInstances"), "Allowed");
    });

    it("know no action that there is not, and no resource where an action has none", async () => {
        const who = teacher(all("*"));
        assert.equal(await says(who, "ec2:MakeTea"), undefined);
        assert.equal(await says(who, "tea:Make"), undefined);
        assert.equal(
            await says(who, "ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:1:instance/i-1"),
            "Allowed",
        );
    });

    it("take the context of the request, lists as lists", () => {
        const entry = (number: number, name: string, type: string, ...values: string[]) =>
            Object.fromEntries([
                [`ContextEntries.member.${number}.ContextKeyName`, name],
                [`ContextEntries.member.${number}.ContextKeyType`, type],
                ...values.map((value, at) => [
                    `ContextEntries.member.${number}.ContextKeyValues.member.${at + 1}`,
                    value,
                ]),
            ]) as Record<string, string>;
        assert.deepEqual(
            contextOf({
                ...entry(1, "aws:RequestedRegion", "string", "eu-west-1"),
                ...entry(2, "aws:TagKeys", "stringList", "Project", "Lab"),
            }),
            { "aws:RequestedRegion": "eu-west-1", "aws:TagKeys": ["Project", "Lab"] },
        );
    });

    it("name the keys that policies ask for, in conditions and in their text", () => {
        const keys = contextKeys({
            Statement: [
                {
                    Effect: "Allow",
                    Action: "s3:*",
                    Resource: ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::${aws:PrincipalTag/Lab}"],
                    Condition: {
                        StringEquals: { "aws:RequestTag/Project": "x" },
                        Bool: { "aws:SecureTransport": "true" },
                    },
                },
                { Effect: "Allow", Action: "ec2:*", Resource: "*" },
            ],
        });
        assert.deepEqual([...keys].toSorted(), [
            "aws:PrincipalTag/Lab",
            "aws:RequestTag/Project",
            "aws:SecureTransport",
            "aws:username",
        ]);
    });
});

describe("gateway: what an operator's calls need", () => {
    const needs = async (call: Parameters<typeof checksOf>[0]) =>
        (await checksOf(call, lookup)).map(({ action, resource }) => `${action} ${resource}`);

    it("quotas and prices have permissions of their own", async () => {
        const quota = { ServiceCode: "vpc", QuotaCode: "L-F678F1CE" };
        assert.deepEqual(
            await needs(jsonCall("servicequotas", "ServiceQuotasV20190624.GetServiceQuota", quota)),
            ["servicequotas:GetServiceQuota arn:aws:servicequotas:eu-west-1:123456789012:vpc/L-F678F1CE"],
        );
        assert.deepEqual(
            await needs(jsonCall("servicequotas", "ServiceQuotasV20190624.ListServiceQuotas", quota)),
            ["servicequotas:ListServiceQuotas *"],
        );
        assert.deepEqual(await needs(jsonCall("pricing", "AWSPriceListService.GetProducts", {})), [
            "pricing:GetProducts *",
        ]);
    });

    it("simulating needs the right to ask about that user or role", async () => {
        const PolicySourceArn = "arn:aws:iam::123456789012:role/teacher";
        assert.deepEqual(
            await needs(formCall("iam", { Action: "SimulatePrincipalPolicy", PolicySourceArn })),
            [`iam:SimulatePrincipalPolicy ${PolicySourceArn}`],
        );
        assert.deepEqual(await needs(formCall("iam", { Action: "GetAccountSummary" })), [
            "iam:GetAccountSummary *",
        ]);
    });

    it("a service's role needs the right to make exactly that one", async () => {
        const call = formCall("iam", {
            Action: "CreateServiceLinkedRole",
            AWSServiceName: "spot.amazonaws.com",
        });
        const [check] = await checksOf(call, lookup);
        assert.equal(
            check?.resource,
            "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        );
        const only = (service: string): JsonObject => ({
            ...all("iam:CreateServiceLinkedRole"),
            Condition: { StringEquals: { "iam:AWSServiceName": service } },
        });
        await authorize(call, teacher(only("spot.amazonaws.com")), [check]);
        await assert.rejects(authorize(call, teacher(only("elasticmapreduce.amazonaws.com")), [check]), {
            code: "AccessDenied",
        });
    });

    it("a role's session is refused where its role has no right, in AWS's words", async () => {
        const role = rolePrincipal(
            {
                arn: "arn:aws:iam::123456789012:role/lab-ada",
                id: "AROA",
                tags: {},
                policies: [],
                boundary: undefined,
                trust: undefined,
            },
            "arn:aws:sts::123456789012:assumed-role/lab-ada/i-1",
            "i-1",
        );
        const call = jsonCall("pricing", "AWSPriceListService.GetProducts", {});
        await assert.rejects(authorize(call, role, await checksOf(call, lookup)), {
            code: "AccessDeniedException",
            message:
                "User: arn:aws:sts::123456789012:assumed-role/lab-ada/i-1 is not authorized to perform: pricing:GetProducts " +
                "on resource: * because no identity-based policy allows the pricing:GetProducts action",
        });
    });
});
