import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { Classroom } from "./classroom";
import { LabIdentity } from "./labIdentity";
import { allowEverythingOut } from "./network";
import { labPrefix } from "./scratchBucket";
import { emrTag, labTags } from "./tags";

/** Inputs of a {@link LabCluster}. */
export interface LabClusterArgs {
    readonly lab: string;
    readonly classroom: Classroom;
    readonly identity: LabIdentity;
    /** The group of the lab's own machine, which alone may reach the nodes by SSH. */
    readonly machineGroupId: pulumi.Input<string>;
    /** A change replaces the cluster, as do instance type and applications. */
    readonly release: string;
    readonly instanceType: string;
    /** Nodes, the primary one included. A change resizes in place; from or to 1 it replaces. */
    readonly instanceCount: number;
    readonly applications: readonly string[];
    /** Hours without work until the cluster ends itself; 0 = never. In place. */
    readonly idleHours: number;
    /** Steps at a time. In place. */
    readonly stepConcurrency: number;
}

/** The cluster of one lab, with a security group and a key of its own. */
export class LabCluster extends pulumi.ComponentResource {
    readonly cluster: aws.emr.Cluster;
    readonly clusterId: pulumi.Output<string>;
    /** The private key that opens the nodes as user hadoop. Secret. */
    readonly privateKey: pulumi.Output<string>;

    constructor(name: string, args: LabClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:LabCluster", name, {}, opts);
        const { classroom, identity } = args;
        const child = { parent: this };
        const tags = labTags(args.lab);

        // EMR opens everything between the members of a managed group: a shared one would let one lab's code onto
        // another lab's nodes, where YARN and HDFS ask nobody who they are ("Working with EMR-managed security groups").
        const group = new aws.ec2.SecurityGroup(
            `${name}-group`,
            {
                vpcId: classroom.network.vpcId,
                description: `Cluster of lab ${args.lab}`,
                // EMR adds rules that refer to the group itself, and nobody else takes them away.
                revokeRulesOnDelete: true,
                tags: { ...tags, ...emrTag },
            },
            child,
        );
        const rules = [
            ...allowEverythingOut(name, group.id, tags, child),
            new aws.vpc.SecurityGroupIngressRule(
                `${name}-ssh`,
                {
                    securityGroupId: group.id,
                    description: "SSH from the machine of the lab, for the logs of its jobs",
                    ipProtocol: "tcp",
                    fromPort: 22,
                    toPort: 22,
                    referencedSecurityGroupId: args.machineGroupId,
                    tags,
                },
                child,
            ),
        ];
        // RSA: the one kind that every EMR release is known to take.
        const key = new tls.PrivateKey(
            `${name}-key`,
            { algorithm: "RSA", rsaBits: 3072 },
            { ...child, ignoreChanges: ["algorithm", "rsaBits", "ecdsaCurve"] },
        );
        const keyPair = new aws.ec2.KeyPair(`${name}-key`, { publicKey: key.publicKeyOpenssh, tags }, child);

        this.cluster = new aws.emr.Cluster(
            name,
            {
                name: `${pulumi.getProject()}-${pulumi.getStack()}-${args.lab}`,
                releaseLabel: args.release,
                applications: [...args.applications],
                serviceRole: classroom.emrServiceRole.arn,
                ec2Attributes: {
                    subnetId: classroom.network.subnetId,
                    emrManagedMasterSecurityGroup: group.id,
                    emrManagedSlaveSecurityGroup: group.id,
                    // The name: it is what EMR answers later, and an ARN here would then look like a change.
                    instanceProfile: identity.profileName,
                    keyName: keyPair.keyName,
                },
                masterInstanceGroup: { name: "primary", instanceType: args.instanceType, instanceCount: 1 },
                ...(args.instanceCount > 1
                    ? {
                          coreInstanceGroup: {
                              name: "core",
                              instanceType: args.instanceType,
                              instanceCount: args.instanceCount - 1,
                          },
                      }
                    : {}),
                keepJobFlowAliveWhenNoSteps: true,
                ...(args.idleHours > 0
                    ? { autoTerminationPolicy: { idleTimeout: args.idleHours * 3600 } }
                    : {}),
                stepConcurrencyLevel: args.stepConcurrency,
                // In the lab's own prefix: the nodes write the logs with the lab's identity.
                logUri: pulumi.interpolate`s3://${classroom.bucket.bucket}/${labPrefix(args.lab)}logs/`,
                // Keeps what a refresh reads small, however many jobs the students submitted.
                listStepsStates: ["PENDING", "RUNNING"],
                tags: { ...tags, ...emrTag },
            },
            {
                ...child,
                // The provider reads the students' jobs as if the program had asked for them, and would replace the
                // cluster because it had not (terraform-provider-aws #14976).
                ignoreChanges: ["steps"],
                // EMR looks at roles and rules when the cluster starts; destroy removes them after it has ended.
                dependsOn: [classroom.emrServiceRole, classroom.network, identity, ...rules],
            },
        );

        this.clusterId = this.cluster.id;
        this.privateKey = pulumi.secret(key.privateKeyPem);
        this.registerOutputs({ clusterId: this.clusterId });
    }
}
