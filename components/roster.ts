import * as pulumi from "@pulumi/pulumi";

/**
 * One lab of the roster that the teacher hands out.
 *
 * A plain object of outputs, never one output of an object: this way `pulumi stack output roster` masks the password and
 * shows the rest (pulumi #17422).
 */
export interface RosterRow {
    readonly lab: string;
    /** As the settings spell them; empty for a spare. */
    readonly students: readonly string[];
    readonly region: string;
    /** Public IPv4 address of the machine. */
    readonly address: pulumi.Output<string>;
    readonly user: string;
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** `j-...` */
    readonly clusterId: pulumi.Output<string>;
    /** SSH host key of the machine, `ssh-ed25519 AAAA...`. */
    readonly hostKey: pulumi.Output<string>;
}
