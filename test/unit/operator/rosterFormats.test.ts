import { strict as assert } from "node:assert";
import type { RosterEntry } from "../../../scripts/operator/roster/entry.ts";
import { rosterCsv } from "../../../scripts/operator/roster/csv.ts";
import { rosterJson } from "../../../scripts/operator/roster/json.ts";
import { knownHosts } from "../../../scripts/operator/roster/knownHosts.ts";
import { sshConfig, quotePath, SshPathError } from "../../../scripts/operator/roster/sshConfig.ts";
import { labText, rosterTable } from "../../../scripts/operator/roster/table.ts";
import { exampleEntry } from "./exampleClass.ts";

const plain = { dnsName: "", ipv6: "", port: 22 };
const ada = exampleEntry("ada", ["Ada Lovelace"], {
    ...plain,
    address: "203.0.113.7",
    password: "adaadaadaadaad",
});
const team = exampleEntry("team-1", ["王小明", "Li, Lei"], {
    ...plain,
    address: "203.0.113.8",
    password: "teamteamteamte",
});
const spare = exampleEntry("spare-01", [], {
    ...plain,
    address: "",
    password: "sparesparespar",
    hostKey: "",
    hostKeyFingerprint: "",
    clusterId: "",
});
const class1 = [ada, team, spare];

describe("The roster as a table", () => {
    it("has a line a lab, without lines around and without passwords", () => {
        assert.equal(
            rosterTable(class1),
            [
                "LAB       STUDENTS         ADDRESS      USER    PASSWORD",
                "ada       Ada Lovelace     203.0.113.7  ubuntu  [secret]",
                "team-1    王小明, Li, Lei  203.0.113.8  ubuntu  [secret]",
                "spare-01                   -            ubuntu  [secret]",
                "",
            ].join("\n"),
        );
    });

    it("has stack, port and problem where they differ", () => {
        const other = { ...ada, stack: "us-east-1", port: 443, problem: "VcpuLimitExceeded" };
        assert.equal(
            rosterTable([ada, other], { showPasswords: true }),
            [
                "LAB  STUDENTS      STACK      ADDRESS      PORT  USER    PASSWORD        PROBLEM",
                "ada  Ada Lovelace  eu-west-1  203.0.113.7  22    ubuntu  adaadaadaadaad",
                "ada  Ada Lovelace  us-east-1  203.0.113.7  443   ubuntu  adaadaadaadaad  VcpuLimitExceeded",
                "",
            ].join("\n"),
        );
    });

    it("cuts no name, however long", () => {
        const name = "Wolfeschlegelsteinhausenbergerdorff ".repeat(2).trim();
        assert.ok(rosterTable([{ ...ada, students: [name] }]).includes(name));
    });

    it("of one lab says all that there is, with the command to type", () => {
        assert.equal(
            labText({ ...ada, problem: "no cluster" }),
            [
                "lab       ada",
                "students  Ada Lovelace",
                "stack     eu-west-1",
                "command   ssh ubuntu@203.0.113.7",
                "password  [secret]",
                "address   203.0.113.7",
                `host key  ${ada.hostKeyFingerprint}`,
                "cluster   j-EXAMPLE",
                "problem   no cluster",
                "",
            ].join("\n"),
        );
        assert.equal(
            labText({ ...spare, stack: "spring" }, { showPasswords: true }),
            [
                "lab       spare-01",
                "students  nobody yet (a spare)",
                "stack     spring (eu-west-1)",
                "command   no address: the power is off, or the lab failed",
                "password  sparesparespar",
                "",
            ].join("\n"),
        );
    });
});

describe("The roster as JSON", () => {
    it("has an object a lab with all fields", () => {
        assert.deepEqual(JSON.parse(rosterJson([ada])), [
            {
                lab: "ada",
                students: ["Ada Lovelace"],
                stack: "eu-west-1",
                region: "eu-west-1",
                host: "203.0.113.7",
                dnsName: "",
                address: "203.0.113.7",
                ipv6: "",
                port: 22,
                user: "ubuntu",
                password: "[secret]",
                hostKey: ada.hostKey,
                hostKeyFingerprint: ada.hostKeyFingerprint,
                clusterId: "j-EXAMPLE",
                problem: "",
            },
        ]);
    });

    it("has the fields that are asked for, in that order", () => {
        assert.equal(
            rosterJson([spare], { fields: ["password", "lab"], showPasswords: true }),
            '[\n  {\n    "password": "sparesparespar",\n    "lab": "spare-01"\n  }\n]\n',
        );
    });

    it("answers unknown fields with those that exist", () => {
        assert.throws(() => rosterJson(class1, { fields: ["lab", "adress", "Port"] }), {
            name: "UnknownFieldError",
            message:
                '"adress", "Port" are no fields of the roster. There are: lab, students, stack, region, host, dnsName, ' +
                "address, ipv6, port, user, password, hostKey, hostKeyFingerprint, clusterId, problem",
        });
        assert.throws(() => rosterJson(class1, { fields: ["toString"] }), { name: "UnknownFieldError" });
        assert.throws(() => rosterJson(class1, { fields: [] }), { name: "UnknownFieldError" });
    });
});

