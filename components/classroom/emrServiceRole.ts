import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Region } from "../preflight/region.ts";
import { labRolePrefix } from "../names/roles.ts";
import type { Tags } from "../names/tags.ts";

/** Lets EMR pass the labs' roles, and no other, to the nodes that it starts. */
export function passRolePolicy(region: Region, rolePrefix: string): aws.iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "PassTheRolesOfTheLabs",
                Effect: "Allow",
                Action: "iam:PassRole",
                Resource: `arn:${region.partition}:iam::${region.accountId}:role/${rolePrefix}*`,
                Condition: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
            },
        ],
    };
}

/** Lets the EMR service of this account and region, and no other, take the role (confused deputy). */
export function emrTrustPolicy(region: Region): aws.iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "elasticmapreduce.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: {
                    StringEquals: { "aws:SourceAccount": region.accountId },
                    ArnLike: {
                        "aws:SourceArn": `arn:${region.partition}:elasticmapreduce:${region.name}:${region.accountId}:*`,
                    },
                },
            },
        ],
    };
}

/**
 * The role that EMR itself works with: AWS's managed policy, which reaches only what carries the EMR tag, and the right
 * to pass the labs' roles, which that policy allows for `EMR_EC2_DefaultRole` only.
 *
 * Whoever makes a cluster depends on the whole component, so that the policies are there before, and still there while a
 * cluster terminates.
 */
export class EmrServiceRole extends pulumi.ComponentResource {
    readonly arn: pulumi.Output<string>;

    constructor(
        name: string,
        args: { readonly region: Region; readonly tags: Tags },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("student-labs:index:EmrServiceRole", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };

        const role = new aws.iam.Role(
            `${name}-role`,
            {
                description: "EMR itself, for the clusters of the labs",
                assumeRolePolicy: JSON.stringify(emrTrustPolicy(args.region)),
                tags: args.tags,
            },
            child,
        );
        new aws.iam.RolePolicyAttachment(
            `${name}-managed`,
            {
                role: role.name,
                policyArn: `arn:${args.region.partition}:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2`,
            },
            child,
        );
        new aws.iam.RolePolicy(
            `${name}-pass-role`,
            {
                // Not auto-named: a second one, left by a killed run, would keep the role from being deleted.
                name: "pass-roles-of-labs",
                role: role.name,
                policy: JSON.stringify(
                    passRolePolicy(args.region, labRolePrefix(pulumi.getProject(), pulumi.getStack())),
                ),
            },
            child,
        );

        this.arn = role.arn;
        this.registerOutputs({ arn: this.arn });
    }
}
