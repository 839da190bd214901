import Table from "cli-table3";
import type { RosterEntry } from "./entry.ts";
import { shownPassword, type Shown } from "./fields.ts";
import { plainText } from "./plainText.ts";
import { sshAddress, sshCommand } from "./sshAddress.ts";

/** A table without lines, two blanks between columns; nothing is cut, no line ends in blanks. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const table = new Table({
        head: [...head],
        chars: {
            top: "", "top-mid": "", "top-left": "", "top-right": "",
            bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "",
            left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  ",
        },
        style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    }); // prettier-ignore
    table.push(...rows.map((cells) => cells.map(plainText)));
    return table
        .toString()
        .split("\n")
        .map((line) => `${line.trimEnd()}\n`)
        .join("");
}

/**
 * The roster as people read it, a line a lab. Columns that would say the same of all labs are left out: the port where it is
 * 22, problems where there are none, the stack where there is one.
 *
 * @param entries labs in the order to show them
 * @param shown passwords to show; `fields` is for other formats
 */
export function rosterTable(entries: readonly RosterEntry[], shown: Shown = {}): string {
    const columns: readonly [string, boolean, (entry: RosterEntry) => string][] = [
        ["LAB", true, ({ lab }) => lab],
        ["STUDENTS", true, ({ students }) => students.join(", ")],
        ["STACK", new Set(entries.map(({ stack }) => stack)).size > 1, ({ stack }) => stack],
        ["ADDRESS", true, (entry) => sshAddress(entry)?.host ?? "-"],
        ["PORT", entries.some(({ port }) => port !== 22), ({ port }) => String(port)],
        ["USER", true, ({ user }) => user],
        ["PASSWORD", true, (entry) => shownPassword(entry, shown) || "-"],
        ["PROBLEM", entries.some(({ problem }) => problem !== ""), ({ problem }) => problem],
    ];
    const used = columns.filter(([, show]) => show);
    return plainTable(
        used.map(([head]) => head),
        entries.map((entry) => used.map(([, , text]) => text(entry))),
    );
}

/** Everything that the roster says of one lab, a line a field, with the command that a student types. */
export function labText(entry: RosterEntry, shown: Shown = {}): string {
    const address = sshAddress(entry);
    const lines: readonly [string, string][] = [
        ["lab", entry.lab],
        ["students", entry.students.join(", ") || "nobody yet (a spare)"],
        ["stack", entry.stack === entry.region ? entry.stack : `${entry.stack} (${entry.region})`],
        [
            "command",
            address === undefined ? "no address: the power is off, or the lab failed" : sshCommand(address),
        ],
        ["password", shownPassword(entry, shown) || "not known"],
        ["DNS name", entry.dnsName],
        ["address", entry.address],
        ["IPv6", entry.ipv6],
        ["host key", entry.hostKeyFingerprint],
        ["cluster", entry.clusterId],
        ["problem", entry.problem],
    ];
    return lines
        .filter(([, text]) => text !== "")
        .map(([name, text]) => `${name.padEnd(10)}${plainText(text)}\n`)
        .join("");
}
