/** `aws:ec2/keyPair:KeyPair` */
import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from "@aws-sdk/client-ec2";
import { unlessGone } from "../errors.ts";
import type { ResourceType } from "../resource.ts";
import { string } from "../schema.ts";
import { tagOutputs, tagSpecifications, updateEc2Tags } from "../tags.ts";
import { needText, text } from "../values.ts";

/** A public key known to EC2; its id is its name. */
export const keyPair: ResourceType = {
    noun: "EC2 Key Pair",
    tagged: true,
    fields: {
        keyName: string({ forceNew: true, computed: true }),
        // Neither the comment nor a line feed at the end makes another key (`openSSHPublicKeysEqual`).
        publicKey: string({
            required: true,
            forceNew: true,
            same: (old, news) => bareKey(old) === bareKey(news),
        }),
    },
    autoName: { field: "keyName", maxLength: 255 },
    outputs: ["arn", "fingerprint", "keyNamePrefix", "keyPairId", "keyType"],

    async create(inputs, { aws }) {
        const name = needText(inputs, "keyName");
        const answer = await aws.ec2.send(
            new ImportKeyPairCommand({
                KeyName: name,
                PublicKeyMaterial: Buffer.from(needText(inputs, "publicKey").trim()),
                TagSpecifications: tagSpecifications("key-pair", inputs),
            }),
        );
        return answer.KeyName ?? name;
    },

    async read(id, _state, { aws }) {
        const answer = await unlessGone(["InvalidKeyPair.NotFound"], () =>
            aws.ec2.send(new DescribeKeyPairsCommand({ KeyNames: [id], IncludePublicKey: true })),
        );
        const found = answer?.KeyPairs?.[0];
        if (!found) return undefined;
        return {
            arn: await aws.arn("ec2", `key-pair/${id}`),
            keyName: found.KeyName,
            keyNamePrefix: "",
            keyPairId: found.KeyPairId,
            keyType: found.KeyType ?? "rsa",
            fingerprint: found.KeyFingerprint,
            ...(found.PublicKey ? { publicKey: found.PublicKey } : {}),
            ...tagOutputs(aws, found.Tags),
        };
    },

    async update(_id, { aws, olds, news, changed }) {
        if (changed("tagsAll")) await updateEc2Tags(aws, text(olds, "keyPairId") ?? "", olds, news);
    },

    async delete(id, _state, { aws }) {
        await unlessGone(["InvalidKeyPair.NotFound"], () =>
            aws.ec2.send(new DeleteKeyPairCommand({ KeyName: id })),
        );
    },
};

function bareKey(key: string): string {
    return key.trim().split(/\s+/).slice(0, 2).join(" ");
}
