/** Options of a machine in the form that EC2 takes. */
import {
    DescribeImagesCommand,
    type BlockDeviceMapping,
    type CreditSpecificationRequest,
    type InstanceMetadataOptionsRequest,
} from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider.ts";
import type { Aws } from "../clients.ts";
import { flag, needText, number, object, text } from "../values.ts";

/** How the machine's metadata service answers. */
export function metadataOptions(inputs: Properties): InstanceMetadataOptionsRequest | undefined {
    const options = object(inputs, "metadataOptions");
    if (!options) return undefined;
    return {
        HttpEndpoint: text(options, "httpEndpoint") as InstanceMetadataOptionsRequest["HttpEndpoint"],
        HttpTokens: text(options, "httpTokens") as InstanceMetadataOptionsRequest["HttpTokens"],
        HttpPutResponseHopLimit: number(options, "httpPutResponseHopLimit"),
        InstanceMetadataTags: text(
            options,
            "instanceMetadataTags",
        ) as InstanceMetadataOptionsRequest["InstanceMetadataTags"],
    };
}

/** Whether the machine may spend more CPU time than it has earned. */
export function creditSpecification(inputs: Properties): CreditSpecificationRequest | undefined {
    const cpuCredits = text(object(inputs, "creditSpecification") ?? {}, "cpuCredits");
    return cpuCredits ? { CpuCredits: cpuCredits } : undefined;
}

/** The root disk. EC2 knows it by the name that the image gives it, so the image is looked up first. */
export async function blockDevices(aws: Aws, inputs: Properties): Promise<BlockDeviceMapping[] | undefined> {
    const root = object(inputs, "rootBlockDevice");
    if (!root) return undefined;
    const { Images = [] } = await aws.ec2.send(
        new DescribeImagesCommand({ ImageIds: [needText(inputs, "ami")] }),
    );
    const [image] = Images;
    if (!image)
        throw new Error(`finding Root Device Name for AMI (${needText(inputs, "ami")}): empty result`);
    return [
        {
            DeviceName: image.RootDeviceName ?? "/dev/sda1",
            Ebs: {
                Encrypted: flag(root, "encrypted"),
                VolumeSize: number(root, "volumeSize"),
                VolumeType: text(root, "volumeType") as "gp3" | undefined,
                DeleteOnTermination: flag(root, "deleteOnTermination") ?? true,
            },
        },
    ];
}
