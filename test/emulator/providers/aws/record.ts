/** `aws:route53/record:Record`, plain records only. */
import {
    ChangeResourceRecordSetsCommand,
    GetChangeCommand,
    ListResourceRecordSetsCommand,
    type ChangeAction,
    type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import type { Properties } from "../provider.ts";
import type { Aws } from "./clients.ts";
import { isCode, says } from "./errors.ts";
import type { Operation, ResourceType } from "./resource.ts";
import { boolean, integer, oneOf, set, string } from "./schema.ts";
import { flag, needText, number, text, texts } from "./values.ts";
import { poll } from "./waiting.ts";

/** Route 53 has one zone for all regions and says where a change is on its way. */
export const record: ResourceType = {
    noun: "Route53 Record",
    global: true,
    fields: {
        zoneId: string({ required: true, forceNew: true }),
        name: string({ required: true, forceNew: true, same: (old, news) => bare(old) === bare(news) }),
        type: string({
            required: true,
            forceNew: true,
            check: oneOf("A", "AAAA", "CAA", "CNAME", "MX", "TXT"),
        }),
        ttl: integer(),
        records: set(string(), { required: true }),
        allowOverwrite: boolean({ computed: true }),
    },
    outputs: ["fqdn"],

    async create(inputs, operation) {
        // CREATE refuses what exists, so nobody's record is taken over by accident.
        await change(flag(inputs, "allowOverwrite") ? "UPSERT" : "CREATE", wanted(inputs), inputs, operation);
        return `${needText(inputs, "zoneId")}_${bare(needText(inputs, "name"))}_${needText(inputs, "type")}`;
    },

    async read(id, state, { aws }) {
        const [zoneId = "", name = "", type = ""] = id.split("_");
        const found = await find(aws, {
            zoneId: state.zoneId ?? zoneId,
            name: state.name ?? name,
            type: state.type ?? type,
        });
        if (!found) return undefined;
        return {
            zoneId: text(state, "zoneId") ?? zoneId,
            name: bare(found.Name ?? ""),
            fqdn: bare(found.Name ?? ""),
            type: found.Type,
            ttl: found.TTL,
            records: (found.ResourceRecords ?? []).map(({ Value = "" }) =>
                found.Type === "TXT" ? Value.replace(/^"|"$/g, "") : Value,
            ),
        };
    },

    async update(_id, update) {
        await change("UPSERT", wanted(update.news), update.news, update);
    },

    async delete(_id, state, operation) {
        // DELETE takes only the record exactly as it is.
        const found = await find(operation.aws, state);
        if (found) await change("DELETE", found, state, operation);
    },
};

function wanted(inputs: Properties): ResourceRecordSet {
    const Type = needText(inputs, "type") as ResourceRecordSet["Type"];
    return {
        Name: needText(inputs, "name"),
        Type,
        TTL: number(inputs, "ttl"),
        ResourceRecords: texts(inputs, "records").map((Value) => ({
            Value: Type === "TXT" && !Value.startsWith('"') ? `"${Value}"` : Value,
        })),
    };
}

async function find(aws: Aws, state: Properties): Promise<ResourceRecordSet | undefined> {
    const name = bare(needText(state, "name"));
    const type = needText(state, "type");
    try {
        const answer = await aws.route53.send(
            new ListResourceRecordSetsCommand({
                HostedZoneId: needText(state, "zoneId"),
                StartRecordName: name,
                StartRecordType: type as ResourceRecordSet["Type"],
                MaxItems: 10,
            }),
        );
        return answer.ResourceRecordSets?.find(({ Name = "", Type }) => bare(Name) === name && Type === type);
    } catch (error) {
        if (isCode(error, "NoSuchHostedZone")) return undefined;
        throw error;
    }
}

async function change(
    Action: ChangeAction,
    ResourceRecordSet: ResourceRecordSet,
    inputs: Properties,
    operation: Operation,
): Promise<void> {
    const { aws } = operation;
    try {
        const { ChangeInfo } = await aws.route53.send(
            new ChangeResourceRecordSetsCommand({
                HostedZoneId: needText(inputs, "zoneId"),
                ChangeBatch: { Comment: "Managed by Pulumi", Changes: [{ Action, ResourceRecordSet }] },
            }),
        );
        if (ChangeInfo?.Status === "INSYNC" || !ChangeInfo?.Id) return;
        const Id = ChangeInfo.Id.replace(/^\/change\//, "");
        await poll(operation.patience(1800), async () => {
            const answer = await aws.route53.send(new GetChangeCommand({ Id }));
            return answer.ChangeInfo?.Status === "INSYNC" ? true : undefined;
        });
    } catch (error) {
        const missing =
            isCode(error, "NoSuchHostedZone") ||
            (isCode(error, "InvalidChangeBatch") && says(error, "not found"));
        if (Action === "DELETE" && missing) return;
        throw error;
    }
}

/** Names as people write them: no dot at the end, lower case. */
function bare(name: string): string {
    return name.replace(/\.$/, "").toLowerCase();
}
