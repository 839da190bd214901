import assert from "node:assert/strict";
import { authorize, decide, mayAssume } from "../../emulator/gateway/authorization.ts";
import type { Check } from "../../emulator/gateway/checkParts.ts";
import { checksOf, type TagLookup } from "../../emulator/gateway/checks.ts";
import type { AwsError } from "../../emulator/gateway/errors.ts";
import type { JsonObject } from "../../emulator/gateway/json.ts";
import type { Moto } from "../../emulator/gateway/moto.ts";
import { rolePrincipal, type Principal } from "../../emulator/gateway/principals.ts";
import type { AwsCall } from "../../emulator/gateway/request.ts";
import { handleS3 } from "../../emulator/gateway/s3.ts";
import { formCall, jsonCall, received, s3Call } from "./gatewayCalls.ts";

const CLUSTERS = new Map([
    ["j-ADA", { lab: "ada" }],
    ["j-GRACE", { lab: "grace" }],
]);
const lookup: TagLookup = {
    clusterTags: (_, id) => CLUSTERS.get(id) ?? {},
    clusterOfInstanceGroup: (_, id) => (id === "ig-ADA" ? "j-ADA" : undefined),
    ec2Tags: async (_, ids) => new Map(ids.filter((id) => id === "i-1").map((id) => [id, { lab: "ada" }])),
    scheduleGroupTags: async () => ({ Project: "student-labs" }),
};

function student(statements: JsonObject[], lab = "ada"): Principal {
    const identity = {
        arn: `arn:aws:iam::123456789012:role/lab-${lab}`,
        id: "AROA",
        tags: { lab },
        policies: [{ name: "p", policy: { Version: "2012-10-17", Statement: statements } }],
        boundary: undefined,
        trust: undefined,
    };
    return rolePrincipal(identity, `arn:aws:sts::123456789012:assumed-role/lab-${lab}/i-1`, "i-1");
}

const checks = (call: AwsCall): Promise<Check[]> => checksOf(call, lookup);
const names = (found: readonly Check[]): string[] =>
    found.map((check) => `${check.action} ${check.resource}`);
const emr = (action: string, input: JsonObject): AwsCall =>
    jsonCall("elasticmapreduce", `ElasticMapReduce.${action}`, input);

async function refusal(principal: Principal, call: AwsCall): Promise<AwsError> {
    try {
        await authorize(call, principal, await checks(call));
    } catch (error) {
        return error as AwsError;
    }
    throw new Error(`${call.action} was allowed`);
}

