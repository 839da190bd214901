import type { ResourceRecordSet, Route53Client } from "@aws-sdk/client-route-53";

/** What the program asked for, as the error hook of an `aws.route53.Record` gets it. */
export interface WantedRecord {
    readonly zoneId: string;
    readonly name: string;
    readonly type: string;
    readonly records: readonly string[];
}

const bare = (name: string | undefined) => (name ?? "").replace(/\.$/, "").toLowerCase();

/**
 * Whether a record that is there is the one that was asked for: same name, type and values. Records carry no tags, so this
 * is the only sign that a killed run of this class made it; a record of somebody else's points elsewhere.
 */
export function isTheWanted(found: ResourceRecordSet, wanted: WantedRecord): boolean {
    const values = (found.ResourceRecords ?? []).map(({ Value }) => Value);
    return (
        bare(found.Name) === bare(wanted.name) &&
        found.Type === wanted.type &&
        found.SetIdentifier === undefined &&
        values.length === wanted.records.length &&
        values.every((value) => value !== undefined && wanted.records.includes(value))
    );
}

/**
 * Deletes the record that a killed run left, so that it can be made again and be known to the state.
 *
 * @throws Error where the name belongs to somebody else, or points elsewhere: nothing is deleted then
 */
export async function removeOwnRecord(
    sdk: typeof import("@aws-sdk/client-route-53"),
    client: Route53Client,
    wanted: WantedRecord,
): Promise<void> {
    const { ResourceRecordSets = [] } = await client.send(
        new sdk.ListResourceRecordSetsCommand({
            HostedZoneId: wanted.zoneId,
            StartRecordName: wanted.name,
            StartRecordType: wanted.type as "A",
            MaxItems: 5,
        }),
    );
    const own = ResourceRecordSets.find((found) => isTheWanted(found, wanted));
    if (own === undefined) {
        throw new Error(
            `${wanted.name} is somebody else's, or points elsewhere: nothing was changed. Delete the record if it is of this class, ` +
                "or use another dnsZone or another name for the stack",
        );
    }
    await client.send(
        new sdk.ChangeResourceRecordSetsCommand({
            HostedZoneId: wanted.zoneId,
            ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: own }] },
        }),
    );
}
