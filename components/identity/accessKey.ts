import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { labRolePrefix } from "../names/roles.ts";
import type { Tags } from "../names/tags.ts";

/** Inputs of a {@link StudentAccessKey}. */
export interface StudentAccessKeyArgs {
    /** End of the user's name: the lab, or what all labs share. A change makes user and key anew. */
    readonly owner: string;
    /** Tags of the user; the policy compares them. A change updates them in place. */
    readonly tags: Tags;
    /** A change attaches the other policy. */
    readonly policyArn: pulumi.Input<string>;
}

/**
 * An IAM user with a key, for classes that want the variables of the original in the students' environment. It may do
 * exactly what the machine's own identity may: same policy, same tags.
 */
export class StudentAccessKey extends pulumi.ComponentResource {
    readonly accessKeyId: pulumi.Output<string>;
    /** Secret. */
    readonly secretAccessKey: pulumi.Output<string>;

    constructor(name: string, args: StudentAccessKeyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:StudentAccessKey", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };

        const user = new aws.iam.User(
            `${labRolePrefix(pulumi.getProject(), pulumi.getStack())}${args.owner}`,
            // forceDestroy: a student who made another key must not keep the class from being removed.
            { forceDestroy: true, tags: args.tags },
            child,
        );
        const rights = new aws.iam.UserPolicyAttachment(
            `${name}-policy`,
            { user: user.name, policyArn: args.policyArn },
            child,
        );
        const key = new aws.iam.AccessKey(
            `${name}-key`,
            { user: user.name },
            // Nobody is handed a key that can do nothing.
            { ...child, dependsOn: [rights] },
        );

        this.accessKeyId = key.id;
        this.secretAccessKey = pulumi.secret(key.secret);
        this.registerOutputs({ accessKeyId: this.accessKeyId });
    }
}
