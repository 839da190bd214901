import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { readable } from "../../demo/readable.ts";
import { clip, Terminal, wrap } from "../../demo/terminal.ts";

describe("the demo's words", () => {
    it("tell a refusal by who, what and why", () => {
        const user =
            "User: arn:aws:sts::123456789012:assumed-role/student-labs-eu-west-1-ada-1a2b/i-0123 is not authorized to perform";
        assert.equal(
            readable(
                `An error occurred (AccessDeniedException) when calling the RunJobFlow operation: ${user}: ` +
                    "elasticmapreduce:RunJobFlow on resource: * with an explicit deny in an identity-based policy\n",
            ),
            "User student-labs-eu-west-1-ada-1a2b/i-0123 is not authorized to perform: " +
                "elasticmapreduce:RunJobFlow with an explicit deny in an identity-based policy",
        );
        assert.equal(
            readable(
                `An error occurred (AccessDenied) when calling the GetObject operation: ${user}: s3:GetObject on resource: ` +
                    `"arn:aws:s3:::bucket/labs/grace/x" because no identity-based policy allows the s3:GetObject action`,
            ),
            "User student-labs-eu-west-1-ada-1a2b/i-0123 is not authorized to perform: " +
                "s3:GetObject because no identity-based policy allows it",
        );
        assert.equal(readable(" Permission denied (publickey).\n"), "Permission denied (publickey).");
    });

    it("break between words, and are cut with a mark", () => {
        assert.deepEqual(wrap("one two three", 7), ["one two", "three"]);
        assert.deepEqual(wrap("arn:aws:iam::1:role/x y\nz", 5), ["arn:aws:iam::1:role/x", "y", "z"]);
        assert.equal(clip("one two", 7), "one two");
        assert.equal(clip("one two three", 9), "one two …");
    });

    it("on a terminal, keep lines and write over what goes on", async () => {
        const out = Object.assign(new PassThrough(), { isTTY: true, columns: 40 });
        const terminal = new Terminal(out as unknown as NodeJS.WriteStream);
        terminal.status("machine boots");
        await new Promise((resolve) => setTimeout(resolve, 2_200));
        terminal.say("ada is up");
        terminal.status(undefined);
        terminal.say("the end");
        const shown = (out.read() as Buffer).toString();
        assert.match(shown, /^ {5}\ds {2}… machine boots/);
        assert.ok(shown.endsWith("\r\u001b[2Kthe end\n"), JSON.stringify(shown));
        const [before = "", after = ""] = shown.split("\r\u001b[2Kada is up\n");
        assert.ok(before.endsWith("… machine boots"), JSON.stringify(shown));
        assert.match(after, /^ {5}\ds {2}… machine boots\r/);
    });
});