describe("gateway: what a call needs", () => {
    it("HeadBucket needs ListBucket and has no prefix", async () => {
        const [check] = await checks(s3Call("HEAD", "/scratch?prefix=x"));
        assert.equal(check?.action, "s3:ListBucket");
        assert.equal(check?.context["s3:prefix"], undefined);
    });

    it("a listing carries its prefix", async () => {
        const [check] = await checks(s3Call("GET", "/scratch?list-type=2&prefix=ada/"));
        assert.deepEqual([check?.action, check?.context["s3:prefix"]], ["s3:ListBucket", "ada/"]);
    });

    it("a copy needs to read its source", async () => {
        const found = await checks(
            s3Call("PUT", "/scratch/ada/x", { "x-amz-copy-source": "scratch/grace/a%20b" }),
        );
        assert.deepEqual(names(found), [
            "s3:PutObject arn:aws:s3:::scratch/ada/x",
            "s3:GetObject arn:aws:s3:::scratch/grace/a b",
        ]);
    });

    it("DeleteObjects needs DeleteObject on each key", async () => {
        const body = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>";
        assert.deepEqual(names(await checks(s3Call("POST", "/scratch?delete", {}, body))), [
            "s3:DeleteObject arn:aws:s3:::scratch/a",
            "s3:DeleteObject arn:aws:s3:::scratch/b&c",
        ]);
    });

    it("RunJobFlow needs to pass both roles", async () => {
        const found = await checks(
            emr("RunJobFlow", {
                ServiceRole: "svc",
                JobFlowRole: "lab-ada",
                Tags: [{ Key: "k", Value: "v" }],
            }),
        );
        assert.deepEqual(names(found), [
            "elasticmapreduce:RunJobFlow *",
            "iam:PassRole arn:aws:iam::123456789012:role/svc",
            "iam:PassRole arn:aws:iam::123456789012:role/lab-ada",
        ]);
        assert.equal(found[0]?.context["aws:RequestTag/k"], "v");
        assert.deepEqual(found[0]?.context["aws:TagKeys"], ["k"]);
        assert.equal(found[2]?.context["iam:PassedToService"], "ec2.amazonaws.com");
    });

    it("a resize is about the cluster of the group", async () => {
        const found = await checks(
            emr("ModifyInstanceGroups", {
                InstanceGroups: [{ InstanceGroupId: "ig-ADA", InstanceCount: 9 }],
            }),
        );
        assert.deepEqual(names(found), [
            "elasticmapreduce:ModifyInstanceGroups arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/j-ADA",
        ]);
    });

    it("EC2 calls carry the tags of what they name", async () => {
        const [check] = await checks(formCall("ec2", { Action: "StopInstances", "InstanceId.1": "i-1" }));
        assert.equal(check?.resource, "arn:aws:ec2:eu-west-1:123456789012:instance/i-1");
        assert.equal(check?.context["aws:ResourceTag/lab"], "ada");
    });

    it("a call about a schedule group carries the group's tags and those that it brings", async () => {
        const arn = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/ours";
        const tags = Buffer.from(JSON.stringify({ Tags: [{ Key: "Lab", Value: "x" }] }));
        const tagged = `/tags/${encodeURIComponent(arn)}`;
        const [own, asked] = [{ "aws:ResourceTag/Project": "student-labs" }, { "aws:RequestTag/Lab": "x" }];
        for (const [method, url, body, action, context] of [
            [
                "POST",
                "/schedule-groups/ours",
                tags,
                "CreateScheduleGroup",
                { ...asked, "aws:TagKeys": ["Lab"] },
            ],
            ["GET", "/schedule-groups/ours", undefined, "GetScheduleGroup", own],
            ["DELETE", "/schedule-groups/ours", undefined, "DeleteScheduleGroup", own],
            ["GET", tagged, undefined, "ListTagsForResource", own],
            ["POST", tagged, tags, "TagResource", { ...own, ...asked, "aws:TagKeys": ["Lab"] }],
            [
                "DELETE",
                `${tagged}?TagKeys=a&TagKeys=b`,
                undefined,
                "UntagResource",
                { ...own, "aws:TagKeys": ["a", "b"] },
            ],
        ] as const) {
            const found = await checks(received("scheduler", { method, url, ...(body && { body }) }));
            assert.deepEqual(names(found), [`scheduler:${action} ${arn}`]);
            const about = Object.entries(found[0]?.context ?? {}).filter(([key]) => /Tag(Keys|\/)/.test(key));
            assert.deepEqual(Object.fromEntries(about), context, action);
        }
    });

    it("a schedule is of its group, and needs to hand over its role", async () => {
        const call = (method: string, url: string, input: JsonObject = {}) =>
            checks(received("scheduler", { method, url, body: Buffer.from(JSON.stringify(input)) }));
        const RoleArn = "arn:aws:iam::123456789012:role/stop";
        const schedule = (group: string) =>
            `arn:aws:scheduler:eu-west-1:123456789012:schedule/${group}/night`;
        assert.deepEqual(
            names(await call("POST", "/schedules/night", { GroupName: "ours", Target: { RoleArn } })),
            [`scheduler:CreateSchedule ${schedule("ours")}`, `iam:PassRole ${RoleArn}`],
        );
        assert.deepEqual(names(await call("DELETE", "/schedules/night?groupName=ours")), [
            `scheduler:DeleteSchedule ${schedule("ours")}`,
        ]);
        assert.deepEqual(names(await call("GET", "/schedules/night")), [
            `scheduler:GetSchedule ${schedule("default")}`,
        ]);
        assert.deepEqual(names(await call("GET", "/schedules?ScheduleGroup=ours")), [
            "scheduler:ListSchedules *",
        ]);
    });

    it("GetCallerIdentity needs nothing", async () => {
        assert.deepEqual(await checks(formCall("sts", { Action: "GetCallerIdentity" })), []);
    });
});

