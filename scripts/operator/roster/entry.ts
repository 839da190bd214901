import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { RosterRow } from "../../../components/lab/roster.ts";
import { isFingerprint, readHostKey } from "./hostKey.ts";
import { plainText } from "./plainText.ts";
import { isDnsName, isIpv4, isIpv6, isPort, isUserName } from "./sshAddress.ts";

type Values<Row> = {
    readonly [Field in keyof Row]: Row[Field] extends pulumi.Output<infer Value> ? Value : Row[Field];
};

/** One lab of the roster as a stack's output has it, read and checked. Texts that are not known are "". */
export interface RosterEntry extends Values<RosterRow> {
    /** Name of the stack: the same lab name exists in several of them. */
    readonly stack: string;
    /** `SHA256:...` as `ssh` shows it; computed from the host key where the row has none. */
    readonly hostKeyFingerprint: string;
}

/** What stands for a secret where nobody asked for it; the same as Pulumi writes. */
export const hidden = "[secret]";

/** True where the password is known: neither hidden nor missing. */
export function passwordKnown({ password }: { readonly password: string }): boolean {
    return password !== "" && password !== hidden;
}

/** A stack whose output is no roster. */
export class NoRosterError extends Error {
    readonly stack: string;

    constructor(stack: string, why: string) {
        super(`Stack ${stack} ${why}. Next: pulumi up -s ${stack}`);
        this.name = "NoRosterError";
        this.stack = stack;
    }
}

const text = z.string().catch("");
// Older programs lack some of the fields, and a value that failed is not in the output at all.
const row = z.object({
    lab: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    students: z.array(z.string()).catch([]),
    region: text,
    dnsName: text,
    address: text,
    ipv6: text,
    port: z.number().catch(22),
    user: text,
    password: text,
    hostKey: text,
    hostKeyFingerprint: text,
    clusterId: text,
    problem: text,
});

/**
 * Reads one stack's output `roster`.
 *
 * The state is untrusted: names come from people, the host key from a machine on which the student is root. A value that is
 * not what its field is for is left out, and the entry's `problem` says so; the lab's others stay, and so do the other labs.
 *
 * @param stack name of the stack, without organization and project
 * @param output what `pulumi stack output --json` says of `roster`, with or without `--show-secrets`
 * @throws NoRosterError where it is no list of labs at all
 */
export function readRoster(stack: string, output: unknown): RosterEntry[] {
    if (output === undefined) {
        throw new NoRosterError(stack, "has no roster yet");
    }
    const rows = z.array(row).safeParse(output);
    if (!rows.success) {
        const [at] = rows.error.issues[0]?.path ?? [];
        const which = at === undefined ? "no list" : `${String(at)}, which is no lab`;
        throw new NoRosterError(stack, `has an output "roster" that this program did not write (${which})`);
    }
    return rows.data.map((one) => readEntry(stack, one));
}

type TextField =
    "dnsName" | "address" | "ipv6" | "user" | "password" | "hostKey" | "hostKeyFingerprint" | "clusterId";

function readEntry(stack: string, one: z.infer<typeof row>): RosterEntry {
    const wrong: string[] = [];
    const checked = (field: TextField, right: (text: string) => boolean) => {
        const value = one[field];
        if (value === "" || right(value)) {
            return value;
        }
        wrong.push(field);
        return "";
    };
    const hostKey = checked("hostKey", (value) => readHostKey(value) !== undefined);
    const port = isPort(one.port) ? one.port : 22;
    const entry = {
        stack,
        lab: one.lab,
        students: one.students.map(plainText).filter((name) => name !== ""),
        region: plainText(one.region),
        dnsName: checked("dnsName", isDnsName),
        address: checked("address", isIpv4),
        ipv6: checked("ipv6", isIpv6),
        port,
        user: checked("user", isUserName),
        // Printed and typed as it is: a blank or a control character in it is no password of this program.
        password: checked("password", (value) => /^[\x21-\x7e]+$/.test(value)),
        hostKey,
        hostKeyFingerprint: readHostKey(hostKey)?.fingerprint ?? checked("hostKeyFingerprint", isFingerprint),
        clusterId: checked("clusterId", (value) => /^j-[A-Z0-9]+$/.test(value)),
    };
    if (port !== one.port) {
        wrong.push("port");
    }
    const problem = plainText(one.problem);
    const complaint = `what the state says of ${wrong.join(", ")} is none and was left out`;
    return {
        ...entry,
        problem: [problem, ...(wrong.length > 0 ? [complaint] : [])].filter(Boolean).join("; "),
    };
}
