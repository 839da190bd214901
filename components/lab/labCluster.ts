import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Classroom } from "../classroom/classroom.ts";
import type { ClusterGroup } from "../network/clusterGroup.ts";
import type { LabIdentity } from "../identity/labIdentity.ts";
import type { Region } from "../preflight/region.ts";
import { scheduleStop } from "../classroom/scheduledStop.ts";
import { labPrefix } from "../names/labPrefix.ts";
import type { ClusterSettings, TimeSettings } from "../settings/definitions.ts";
import { emrTag, labTags } from "../names/tags.ts";

/** Inputs of a {@link LabCluster}. */
export interface LabClusterArgs {
    readonly lab: string;
    readonly classroom: Classroom;
    readonly region: Region;
    /** What the cluster is. Idle hours and step concurrency change in place, all else makes it anew. */
    readonly clusters: ClusterSettings;
    /** When AWS ends the cluster. A change changes its schedules. */
    readonly times: Pick<TimeSettings, "nightlyStop" | "endsAt">;
    readonly identity: LabIdentity;
    /** The security group of the nodes, the lab's own or the class's. */
    readonly group: ClusterGroup;
}

/** The groups of nodes that the settings ask for: one primary, the others core, On-Demand or Spot. */
export function nodeGroups(
    settings: Pick<ClusterSettings, "clusterInstanceType" | "clusterInstanceCount" | "clusterSpot">,
): Pick<aws.emr.ClusterArgs, "masterInstanceGroup" | "coreInstanceGroup"> {
    const {
        clusterInstanceType: instanceType,
        clusterInstanceCount: count,
        clusterSpot: bidPrice,
    } = settings;
    return {
        // Never Spot: a cluster that loses its primary node is lost.
        masterInstanceGroup: { name: "primary", instanceType, instanceCount: 1 },
        ...(count > 1
            ? {
                  coreInstanceGroup: {
                      name: "core",
                      instanceType,
                      instanceCount: count - 1,
                      ...(bidPrice === "" ? {} : { bidPrice }),
                  },
              }
            : {}),
    };
}

/** The cluster of one lab, with a key of its own. */
export class LabCluster extends pulumi.ComponentResource {
    readonly clusterId: pulumi.Output<string>;
    /** The private key that opens the nodes as user hadoop. Secret. */
    readonly privateKey: pulumi.Output<string>;
    /** What must be there for the cluster to be whole; each fails where that part failed. */
    readonly parts: readonly pulumi.Output<unknown>[];

    constructor(name: string, args: LabClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:LabCluster", name, {}, opts);
        const { classroom, identity, clusters, region, group } = args;
        const child = { parent: this, hooks: opts?.hooks };
        const tags = labTags(classroom.tags, args.lab);

        // RSA: the one kind that every EMR release is known to take.
        const key = new tls.PrivateKey(
            `${name}-key`,
            { algorithm: "RSA", rsaBits: 3072 },
            { ...child, ignoreChanges: ["algorithm", "rsaBits", "ecdsaCurve"] },
        );
        const keyPair = new aws.ec2.KeyPair(`${name}-key`, { publicKey: key.publicKeyOpenssh, tags }, child);

        const cluster = new aws.emr.Cluster(
            name,
            {
                name: `${pulumi.getProject()}-${pulumi.getStack()}-${args.lab}`,
                releaseLabel: clusters.emrRelease,
                applications: [...clusters.clusterApplications],
                serviceRole: classroom.emrServiceRole.arn,
                ec2Attributes: {
                    subnetId: classroom.network.subnetId,
                    emrManagedMasterSecurityGroup: group.groupId,
                    emrManagedSlaveSecurityGroup: group.groupId,
                    // The name: it is what EMR answers later, and an ARN here would then look like a change.
                    instanceProfile: identity.profileName,
                    keyName: keyPair.keyName,
                },
                ...nodeGroups(clusters),
                keepJobFlowAliveWhenNoSteps: true,
                ...(clusters.clusterIdleHours > 0
                    ? { autoTerminationPolicy: { idleTimeout: clusters.clusterIdleHours * 3600 } }
                    : {}),
                stepConcurrencyLevel: clusters.clusterStepConcurrency,
                // In the lab's own prefix: the nodes write the logs with the lab's identity.
                logUri: pulumi.interpolate`s3://${classroom.bucket.bucket}/${labPrefix(args.lab)}logs/`,
                // Keeps what a refresh reads small, however many jobs the students submitted.
                listStepsStates: ["PENDING", "RUNNING"],
                tags: { ...tags, ...emrTag },
            },
            {
                ...child,
                // The provider reads the students' jobs as if the program had asked for them, and would replace the
                // cluster because it had not (terraform-provider-aws #14976). So it does with the Amazon Linux that
                // EMR chose, `os_release_label`, since 6.2 of the provider: optional, not computed, and replacing.
                ignoreChanges: ["steps", "osReleaseLabel"],
                // The quota is for one cluster a lab: the other can start only after this one has ended.
                deleteBeforeReplace: true,
                // EMR looks at roles and rules when the cluster starts; destroy removes them after it has ended.
                dependsOn: [classroom.emrServiceRole, classroom.network, identity, group],
            },
        );
        const schedules =
            classroom.scheduledStop === undefined
                ? []
                : scheduleStop(
                      `${name}-stop`,
                      {
                          times: args.times,
                          stop: classroom.scheduledStop,
                          partition: region.partition,
                          call: "emr:terminateJobFlows",
                          input: { JobFlowIds: [cluster.id] },
                      },
                      child,
                  );

        this.clusterId = cluster.id;
        this.parts = [cluster.id, ...schedules.map(({ id }) => id)];
        this.privateKey = pulumi.secret(key.privateKeyPem);
        this.registerOutputs({ clusterId: this.clusterId });
    }
}
