import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { LabFailures } from "./labFailures";
import { LabMachine } from "./labMachine";
import { Region } from "./region";
import { loginUser } from "./remoteScript";
import { MachineRow } from "./roster";
import { Settings } from "./settings/definitions";

/** What a row is made from. */
export interface MachineRowArgs {
    readonly machine: LabMachine;
    readonly password: random.RandomPassword;
    readonly failures: LabFailures;
    readonly region: Region;
    readonly settings: Settings;
    /** Other parts of the lab that must be there for it to be whole. */
    readonly parts: readonly pulumi.Output<unknown>[];
}

/** What the roster says of a machine, each field recovered by itself. */
export function machineRow(args: MachineRowArgs): MachineRow {
    const { machine, password, failures, region, settings } = args;
    const whole = pulumi.all([machine.address, ...machine.parts, ...args.parts]).apply(() => "");
    return {
        region: region.name,
        dnsName: machine.dnsName,
        address: failures.orElse(machine.address, ""),
        ipv6: failures.orElse(machine.ipv6, ""),
        port: settings.sshPorts[0] ?? 22,
        user: loginUser,
        password: pulumi.secret(failures.orElse(password.result, "")),
        hostKey: failures.orElse(machine.hostKey, ""),
        problem: pulumi.recover(
            pulumi.unsecret(whole),
            () => failures.reason || "not made: something it needs failed",
        ),
    };
}
