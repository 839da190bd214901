/** Tags: defaultTags merged in, and changes of them written to AWS. */
import {
    CreateTagsCommand,
    DeleteTagsCommand,
    type ResourceType,
    type TagSpecification,
} from "@aws-sdk/client-ec2";
import { UNKNOWN, type Properties, type Value } from "../provider.ts";
import type { Aws } from "./clients.ts";
import { hasUnknown, textMap } from "./values.ts";

/** Tags as AWS lists them. */
export interface AwsTag {
    Key?: string;
    Value?: string;
}

/** `tagsAll` of the inputs: the provider's default tags with the resource's own on top (`applyTags` of pulumi-aws). */
export function mergedTags(defaults: Readonly<Record<string, string>>, tags: Value): Value {
    if (hasUnknown(tags)) return UNKNOWN;
    const merged = { ...defaults, ...textMap({ tags }, "tags") };
    return Object.keys(merged).length > 0 ? merged : undefined;
}

/** Tags to write when the object is made. */
export function awsTags(inputs: Properties): { Key: string; Value: string }[] {
    return Object.entries(textMap(inputs, "tagsAll")).map(([Key, Value]) => ({ Key, Value }));
}

/** The same for EC2's create calls; no specification at all if there are no tags, since EC2 refuses an empty one. */
export function tagSpecifications(type: ResourceType, inputs: Properties): TagSpecification[] | undefined {
    const Tags = awsTags(inputs);
    return Tags.length > 0 ? [{ ResourceType: type, Tags }] : undefined;
}

/** `tags` and `tagsAll` of the outputs: AWS's own tags left out, default tags only in `tagsAll`. */
export function tagOutputs(aws: Aws, found: readonly AwsTag[] | undefined): Properties {
    const tagsAll: Record<string, string> = {};
    const tags: Record<string, string> = {};
    for (const { Key = "", Value = "" } of found ?? []) {
        if (Key.startsWith("aws:")) continue;
        tagsAll[Key] = Value;
        if (aws.defaultTags[Key] !== Value) tags[Key] = Value;
    }
    return { tags, tagsAll };
}

/** What to set and what to remove so that the old tags become the new ones. */
export function tagChanges(
    olds: Properties,
    news: Properties,
): { set: { Key: string; Value: string }[]; remove: string[] } {
    const before = textMap(olds, "tagsAll");
    const after = textMap(news, "tagsAll");
    return {
        set: Object.entries(after)
            .filter(([key, value]) => before[key] !== value)
            .map(([Key, Value]) => ({ Key, Value })),
        remove: Object.keys(before).filter((key) => !(key in after)),
    };
}

/** Updates the tags of an EC2 object. */
export async function updateEc2Tags(aws: Aws, id: string, olds: Properties, news: Properties): Promise<void> {
    const { set, remove } = tagChanges(olds, news);
    if (remove.length > 0) {
        await aws.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: remove.map((Key) => ({ Key })) }));
    }
    if (set.length > 0) await aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: set }));
}
