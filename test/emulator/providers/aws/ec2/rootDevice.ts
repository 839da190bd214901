/** Changes of a machine's root disk. */
import { ModifyInstanceAttributeCommand, ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Operation } from "../resource.ts";
import { mergedTags, updateEc2Tags } from "../tags.ts";
import { flag, number, text } from "../values.ts";
import { describeInstance } from "./machines.ts";

type Part = "size" | "delete" | "tags";

/** Brings the disk from its old to its new settings; tags come after creation, as in the real provider. */
export async function updateRootDevice(
    id: string,
    olds: Properties,
    news: Properties,
    { aws }: Operation,
    parts: readonly Part[] = ["size", "delete", "tags"],
): Promise<void> {
    if (Object.keys(news).length === 0) return;
    const found = await describeInstance(aws, id);
    const root = found?.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === found.RootDeviceName);
    const VolumeId = root?.Ebs?.VolumeId;
    if (!root || !VolumeId) return;
    const size = number(news, "volumeSize");
    const kind = text(news, "volumeType");
    const grown = size !== undefined && size !== number(olds, "volumeSize");
    const other = kind !== undefined && kind !== text(olds, "volumeType");
    if (parts.includes("size") && (grown || other)) {
        await aws.ec2.send(
            new ModifyVolumeCommand({
                VolumeId,
                Size: grown ? size : undefined,
                VolumeType: other ? (kind as "gp3") : undefined,
            }),
        );
    }
    const DeleteOnTermination = flag(news, "deleteOnTermination") ?? true;
    if (parts.includes("delete") && DeleteOnTermination !== (flag(olds, "deleteOnTermination") ?? true)) {
        await aws.ec2.send(
            new ModifyInstanceAttributeCommand({
                InstanceId: id,
                BlockDeviceMappings: [{ DeviceName: root.DeviceName, Ebs: { DeleteOnTermination } }],
            }),
        );
    }
    if (parts.includes("tags")) {
        // Default tags reach a disk only where the block is declared (FACTS: rootBlockDevice.tagsAll inherits them).
        const all = (disk: Properties): Properties => ({ tagsAll: mergedTags(aws.defaultTags, disk.tags) });
        await updateEc2Tags(aws, VolumeId, Object.keys(olds).length > 0 ? all(olds) : {}, all(news));
    }
}
