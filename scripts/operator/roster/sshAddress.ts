import ipaddr from "ipaddr.js";

/** Where and as whom a lab is reached. */
export interface SshAddress {
    /** DNS name, IPv4 or IPv6 address without brackets. */
    readonly host: string;
    readonly port: number;
    readonly user: string;
}

/** What of a row says where its machine is. */
export interface Reachable {
    readonly dnsName: string;
    readonly address: string;
    readonly ipv6: string;
    readonly port: number;
    readonly user: string;
}

/** True for an IPv4 address as AWS spells it. */
export function isIpv4(text: string): boolean {
    return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** True for an IPv6 address without a zone. */
export function isIpv6(text: string): boolean {
    return /^[0-9a-f:.]+$/i.test(text) && ipaddr.IPv6.isValid(text);
}

/** True for a DNS name that is no option, no pattern and no address (RFC 1123, section 2.1). */
export function isDnsName(text: string): boolean {
    const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    return (
        text.length <= 253 &&
        new RegExp(`^(?:${label}\\.)*${label}$`, "i").test(text) &&
        !/(^|\.)\d+$/.test(text)
    );
}

/** True for a name that Linux gives a user. */
export function isUserName(text: string): boolean {
    return /^[a-z_][a-z0-9_-]{0,31}$/.test(text);
}

/** True for a number of a TCP port. */
export function isPort(port: number): boolean {
    return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/**
 * Where a lab is reached: by its name where it has one, which stays when addresses change, else by IPv4, else by IPv6.
 * `undefined` where it has none of them, or where what it has is no address.
 */
export function sshAddress({ dnsName, address, ipv6, port, user }: Reachable): SshAddress | undefined {
    const host = [
        isDnsName(dnsName) ? dnsName : "",
        isIpv4(address) ? address : "",
        isIpv6(ipv6) ? ipv6 : "",
    ].find((one) => one !== "");
    return host === undefined || !isPort(port) || !isUserName(user) ? undefined : { host, port, user };
}

/** The address as a link, `ssh://ubuntu@203.0.113.7:443`: what a QR code on a card holds. The port is left out where it is 22. */
export function sshLink({ host, port, user }: SshAddress): string {
    return `ssh://${user}@${host.includes(":") ? `[${host}]` : host}${port === 22 ? "" : `:${port}`}`;
}

/** What is typed on a terminal, `ssh -p 443 ubuntu@203.0.113.7`. */
export function sshCommand({ host, port, user }: SshAddress): string {
    return `ssh ${port === 22 ? "" : `-p ${port} `}${user}@${host}`;
}
