import { z } from "zod";

// What sshd of Ubuntu 24.04 takes (OpenSSH 9.6, `ssh -Q key-sig`), with the number of fields of its blob: the algorithm's
// name, then the numbers of RFC 4253 and 5656; a FIDO key (PROTOCOL.u2f) ends with what it was made for.
const fields: Readonly<Record<string, number>> = {
    "ssh-ed25519": 2,
    "ssh-rsa": 3,
    "ecdsa-sha2-nistp256": 3,
    "ecdsa-sha2-nistp384": 3,
    "ecdsa-sha2-nistp521": 3,
    "sk-ssh-ed25519@openssh.com": 3,
    "sk-ecdsa-sha2-nistp256@openssh.com": 4,
};

/** The fields of a key's blob, each with its length before it (RFC 4251, 5); `undefined` where it does not end with one. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
    const found: Buffer[] = [];
    for (let at = 0; at < blob.length;) {
        const start = at + 4;
        const end = start <= blob.length ? start + blob.readUInt32BE(at) : Infinity;
        if (end > blob.length) {
            return undefined;
        }
        found.push(blob.subarray(start, end));
        at = end;
    }
    return found;
}

/**
 * Says what is wrong with a line of an authorized_keys file, or `undefined` where nothing is.
 *
 * @param line e.g. `ssh-ed25519 AAAA... teacher@laptop`; options before the algorithm are not taken
 */
export function publicKeyProblem(line: string): string | undefined {
    if (line.includes("PRIVATE KEY")) {
        return "is a private key, which must never leave its owner";
    }
    const [algorithm = "", blob = ""] = line.trim().split(/[ \t]+/);
    if (algorithm.includes("-cert-v01@")) {
        return "is a certificate, not the public key itself";
    }
    if (algorithm === "ssh-dss") {
        return "is a DSA key, which OpenSSH takes no longer";
    }
    const expected = fields[algorithm];
    if (/[\r\n]/.test(line.trim()) || expected === undefined) {
        return "is not an OpenSSH public key";
    }
    const decoded = Buffer.from(blob, "base64");
    const read = fieldsOf(decoded) ?? [];
    const whole =
        // Node skips what is no base64; sshd does not.
        decoded.toString("base64") === blob &&
        read.length === expected &&
        read.every((field) => field.length > 0) &&
        read[0]?.toString("latin1") === algorithm;
    return whole ? undefined : "is an OpenSSH public key that was cut or altered";
}

/** One OpenSSH public key. */
export const publicKey = z.string({ error: "is not text" }).superRefine((line, context) => {
    const problem = publicKeyProblem(line);
    if (problem !== undefined) {
        context.addIssue({ code: "custom", message: problem });
    }
});
