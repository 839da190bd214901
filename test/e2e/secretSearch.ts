import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { LabStack } from "../emulator/engine/labStack.ts";

/** A value that must not show, or a part of one that gives it away. */
export interface Secret {
    /** Whose it is, for people. */
    readonly name: string;
    readonly value: string;
}

/** A secret that was found. */
export interface Hit {
    readonly name: string;
    readonly file: string;
}

/** A resource in what `pulumi stack export --show-secrets` gives. */
interface Shown {
    readonly urn: string;
    readonly type: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

const privateForms = ["privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"];
const publicForms = ["publicKeyPem", "publicKeyOpenssh"];

const bare = (text: string) => text.replaceAll("\n", "");

function shown(value: unknown): string {
    const plaintext = (value as { plaintext?: string } | undefined)?.plaintext;
    const text: unknown = plaintext === undefined ? value : JSON.parse(plaintext);
    return typeof text === "string" ? text : "";
}

/** The lines of a private key that nobody knows who has only the public one. */
function tellingLines({ outputs = {} }: Shown): string[] {
    const known = publicForms.map((form) => bare(shown(outputs[form]))).join(" ");
    return (
        privateForms
            .flatMap((form) => shown(outputs[form]).split("\n"))
            .filter((line) => /^[A-Za-z0-9+/=]{41,}$/.test(line))
            // The head of OpenSSH's format is the same in all keys of a kind.
            .filter((line) => !line.startsWith("b3BlbnNzaC1rZXk") && !known.includes(line))
    );
}

/** Passwords and private keys of a class, as its state has them, and what the state is encrypted with. */
export async function secretsOf(stack: LabStack): Promise<Secret[]> {
    const { stdout } = await stack.command(["stack", "export", "--show-secrets", "--stack", stack.stack]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: Shown[] } };
    const secrets = deployment.resources.flatMap((resource): Secret[] => {
        const name = resource.urn.split("::").pop() ?? "";
        switch (resource.type) {
            case "random:index/randomPassword:RandomPassword":
                return ["result", "bcryptHash"].map((form) => ({
                    name,
                    value: shown(resource.outputs?.[form]),
                }));
            case "tls:index/privateKey:PrivateKey":
                return tellingLines(resource).map((value) => ({ name, value }));
            case "aws:iam/accessKey:AccessKey":
                return ["secret", "sesSmtpPasswordV4"].map((form) => ({
                    name,
                    value: shown(resource.outputs?.[form]),
                }));
            default:
                return [];
        }
    });
    assert.ok(
        secrets.every(({ value }) => value.length >= 12),
        "a secret is too short to be looked for",
    );
    const passphrase = await readFile(stack.scratch.passphraseFile, "utf8");
    return [...secrets, { name: "passphrase of the state", value: passphrase.trim() }];
}

/**
 * Looks for secrets in every file below a folder, in files of any kind and in the disks of machines too.
 *
 * @returns each secret and file once, sorted
 */
export function searchFor(secrets: readonly Secret[], folder: string): Hit[] {
    const names = new Map(secrets.map(({ name, value }) => [value, name]));
    const found = spawnSync("grep", ["-raoHZF", "-D", "skip", "-f", "-", "."], {
        cwd: folder,
        // On standard input, so that the search itself gives nothing away.
        input: `${[...names.keys()].join("\n")}\n`,
        maxBuffer: 64 * 1024 * 1024,
        encoding: "latin1",
    });
    // Machines and engine are at work: a file may go while it is looked for, anything else is trouble.
    const trouble = found.stderr.split("\n").filter((line) => line !== "" && !/No such file/.test(line));
    assert.deepEqual(trouble, []);
    assert.notEqual(found.status, null);
    const hits = found.stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
            const [file = "", value = ""] = line.split("\0");
            return `${path.normalize(file)}\0${names.get(value) ?? value}`;
        });
    return [...new Set(hits)].sort().map((hit) => {
        const [file = "", name = ""] = hit.split("\0");
        return { name, file };
    });
}
