/** Tags of EC2 objects, for conditions in policies. */
import { DescribeTagsCommand } from "@aws-sdk/client-ec2";
import type { Moto } from "../moto.ts";

/** Tags by id; ids that do not exist are missing. */
export async function readEc2Tags(
    moto: Moto,
    region: string,
    ids: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    const found = new Map<string, Record<string, string>>();
    if (ids.length === 0) return found;
    const answer = await moto
        .ec2(region)
        .send(new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [...ids] }] }));
    for (const tag of answer.Tags ?? []) {
        const id = tag.ResourceId ?? "";
        found.set(id, { ...found.get(id), [tag.Key ?? ""]: tag.Value ?? "" });
    }
    return found;
}
