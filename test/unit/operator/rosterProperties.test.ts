import { strict as assert } from "node:assert";
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { readRoster, type RosterEntry } from "../../../scripts/operator/roster/entry.ts";
import { rosterCsv, csvFields } from "../../../scripts/operator/roster/csv.ts";
import { jsonFields } from "../../../scripts/operator/roster/fields.ts";
import { rosterJson } from "../../../scripts/operator/roster/json.ts";
import { knownHosts } from "../../../scripts/operator/roster/knownHosts.ts";
import { plainText } from "../../../scripts/operator/roster/plainText.ts";
import { sshConfig } from "../../../scripts/operator/roster/sshConfig.ts";
import { labText, rosterTable } from "../../../scripts/operator/roster/table.ts";
import { exampleHostKey } from "./exampleClass.ts";

const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
        "=cmd|'/c calc'!A0", "x;=1+1", "x\t=1", "@SUM(A1)", "\r\n* ssh-ed25519 AAAA", "a\nHost *\n ProxyCommand x",
        '"', '","', "\u001b[2J", "\u009b2J", "\u202e", "\u2028", "-oProxyCommand=x", "%h", "${HOME}", "*", "!ada", "ada,*",
    ),
); // prettier-ignore
const or = (right: fc.Arbitrary<string>) => fc.oneof({ weight: 3, arbitrary: right }, nasty);
const key = exampleHostKey("ada");

/** Rows as a hostile state could have them: right values and nasty ones in any mixture. */
const row: fc.Arbitrary<RosterEntry> = fc.record({
    stack: fc.constantFrom("eu-west-1", "us-east-1"),
    lab: fc.constantFrom("ada", "grace", "spare-01", "ada-cluster"),
    students: fc.array(or(fc.constantFrom("Ada Lovelace", "王小明", "محمد الأمين")), { maxLength: 3 }),
    region: or(fc.constant("eu-west-1")),
    dnsName: or(fc.constantFrom("", "ada.labs.university.edu")),
    address: or(fc.constantFrom("", "203.0.113.7")),
    ipv6: or(fc.constantFrom("", "2001:db8::7")),
    port: fc.oneof(fc.constantFrom(22, 443), fc.double(), fc.integer()),
    user: or(fc.constant("ubuntu")),
    password: fc.string({
        unit: fc.constantFrom(..."abcdefghjkmnpqrstuvwxyz23456789"),
        minLength: 14,
        maxLength: 14,
    }),
    hostKey: or(fc.constantFrom("", key, `${key}\n${key}`)),
    hostKeyFingerprint: or(fc.constant(`SHA256:${"A".repeat(43)}`)),
    clusterId: or(fc.constant("j-2AXXXXXXGAPLF")),
    problem: nasty,
});
const rows = fc.array(row, { maxLength: 6 });
const many = { numRuns: 200 };

// Once as the state has them, once as they were read: a form does not rely on what reads them.
const both = (entries: readonly RosterEntry[]) => [
    entries,
    entries.flatMap((one) => readRoster(one.stack, [structuredClone(one)])),
];
const controls = /(?!\u200c|\u200d|\n)[\p{C}\p{Zl}\p{Zp}]/u;

