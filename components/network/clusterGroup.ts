import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allowEverythingOut } from "./network.ts";
import { emrTag, type Tags } from "../names/tags.ts";

/** Inputs of a {@link ClusterGroup}. */
export interface ClusterGroupArgs {
    /** A change makes the group, and with it the clusters, anew. */
    readonly vpcId: pulumi.Input<string>;
    /** In EC2's characters: no apostrophe. A change makes the group, and with it the clusters, anew. */
    readonly description: string;
    /** Group of the machines that may reach the nodes by SSH. A change updates the rule in place. */
    readonly machinesGroupId: pulumi.Input<string>;
    /** A change updates them in place. */
    readonly tags: Tags;
}

/**
 * The security group that EMR manages for the nodes of a cluster, primary and core.
 *
 * EMR opens everything between the members of a managed group: a shared one lets one lab's code onto another lab's nodes,
 * where YARN and HDFS ask nobody who they are ("Working with EMR-managed security groups"). So each lab has its own,
 * unless the class wants one for all.
 *
 * Whoever makes a cluster depends on the whole component: without its rules a cluster never starts.
 */
export class ClusterGroup extends pulumi.ComponentResource {
    readonly groupId: pulumi.Output<string>;

    constructor(name: string, args: ClusterGroupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:ClusterGroup", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };

        const group = new aws.ec2.SecurityGroup(
            name,
            {
                vpcId: args.vpcId,
                description: args.description,
                // EMR adds rules that refer to the group itself, and nobody else takes them away.
                revokeRulesOnDelete: true,
                tags: { ...args.tags, ...emrTag },
            },
            child,
        );
        allowEverythingOut(name, group.id, args.tags, child);
        new aws.vpc.SecurityGroupIngressRule(
            `${name}-ssh`,
            {
                securityGroupId: group.id,
                description: "SSH from the machines of the labs, for the logs of jobs",
                ipProtocol: "tcp",
                fromPort: 22,
                toPort: 22,
                referencedSecurityGroupId: args.machinesGroupId,
                tags: args.tags,
            },
            child,
        );

        this.groupId = group.id;
        this.registerOutputs({ groupId: this.groupId });
    }
}
