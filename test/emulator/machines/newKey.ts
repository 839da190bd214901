import { generateKeyPairSync } from "node:crypto";
import { privateContainer, publicBlob, publicLine } from "../providers/openssh.ts";

/** A pair of SSH keys. */
export interface SshKey {
    /** In OpenSSH's container. */
    readonly private: string;
    /** A line of `authorized_keys`, without a comment. */
    readonly public: string;
}

/**
 * Makes an Ed25519 key.
 *
 * Not by ssh2's own `utils.generateKeyPairSync`: of its Ed25519 keys (1.17.0) one in 230 cannot be read, by itself either.
 */
export function newKey(): SshKey {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const [container, blob] = [privateContainer(privateKey), publicBlob(publicKey)];
    if (container === undefined || blob === undefined) {
        throw new Error("OpenSSH knows Ed25519 keys, and ours could not be written");
    }
    return { private: container, public: publicLine(blob).trim() };
}
