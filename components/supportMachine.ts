import * as pulumi from "@pulumi/pulumi";
import { Classroom } from "./classroom";
import { LabFailures } from "./labFailures";
import { LabIdentity } from "./labIdentity";
import { LabMachine } from "./labMachine";
import { supportOwner } from "./labs";
import { machineRow } from "./machineRow";
import { labPassword } from "./password";
import { Region } from "./region";
import { SupportRow } from "./roster";
import { Settings } from "./settings/definitions";
import { supportTags } from "./tags";

/** Inputs of a {@link SupportMachine}. */
export interface SupportMachineArgs {
    /** Host name. */
    readonly machine: string;
    readonly classroom: Classroom;
    readonly region: Region;
    readonly settings: Settings;
}

/**
 * A machine without a cluster, for a demonstrator or a service of the class. It is told from students' machines by its
 * instance profile, which may read the course archive and nothing else, and by its tag Support.
 */
export class SupportMachine extends pulumi.ComponentResource {
    readonly row: SupportRow;

    constructor(name: string, args: SupportMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:SupportMachine", name, {}, opts);
        const { machine, classroom, region, settings } = args;
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
            { hostName: machine, classroom, region, settings, identity, password: password.result, tags },
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
                settings,
                parts: [],
            }),
        };
        this.registerOutputs({});
    }
}
