import * as pulumi from "@pulumi/pulumi";
import { StudentAccessKey } from "../identity/accessKey.ts";
import { ClusterGroup } from "../network/clusterGroup.ts";
import { LabCluster } from "./labCluster.ts";
import { LabFailures } from "../failures/labFailures.ts";
import { LabIdentity } from "../identity/labIdentity.ts";
import { LabMachine, type LabMachineArgs } from "./labMachine.ts";
import type { Lab } from "../names/labs.ts";
import { machineRow } from "./machineRow.ts";
import { labPassword } from "../identity/password.ts";
import { loginUser, remoteScript } from "./remoteScript.ts";
import type { RosterRow } from "./roster.ts";
import { scriptProblems } from "./scriptProblems.ts";
import { labPrefix } from "../names/labPrefix.ts";
import type { ClusterSettings, PeopleSettings } from "../settings/definitions.ts";
import { labTags } from "../names/tags.ts";

/** Inputs of a {@link StudentLab}; what concerns the machine is handed on to its {@link LabMachine}. */
export interface StudentLabArgs extends Pick<
    LabMachineArgs,
    "classroom" | "region" | "access" | "machines" | "times"
> {
    /** Name and students. Another name is another lab; other students change the roster only. */
    readonly lab: Lab;
    /** How many labs share EMR's API limits. A change runs connect again. */
    readonly people: Pick<PeopleSettings, "maxLabs">;
    /** Whether there is a cluster, what it is, and with which credentials the student uses it. */
    readonly clusters: ClusterSettings;
}

/**
 * Seconds between two looks of mrjob at a job.
 *
 * DescribeStep is refilled by half a call a second, for account and region together. Goes by the most labs that there may
 * be, not by those that there are, so that one more student changes no other lab.
 *
 * @param maxLabs the setting
 */
export function pollSeconds(maxLabs: number): number {
    return Math.max(30, 2 * maxLabs);
}

/**
 * One student's or group's lab: a password, an identity, a machine, and a cluster.
 *
 * Machine with bootstrap and cluster come up side by side; `connect` waits for both, and runs again alone when a cluster
 * is made anew. While the power is off there is no cluster and no command: nothing connects to a machine that is stopped.
 */
export class StudentLab extends pulumi.ComponentResource {
    /** The lab's line of the roster. */
    readonly rosterRow: RosterRow;

    constructor(name: string, args: StudentLabArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:StudentLab", name, {}, opts);
        const { lab, classroom, region, access, machines, clusters, times } = args;
        const failures = new LabFailures(lab.name, classroom.leftovers);
        const child = { parent: this, hooks: failures.hooks };
        const tags = labTags(classroom.tags, lab.name);

        const password = labPassword(`${name}-password`, child);
        const identity =
            classroom.sharedIdentity ??
            new LabIdentity(
                `${name}-identity`,
                { owner: lab.name, tags, policyArn: classroom.studentPolicyArn },
                child,
            );
        const machine = new LabMachine(
            `${name}-machine`,
            {
                hostName: lab.name,
                classroom,
                region,
                access,
                machines,
                times,
                identity,
                password: password.result,
                accessKey: this.accessKey(name, args, child),
                tags,
            },
            child,
        );
        const cluster =
            times.power === "on" && clusters.clusters === "on"
                ? new LabCluster(
                      `${name}-cluster`,
                      {
                          lab: lab.name,
                          classroom,
                          region,
                          clusters,
                          times,
                          identity,
                          group:
                              classroom.sharedClusterGroup ??
                              new ClusterGroup(
                                  `${name}-cluster-group`,
                                  {
                                      vpcId: classroom.network.vpcId,
                                      description: `Cluster of lab ${lab.name}`,
                                      machinesGroupId: machine.groupId,
                                      tags,
                                  },
                                  child,
                              ),
                      },
                      child,
                  )
                : undefined;
        const connect =
            cluster === undefined
                ? undefined
                : this.declareConnect(`${name}-connect`, args, machine, cluster, child);

        this.rosterRow = {
            lab: lab.name,
            students: lab.students,
            ...machineRow({
                machine,
                password,
                failures,
                shared: classroom.failures,
                region,
                access,
                parts: [...(cluster?.parts ?? []), ...(connect === undefined ? [] : [connect.id])],
                problems: connect === undefined ? [] : [scriptProblems(`${name}-connect`, connect)],
            }),
            clusterId: failures.orElse(cluster?.clusterId ?? pulumi.output(""), ""),
        };
        this.registerOutputs({});
    }

    private accessKey(
        name: string,
        { lab, classroom, clusters }: StudentLabArgs,
        opts: pulumi.ComponentResourceOptions,
    ): { id: pulumi.Input<string>; secret: pulumi.Input<string> } | undefined {
        if (clusters.studentCredentials === "instance-profile") {
            return undefined;
        }
        const key =
            classroom.sharedAccessKey ??
            new StudentAccessKey(
                `${name}-access`,
                {
                    owner: lab.name,
                    tags: labTags(classroom.tags, lab.name),
                    policyArn: classroom.studentPolicyArn,
                },
                opts,
            );
        return { id: key.accessKeyId, secret: key.secretAccessKey };
    }

    private declareConnect(
        name: string,
        { lab, classroom, region, access, people }: StudentLabArgs,
        machine: LabMachine,
        cluster: LabCluster,
        opts: pulumi.CustomResourceOptions,
    ) {
        return remoteScript(
            name,
            {
                script: "connect-cluster.sh",
                host: machine.host,
                port: access.sshPorts[0] ?? 22,
                hostKey: machine.hostKey,
                privateKey: classroom.key.privateKeyOpenssh,
                machine: machine.instance,
                values: {
                    LAB_USER: loginUser,
                    LAB_REGION: region.name,
                    LAB_CLUSTER_ID: cluster.clusterId,
                    LAB_CLUSTER_KEY: cluster.privateKey,
                    LAB_SCRATCH_URI: pulumi.interpolate`s3://${classroom.bucket.bucket}/${labPrefix(lab.name)}`,
                    LAB_POLL_SECONDS: String(pollSeconds(people.maxLabs)),
                },
            },
            { ...opts, dependsOn: machine.bootstrap },
        );
    }
}
