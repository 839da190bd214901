import ipaddr from "ipaddr.js";
import { z } from "zod";

// RFC 5737 and RFC 3849 reserve these for documentation: whoever has one in a setting copied an example.
const documentationNetworks = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map(
    (network) => ipaddr.parseCIDR(network),
);

// What a laptop calls its own address. No packet from there reaches a machine's public address (RFC 1918, 6598, 4193, 3927).
const unroutable = ["private", "carrierGradeNat", "uniqueLocal", "linkLocal"];

/**
 * Says what is wrong with a network in CIDR notation, or `undefined` where nothing is.
 *
 * EC2 stores a rule under the network's own address, so 198.51.7.9/24 would come back as 198.51.7.0/24 and show as a
 * change for ever; it is refused here with the address to write.
 *
 * @param text e.g. `130.88.0.0/16` or `2001:630::/32`
 */
export function cidrProblem(text: string): string | undefined {
    // No zone id (fe80::%eth0): it means something on one machine only.
    if (!/^[^%]+\/\d{1,3}$/.test(text) || !ipaddr.isValidCIDR(text)) {
        return "is not a network in CIDR notation";
    }
    const [address, prefix] = ipaddr.parseCIDR(text);
    const network =
        address.kind() === "ipv4"
            ? ipaddr.IPv4.networkAddressFromCIDR(text)
            : ipaddr.IPv6.networkAddressFromCIDR(text);
    const canonical = `${network.toString()}/${prefix}`;
    // Also in its spelling: EC2 answers IPv6 in lower case and short, and another spelling is a second rule for the same.
    if (canonical !== text) {
        return `is not the address of a network; the network is ${canonical}`;
    }
    const copied = documentationNetworks.some(
        ([documented, length]) =>
            documented.kind() === network.kind() && prefix >= length && network.match(documented, length),
    );
    if (copied) {
        return "is an address from an example, which nobody has";
    }
    return unroutable.includes(network.range())
        ? "is a private network: the machines see the public address that the room has on the internet"
        : undefined;
}

/** True for a network of IPv6 addresses. */
export function isIpv6(cidr: string): boolean {
    return cidr.includes(":");
}

/** A network in CIDR notation. */
export const cidr = z.string({ error: "is not text" }).superRefine((text, context) => {
    const problem = cidrProblem(text);
    if (problem !== undefined) {
        context.addIssue({ code: "custom", message: problem });
    }
});
