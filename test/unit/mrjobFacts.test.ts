import { strict as assert } from "node:assert";
import { type ClassInMocks, declareClass, valuesOf } from "./classInMocks.ts";

// What mrjob 0.7.4 really does when it joins a cluster (mrjob/emr.py, mrjob/fs/s3.py).
describe("What mrjob demands", () => {
    interface Statement {
        readonly Sid: string;
        readonly Effect: string;
        readonly Action: string | readonly string[];
        readonly Resource: string | readonly string[];
        readonly Condition?: unknown;
    }
    let stack: ClassInMocks;
    let statements: Map<string, Statement>;
    before(async () => {
        stack = await declareClass({ maxLabs: 100 });
        const { Statement: all } = JSON.parse(
            stack.the("classroom-student", "Policy").inputs.policy as string,
        ) as { Statement: Statement[] };
        statements = new Map(all.map((one) => [one.Sid, one]));
    });

    it("is to see the bucket without a prefix: it asks HeadBucket, which knows none, and dies of a 403", () => {
        assert.deepEqual(statements.get("SeeTheScratchBucket"), {
            Sid: "SeeTheScratchBucket",
            Effect: "Allow",
            Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            Resource: "arn:aws:s3:::classroom-scratch-bucket-0123456",
        });
    });

    it("is to use uploads in parts, and the prefix as an object: S3A, which is s3:// since emr-7.10, asks for both", () => {
        assert.deepEqual(statements.get("UseTheOwnPartOfIt"), {
            Sid: "UseTheOwnPartOfIt",
            Effect: "Allow",
            Action: [
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            Resource: [
                "arn:aws:s3:::classroom-scratch-bucket-0123456/labs/${aws:PrincipalTag/Lab}/*",
                "arn:aws:s3:::classroom-scratch-bucket-0123456/labs/${aws:PrincipalTag/Lab}",
            ],
        });
    });

    it("is a place for its files: without one it would list all buckets and make its own", () => {
        assert.ok(
            valuesOf(stack.the("ada-connect", "Command")).includes(
                "LAB_SCRATCH_URI='s3://classroom-scratch-bucket-0123456/labs/ada/'",
            ),
        );
    });

    it("is patience: DescribeStep is refilled by half a call a second for a whole account and region", () => {
        // 100 labs with a job each, every 200 seconds: half a call a second.
        assert.ok(valuesOf(stack.the("ada-connect", "Command")).includes("LAB_POLL_SECONDS='200'"));
    });

    it("is the private key to the cluster's nodes: without it each job waits ten minutes for its logs", () => {
        assert.ok(
            valuesOf(stack.the("ada-connect", "Command")).includes(
                "LAB_CLUSTER_KEY='private-pem-of-ada-cluster-key'",
            ),
        );
    });

    it("is not to pass a role: nothing allows it, and resizing, which needs none, is denied by name", () => {
        const denied = statements.get("NeverAllocate")?.Action ?? [];
        assert.ok(
            ["iam:*", "elasticmapreduce:AddInstance*", "elasticmapreduce:Modify*"].every((one) =>
                denied.includes(one),
            ),
        );
        const allowed = [...statements.values()].filter(({ Effect }) => Effect === "Allow");
        assert.ok(!JSON.stringify(allowed.map(({ Action }) => Action)).includes("iam:"));
    });
});
