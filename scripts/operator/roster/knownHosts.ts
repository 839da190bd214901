import { hostAlias, isAlias, type SshFile } from "./alias.ts";
import type { RosterEntry } from "./entry.ts";
import { readHostKey } from "./hostKey.ts";
import { isDnsName, isIpv4, isIpv6, isPort } from "./sshAddress.ts";

/**
 * The host keys in the form of known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), a line a lab: under its DNS name and both
 * addresses, with the port where it is not 22, and under the alias that {@link sshConfig} uses, which stays when addresses
 * change. Nothing else can get into the file: what is no name, address or key is left out.
 *
 * @param entries labs of one or more stacks
 */
export function knownHosts(entries: readonly RosterEntry[]): SshFile {
    const lines: string[] = [];
    const leftOut: { lab: string; stack: string; why: string }[] = [];
    for (const entry of entries) {
        const { lab, stack, port } = entry;
        const key = readHostKey(entry.hostKey);
        const hosts = [
            ...(isDnsName(entry.dnsName) ? [entry.dnsName.toLowerCase()] : []),
            ...(isIpv4(entry.address) ? [entry.address] : []),
            ...(isIpv6(entry.ipv6) ? [entry.ipv6.toLowerCase()] : []),
        ];
        const alias = hostAlias(entry);
        if (key === undefined || !isPort(port) || !isAlias(alias)) {
            leftOut.push({
                lab,
                stack,
                why: key === undefined ? "its host key is not known" : "it has no usable name",
            });
            continue;
        }
        // Without a port, brackets are no part of the form, not even for IPv6.
        const names = hosts.map((host) => (port === 22 ? host : `[${host}]:${port}`));
        lines.push(`${[alias.toLowerCase(), ...names].join(",")} ${key.line}\n`);
    }
    return { text: lines.join(""), leftOut };
}
