import { z } from "zod";

const algorithms = new Set([
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
]);

/**
 * Says what is wrong with a line of an authorized_keys file, or `undefined` where nothing is.
 *
 * @param line e.g. `ssh-ed25519 AAAA... teacher@laptop`; options before the algorithm are not taken
 */
export function publicKeyProblem(line: string): string | undefined {
    if (line.includes("PRIVATE KEY")) {
        return "is a private key, which must never leave its owner";
    }
    const [algorithm = "", blob = ""] = line.trim().split(/\s+/);
    if (/[\r\n]/.test(line.trim()) || !algorithms.has(algorithm)) {
        return "is not an OpenSSH public key";
    }
    const decoded = Buffer.from(blob, "base64");
    // RFC 4253, 6.6: a key blob starts with the length and name of its own algorithm.
    const named =
        decoded.length > 4 ? decoded.subarray(4, 4 + decoded.readUInt32BE(0)).toString("latin1") : "";
    return named === algorithm && decoded.length > 40
        ? undefined
        : "is an OpenSSH public key that was cut or altered";
}

/** One OpenSSH public key. */
export const publicKey = z.string({ error: "is not text" }).superRefine((line, context) => {
    const problem = publicKeyProblem(line);
    if (problem !== undefined) {
        context.addIssue({ code: "custom", message: problem });
    }
});
