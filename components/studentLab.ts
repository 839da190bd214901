import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Classroom } from "./classroom";
import { LabCluster } from "./labCluster";
import { LabIdentity } from "./labIdentity";
import { LabMachine } from "./labMachine";
import { Lab } from "./labs";
import { labPassword } from "./password";
import { Region } from "./region";
import { loginUser, remoteScript } from "./remoteScript";
import { RosterRow } from "./roster";
import { labPrefix } from "./scratchBucket";
import { Settings } from "./settings/definitions";

/** Inputs of a {@link StudentLab}. */
export interface StudentLabArgs {
    readonly lab: Lab;
    readonly classroom: Classroom;
    readonly region: Region;
    readonly settings: Settings;
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
 * is made anew.
 */
export class StudentLab extends pulumi.ComponentResource {
    readonly machine: LabMachine;
    readonly cluster: LabCluster;
    readonly connect: command.remote.Command;
    /** The lab's line of the roster. */
    readonly rosterRow: RosterRow;

    constructor(name: string, args: StudentLabArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:StudentLab", name, {}, opts);
        const { lab, classroom, region, settings } = args;
        const child = { parent: this };

        const password = labPassword(`${name}-password`, child);
        const identity = new LabIdentity(
            `${name}-identity`,
            { lab: lab.name, policyArn: classroom.studentPolicyArn },
            child,
        );
        this.machine = new LabMachine(
            `${name}-machine`,
            {
                lab: lab.name,
                classroom,
                identity,
                amiId: region.amiId,
                instanceType: settings.instanceType,
                sshPorts: [22],
                password: password.result,
                region: region.name,
                operatorPublicKeys: settings.operatorPublicKeys,
                aptPackages: settings.aptPackages,
                pipPackages: settings.pipPackages,
            },
            child,
        );
        this.cluster = new LabCluster(
            `${name}-cluster`,
            {
                lab: lab.name,
                classroom,
                identity,
                machineGroupId: this.machine.groupId,
                release: settings.emrRelease,
                instanceType: settings.clusterInstanceType,
                instanceCount: settings.clusterInstanceCount,
                applications: settings.clusterApplications,
                idleHours: settings.clusterIdleHours,
                stepConcurrency: settings.clusterStepConcurrency,
            },
            child,
        );
        this.connect = remoteScript(
            `${name}-connect`,
            {
                script: "connect-cluster.sh",
                host: this.machine.address,
                port: 22,
                privateKey: classroom.key.privateKeyOpenssh,
                machine: this.machine.instance,
                values: {
                    LAB_USER: loginUser,
                    LAB_REGION: region.name,
                    LAB_CLUSTER_ID: this.cluster.clusterId,
                    LAB_CLUSTER_KEY: this.cluster.privateKey,
                    LAB_SCRATCH_URI: pulumi.interpolate`s3://${classroom.bucket.bucket}/${labPrefix(lab.name)}`,
                    LAB_POLL_SECONDS: String(pollSeconds(settings.maxLabs)),
                },
            },
            { ...child, dependsOn: [this.machine.bootstrap] },
        );

        this.rosterRow = {
            lab: lab.name,
            students: lab.students,
            region: region.name,
            address: this.machine.address,
            user: loginUser,
            password: pulumi.secret(password.result),
            clusterId: this.cluster.clusterId,
            hostKey: this.machine.hostKey,
        };
        this.registerOutputs({ address: this.machine.address, clusterId: this.cluster.clusterId });
    }
}
