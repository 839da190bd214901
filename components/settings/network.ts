import ipaddr from "ipaddr.js";
import { z } from "zod";

// RFC 5737 and RFC 3849 reserve these for documentation: whoever has one in a setting copied an example.
const documentationNetworks = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map(
    (network) => ipaddr.parseCIDR(network),
);

// What a laptop calls its own address. No packet from there reaches a machine's public address (RFC 1918, 6598, 4193, 3927).
const unroutable = ["private", "carrierGradeNat", "uniqueLocal", "linkLocal"];

/**
 * A network of IPv4 in fewer than four numbers, written out: `130.88/16` means 130.88.0.0/16. `undefined` for other text.
 * (What inet_aton(3) makes of 130.88 is 130.0.0.88: somebody else's address.)
 */
function writtenOut(text: string): string | undefined {
    const [, numbers = "", prefix = ""] = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.?\/(\d{1,2})$/.exec(text) ?? [];
    const full = `${[...numbers.split("."), "0", "0", "0"].slice(0, 4).join(".")}/${prefix}`;
    return numbers !== "" && isIpv4Network(full)
        ? `${ipaddr.IPv4.networkAddressFromCIDR(full).toString()}/${prefix}`
        : undefined;
}

/** Four decimal numbers and a length, and nothing that is an address by other rules: no octal, no hexadecimal numbers. */
function isIpv4Network(text: string): boolean {
    const [address = ""] = text.split("/");
    return ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.isValidCIDR(text);
}

/**
 * Says what is wrong with a network in CIDR notation, or `undefined` where nothing is.
 *
 * EC2 stores a rule under the network's own address, so 198.51.7.9/24 would come back as 198.51.7.0/24 and show as a
 * change for ever; it is refused here with the address to write.
 *
 * @param text e.g. `130.88.0.0/16` or `2001:630::/32`
 */
export function cidrProblem(text: string): string | undefined {
    const short = writtenOut(text);
    if (short !== undefined && !isIpv4Network(text)) {
        return `is not a network in CIDR notation; written out it is ${short}`;
    }
    // No zone id (fe80::%eth0): it means something on one machine only.
    const valid = isIpv6(text) ? ipaddr.isValidCIDR(text) : isIpv4Network(text);
    if (!/^[^%]+\/\d{1,3}$/.test(text) || !valid) {
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

/** Addresses from the first to before the last, as numbers. */
type Range = readonly [from: bigint, to: bigint];

function rangeOf(cidr: string): Range {
    const [address, prefix] = ipaddr.parseCIDR(cidr);
    const bytes = address.toByteArray();
    const from = bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
    return [from, from + (1n << BigInt(bytes.length * 8 - prefix))];
}

/** Number of addresses within `all` that are in at least one of the ranges. */
function covered(ranges: readonly Range[], all: Range): bigint {
    let count = 0n;
    let [reached] = all;
    for (const [from, to] of [...ranges].sort(([one], [other]) => (one < other ? -1 : 1))) {
        const [start, end] = [from > reached ? from : reached, to < all[1] ? to : all[1]];
        if (end > start) {
            count += end - start;
            reached = end;
        }
    }
    return count;
}

/**
 * True where networks together are as good as everybody: half of all addresses of IPv4, or of the public ones of IPv6
 * (2000::/3, RFC 4291). No university has more than a few thousandths.
 *
 * @param cidrs networks that {@link cidrProblem} finds right
 */
export function admitsAnybody(cidrs: readonly string[]): boolean {
    return (["0.0.0.0/0", "2000::/3"] as const).some((everything) => {
        const all = rangeOf(everything);
        const same = cidrs.filter((one) => isIpv6(one) === isIpv6(everything)).map(rangeOf);
        return 2n * covered(same, all) >= all[1] - all[0];
    });
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