describe("The roster as CSV", () => {
    const fields = ["lab", "student", "host", "password"];

    it("has a row a student, the mark for Excel and lines of RFC 4180", () => {
        assert.equal(
            rosterCsv(class1, { fields, showPasswords: true }),
            [
                "\ufefflab,student,host,password",
                "ada,Ada Lovelace,203.0.113.7,adaadaadaadaad",
                "team-1,王小明,203.0.113.8,teamteamteamte",
                'team-1,"Li, Lei",203.0.113.8,teamteamteamte',
                "spare-01,,,sparesparespar",
                "",
            ].join("\r\n"),
        );
    });

    it("has no passwords unless they are asked for", () => {
        assert.equal(rosterCsv([ada], { fields: ["password"] }), "\ufeffpassword\r\n[secret]\r\n");
    });

    it("has no formula, not even where a spreadsheet separates by semicolons", () => {
        const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", 'a;=cmd|" /C calc"!A0', "a; -1"];
        const rows = rosterCsv([{ ...ada, students: names }], { fields: ["student"] })
            .trim()
            .split("\r\n");
        assert.deepEqual(rows.slice(1), [
            "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'=1", "'＝1", `"a;'=cmd|"" /C calc""!A0"`, `"a; '-1"`,
        ]); // prettier-ignore
    });

    it("answers unknown columns with those that exist", () => {
        assert.throws(() => rosterCsv(class1, { fields: ["students"] }), {
            message: /^"students" is no field of the roster\. There are: lab, student, stack, /,
        });
    });
});

describe("The host keys for known_hosts", () => {
    it("are under the alias, the name and both addresses, with the port only where it is not 22", () => {
        const other = { ...ada, dnsName: "Ada.labs.uni.edu", ipv6: "2001:DB8::7" };
        const { text, leftOut } = knownHosts([other, { ...other, lab: "bob", port: 443 }]);
        assert.equal(
            text,
            `ada.eu-west-1,ada.labs.uni.edu,203.0.113.7,2001:db8::7 ${ada.hostKey}\n` +
                "bob.eu-west-1,[ada.labs.uni.edu]:443,[203.0.113.7]:443,[2001:db8::7]:443 " +
                `${ada.hostKey}\n`,
        );
        assert.deepEqual(leftOut, []);
    });

    it("of machines without one are left out by name", () => {
        const { text, leftOut } = knownHosts(class1);
        assert.equal(text.split("\n").length, 3);
        assert.deepEqual(leftOut, [
            { lab: "spare-01", stack: "eu-west-1", why: "its host key is not known" },
        ]);
    });
});

describe("The settings for SSH", () => {
    const files = { knownHosts: "/Users/A B/student labs/known_hosts" };
    const strict = [
        '    UserKnownHostsFile "/Users/A B/student labs/known_hosts"',
        "    StrictHostKeyChecking yes",
        "    UpdateHostKeys no",
        "    CheckHostIP no",
    ];

    it("have a host a lab, checked strictly under a name that stays", () => {
        assert.equal(
            sshConfig([{ ...ada, port: 443 }], files).text,
            [
                "Host ada ada.eu-west-1",
                "    HostName 203.0.113.7",
                "    Port 443",
                "    User ubuntu",
                "    HostKeyAlias ada.eu-west-1",
                ...strict,
                "    IdentitiesOnly yes",
                "",
            ].join("\n"),
        );
    });

    it("use the class key where there is one", () => {
        const { text } = sshConfig([ada], { ...files, identity: 'C:\\Users\\Ann "A" 100%' });
        assert.ok(
            text.includes('    IdentityFile "C:\\\\Users\\\\Ann \\"A\\" 100%%"\n    IdentitiesOnly yes\n'),
        );
    });

    it("have the short name only where one stack has such a lab", () => {
        const hosts = (entries: readonly RosterEntry[]) => sshConfig(entries, files).text.match(/^Host .*/gm);
        assert.deepEqual(hosts([ada, { ...ada, stack: "us-east-1" }, team]), [
            "Host ada.eu-west-1",
            "Host ada.us-east-1",
            "Host team-1 team-1.eu-west-1",
        ]);
    });

    it("leave out by name what has no address", () => {
        assert.deepEqual(sshConfig(class1, files).leftOut, [
            { lab: "spare-01", stack: "eu-west-1", why: "it has no address" },
        ]);
    });

    it("refuse a path that means something else there", () => {
        for (const path of ["/a\nProxyCommand x", "/a${HOME}/x", ""]) {
            assert.throws(() => quotePath(path), SshPathError);
        }
    });
});
