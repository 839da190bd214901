import * as pulumi from "@pulumi/pulumi";

/** Tags of a resource. Names are EC2's: at most 128 characters, values at most 256. */
export type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * AWS's managed policy for the EMR service role works only on subnets, security groups and clusters that carry this tag.
 * Source: "Using EMR managed policies", AmazonEMRServicePolicy_v2.
 */
export const emrTag: Tags = { "for-use-with-amazon-emr-managed-policies": "true" };

/** Tags of a whole stack, with the id that tells its class from another one of the same names. */
export interface StackTags extends Tags {
    readonly Project: string;
    readonly Stack: string;
    /** 8 hex digits, made once. Two operators with the names of the README in one account do not meet. */
    readonly Class: pulumi.Input<string>;
}

/** The tags that policies compare between an identity and what it may reach, for all that is of one class. */
export const classTagKeys = ["Project", "Stack", "Class"] as const;

/**
 * Tags that everything of this stack carries: what finds it again, and what tells its cost.
 *
 * The policies of the students compare them and `Lab` between identity and cluster (studentPolicy.ts).
 */
export function stackTags(classId: pulumi.Input<string>): StackTags {
    return { Project: pulumi.getProject(), Stack: pulumi.getStack(), Class: classId };
}

/** Tags that everything of one lab carries. */
export function labTags(stack: StackTags, lab: string): Tags {
    return { ...stack, Lab: lab };
}

/** Tags that everything of one machine carries that supports the class. */
export function supportTags(stack: StackTags, machine: string): Tags {
    return { ...stack, Support: machine };
}
