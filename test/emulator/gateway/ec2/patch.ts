/** moto's answers about instances with the states and addresses of the real machines. */
import { mendProfile } from "./changes.ts";
import { AwsError } from "../errors.ts";
import { STATE_CODES, type Host, type HostState } from "../hosts.ts";
import { pageOf } from "../paging.ts";
import type { AwsCall } from "../request.ts";
import { child, childrenOf, descendants, element, setChild, textOf, type XmlNode } from "../xml.ts";
import { matchesPattern, readFilters, type Filter } from "./filters.ts";

function stateNode(state: HostState): XmlNode[] {
    return [element("code", String(STATE_CODES[state])), element("name", state)];
}

/** Puts state, addresses and reason of the machine into moto's `<item>` of an instance. */
export function patchInstance(item: XmlNode, host: Host): void {
    const mapsPublicAddress =
        child(item, "ipAddress") !== undefined || descendants(item, "association").length > 0;
    const off = host.state === "stopped" || host.state === "terminated" || host.state === "stopping";
    const publicAddress = off || !mapsPublicAddress ? undefined : host.address;
    setChild(item, "instanceState", stateNode(host.state));
    setChild(item, "ipAddress", publicAddress);
    // The address itself is the name: nothing resolves made-up names on this machine.
    setChild(item, "dnsName", publicAddress ?? "");
    setChild(item, "privateIpAddress", host.address);
    setChild(item, "privateDnsName", host.address ?? "");
    setChild(item, "reason", host.reason?.message ?? "");
    setChild(
        item,
        "stateReason",
        host.reason === undefined
            ? undefined
            : [element("code", host.reason.code), element("message", host.reason.message)],
    );
    mendProfile(item, host);
    setChild(item, "launchTime", host.launched.toISOString());
    if (host.state === "terminated") {
        for (const name of ["subnetId", "vpcId"]) setChild(item, name, undefined);
        setChild(item, "networkInterfaceSet", "");
        setChild(item, "blockDeviceMapping", "");
        return;
    }
    const ipv6 = host.ipv6 ?? [];
    setChild(item, "ipv6Address", ipv6[0]);
    for (const nic of childrenOf(child(item, "networkInterfaceSet"), "item")) {
        const addresses = ipv6.map((address) => element("item", [element("ipv6Address", address)]));
        setChild(nic, "ipv6AddressesSet", addresses);
        setChild(nic, "privateIpAddress", host.address);
        for (const holder of [nic, ...childrenOf(child(nic, "privateIpAddressesSet"), "item")]) {
            setChild(holder, "privateIpAddress", host.address);
            const association = child(holder, "association");
            if (association === undefined) continue;
            if (publicAddress === undefined) setChild(holder, "association", undefined);
            else {
                setChild(association, "publicIp", publicAddress);
                setChild(association, "publicDnsName", publicAddress);
            }
        }
    }
}

/** Patches all instances of a DescribeInstances or RunInstances answer. */
export function patchInstances(root: XmlNode, find: (id: string) => Host | undefined): void {
    for (const set of descendants(root, "instancesSet")) {
        for (const item of childrenOf(set, "item")) {
            const host = find(textOf(item, "instanceId") ?? "");
            if (host !== undefined) patchInstance(item, host);
        }
    }
}

/** Filters that depend on what moto does not know. */
export const OWN_FILTERS: Readonly<Record<string, (item: XmlNode) => string | undefined>> = {
    "instance-state-name": (item) => textOf(item, "instanceState", "name"),
    "instance-state-code": (item) => textOf(item, "instanceState", "code"),
    "ip-address": (item) => textOf(item, "ipAddress"),
    "private-ip-address": (item) => textOf(item, "privateIpAddress"),
    "dns-name": (item) => textOf(item, "dnsName"),
    "instance-lifecycle": (item) => textOf(item, "instanceLifecycle"),
};

/** Takes the filters that only the gateway can answer out of the form. */
export function splitFilters(params: Readonly<Record<string, string>>): {
    form: Record<string, string>;
    own: Filter[];
} {
    const all = readFilters(params);
    const form = Object.fromEntries(Object.entries(params).filter(([key]) => !/^Filter\.\d+\./.test(key)));
    const own = all.filter((filter) => OWN_FILTERS[filter.name] !== undefined);
    all.filter((filter) => OWN_FILTERS[filter.name] === undefined).forEach((filter, index) => {
        form[`Filter.${index + 1}.Name`] = filter.name;
        filter.values.forEach((value, at) => (form[`Filter.${index + 1}.Value.${at + 1}`] = value));
    });
    return { form, own };
}

/** Removes the instances that the gateway's own filters exclude. */
export function applyFilters(root: XmlNode, own: readonly Filter[]): void {
    const wanted = (item: XmlNode): boolean =>
        own.every((filter) => {
            const value = OWN_FILTERS[filter.name]?.(item) ?? "";
            return filter.values.some((pattern) => matchesPattern(pattern, value));
        });
    const reservations = child(root, "reservationSet");
    for (const reservation of childrenOf(reservations, "item")) {
        const set = child(reservation, "instancesSet");
        if (set !== undefined) set.children = set.children.filter(wanted);
    }
    if (reservations !== undefined) {
        reservations.children = reservations.children.filter(
            (reservation) => childrenOf(child(reservation, "instancesSet"), "item").length > 0,
        );
    }
}

/** Reservations on a page of DescribeInstances, at most (API reference, `MaxResults`). */
const PAGE = 1000;

/** Leaves one page of the reservations, and the token of the next one. */
export function keepPage(
    root: XmlNode,
    call: AwsCall,
    token: string | undefined,
    size: string | undefined,
): void {
    const wanted = size === undefined ? PAGE : Number(size);
    if (!Number.isInteger(wanted) || wanted < 5 || wanted > PAGE) {
        throw new AwsError(
            "InvalidParameterValue",
            `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and ${PAGE}.`,
        );
    }
    const reservations = child(root, "reservationSet");
    const { items, next } = pageOf(
        childrenOf(reservations, "item"),
        {
            token,
            size: wanted,
            of: `${call.region} ${call.action} ${JSON.stringify(readFilters(call.params))}`,
        },
        () => new AwsError("InvalidNextToken", "The token is not valid."),
    );
    if (reservations !== undefined) reservations.children = [...items];
    setChild(root, "nextToken", next);
}
