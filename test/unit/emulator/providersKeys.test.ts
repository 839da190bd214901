import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { compare } from "bcryptjs";
import fc from "fast-check";
import ssh2, { type ParsedKey } from "ssh2";
import { authorizedKey, privateKeyForSsh } from "../../emulator/providers/openssh.ts";
import { bcryptHash, randomPassword } from "../../emulator/providers/password.ts";
import type { OperationContext, Properties } from "../../emulator/providers/provider.ts";
import { tlsProvider } from "../../emulator/providers/tls.ts";
import { OBSERVED_SPECIALS } from "../../contracts/recordings.ts";

const context: OperationContext = {
    urn: "urn:pulumi:s::p::tls:index/privateKey:PrivateKey::key",
    name: "key",
    preview: false,
    ignoreChanges: [],
    log: () => undefined,
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    engineVariable: () => Promise.resolve(undefined),
};

async function makeKey(inputs: Properties): Promise<Record<string, string>> {
    const handler = tlsProvider.resources["tls:index/privateKey:PrivateKey"];
    assert.ok(handler);
    return (await handler.create(inputs, context)).outputs as Record<string, string>;
}

function parsed(key: string | undefined): ParsedKey {
    const result = ssh2.utils.parseKey(key ?? "");
    if (result instanceof Error) {
        throw result;
    }
    return result;
}

describe("keys of the tls stand-in", () => {
    const kinds: Record<string, string>[] = [
        { algorithm: "RSA" },
        { algorithm: "ED25519" },
        ...["P256", "P384", "P521"].map((ecdsaCurve) => ({ algorithm: "ECDSA", ecdsaCurve })),
    ];
    for (const inputs of kinds) {
        it(`${Object.values(inputs).join(" ")}: every form is the same key`, async () => {
            const key = await makeKey(inputs);
            const blob = authorizedKey(key["publicKeyOpenssh"] ?? "").blob;
            for (const form of ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]) {
                assert.deepEqual(parsed(privateKeyForSsh(key[form] ?? "")).getPublicSSH(), blob, form);
            }
            const message = Buffer.from("message");
            for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
                const hash = inputs["algorithm"] === "ED25519" ? null : "sha256";
                const signature = sign(hash, message, createPrivateKey(key[form] ?? ""));
                assert.ok(verify(hash, message, createPublicKey(key["publicKeyPem"] ?? ""), signature));
            }
            assert.match(key["id"] ?? "", /^[0-9a-f]{40}$/);
        });
    }

    it("P224 has no OpenSSH form", async () => {
        const key = await makeKey({ algorithm: "ECDSA" });
        assert.equal(key["privateKeyOpenssh"], "");
        assert.equal(key["publicKeyFingerprintSha256"], "");
    });

    it("a text that is no key is refused without a trace of it", () => {
        assert.throws(() => privateKeyForSsh("hush"), { message: "ssh: no key found" });
        const broken = "-----BEGIN RSA PRIVATE KEY-----\nhush\n-----END RSA PRIVATE KEY-----";
        assert.throws(() => privateKeyForSsh(broken), { message: "ssh: no key found" });
    });
});

describe("passwords of the random stand-in", () => {
    const rules = { lower: true, upper: true, numeric: true, special: true };
    const classes: [name: "minLower" | "minUpper" | "minNumeric" | "minSpecial", pattern: RegExp][] = [
        ["minLower", /[a-z]/g],
        ["minUpper", /[A-Z]/g],
        ["minNumeric", /[0-9]/g],
        ["minSpecial", /[^a-zA-Z0-9]/g],
    ];
    const smallest = fc.record({
        minLower: fc.nat(6),
        minUpper: fc.nat(6),
        minNumeric: fc.nat(6),
        minSpecial: fc.nat(6),
    });

    it("are as long as they should be and have enough of each class", () => {
        fc.assert(
            fc.property(smallest, fc.nat(40), (mins, more) => {
                const length = Object.values(mins).reduce((sum, min) => sum + min, 0) + more;
                const password = randomPassword({ ...rules, ...mins, length });
                assert.equal(password.length, length);
                classes.forEach(([name, pattern]) =>
                    assert.ok((password.match(pattern) ?? []).length >= mins[name], name),
                );
            }),
        );
    });

    it("use the special characters that the real provider uses", () => {
        const mins = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };
        const only = { ...rules, lower: false, upper: false, numeric: false };
        const used = new Set(randomPassword({ ...only, ...mins, length: 5000 }));
        assert.deepEqual([...used].sort().join(""), [...OBSERVED_SPECIALS].sort().join(""));
        const own = randomPassword({ ...only, ...mins, length: 50, overrideSpecial: "_-" });
        assert.match(own, /^[_-]{50}$/);
    });

    it("have a bcrypt hash that checks", async () => {
        const hash = await bcryptHash("correct horse");
        assert.match(hash, /^\$2a\$10\$.{53}$/);
        assert.ok(await compare("correct horse", hash));
        assert.ok(!(await compare("wrong horse", hash)));
    });
});
