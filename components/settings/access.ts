import { z } from "zod";
import { setting, wholeNumber } from "./definition.ts";
import { cidr } from "./network.ts";
import { publicKey } from "./publicKey.ts";

/** Settings that say how people reach the machines. */
export const access = {
    allowedSshCidrs: setting({
        kind: "structure",
        description: "Networks that may reach the machines by SSH, in CIDR notation. Required.",
        default: [],
        effect: "in place",
        effectNote: "The machines' security group follows at once.",
        mend: "Write the public addresses of the class room and of your own (checkip.amazonaws.com tells it): allowedSshCidrs: [130.88.0.0/16].",
        schema: z
            .array(cidr, { error: "is not a list" })
            .min(1, { error: "is missing, so nobody could log in" })
            .refine((networks) => new Set(networks).size === networks.length, {
                error: "has a network twice",
            }),
    }),
    allowAnyAddress: setting({
        kind: "boolean",
        description: "true = allowedSshCidrs may let in the whole internet; otherwise that is refused.",
        default: false,
        effect: "nothing",
        effectNote: "Only a permission.",
        mend: "Write allowAnyAddress: true, or leave it out.",
        schema: z.boolean({ error: "is neither true nor false" }),
    }),
    sshPorts: setting({
        kind: "structure",
        description: "Ports of SSH, the one to use first. Put 443 first where networks block 22.",
        default: [22],
        effect: "in place",
        effectNote:
            "Bootstrap runs again, by the first port of the list: add a port at the end, bring the class up, then move it to the front.",
        mend: "Write ports: sshPorts: [443, 22].",
        schema: z
            .array(wholeNumber(1, 65535), { error: "is not a list" })
            .min(1, { error: "has no port, so nobody could log in" })
            .max(5, { error: "is longer than 5 ports" })
            .refine((ports) => new Set(ports).size === ports.length, { error: "has a port twice" }),
    }),
    supportPorts: setting({
        kind: "structure",
        description:
            "TCP ports of the support machines that the labs' machines may reach, at the private addresses of the output supportMachines.",
        default: [],
        effect: "in place",
        effectNote: "The support machines' security groups follow at once.",
        mend: "Write ports: supportPorts: [80, 3000].",
        schema: z
            .array(wholeNumber(1, 65535), { error: "is not a list" })
            .max(20, { error: "is longer than 20 ports" })
            .refine((ports) => new Set(ports).size === ports.length, { error: "has a port twice" }),
    }),
    dnsZone: setting({
        kind: "text",
        description: "Route 53 zone in which every lab gets a name that stays. Empty = addresses only.",
        default: "",
        effect: "in place",
        effectNote: "Names are added, changed or removed; machines do not notice.",
        mend: "Write the name of a public hosted zone of this account: dnsZone: labs.university.edu.",
        schema: z
            .string()
            .regex(/^$|^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, {
                error: "is not the name of a zone",
            })
            .refine((zone) => !/(^|\.)example\.(com|org|net|edu)$/.test(zone), {
                error: "is a name from an example, which nobody has",
            }),
    }),
    operatorPublicKeys: setting({
        kind: "structure",
        description: "OpenSSH public keys that open every machine, besides the class key.",
        default: [],
        effect: "in place",
        effectNote: "Bootstrap runs again on every machine and installs them.",
        mend: "Write the line of your .pub file: operatorPublicKeys: ['ssh-ed25519 AAAA... me@laptop'].",
        schema: z.array(publicKey, { error: "is not a list" }),
    }),
} as const;
