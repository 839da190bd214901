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

const bucket = "arn:aws:s3:::classroom-scratch-bucket-0123456";
const archive = "arn:aws:s3:::university/ml/course.tar.gz";
const cluster = `arn:aws:elasticmapreduce:eu-west-1:${account}:cluster/j-1`;
const role = (lab: string, stack = "eu-west-1") =>
    `arn:aws:iam::${account}:role/student-labs-${stack}-${lab}-0123456`;
const emr = (names: readonly string[], on?: Record<string, string>, resource = cluster): Call[] =>
    names.map((name) => ({ action: `elasticmapreduce:${name}`, resource, ...(on && { on }) }));
const s3 = (names: readonly string[], resource: string): Call[] =>
    names.map((name) => ({ action: `s3:${name}`, resource }));

const useCluster = [
    "DescribeCluster",
    "AddJobFlowSteps",
    "DescribeStep",
    "ListSteps",
    "CancelSteps",
    "ListInstances",
    "ListInstanceGroups",
    "ListBootstrapActions",
    "GetAutoTerminationPolicy",
];
const useObjects = [
    "GetObject",
    "PutObject",
    "DeleteObject",
    "AbortMultipartUpload",
    "ListMultipartUploadParts",
];

/** What every student may do, whatever the isolation. */
const always: readonly Call[] = [
    ...emr(useCluster, tagsOf("ada")),
    { action: "s3:ListBucket", resource: bucket },
    { action: "s3:ListBucket", resource: bucket, context: { "s3:prefix": "labs/ada/tmp/" } },
    { action: "s3:GetBucketLocation", resource: bucket },
    // Spark's committers (S3A) list the uploads that are not finished.
    { action: "s3:ListBucketMultipartUploads", resource: bucket },
    ...s3(useObjects, `${bucket}/labs/ada/tmp/x`),
    ...s3(["PutObject", "GetObject"], `${bucket}/labs/ada/logs/j-1/steps/s-1/stderr.gz`),
    { action: "s3:GetObject", resource: archive },
    ...s3(["GetObject"], "arn:aws:s3:::eu-west-1.elasticmapreduce/libs/script-runner/script-runner.jar"),
    ...s3(["ListBucket"], "arn:aws:s3:::eu-west-1.elasticmapreduce"),
];

/** Another lab of the same class: its cluster, its part of the bucket, its logs. */
const neighbour: readonly Call[] = [
    ...emr(
        ["DescribeCluster", "AddJobFlowSteps", "CancelSteps", "ListSteps", "ListInstances"],
        tagsOf("grace"),
    ),
    ...s3(useObjects, `${bucket}/labs/grace/tmp/x`),
    ...s3(["GetObject"], `${bucket}/labs/grace/logs/j-2/steps/s-1/stderr.gz`),
    // A name that starts like the own one, and the own name in other clothes.
    ...s3(["DeleteObject"], `${bucket}/labs/adam/x`),
    ...s3(["GetObject"], `${bucket}/labs/Ada/x`),
];

/** What no student may do and nothing denies by name. */
const never: readonly Call[] = [
    ...emr(["DescribeCluster", "AddJobFlowSteps"], {}),
    ...emr(["AddJobFlowSteps", "DescribeStep"], tagsOf("ada", "us-east-1")),
    ...emr(["AddJobFlowSteps"], tagsOf("ada", "eu-west-1", "other")),
    ...emr(["AddJobFlowSteps"], tagsOf("ada"), cluster.replace("eu-west-1", "us-east-1")),
    ...emr(["AddJobFlowSteps"], tagsOf("ada"), cluster.replace(account, "210987654321")),
    ...emr(["GetClusterSessionCredentials", "GetOnClusterAppUIPresignedURL"], tagsOf("ada")),
    ...emr(["ListClusters", "ViewEventsFromAllClustersInConsole"], undefined, "*"),
    ...s3(["GetObject", "PutObject"], "arn:aws:s3:::classroom-scratch-bucket-7654321/labs/ada/x"),
    ...s3(["ListBucket"], "arn:aws:s3:::classroom-scratch-bucket-7654321"),
    ...s3(["PutObject", "DeleteObject"], `${bucket}/course/course.tar.gz`),
    ...s3(["GetObject"], `${bucket}/other/x`),
    ...s3(["GetObject"], "arn:aws:s3:::university/ml/exam.tar.gz"),
    ...s3(["PutObject", "DeleteObject"], archive),
    ...s3(["ListBucket"], "arn:aws:s3:::university"),
    ...s3(["ListAllMyBuckets"], "*"),
    ...s3(["DeleteBucket", "PutBucketPolicy", "PutLifecycleConfiguration"], bucket),
    ...s3(["PutObject"], "arn:aws:s3:::eu-west-1.elasticmapreduce/x"),
];

