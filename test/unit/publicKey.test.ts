import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { publicKeyProblem } from "../../components/settings/publicKey.ts";

const field = (content: Buffer | string) => {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
};
const line = (algorithm: string, ...rest: (Buffer | string)[]) =>
    `${algorithm} ${Buffer.concat([algorithm, ...rest].map(field)).toString("base64")}`;
const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
const number = (text = "") => Buffer.concat([Buffer.from([0]), Buffer.from(text, "base64url")]);
const point = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]);

const keys = {
    ed25519: line("ssh-ed25519", Buffer.alloc(32, 7)),
    rsa: line("ssh-rsa", Buffer.from(jwk.e ?? "", "base64url"), number(jwk.n)),
    ecdsa: line("ecdsa-sha2-nistp256", "nistp256", point),
    // Keys in hardware, as ssh-keygen -t ed25519-sk and -t ecdsa-sk write them (OpenSSH, PROTOCOL.u2f).
    "FIDO ed25519": line("sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 7), "ssh:"),
    "FIDO ecdsa": line("sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", point, "ssh:teacher"),
};

describe("A public key of the operator's", () => {
    for (const [kind, key] of Object.entries(keys)) {
        it(`is taken: ${kind}`, () => {
            assert.equal(publicKeyProblem(key), undefined);
            assert.equal(publicKeyProblem(`${key} teacher@laptop with a comment`), undefined);
        });

        it(`is refused where something is cut off or added: ${kind}`, () => {
            const [algorithm = "", blob = ""] = key.split(" ");
            const bytes = Buffer.from(blob, "base64");
            for (const wrong of [
                bytes.subarray(0, -1),
                bytes.subarray(0, 30),
                Buffer.concat([bytes, field("x")]),
            ]) {
                assert.equal(
                    publicKeyProblem(`${algorithm} ${wrong.toString("base64")}`),
                    "is an OpenSSH public key that was cut or altered",
                );
            }
            assert.match(publicKeyProblem(`${algorithm} ${blob.slice(0, 20)}… me`) ?? "", /cut or altered/);
        });

        it(`is refused where it is another kind's: ${kind}`, () => {
            const [, blob = ""] = key.split(" ");
            for (const other of Object.values(keys).filter((one) => one !== key)) {
                assert.match(publicKeyProblem(`${other.split(" ")[0]} ${blob}`) ?? "", /cut or altered/);
            }
        });
    }

    it("is none of what else looks like one", () => {
        for (const text of [
            `no-pty ${keys.ed25519}`,
            "---- BEGIN SSH2 PUBLIC KEY ----",
            `${keys.ed25519}\n${keys.rsa}`,
            "sk-ssh-ed25519 AAAA",
        ]) {
            assert.equal(publicKeyProblem(text), "is not an OpenSSH public key", text);
        }
    });
});
