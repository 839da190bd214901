import type * as pulumi from "@pulumi/pulumi";

/** What is said of a machine in the roster, and in the output for machines that support the class. */
export interface MachineRow {
    readonly region: string;
    /** Name that stays, where the class has a DNS zone; "" elsewhere. */
    readonly dnsName: string;
    /** Public IPv4 address; "" while the power is off. */
    readonly address: pulumi.Output<string>;
    readonly ipv6: pulumi.Output<string>;
    /** Port of SSH. */
    readonly port: number;
    readonly user: string;
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** SSH host key of the machine, `ssh-ed25519 AAAA...`. */
    readonly hostKey: pulumi.Output<string>;
    /** What ssh shows of it and asks for at the first connection, `SHA256:...`. */
    readonly hostKeyFingerprint: pulumi.Output<string>;
    /**
     * Why the lab is not whole, in AWS's words or those of a script on the machine, one printable line of at most a few
     * hundred characters; "" where it is.
     */
    readonly problem: pulumi.Output<string>;
}

/**
 * One lab of the roster that the teacher hands out.
 *
 * A plain object of outputs, never one output of an object: this way `pulumi stack output roster` masks the password and
 * shows the rest (pulumi #17422). Each field is recovered by itself, so that a lab that failed costs nobody the roster.
 */
export interface RosterRow extends MachineRow {
    readonly lab: string;
    /** As the settings spell them; empty for a spare. */
    readonly students: readonly string[];
    /** `j-...`; "" where the class has no clusters, or while the power is off. */
    readonly clusterId: pulumi.Output<string>;
}

/** A machine that supports the class. */
export interface SupportRow extends MachineRow {
    readonly machine: string;
    /** Where the labs' machines reach it on `supportPorts`: IPv4 address within the class's network, which stays. */
    readonly privateAddress: pulumi.Output<string>;
}
