import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { labRolePrefix } from "../names/roles.ts";
import type { Tags } from "../names/tags.ts";

/** Inputs of a {@link LabIdentity}. */
export interface LabIdentityArgs {
    /** End of the role's name: the lab, or what all labs share. A change makes role and profile anew. */
    readonly owner: string;
    /** Tags of the role; the students' policy compares them. A change updates them in place. */
    readonly tags: Tags;
    /** What the identity may do; `undefined` = nothing. A change attaches the other policy. */
    readonly policyArn: pulumi.Input<string> | undefined;
}

/** Lets EC2 machines, students' and clusters', take the role. */
export const machineTrustPolicy: aws.iam.PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/**
 * The identity of a lab, carried by its machine and by its cluster's nodes: students' code runs in both.
 *
 * Whoever uses the profile depends on the whole component, so that the policy is attached by then.
 */
export class LabIdentity extends pulumi.ComponentResource {
    /** Name of the instance profile and of its role: EMR takes a profile only when the two are called the same. */
    readonly profileName: pulumi.Output<string>;

    constructor(name: string, args: LabIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:LabIdentity", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };

        const role = new aws.iam.Role(
            // Not derived from the component's name alone: EMR's right to pass roles goes by this prefix, and IAM has one
            // name space for all regions. Auto-named, so that a role which a killed run left behind is in nobody's way.
            `${labRolePrefix(pulumi.getProject(), pulumi.getStack())}${args.owner}`,
            {
                description: `Student labs: ${args.owner}`,
                assumeRolePolicy: JSON.stringify(machineTrustPolicy),
                tags: args.tags,
            },
            child,
        );
        if (args.policyArn !== undefined) {
            new aws.iam.RolePolicyAttachment(
                `${name}-policy`,
                { role: role.name, policyArn: args.policyArn },
                child,
            );
        }
        const profile = new aws.iam.InstanceProfile(
            `${name}-profile`,
            { name: role.name, role: role.name, tags: args.tags },
            child,
        );

        this.profileName = profile.name;
        this.registerOutputs({ profileName: this.profileName });
    }
}
