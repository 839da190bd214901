import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of a {@link DnsRecord}. */
export interface DnsRecordArgs {
    /** A change makes the record anew, in the other zone. */
    readonly zoneId: pulumi.Input<string>;
    /** A change makes the record anew. */
    readonly dnsName: string;
    /** IPv4 address. A change updates the record in place. */
    readonly address: pulumi.Input<string>;
}

/**
 * The name of a machine, which stays when its address changes.
 *
 * A name that exists already is refused, whoever it belongs to: never `allowOverwrite`, which replaces anybody's record and
 * deletes it with the class (terraform-provider-aws makes it an UPSERT). Only what a killed run of this class left, which
 * has this very address, is taken out of the way (failures/dnsLeftover.ts).
 */
export class DnsRecord extends pulumi.ComponentResource {
    readonly recordId: pulumi.Output<string>;

    constructor(name: string, args: DnsRecordArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:DnsRecord", name, {}, opts);
        const record = new aws.route53.Record(
            `${name}-a`,
            {
                zoneId: args.zoneId,
                name: args.dnsName,
                type: "A",
                // A minute: in the morning the addresses are new.
                ttl: 60,
                records: [args.address],
            },
            { parent: this, hooks: opts?.hooks },
        );
        this.recordId = record.id;
        this.registerOutputs({ recordId: this.recordId });
    }
}