/** What allocates, resizes, ends, tags, or becomes somebody else: denied by name, whatever other policy there is. */
const denied: readonly Call[] = [
    { action: "elasticmapreduce:RunJobFlow", resource: "*" },
    ...emr(
        [
            "AddInstanceGroups",
            "ModifyInstanceGroups",
            "AddInstanceFleet",
            "ModifyInstanceFleet",
            "PutManagedScalingPolicy",
            "PutAutoScalingPolicy",
            "PutAutoTerminationPolicy",
            "RemoveAutoTerminationPolicy",
            "RemoveManagedScalingPolicy",
            "ModifyCluster",
            "TerminateJobFlows",
            "SetTerminationProtection",
            "SetUnhealthyNodeReplacement",
            "CreatePersistentAppUI",
        ],
        tagsOf("ada"),
    ),
    ...emr(["TerminateJobFlows"], tagsOf("grace")),
    { action: "elasticmapreduce:PutBlockPublicAccessConfiguration", resource: "*" },
    // One's way into another lab by tags: on the neighbour's cluster, on the own role, on a machine.
    ...emr(["AddTags", "RemoveTags"], tagsOf("ada")),
    { ...emr(["AddTags"], tagsOf("grace"))[0], context: { "aws:RequestTag/Lab": "ada" } } as Call,
    { action: "iam:TagRole", resource: role("ada"), context: { "aws:RequestTag/Lab": "grace" } },
    { action: "iam:UntagRole", resource: role("ada") },
    { action: "iam:TagUser", resource: `arn:aws:iam::${account}:user/ada` },
    { action: "ec2:CreateTags", resource: `arn:aws:ec2:eu-west-1:${account}:instance/i-1` },
    { action: "ec2:RunInstances", resource: `arn:aws:ec2:eu-west-1:${account}:instance/*` },
    { action: "ec2:StartInstances", resource: `arn:aws:ec2:eu-west-1:${account}:instance/i-1` },
    { action: "ec2:DescribeInstances", resource: "*" },
    {
        action: "ec2:AuthorizeSecurityGroupIngress",
        resource: `arn:aws:ec2:eu-west-1:${account}:security-group/sg-1`,
    },
    {
        action: "iam:PassRole",
        resource: role("ada"),
        context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
    {
        action: "iam:PassRole",
        resource: role("grace"),
        context: { "iam:PassedToService": "elasticmapreduce.amazonaws.com" },
    },
    { action: "iam:CreateAccessKey", resource: `arn:aws:iam::${account}:user/ada` },
    { action: "iam:AttachRolePolicy", resource: role("ada") },
    { action: "sts:AssumeRole", resource: role("grace") },
];

const tables = (own: boolean): readonly (readonly [Verdict, readonly Call[]])[] => [
    ["Allowed", [...always, ...s3(["GetObject"], `${bucket}/labs${own ? "/ada" : ""}`)]],
    [own ? "ImplicitlyDenied" : "Allowed", neighbour],
    ["ImplicitlyDenied", never],
    ["ExplicitlyDenied", denied],
];

const policyOf = (stack: ClassInMocks, name = "classroom-student"): unknown =>
    JSON.parse(stack.the(name, "Policy").inputs.policy as string);
const courseArchive = { bucket: "university", object: "ml/course.tar.gz" };

for (const isolation of ["lab", "class"] as const) {
    describe(`A student with isolation: ${isolation}`, () => {
        let policy: unknown;
        let onMachine: Principal;
        before(async () => {
            const stack = await declareClass({ isolation, courseArchive });
            policy = policyOf(stack);
            // Whoever carries the profile has the role of its name, with the tags that the program gave it.
            const { iamInstanceProfile } = stack.the("ada-machine-instance", "Instance").inputs;
            const name = String(iamInstanceProfile);
            const { tags } = stack.the(name.replace(/-0123456$/, ""), "Role").inputs;
            onMachine = session(name, "i-machine", tags as Record<string, string>);
        });

        for (const [expected, calls] of tables(isolation === "lab")) {
            for (const call of calls) {
                it(`${expected}: ${titleOf(call)}`, async () =>
                    assert.equal(await verdict(policy, onMachine, call), expected));
            }
        }
    });
}

describe("Data that jobs may read", () => {
    const dataBuckets = ["commoncrawl", "university/ml/", "university/shared data/set-"];
    const open: readonly Call[] = [
        { action: "s3:ListBucket", resource: "arn:aws:s3:::commoncrawl" },
        { action: "s3:GetBucketLocation", resource: "arn:aws:s3:::university" },
        { action: "s3:ListBucket", resource: "arn:aws:s3:::university", context: { "s3:prefix": "ml/" } },
        ...s3(["GetObject"], "arn:aws:s3:::commoncrawl/crawl-data/x.warc.gz"),
        ...s3(["GetObject"], "arn:aws:s3:::university/ml/train.csv"),
        ...s3(["GetObject"], "arn:aws:s3:::university/shared data/set-1/x"),
    ];
    const closed: readonly Call[] = [
        ...s3(["GetObject"], "arn:aws:s3:::university/exams/2026.pdf"),
        ...s3(["GetObject"], "arn:aws:s3:::university/shared data/other"),
        ...s3(["PutObject", "DeleteObject"], "arn:aws:s3:::university/ml/train.csv"),
        ...s3(["PutObject"], "arn:aws:s3:::commoncrawl/x"),
        ...s3(["GetObject"], "arn:aws:s3:::commoncrawl-2/x"),
        { action: "s3:ListBucket", resource: "arn:aws:s3:::commoncrawl-2" },
    ];
    const student = session("student-labs-eu-west-1-ada-0123456", "i-1", tagsOf("ada"));

    it("is what dataBuckets names, to read and list, and nothing beside", async () => {
        const policy = policyOf(await declareClass({ dataBuckets }));
        for (const call of open) {
            assert.equal(await verdict(policy, student, call), "Allowed", titleOf(call));
        }
        for (const call of closed) {
            assert.equal(await verdict(policy, student, call), "ImplicitlyDenied", titleOf(call));
        }
    });

    it("is none where it names none", async () => {
        const policy = policyOf(await declareClass());
        for (const call of open) {
            assert.equal(await verdict(policy, student, call), "ImplicitlyDenied", titleOf(call));
        }
    });

    it("leaves room in the policy, however much it names: IAM counts 6144 characters that are no white space", async () => {
        const most = Array.from({ length: 10 }, (_, index) => `${String(index).padEnd(45, "b")}/pppp`);
        const stack = await declareClass(
            {
                dataBuckets: most,
                courseArchive: {
                    bucket: "b".repeat(63),
                    object: `${"o".repeat(1000)}.tar.gz`,
                    region: "us-east-1",
                },
            },
            {
                object: {
                    sseKmsKeyId: `arn:aws:kms:us-east-1:${account}:key/12345678-1234-1234-1234-123456789012`,
                },
            },
        );
        const text = stack.the("classroom-student", "Policy").inputs.policy as string;
        assert.ok(text.replace(/\s/g, "").length <= 6144, String(text.length));
    });
});

describe("A course archive under a customer's KMS key", () => {
    const key = `arn:aws:kms:us-east-1:${account}:key/12345678-1234-1234-1234-123456789012`;
    const student = session("student-labs-eu-west-1-ada-0123456", "i-1", tagsOf("ada"));
    const decrypt = (via: string, resource = key): Call => ({
        action: "kms:Decrypt",
        resource,
        context: { "kms:ViaService": via },
    });

    it("is read through S3, of its own region, and with the key nothing else", async () => {
        const stack = await declareClass(
            {
                courseArchive: { bucket: "university", object: "ml/course.tar.gz", region: "us-east-1" },
                supportMachines: ["demo"],
            },
            { object: { sseKmsKeyId: key } },
        );
        for (const name of ["classroom-student", "classroom-support"]) {
            const policy = policyOf(stack, name);
            const table: readonly (readonly [Verdict, Call])[] = [
                ["Allowed", decrypt("s3.us-east-1.amazonaws.com")],
                ["ImplicitlyDenied", decrypt("s3.eu-west-1.amazonaws.com")],
                ["ImplicitlyDenied", decrypt("ec2.us-east-1.amazonaws.com")],
                ["ImplicitlyDenied", decrypt("s3.us-east-1.amazonaws.com", key.replace("key/1", "key/2"))],
                ["ImplicitlyDenied", { action: "kms:Decrypt", resource: key }],
                ["ImplicitlyDenied", { action: "kms:Encrypt", resource: key }],
            ];
            for (const [expected, call] of table) {
                assert.equal(await verdict(policy, student, call), expected, `${name} ${titleOf(call)}`);
            }
        }
    });

    it("needs no right to a key where none is a customer's", async () => {
        const stack = await declareClass({ courseArchive });
        assert.doesNotMatch(stack.the("classroom-student", "Policy").inputs.policy as string, /kms/);
    });
});

describe("Whoever runs as a student", () => {
    it("in the code of a step on a cluster's node is the same role: nodes carry the machine's profile", async () => {
        for (const isolation of ["lab", "class"]) {
            const stack = await declareClass({ isolation });
            for (const lab of ["ada", "grace"]) {
                const attributes = stack.the(`${lab}-cluster`, "aws:emr/cluster:Cluster").inputs
                    .ec2Attributes;
                assert.equal(
                    (attributes as Record<string, unknown>).instanceProfile,
                    stack.the(`${lab}-machine-instance`, "Instance").inputs.iamInstanceProfile,
                );
            }
        }
    });

    it("with an access key is a user of the same tags and policy, and so may do the same", async () => {
        const stack = await declareClass({ studentCredentials: "access-key", courseArchive });
        const { name, inputs } = stack.the("student-labs-eu-west-1-ada", "User");
        const user = {
            arn: `arn:aws:iam::${account}:user/${name}`,
            tags: inputs.tags as Record<string, string>,
        };
        for (const [expected, calls] of tables(true)) {
            for (const call of calls.slice(0, 3)) {
                assert.equal(await verdict(policyOf(stack), user, call), expected, titleOf(call));
            }
        }
    });

    it("without the tags of a lab may do nothing with any cluster or lab's part of the bucket", async () => {
        const policy = policyOf(await declareClass());
        const stranger = session("somebody", "i-1", {});
        for (const call of [
            ...emr(["DescribeCluster", "AddJobFlowSteps"], tagsOf("ada")),
            ...emr(["AddJobFlowSteps"], {}),
            ...s3(["GetObject", "PutObject"], `${bucket}/labs/ada/x`),
            ...s3(["GetObject"], `${bucket}/labs//x`),
        ]) {
            assert.equal(await verdict(policy, stranger, call), "ImplicitlyDenied", titleOf(call));
        }
    });

    it("in the lab of the same name of another stack has no part in this one", async () => {
        for (const isolation of ["lab", "class"]) {
            const policy = policyOf(await declareClass({ isolation }));
            const elsewhere = session(
                "student-labs-us-east-1-ada-0123456",
                "i-1",
                tagsOf("ada", "us-east-1"),
            );
            for (const call of emr(["DescribeCluster", "AddJobFlowSteps"], tagsOf("ada"))) {
                assert.equal(await verdict(policy, elsewhere, call), "ImplicitlyDenied", titleOf(call));
            }
        }
    });
});
