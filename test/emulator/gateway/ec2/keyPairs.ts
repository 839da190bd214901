/** Public keys of key pairs: moto does not give them out again, machines need them. */
import ssh2 from "ssh2";
import { AwsError, type Answer } from "../errors.ts";
import type { AwsCall } from "../request.ts";
import { parseXml, textOf } from "../xml.ts";

/** Key pairs of all regions. */
export class KeyPairs {
    private readonly keys = new Map<string, string>();

    /** Remembers what ImportKeyPair or CreateKeyPair made. */
    remember(call: AwsCall, answer: Answer): void {
        const name = call.params["KeyName"] ?? "";
        if (call.action === "ImportKeyPair") {
            const material = Buffer.from(call.params["PublicKeyMaterial"] ?? "", "base64").toString("utf8");
            this.keys.set(`${call.region}/${name}`, material.trim());
            return;
        }
        const pem = textOf(parseXml(answer.body.toString("utf8")), "keyMaterial") ?? "";
        const key = ssh2.utils.parseKey(pem);
        if (key instanceof Error) throw new Error(`moto's key pair cannot be read: ${key.message}`);
        this.keys.set(
            `${call.region}/${name}`,
            `${key.type} ${key.getPublicSSH().toString("base64")} ${name}`,
        );
    }

    /** Forgets a deleted pair. */
    forget(region: string, name: string): void {
        this.keys.delete(`${region}/${name}`);
    }

    /** OpenSSH line of the pair. */
    publicKey(region: string, name: string): string {
        const key = this.keys.get(`${region}/${name}`);
        if (key === undefined) {
            throw new AwsError("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
        }
        return key;
    }
}
