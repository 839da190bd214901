import { createHash } from "node:crypto";

/** A public SSH host key. */
export interface HostKey {
    /** As it stands in a line of known_hosts, `ssh-ed25519 AAAA...`, without a comment. */
    readonly line: string;
    /** As `ssh` shows it at the first connection: `SHA256:` and 43 characters. */
    readonly fingerprint: string;
}

const shape =
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/**
 * Reads a host key; `undefined` where the text is none, so that nothing else gets into a file that SSH obeys.
 *
 * @param text what the roster says of the machine; a student's machine may have had a say in it
 */
export function readHostKey(text: string): HostKey | undefined {
    const [, type, base64] = shape.exec(text) ?? [];
    if (type === undefined || base64 === undefined) {
        return undefined;
    }
    const blob = Buffer.from(base64, "base64");
    // The key itself says its type once more: four bytes of length, then the name (RFC 4253, section 6.6).
    if (blob.length < 4 || blob.subarray(4, 4 + blob.readUInt32BE()).toString("latin1") !== type) {
        return undefined;
    }
    // OpenSSH leaves the padding out.
    const digest = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    return { line: `${type} ${base64}`, fingerprint: `SHA256:${digest}` };
}

/** True for what `ssh` shows of a key, 43 characters of base64 after `SHA256:`. */
export function isFingerprint(text: string): boolean {
    return /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}
