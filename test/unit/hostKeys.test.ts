import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { reasonIn } from "../../components/failures/labFailures.ts";
import { printable } from "../../components/failures/printable.ts";
import { firstBootData } from "../../components/lab/firstBoot.ts";
import { remoteCommand } from "../../components/lab/remoteScript.ts";
import { cloudConfigIn } from "../emulator/machines/machines.ts";
import { type ClassInMocks, declareClass, type Secret } from "./classInMocks.ts";

describe("A machine's host key", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({ supportMachines: ["demo"] });
    });

    for (const machine of ["ada", "grace", "demo"]) {
        const key = `${machine}-machine-host-key`;

        it(`is made by the program, once, and never changes: ${machine}`, () => {
            const made = stack.the(key, "PrivateKey");
            assert.deepEqual(made.inputs, { algorithm: "ED25519" });
            assert.deepEqual(made.ignoreChanges, ["algorithm", "rsaBits", "ecdsaCurve"]);
        });

        it(`is given to the machine with its first-boot data, as a secret: ${machine}`, () => {
            const instance = stack.the(`${machine}-machine-instance`, "Instance");
            const userData = (instance.inputs.userData as Secret).secret as string;
            assert.deepEqual(cloudConfigIn(userData)?.ssh_keys, {
                ed25519_private: `private-openssh-of-${key}`,
                ed25519_public: `ssh-ed25519 public-of-${key}`,
            });
            assert.ok(instance.additionalSecretOutputs.includes("userData"));
        });

        it(`is what whoever connects insists on: ${machine}`, () => {
            const commands = stack.ofType("Command").filter(({ name }) => name.startsWith(`${machine}-`));
            assert.equal(commands.length, machine === "demo" ? 1 : 2);
            for (const { inputs } of commands) {
                const { hostKey } = (inputs.connection as Secret).secret as { hostKey: string };
                assert.equal(hostKey, `ssh-ed25519 public-of-${key}`);
            }
        });
    }

    it("is the only secret in the first-boot data, which the student can read", () => {
        const { userData } = stack.the("ada-machine-instance", "Instance").inputs;
        const text = (userData as Secret).secret as string;
        for (const secret of ["password-of", "private-openssh-of-classroom", "private-pem-of", "secret-of"]) {
            assert.ok(!text.includes(secret), secret);
        }
    });

    it("is the one key that sshd offers, whatever others are made later", () => {
        for (const ports of [[22], [443, 22], [2222]]) {
            const data = firstBootData({ ports, hostKey: { private: "p", public: "q" } });
            assert.match(
                cloudConfigIn(data)?.write_files?.[0]?.content ?? "",
                /^HostKey \/etc\/ssh\/ssh_host_ed25519_key$/m,
            );
        }
    });

    it("that is another one says what to do", () => {
        assert.match(
            reasonIn(["after 60 failed attempts: ssh: handshake failed: ssh: host key mismatch"]),
            /^after 60 failed attempts.*nothing was sent to it.*--replace/,
        );
    });
});

describe("What a machine is sent", () => {
    /** Runs it as sshd would, with a sudo that is the student's own. */
    const run = (script: string, shell = "bash") =>
        execFileSync(shell, ["-c", remoteCommand.replace("sudo ", "env ")], { input: script });

    it("hands the script's output and exit code on", () => {
        assert.equal(run("echo one; echo two").toString(), "one\ntwo\n");
        assert.throws(() => run("echo no >&2; exit 7"), { status: 7, stderr: Buffer.from("no\n") });
        assert.equal(run("echo shell", "sh").toString(), "shell\n");
    });

    it("ends by itself", () => {
        assert.match(remoteCommand, /timeout --kill-after=30 30m bash -s/);
        const soon = remoteCommand.replace("sudo ", "env ").replace("30m", "1s");
        assert.throws(() => execFileSync("bash", ["-c", soon], { input: "sleep 600" }), { status: 124 });
    });

    it("takes no more output than somebody reads, however much there is", () => {
        assert.equal(run("head -c 3000000 /dev/zero | tr '\\0' x").length, 64 * 1024);
        assert.throws(
            () => run("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1"),
            (error: unknown) => {
                return (error as { stderr: Buffer }).stderr.length === 16 * 1024;
            },
        );
    });

    it("lets nothing through that a terminal obeys", () => {
        assert.equal(
            run("printf 'a\\033[2Jb\\007\\rc\\302\\233d\\n\\te\\303\\251\\n'").toString(),
            "a[2Jbcd\n\teé\n",
        );
    });
});

describe("A reason of a machine's or of AWS's", () => {
    it("is one line that a terminal only shows", () => {
        assert.equal(printable("no \u001b[31mred\u001b[0m\r\nline\u0007\u200b"), "no red line");
        assert.equal(printable("\u001b]0;title\u0007text \u009b2Jmore"), "text more");
        assert.equal(printable("a\u202egnp.exe"), "agnp.exe");
        assert.equal(printable("José 王小明"), "José 王小明");
    });

    it("is not longer than somebody reads, whatever arrives", () => {
        assert.equal(printable("x".repeat(10_000_000)).length, 500);
        assert.ok(reasonIn(["Process exited with status 1: " + "y".repeat(10_000_000)]).length <= 500);
        fc.assert(
            fc.property(
                fc.string({ unit: "binary", maxLength: 3000 }),
                fc.integer({ min: 10, max: 500 }),
                (text, longest) => {
                    const shown = printable(text, longest);
                    assert.ok([...shown].length <= longest);
                    assert.doesNotMatch(shown, /\p{C}/u);
                },
            ),
        );
    });

    it("says nothing of the command, which is the same everywhere", () => {
        assert.equal(
            reasonIn([
                `Process exited with status 1: running ${JSON.stringify(remoteCommand)}:\nlab: failed: packages`,
            ]),
            "Process exited with status 1: lab: failed: packages",
        );
    });
});
