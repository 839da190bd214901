import assert from "node:assert/strict";
import { errorAnswer, AwsError } from "../../emulator/gateway/errors.ts";
import { parseRequest } from "../../emulator/gateway/request.ts";
import { formCall, jsonCall, received, s3Call } from "./gatewayCalls.ts";

describe("gateway: reading requests", () => {
    it("reads a JSON call: service, action and parameters by dotted path", () => {
        const call = jsonCall("elasticmapreduce", "ElasticMapReduce.RunJobFlow", {
            Name: "ada",
            Instances: { Ec2SubnetId: "subnet-1", InstanceGroups: [{ InstanceRole: "MASTER" }] },
        });
        assert.equal(call.service, "emr");
        assert.equal(call.iamPrefix, "elasticmapreduce");
        assert.equal(call.action, "RunJobFlow");
        assert.equal(call.region, "eu-west-1");
        assert.equal(call.accessKey, "AKIATEST");
        assert.equal(call.params["Instances.Ec2SubnetId"], "subnet-1");
        assert.equal(call.params["Instances.InstanceGroups.0.InstanceRole"], "MASTER");
    });

    it("reads a form call", () => {
        const call = formCall("ec2", { Action: "StopInstances", "InstanceId.1": "i-1" });
        assert.equal(call.action, "StopInstances");
        assert.equal(call.params["InstanceId.1"], "i-1");
        assert.equal(call.protocol, "ec2");
    });

    it("reads the region and the session token", () => {
        const call = parseRequest(
            {
                method: "POST",
                url: "/",
                headers: {
                    authorization:
                        "AWS4-HMAC-SHA256 Credential=ASIA1/20261122/sa-east-1/sts/aws4_request, Signature=0",
                    "x-amz-security-token": "token",
                },
                body: Buffer.from("Action=GetCallerIdentity&Version=2011-06-15"),
            },
            "eu-west-1",
        );
        assert.deepEqual(
            [call.region, call.sessionToken, call.action],
            ["sa-east-1", "token", "GetCallerIdentity"],
        );
    });

    it("takes an unsigned request for anonymous S3", () => {
        const call = parseRequest(
            { method: "GET", url: "/bucket/key", headers: {}, body: Buffer.alloc(0) },
            "eu-west-1",
        );
        assert.deepEqual([call.service, call.action, call.accessKey], ["s3", "GetObject", undefined]);
    });

    const s3: readonly (readonly [string, string, Record<string, string>, string])[] = [
        ["GET", "/", {}, "ListBuckets"],
        ["HEAD", "/b", {}, "HeadBucket"],
        ["HEAD", "/b/", {}, "HeadBucket"],
        ["PUT", "/b", {}, "CreateBucket"],
        ["DELETE", "/b/", {}, "DeleteBucket"],
        ["GET", "/b?location", {}, "GetBucketLocation"],
        ["GET", "/b/?list-type=2&prefix=a%2F", {}, "ListObjectsV2"],
        ["GET", "/b?prefix=a/", {}, "ListObjects"],
        ["GET", "/b?versions", {}, "ListObjectVersions"],
        ["PUT", "/b?lifecycle", {}, "PutBucketLifecycleConfiguration"],
        ["DELETE", "/b?publicAccessBlock", {}, "DeleteBucketPublicAccessBlock"],
        ["POST", "/b?delete=", {}, "DeleteObjects"],
        ["GET", "/b/a/b%20c", {}, "GetObject"],
        ["HEAD", "/b/a", {}, "HeadObject"],
        ["PUT", "/b/a?x-id=PutObject", {}, "PutObject"],
        ["PUT", "/b/a", { "x-amz-copy-source": "/b/c" }, "CopyObject"],
        ["PUT", "/b/a?tagging", {}, "PutObjectTagging"],
        ["POST", "/b/a?uploads", {}, "CreateMultipartUpload"],
        ["PUT", "/b/a?partNumber=1&uploadId=u", {}, "UploadPart"],
        ["POST", "/b/a?uploadId=u", {}, "CompleteMultipartUpload"],
        ["DELETE", "/b/a?uploadId=u", {}, "AbortMultipartUpload"],
        ["DELETE", "/b/a", {}, "DeleteObject"],
    ];
    for (const [method, url, headers, action] of s3) {
        it(`knows ${method} ${url} as ${action}`, () =>
            assert.equal(s3Call(method, url, headers).action, action));
    }

    it("unescapes keys", () => assert.equal(s3Call("GET", "/b/a/b%20c%2Bd").key, "a/b c+d"));

    it("knows the REST calls of the scheduler and of Route 53", () => {
        const schedule = received("scheduler", {
            method: "POST",
            url: "/schedules/night",
            body: Buffer.from('{"GroupName":"g"}'),
        });
        assert.equal(schedule.action, "CreateSchedule");
        assert.deepEqual([schedule.params["Name"], schedule.params["GroupName"]], ["night", "g"]);
        const group = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/nights";
        for (const [method, url, action, parameter, value] of [
            ["POST", "/schedule-groups/nights", "CreateScheduleGroup", "Name", "nights"],
            ["GET", "/schedule-groups/nights", "GetScheduleGroup", "Name", "nights"],
            ["DELETE", "/schedule-groups/nights?clientToken=1", "DeleteScheduleGroup", "Name", "nights"],
            ["GET", "/schedule-groups?NamePrefix=n", "ListScheduleGroups", "NamePrefix", "n"],
            ["GET", `/tags/${encodeURIComponent(group)}`, "ListTagsForResource", "ResourceArn", group],
            ["POST", `/tags/${encodeURIComponent(group)}`, "TagResource", "ResourceArn", group],
            ["DELETE", `/tags/${encodeURIComponent(group)}?TagKeys=a`, "UntagResource", "ResourceArn", group],
        ] as const) {
            const call = received("scheduler", { method, url });
            assert.deepEqual([call.action, call.params[parameter]], [action, value]);
        }
        const record = received("route53", { url: "/2013-04-01/hostedzone/Z1/rrset/" });
        assert.deepEqual([record.action, record.params["Id"]], ["ChangeResourceRecordSets", "Z1"]);
    });
});

describe("gateway: errors on the wire", () => {
    const error = new AwsError("Code", "why <it> failed", 400);
    it("are JSON for JSON calls", () => {
        const answer = errorAnswer(jsonCall("elasticmapreduce", "ElasticMapReduce.ListClusters", {}), error);
        assert.deepEqual(JSON.parse(answer.body.toString()), { __type: "Code", message: "why <it> failed" });
    });
    it("are EC2's XML for EC2", () => {
        const answer = errorAnswer(formCall("ec2", { Action: "X" }), error);
        assert.match(
            answer.body.toString(),
            /<Errors><Error><Code>Code<\/Code><Message>why &lt;it&gt; failed/,
        );
    });
    it("have no body for a HEAD of S3", () => {
        assert.equal(errorAnswer(s3Call("HEAD", "/b/k"), error).body.length, 0);
    });
});
