import { generateKeyPairSync } from "node:crypto";

/** A new public key as OpenSSH writes it; nobody has its private half. */
export function opensshKey(): string {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const field = (content: Buffer) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(content.length);
        return Buffer.concat([length, content]);
    };
    const positive = (content: Buffer) =>
        (content[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), content]) : content;
    const parts = [
        Buffer.from("ssh-rsa"),
        positive(Buffer.from(e, "base64url")),
        positive(Buffer.from(n, "base64url")),
    ];
    return `ssh-rsa ${Buffer.concat(parts.map(field)).toString("base64")} student-labs`;
}
