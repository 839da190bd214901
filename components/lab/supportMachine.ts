import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LabFailures } from "../failures/labFailures.ts";
import { LabIdentity } from "../identity/labIdentity.ts";
import { LabMachine, type LabMachineArgs } from "./labMachine.ts";
import { supportOwner } from "../names/labs.ts";
import { machineRow } from "./machineRow.ts";
import { labPassword } from "../identity/password.ts";
import type { SupportRow } from "./roster.ts";
import type { AccessSettings } from "../settings/definitions.ts";
import { type Tags, supportTags } from "../names/tags.ts";

/** Inputs of a {@link SupportMachine}; what concerns the machine is handed on to its {@link LabMachine}. */
export interface SupportMachineArgs extends Pick<
    LabMachineArgs,
    "classroom" | "region" | "machines" | "times"
> {
    /** Host name. */
    readonly machine: string;
    /** Also the ports on which the labs' machines reach this one. A change adds or removes rules in place. */
    readonly access: LabMachineArgs["access"] & Pick<AccessSettings, "supportPorts">;
}

/**
 * A machine without a cluster, for a demonstrator or a service of the class. It is told from students' machines by its
 * instance profile, which may read the course archive and nothing else, and by its tag Support. The machines of the class,
 * and nothing else, reach it on `supportPorts`.
 */
export class SupportMachine extends pulumi.ComponentResource {
    readonly row: SupportRow;

    constructor(name: string, args: SupportMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:SupportMachine", name, {}, opts);
        const { machine, ...shared } = args;
        const { classroom, region, access } = shared;
        const failures = new LabFailures(machine, classroom.leftovers);
        const child = { parent: this, hooks: failures.hooks };
        const tags = supportTags(classroom.tags, machine);

        const password = labPassword(`${name}-password`, child);
        const identity = new LabIdentity(
            `${name}-identity`,
            { owner: supportOwner(machine), tags, policyArn: classroom.supportPolicyArn },
            child,
        );
        const one = new LabMachine(
            `${name}-machine`,
            { ...shared, hostName: machine, identity, password: password.result, tags },
            child,
        );

        const doors = this.openPorts(`${name}-from-labs`, args, one, tags, child);

        this.row = {
            machine,
            privateAddress: failures.orElse(one.privateAddress, ""),
            ...machineRow({
                machine: one,
                password,
                failures,
                shared: classroom.failures,
                region,
                access,
                parts: doors.map(({ id }) => id),
                problems: [],
            }),
        };
        this.registerOutputs({});
    }

    /** Rules of groups compare private addresses: what comes to the public one is stopped, whoever sends it. */
    private openPorts(
        name: string,
        { access, classroom }: SupportMachineArgs,
        machine: LabMachine,
        tags: Tags,
        opts: pulumi.CustomResourceOptions,
    ): aws.vpc.SecurityGroupIngressRule[] {
        return access.supportPorts.map(
            (port) =>
                new aws.vpc.SecurityGroupIngressRule(
                    `${name}-${port}`,
                    {
                        securityGroupId: machine.groupId,
                        description: "Machines of the class",
                        ipProtocol: "tcp",
                        fromPort: port,
                        toPort: port,
                        referencedSecurityGroupId: classroom.network.machinesGroupId,
                        tags: { ...tags },
                    },
                    opts,
                ),
        );
    }
}