describe("gateway: IAM's answer", () => {
    const own: JsonObject = {
        Effect: "Allow",
        Action: ["elasticmapreduce:DescribeCluster", "elasticmapreduce:AddJobFlowSteps"],
        Resource: "*",
        Condition: { StringEquals: { "elasticmapreduce:ResourceTag/lab": "${aws:PrincipalTag/lab}" } },
    };
    const prefix: JsonObject = {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: "arn:aws:s3:::scratch/${aws:PrincipalTag/lab}/*",
    };
    const belt: JsonObject = { Effect: "Deny", Action: "elasticmapreduce:RunJobFlow", Resource: "*" };
    const ada = student([own, prefix, belt]);

    it("allows the own cluster by its tag", async () => {
        const call = emr("DescribeCluster", { ClusterId: "j-ADA" });
        await authorize(call, ada, await checks(call));
    });

    it("refuses another lab's cluster in AWS's words", async () => {
        const error = await refusal(ada, emr("AddJobFlowSteps", { JobFlowId: "j-GRACE" }));
        assert.equal(error.code, "AccessDeniedException");
        assert.equal(error.status, 400);
        assert.equal(
            error.message,
            "User: arn:aws:sts::123456789012:assumed-role/lab-ada/i-1 is not authorized to perform: " +
                "elasticmapreduce:AddJobFlowSteps on resource: arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/j-GRACE " +
                "because no identity-based policy allows the elasticmapreduce:AddJobFlowSteps action",
        );
    });

    it("says when a deny is explicit", async () => {
        const error = await refusal(ada, emr("RunJobFlow", {}));
        assert.match(error.message, /with an explicit deny in an identity-based policy$/);
    });

    it("keeps a lab in its prefix", async () => {
        const call = s3Call("PUT", "/scratch/ada/x");
        await authorize(call, ada, await checks(call));
        const error = await refusal(ada, s3Call("GET", "/scratch/grace/x"));
        assert.deepEqual([error.code, error.status], ["AccessDenied", 403]);
    });

    it("refuses EC2 with EC2's code", async () => {
        const error = await refusal(ada, formCall("ec2", { Action: "RunInstances", ImageId: "ami-1" }));
        assert.deepEqual([error.code, error.status], ["UnauthorizedOperation", 403]);
        assert.match(error.message, /^You are not authorized to perform this operation\. User: /);
    });

    it("names the boundary when only that refuses", async () => {
        const bounded: Principal = {
            ...ada,
            identity: ada.identity && {
                ...ada.identity,
                boundary: {
                    name: "b",
                    policy: {
                        Version: "2012-10-17",
                        Statement: [{ Effect: "Allow", Action: "ec2:*", Resource: "*" }],
                    },
                },
            },
        };
        const call = emr("DescribeCluster", { ClusterId: "j-ADA" });
        const [check] = await checks(call);
        assert.ok(check);
        assert.deepEqual(await decide(bounded, check), { result: "ImplicitlyDenied", byBoundary: true });
    });
});

