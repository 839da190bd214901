import { hostAlias, isAlias, type SshFile } from "./alias.ts";
import type { RosterEntry } from "./entry.ts";
import { sshAddress } from "./sshAddress.ts";

/** Files that the settings for SSH name. */
export interface SshConfigFiles {
    /** Absolute path of a file that has the text of `knownHosts`. */
    readonly knownHosts: string;
    /** Absolute path of the class key; without it the user's own keys and the password are tried. */
    readonly identity?: string;
}

/** A path that SSH's settings cannot name. */
export class SshPathError extends Error {
    readonly path: string;

    constructor(path: string) {
        super(
            `SSH's settings cannot name the path ${JSON.stringify(path)}: line ends, control characters and \${ mean ` +
                "something else there. Next: choose another folder",
        );
        this.name = "SshPathError";
        this.path = path;
    }
}

/**
 * A path as one argument in ssh_config(5): in quotes, since folders of macOS have blanks; `%` begins a token there.
 *
 * @throws SshPathError
 */
export function quotePath(path: string): string {
    // Nothing protects ${ from being read as a variable of the environment.
    if (/\p{C}|\$\{/u.test(path) || path === "") {
        throw new SshPathError(path);
    }
    return `"${path.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/**
 * Settings for SSH with a host for each lab, so that `ssh -F FILE ada` reaches it: `ada` where only one stack has a lab of
 * that name, `ada.eu-west-1` always. Host keys are checked strictly, under a name that stays when addresses change, and a
 * machine is reached even while its cluster is not.
 *
 * @param entries labs of one or more stacks
 * @throws SshPathError where a path of `files` cannot be written
 */
export function sshConfig(entries: readonly RosterEntry[], files: SshConfigFiles): SshFile {
    const shared = [
        `    UserKnownHostsFile ${quotePath(files.knownHosts)}`,
        "    StrictHostKeyChecking yes",
        "    UpdateHostKeys no",
        "    CheckHostIP no",
        ...(files.identity === undefined ? [] : [`    IdentityFile ${quotePath(files.identity)}`]),
        // An agent with many keys would use up the attempts that sshd grants before the password's turn comes.
        "    IdentitiesOnly yes",
    ];
    const count = new Map<string, number>();
    for (const { lab } of entries) {
        count.set(lab, (count.get(lab) ?? 0) + 1);
    }
    const blocks: string[] = [];
    const leftOut: { lab: string; stack: string; why: string }[] = [];
    for (const entry of entries) {
        const { lab, stack } = entry;
        const address = sshAddress(entry);
        const alias = hostAlias(entry);
        if (address === undefined || !isAlias(lab) || !isAlias(alias)) {
            leftOut.push({
                lab,
                stack,
                why: address === undefined ? "it has no address" : "it has no usable name",
            });
            continue;
        }
        blocks.push(
            [
                `Host ${count.get(lab) === 1 ? `${lab} ` : ""}${alias}`,
                `    HostName ${address.host}`,
                `    Port ${address.port}`,
                `    User ${address.user}`,
                `    HostKeyAlias ${alias.toLowerCase()}`,
                ...shared,
                "",
            ].join("\n"),
        );
    }
    return { text: blocks.join("\n"), leftOut };
}
