import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of a {@link DnsRecord}. */
export interface DnsRecordArgs {
    readonly zoneId: pulumi.Input<string>;
    readonly dnsName: string;
    /** IPv4 address. A change updates the record in place. */
    readonly address: pulumi.Input<string>;
}

/** The name of a machine, which stays when its address changes. */
export class DnsRecord extends pulumi.ComponentResource {
    constructor(name: string, args: DnsRecordArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:DnsRecord", name, {}, opts);
        new aws.route53.Record(
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
        this.registerOutputs({});
    }
}
