import * as pulumi from "@pulumi/pulumi";

/** Tags of a resource. Names are EC2's: at most 128 characters, values at most 256. */
export type Tags = Readonly<Record<string, string>>;

/**
 * AWS's managed policy for the EMR service role works only on subnets, security groups and clusters that carry this tag.
 * Source: "Using EMR managed policies", AmazonEMRServicePolicy_v2.
 */
export const emrTag: Tags = { "for-use-with-amazon-emr-managed-policies": "true" };

/**
 * Tags that everything of this stack carries: what finds it again, and what tells its cost.
 *
 * The policies of the students compare `Project`, `Stack` and `Lab` between identity and cluster (studentPolicy.ts).
 */
export function stackTags(): Tags {
    return { Project: pulumi.getProject(), Stack: pulumi.getStack() };
}

/** Tags that everything of one lab carries. */
export function labTags(lab: string): Tags {
    return { ...stackTags(), Lab: lab };
}

/** Tags that everything of one machine carries that supports the class. */
export function supportTags(machine: string): Tags {
    return { ...stackTags(), Support: machine };
}