describe("gateway: who may take on a role", () => {
    const arn = (group: string) => `arn:aws:scheduler:eu-west-1:123456789012:schedule-group/${group}`;
    const role = (Condition?: JsonObject) => ({
        arn: "arn:aws:iam::123456789012:role/stop",
        id: "AROA",
        tags: {},
        policies: [],
        boundary: undefined,
        trust: {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Service: "scheduler.amazonaws.com" },
                    Action: "sts:AssumeRole",
                    ...(Condition && { Condition }),
                },
            ],
        },
    });

    it("is the service that its trust policy names", async () => {
        assert.equal(await mayAssume(role(), "scheduler.amazonaws.com", {}), true);
        assert.equal(await mayAssume(role(), "ec2.amazonaws.com", {}), false);
        assert.equal(await mayAssume({ ...role(), trust: undefined }, "scheduler.amazonaws.com", {}), false);
    });

    it("is it only for what the conditions name", async () => {
        const ours = role({ StringEquals: { "aws:SourceArn": arn("ours") } });
        for (const [group, may] of [
            ["ours", true],
            ["default", false],
        ] as const) {
            const context = { "aws:SourceArn": arn(group) };
            assert.equal(await mayAssume(ours, "scheduler.amazonaws.com", context), may, group);
        }
    });
});

describe("gateway: what S3 asks beyond its own actions", () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012";
    const answered = (headers: Readonly<Record<string, string>>, status = 200) => ({
        status,
        headers,
        body: Buffer.from("the object"),
    });
    /** A moto that has buckets in regions and one object. */
    const motoWith = (regions: Readonly<Record<string, string | undefined>>, headers = {}): Moto =>
        ({
            s3: {
                send: async ({ input }: { input: { Bucket: string } }) => {
                    if (!(input.Bucket in regions)) {
                        throw Object.assign(new Error("none"), { name: "NoSuchBucket" });
                    }
                    return { LocationConstraint: regions[input.Bucket] };
                },
            },
            forward: async () => answered(headers),
        }) as unknown as Moto;
    const reader = student([{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
    const decrypting = (via: string) =>
        student([
            {
                Effect: "Allow",
                Action: "kms:Decrypt",
                Resource: key,
                Condition: { StringEquals: { "kms:ViaService": via } },
            },
        ]);

    it("is the bucket's region: a call that is signed for another is answered 301, with the right one", async () => {
        const moto = motoWith({ here: "eu-west-1", virginia: undefined, ireland: "eu-west-2" });
        for (const [method, bucket, region] of [
            ["GET", "virginia", "us-east-1"],
            ["HEAD", "virginia", "us-east-1"],
            ["PUT", "ireland", "eu-west-2"],
        ] as const) {
            const answer = await handleS3(s3Call(method, `/${bucket}/x`), reader, moto);
            assert.deepEqual([answer.status, answer.headers["x-amz-bucket-region"]], [301, region]);
            assert.equal(answer.body.includes("PermanentRedirect"), method !== "HEAD");
        }
        for (const call of [
            s3Call("GET", "/here/x"),
            s3Call("GET", "/none/x"),
            s3Call("GET", "/virginia?location"),
        ]) {
            assert.equal((await handleS3(call, reader, moto)).status, 200, call.url);
        }
    });

    it("is the right to decrypt, where a customer's key encrypts the object: to read it, through S3, and to nobody else", async () => {
        const moto = motoWith({ here: "eu-west-1" }, { "x-amz-server-side-encryption-aws-kms-key-id": key });
        const get = s3Call("GET", "/here/x");
        await assert.rejects(handleS3(get, reader, moto), (error: AwsError) => {
            assert.deepEqual([error.code, error.status], ["AccessDenied", 403]);
            assert.match(
                error.message,
                /is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:/,
            );
            return true;
        });
        await assert.rejects(handleS3(get, decrypting("s3.us-east-1.amazonaws.com"), moto), /kms:Decrypt/);
        assert.equal((await handleS3(get, decrypting("s3.eu-west-1.amazonaws.com"), moto)).status, 200);
        assert.equal((await handleS3(s3Call("HEAD", "/here/x"), reader, moto)).status, 200);
        assert.equal((await handleS3(get, reader, motoWith({ here: "eu-west-1" }))).status, 200);
    });
});