describe("Whatever a state says", function () {
    // Seconds here, more on a busy machine.
    this.timeout(120_000);

    it("a table has a line a lab, and no password that nobody asked for", () => {
        fc.assert(
            fc.property(rows, (raw) => {
                for (const entries of both(raw)) {
                    const table = rosterTable(entries);
                    assert.equal(table.split("\n").length, entries.length + 2);
                    for (const text of [table, ...entries.map((entry) => labText(entry))]) {
                        assert.doesNotMatch(text, controls);
                        assert.ok(!entries.some(({ password }) => text.includes(password)));
                    }
                }
            }),
            many,
        );
    });

    it("JSON says exactly that, with the same fields in the same order, and no password that nobody asked for", () => {
        fc.assert(
            fc.property(rows, (raw) => {
                for (const entries of both(raw)) {
                    const text = rosterJson(entries, { showPasswords: true });
                    const back = JSON.parse(text) as Record<string, unknown>[];
                    for (const [at, one] of back.entries()) {
                        assert.deepEqual(Object.keys(one), jsonFields);
                        const fields = Object.fromEntries(
                            Object.entries(one).filter(([field]) => field !== "host"),
                        );
                        assert.deepEqual(fields, JSON.parse(JSON.stringify(entries[at])));
                    }
                    assert.equal(back.length, entries.length);
                    assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
                    assert.ok(!entries.some(({ password }) => rosterJson(entries).includes(password)));
                }
            }),
            many,
        );
    });

    it("CSV has all of it in its place, and nothing in it is a formula, by whatever a spreadsheet separates", () => {
        fc.assert(
            fc.property(rows, (raw) => {
                for (const entries of both(raw)) {
                    const text = rosterCsv(entries, { showPasswords: true });
                    const [head, ...cells] = parse(text, { bom: true, record_delimiter: "\r\n" });
                    assert.deepEqual(head, csvFields);
                    const students = entries.flatMap((one) =>
                        one.students.length === 0 ? [""] : one.students,
                    );
                    assert.deepEqual(
                        cells.map((one) => one[1]?.replaceAll("'", "")),
                        students.map((one) => plainText(one).replaceAll("'", "")),
                    );
                    assert.ok(cells.every((one) => one.length === csvFields.length));
                    assert.doesNotMatch(text.slice(1).replaceAll("\r\n", ""), controls);
                    for (const cell of cells.flatMap((one) =>
                        one.flatMap((value) => [value, ...value.split(/[;\t]\s*/)]),
                    )) {
                        assert.doesNotMatch(cell, /^[=+@\t\r＝＋＠－]|^-(?!\d+(\.\d+)?(e[+-]?\d+)?$)/);
                    }
                    assert.ok(!entries.some(({ password }) => rosterCsv(entries).includes(password)));
                }
            }),
            many,
        );
    });

    it("known_hosts has lines for the labs' own names and addresses with a key, and nothing else", () => {
        fc.assert(
            fc.property(rows, (raw) => {
                for (const entries of both(raw)) {
                    const { text, leftOut } = knownHosts(entries);
                    const lines = text.split("\n").slice(0, -1);
                    assert.equal(lines.length + leftOut.length, entries.length);
                    for (const line of lines) {
                        assert.match(
                            line,
                            /^(ada|grace|spare-01|ada-cluster)\.(eu-west-1|us-east-1)(,[^ ,*?!|@#]+)* \S+ \S+$/,
                        );
                        const [names = "", ...rest] = line.split(" ");
                        assert.equal(rest.join(" "), key);
                        for (const name of names.split(",").slice(1)) {
                            assert.match(name, /^(\[[a-z0-9.:-]+\]:\d+|[a-z0-9.:-]+)$/);
                        }
                    }
                }
            }),
            many,
        );
    });

    it("ssh_config has the settings of each lab, and no other", () => {
        const line =
            /^(Host( [a-z0-9.-]+){1,2}| {4}(HostName [A-Za-z0-9.:-]+|Port \d+|User [a-z0-9_-]+|HostKeyAlias [a-z0-9.-]+|UserKnownHostsFile "\/a b\/known_hosts"|StrictHostKeyChecking yes|UpdateHostKeys no|CheckHostIP no|IdentitiesOnly yes))$/;
        fc.assert(
            fc.property(rows, (raw) => {
                for (const entries of both(raw)) {
                    const { text, leftOut } = sshConfig(entries, { knownHosts: "/a b/known_hosts" });
                    const lines = text.split("\n").filter((one) => one !== "");
                    assert.equal(lines.length, 10 * (entries.length - leftOut.length));
                    for (const one of lines) {
                        assert.match(one, line);
                        assert.doesNotMatch(one, /^ {4}(HostName|User) -/);
                    }
                }
            }),
            many,
        );
    });
});
