import * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import type { LabFailures } from "../failures/labFailures.ts";
import type { LabMachine } from "./labMachine.ts";
import type { Region } from "../preflight/region.ts";
import { loginUser } from "./remoteScript.ts";
import type { MachineRow } from "./roster.ts";
import type { AccessSettings } from "../settings/definitions.ts";

/** What a row is made from. */
export interface MachineRowArgs {
    readonly machine: LabMachine;
    readonly password: random.RandomPassword;
    readonly failures: LabFailures;
    /** What failed for all. */
    readonly shared: LabFailures;
    readonly region: Region;
    /** The first port is the one to use. */
    readonly access: Pick<AccessSettings, "sshPorts">;
    /** Other parts of the lab that must be there for it to be whole. */
    readonly parts: readonly pulumi.Output<unknown>[];
    /** What other scripts than bootstrap say is not as it should be; "" where all is well. */
    readonly problems: readonly pulumi.Output<string>[];
}

/** What the roster says of a machine, each field recovered by itself. */
export function machineRow(args: MachineRowArgs): MachineRow {
    const { machine, password, failures, shared, region, access } = args;
    // Each part for itself, so that the row waits for all of them and names everything that failed.
    const parts = [password.id, machine.address, ...machine.parts, ...args.parts].map((part) =>
        pulumi.recover(
            part.apply(() => true),
            () => false,
        ),
    );
    const said = [machine.problems, ...args.problems].map((problems) => failures.orElse(problems, ""));
    return {
        region: region.name,
        dnsName: machine.dnsName,
        address: failures.orElse(machine.address, ""),
        ipv6: failures.orElse(machine.ipv6, ""),
        port: access.sshPorts[0] ?? 22,
        user: loginUser,
        password: pulumi.secret(failures.orElse(password.result, "")),
        hostKey: failures.orElse(machine.hostKey, ""),
        hostKeyFingerprint: failures.orElse(machine.hostKeyFingerprint, ""),
        problem: pulumi
            .unsecret(pulumi.all([pulumi.all(parts), pulumi.all(said)]))
            .apply(([there, problems]) =>
                there.every((part) => part)
                    ? problems.filter((problem) => problem !== "").join("; ")
                    : failures.reason || shared.reason || "not made: something it needs failed",
            ),
    };
}
