import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { checkSshAgent } from "../../components/preflight/sshAgent.ts";

describe("The operator's SSH agent", () => {
    let dir: string;
    before(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "agent-"))));
    after(() => fs.rmSync(dir, { recursive: true }));

    it("need not be there", async () => {
        await checkSshAgent(undefined);
        await checkSshAgent("");
    });

    it("is taken where it listens", async () => {
        const socket = path.join(dir, "alive");
        const server = net.createServer().listen(socket);
        await new Promise((ready) => server.once("listening", ready));
        await checkSshAgent(socket);
        await new Promise((closed) => server.close(closed));
    });

    it("that is gone is told before anything is created, with the way out", async () => {
        const plain = path.join(dir, "plain-file");
        fs.writeFileSync(plain, "");
        for (const dead of [
            path.join(dir, "nobody"),
            plain,
            path.join(dir, "no", "folder"),
            "x".repeat(300),
        ]) {
            await assert.rejects(checkSshAgent(dead), (error: Error) => {
                assert.match(error.message, /nothing was created or changed/);
                assert.match(error.message, /unset SSH_AUTH_SOCK/);
                assert.ok(error.message.includes(JSON.stringify(dead)));
                return true;
            });
        }
    });
});
