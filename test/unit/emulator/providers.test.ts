import assert from "node:assert/strict";
import { changedPaths, equal } from "../../emulator/providers/difference.ts";
import { hostPort, quote } from "../../emulator/providers/goText.ts";
import { autoName } from "../../emulator/providers/naming.ts";
import { UNKNOWN } from "../../emulator/providers/provider.ts";
import { bytesOf, containsUnknown, receive, send, text } from "../../emulator/providers/wire.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

describe("values between engine and stand-in", () => {
    it("hands secrets over in clear and remembers which they were", () => {
        const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "hush" };
        const sent = send({ a: { b: secret }, list: ["x", secret], c: 1 });
        const { values, secrets } = receive(sent);
        assert.deepEqual(values, { a: { b: "hush" }, list: ["x", "hush"], c: 1 });
        assert.deepEqual(secrets, { a: { b: true }, list: { "1": true } });
        assert.deepEqual(receive(send(values, secrets)), { values, secrets });
    });

    it("keeps what a preview does not know", () => {
        const { values } = receive(send({ known: 1, nested: { later: UNKNOWN }, list: [UNKNOWN] }));
        assert.deepEqual(values, { known: 1, nested: { later: UNKNOWN }, list: [UNKNOWN] });
        assert.ok(containsUnknown(values));
        assert.ok(!containsUnknown({ known: 1 }));
    });

    it("marks an unknown input as secret, but not an unknown output", () => {
        const marked = receive(send({ key: UNKNOWN }, { key: true }, true));
        assert.deepEqual(marked, { values: { key: UNKNOWN }, secrets: { key: true } });
        assert.deepEqual(receive(send({ key: UNKNOWN }, { key: true })).secrets, {});
    });

    it("carries assets by path, text and hash", () => {
        const asset = {
            kind: "asset" as const,
            path: "/tmp/course.tar.gz",
            text: undefined,
            uri: undefined,
            hash: "ab",
        };
        assert.deepEqual(receive(send({ source: asset })).values, { source: asset });
        const empty = { kind: "asset" as const, path: undefined, text: "", uri: undefined, hash: "cd" };
        assert.deepEqual(receive(send({ source: empty })).values, { source: empty });
    });

    it("refuses archives made of assets, loudly", () => {
        const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", assets: {}, hash: "ab" };
        assert.throws(() => receive(send({ source: archive })), /do not implement archives/);
    });

    it("leaves out what is undefined, and keeps bytes that are no text", () => {
        assert.deepEqual(receive(send({ a: undefined, b: "x" })).values, { b: "x" });
        assert.equal(text(Buffer.from("grüß dich")), "grüß dich");
        const bytes = Buffer.from([0xff, 0xfe, 0x78]);
        assert.deepEqual(bytesOf(text(bytes)), bytes);
    });
});

describe("differences", () => {
    it("names the innermost paths", () => {
        const olds = { same: 1, tags: { Name: "a", "with-dash": "b" }, list: [{ k: 1 }, 2], gone: true };
        const news = { same: 1, tags: { Name: "b", "with-dash": "c" }, list: [{ k: 2 }], fresh: 1 };
        assert.deepEqual(changedPaths(olds, news), [
            "fresh",
            "gone",
            "list[0].k",
            "list[1]",
            "tags.Name",
            'tags["with-dash"]',
        ]);
    });

    it("takes an unknown for a change, and an asset with the same hash for none", () => {
        assert.ok(!equal(UNKNOWN, UNKNOWN));
        const asset = { kind: "asset" as const, path: "/a", hash: "1" };
        assert.ok(equal(asset, { kind: "asset", text: "", hash: "1" }));
        assert.ok(!equal(asset, { ...asset, hash: "2" }));
        assert.ok(equal(undefined, null));
    });
});

describe("automatic names", () => {
    const context = { urn: "urn:pulumi:s::p::t::ada", name: "ada", randomSeed: Buffer.from("seed") };

    it("are the logical name and seven hexadecimal digits, the same for the same seed", () => {
        const name = autoName(context, { max: 64 });
        assert.match(name, /^ada-[0-9a-f]{7}$/);
        assert.equal(autoName(context, { max: 64 }), name);
        assert.notEqual(autoName({ ...context, randomSeed: Buffer.from("other") }, { max: 64 }), name);
    });

    it("are kept once they are made", () => {
        assert.equal(autoName({ ...context, olds: { name: "ada-0000000" } }, { max: 64 }), "ada-0000000");
        const olds = { bucket: "ada-1111111" };
        assert.equal(autoName({ ...context, olds }, { max: 64, property: "bucket" }), "ada-1111111");
    });

    it("fail where the service would cut them", () => {
        assert.throws(() => autoName(context, { max: 10 }), {
            message: "name 'ada-' plus 7 random chars is longer than maximum length 10",
        });
    });
});

describe("Go's wording", () => {
    it("quotes like %q", () => {
        assert.equal(quote('say "hi"\n\ttab \\ ü \x01'), '"say \\"hi\\"\\n\\ttab \\\\ ü \\x01"');
    });

    it("puts an IPv6 address into brackets", () => {
        assert.equal(hostPort("::1", 22), "[::1]:22");
        assert.equal(hostPort("192.0.2.1", 22), "192.0.2.1:22");
    });
});
