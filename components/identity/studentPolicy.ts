import type * as aws from "@pulumi/aws";
import type { Region } from "../preflight/region.ts";
import { classTagKeys } from "../names/tags.ts";
import { labPrefix } from "../names/labPrefix.ts";

/** The course archive, as far as it takes rights to read it. */
export interface ReadableArchive {
    readonly arn: string;
    /** Region of its bucket; `undefined` where it is the class's. */
    readonly region: string | undefined;
    /** The customer's key that encrypts it; `undefined` where reading it needs no right to use one. */
    readonly kmsKeyArn: string | undefined;
}

/** What the students' policy is about. */
export interface StudentPolicyArgs {
    readonly region: Region;
    /** The scratch bucket. */
    readonly bucketArn: string;
    /** The one object that is the course archive, where there is one. */
    readonly courseArchive?: ReadableArchive | undefined;
    /** Buckets, or parts of buckets (`bucket/prefix`), with data that jobs may read. */
    readonly dataBuckets: readonly string[];
    /** `lab`: the own cluster and the own part of the bucket. `class`: every lab's of this stack, as in 2014. */
    readonly isolation: "lab" | "class";
}

/** What a student does with a cluster: submit, look, cancel. What mrjob calls is among it. */
const useCluster = [
    "elasticmapreduce:AddJobFlowSteps",
    "elasticmapreduce:CancelSteps",
    "elasticmapreduce:DescribeCluster",
    "elasticmapreduce:DescribeStep",
    "elasticmapreduce:GetAutoTerminationPolicy",
    "elasticmapreduce:ListBootstrapActions",
    "elasticmapreduce:ListInstanceGroups",
    "elasticmapreduce:ListInstances",
    "elasticmapreduce:ListSteps",
];

/**
 * What allocates, resizes, ends or retags. None of it is allowed anywhere; the explicit Deny stays right when somebody
 * attaches another policy. Not having PassRole is not enough: resizing a cluster needs none.
 */
const allocate = [
    "ec2:*",
    "elasticmapreduce:AddInstance*",
    "elasticmapreduce:AddTags",
    "elasticmapreduce:Create*",
    "elasticmapreduce:Delete*",
    "elasticmapreduce:Modify*",
    "elasticmapreduce:Put*",
    "elasticmapreduce:Remove*",
    "elasticmapreduce:RunJobFlow",
    "elasticmapreduce:Set*",
    "elasticmapreduce:Start*",
    "elasticmapreduce:TerminateJobFlows",
    "elasticmapreduce:Update*",
    "iam:*",
    "sts:AssumeRole*",
];

/** An ARN that means itself, also where a key of S3 has characters that are wild cards or variables in policies. */
function literally(arn: string): string {
    // "IAM policy elements: Variables and tags", special characters.
    return arn.replace(/[*?$]/g, (character) => "${" + character + "}");
}

/** To read one object, and, where a customer's KMS key encrypts it, to have S3 decrypt it. */
function readArchive(
    { arn, region, kmsKeyArn }: ReadableArchive,
    { name, partition }: Region,
): aws.iam.PolicyStatement[] {
    const read = {
        Sid: "ReadTheCourseArchive",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: literally(arn),
    } as const;
    if (kmsKeyArn === undefined) {
        return [read];
    }
    const service = `s3.${region ?? name}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
    return [
        read,
        {
            Sid: "DecryptTheCourseArchive",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: kmsKeyArn,
            // Through S3 only, where what may be read at all is said above.
            Condition: { StringEquals: { "kms:ViaService": service } },
        },
    ];
}

/** To list each bucket, and to read its objects or those below a prefix. */
function readData(dataBuckets: readonly string[], partition: string): aws.iam.PolicyStatement[] {
    if (dataBuckets.length === 0) {
        return [];
    }
    const arns = (names: readonly string[]) => names.map((name) => `arn:${partition}:s3:::${name}`);
    const buckets = [...new Set(dataBuckets.map((name) => name.split("/")[0] ?? ""))];
    return [
        {
            // Whole, also where only a part may be read: mrjob asks HeadBucket, which knows no prefix.
            Sid: "SeeTheDataBuckets",
            Effect: "Allow",
            Action: ["s3:GetBucketLocation", "s3:ListBucket"],
            Resource: arns(buckets),
        },
        {
            Sid: "ReadTheData",
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: arns(dataBuckets.map((name) => (name.includes("/") ? `${name}*` : `${name}/*`))),
        },
    ];
}

/** What a machine that supports the class may do: fetch the course archive. */
export function supportPolicy(courseArchive: ReadableArchive, region: Region): aws.iam.PolicyDocument {
    return { Version: "2012-10-17", Statement: readArchive(courseArchive, region) };
}

/**
 * What a student may do, from the machine and from code in a step alike (both carry the lab's role).
 *
 * One policy serves all labs: it compares the identity's tags with the cluster's, and takes the lab's part of the bucket
 * from the identity's tag. Role tags are principal tags in sessions of an instance profile ("Passing session tags").
 */
export function studentPolicy(args: StudentPolicyArgs): aws.iam.PolicyDocument {
    const { region, bucketArn, courseArchive, dataBuckets, isolation } = args;
    const compared = [...classTagKeys, ...(isolation === "lab" ? ["Lab"] : [])];
    const own = `${bucketArn}/${isolation === "lab" ? labPrefix("${aws:PrincipalTag/Lab}") : "labs/"}`;
    // EMR's samples, libraries and scripts, e.g. script-runner.jar.
    const emrLibraries = `arn:${region.partition}:s3:::${region.name}.elasticmapreduce`;
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "UseTheOwnCluster",
                Effect: "Allow",
                Action: useCluster,
                Resource: `arn:${region.partition}:elasticmapreduce:${region.name}:${region.accountId}:cluster/*`,
                Condition: {
                    StringEquals: Object.fromEntries(
                        compared.map((tag) => [
                            `elasticmapreduce:ResourceTag/${tag}`,
                            "${aws:PrincipalTag/" + tag + "}",
                        ]),
                    ),
                },
            },
            {
                // Without a condition on the prefix: mrjob asks HeadBucket first, which knows none, and dies of a 403. The
                // committers of S3A, with which Spark writes, look for uploads that were not finished.
                Sid: "SeeTheScratchBucket",
                Effect: "Allow",
                Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                Resource: bucketArn,
            },
            {
                Sid: "UseTheOwnPartOfIt",
                Effect: "Allow",
                Action: [
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
                // Also the prefix itself: S3A, which is behind s3:// since emr-7.10, asks for it as an object.
                Resource: [`${own}*`, own.replace(/\/$/, "")],
            },
            {
                Sid: "ReadTheLibrariesOfEmr",
                Effect: "Allow",
                Action: ["s3:GetObject", "s3:ListBucket"],
                Resource: [emrLibraries, `${emrLibraries}/*`],
            },
            ...(courseArchive === undefined ? [] : readArchive(courseArchive, region)),
            ...readData(dataBuckets, region.partition),
            { Sid: "NeverAllocate", Effect: "Deny", Action: allocate, Resource: "*" },
        ],
    };
}
