import * as pulumi from "@pulumi/pulumi";
import { LabFailures } from "../failures/labFailures.ts";
import { LabIdentity } from "../identity/labIdentity.ts";
import { LabMachine, type LabMachineArgs } from "./labMachine.ts";
import { supportOwner } from "../names/labs.ts";
import { machineRow } from "./machineRow.ts";
import { labPassword } from "../identity/password.ts";
import type { SupportRow } from "./roster.ts";
import { supportTags } from "../names/tags.ts";

/** Inputs of a {@link SupportMachine}; what concerns the machine is handed on to its {@link LabMachine}. */
export interface SupportMachineArgs extends Pick<
    LabMachineArgs,
    "classroom" | "region" | "access" | "machines" | "times"
> {
    /** Host name. */
    readonly machine: string;
}

/**
 * A machine without a cluster, for a demonstrator or a service of the class. It is told from students' machines by its
 * instance profile, which may read the course archive and nothing else, and by its tag Support.
 */
export class SupportMachine extends pulumi.ComponentResource {
    readonly row: SupportRow;

    constructor(name: string, args: SupportMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:SupportMachine", name, {}, opts);
        const { machine, ...shared } = args;
        const { classroom, region, access } = shared;
        const failures = new LabFailures(machine, classroom.leftovers);
        const child = { parent: this, hooks: failures.hooks };
        const tags = supportTags(machine);

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

        this.row = {
            machine,
            ...machineRow({
                machine: one,
                password,
                failures,
                shared: classroom.failures,
                region,
                access,
                parts: [],
                problems: [],
            }),
        };
        this.registerOutputs({});
    }
}
