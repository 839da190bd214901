import type * as aws from "@pulumi/aws";
import type { Region } from "../preflight/region.ts";
import { classTagKeys } from "../names/tags.ts";
import { labPrefix } from "../names/labPrefix.ts";

/** What the students' policy is about. */
export interface StudentPolicyArgs {
    readonly region: Region;
    /** The scratch bucket. */
    readonly bucketArn: string;
    /** The one object that is the course archive, where there is one. */
    readonly courseArchiveArn?: string;
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

function readArchive(arn: string): aws.iam.PolicyStatement {
    return { Sid: "ReadTheCourseArchive", Effect: "Allow", Action: "s3:GetObject", Resource: literally(arn) };
}

/** What a machine that supports the class may do: fetch the course archive. */
export function supportPolicy(courseArchiveArn: string): aws.iam.PolicyDocument {
    return { Version: "2012-10-17", Statement: [readArchive(courseArchiveArn)] };
}

/**
 * What a student may do, from the machine and from code in a step alike (both carry the lab's role).
 *
 * One policy serves all labs: it compares the identity's tags with the cluster's, and takes the lab's part of the bucket
 * from the identity's tag. Role tags are principal tags in sessions of an instance profile ("Passing session tags").
 */
export function studentPolicy(args: StudentPolicyArgs): aws.iam.PolicyDocument {
    const { region, bucketArn, courseArchiveArn, isolation } = args;
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
                // Without a condition on the prefix: mrjob asks HeadBucket first, which knows none, and dies of a 403.
                Sid: "SeeTheScratchBucket",
                Effect: "Allow",
                Action: ["s3:GetBucketLocation", "s3:ListBucket"],
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
            ...(courseArchiveArn === undefined ? [] : [readArchive(courseArchiveArn)]),
            { Sid: "NeverAllocate", Effect: "Deny", Action: allocate, Resource: "*" },
        ],
    };
}
