import { strict as assert } from "node:assert";
import { NoRosterError, passwordKnown, readRoster } from "../../../scripts/operator/roster/entry.ts";
import { findLabs, UnknownLabError } from "../../../scripts/operator/roster/find.ts";
import { readHostKey } from "../../../scripts/operator/roster/hostKey.ts";
import { sshAddress, sshCommand, sshLink } from "../../../scripts/operator/roster/sshAddress.ts";
import { exampleEntry, exampleHostKey } from "./exampleClass.ts";

const hostKey = exampleHostKey("ada");
/** A row as `pulumi stack output --json` has it. */
const row = {
    lab: "ada",
    students: ["Ada Lovelace"],
    region: "eu-west-1",
    dnsName: "ada.eu-west-1.labs.university.edu",
    address: "203.0.113.7",
    ipv6: "2001:db8::7",
    port: 443,
    user: "ubuntu",
    password: "q7hnp3rrktvw9b",
    hostKey,
    problem: "",
    clusterId: "j-2AXXXXXXGAPLF",
};
const read = (other: object) => {
    const [entry] = readRoster("eu-west-1", [{ ...row, ...other }]);
    assert.ok(entry);
    return entry;
};

describe("Reading a stack's roster", () => {
    it("has all that the row says, the stack, and the fingerprint of the host key", () => {
        const fingerprint = readHostKey(hostKey)?.fingerprint;
        assert.deepEqual(readRoster("spring", [row]), [
            { ...row, stack: "spring", hostKeyFingerprint: fingerprint },
        ]);
    });

    it("knows what an older program did not write, and what failed, as empty", () => {
        assert.deepEqual(readRoster("spring", [{ lab: "ada", region: "eu-west-1" }]), [
            {
                stack: "spring", lab: "ada", students: [], region: "eu-west-1", dnsName: "", address: "", ipv6: "",
                port: 22, user: "", password: "", hostKey: "", hostKeyFingerprint: "", clusterId: "", problem: "",
            },
        ]); // prettier-ignore
    });

    it("takes the fingerprint of the row where there is no key", () => {
        const fingerprint = `SHA256:${"A".repeat(43)}`;
        assert.equal(read({ hostKey: "", hostKeyFingerprint: fingerprint }).hostKeyFingerprint, fingerprint);
        assert.equal(read({ hostKey: "", hostKeyFingerprint: "MD5:16:27" }).hostKeyFingerprint, "");
    });

    const wrong: readonly [string, unknown][] = [
        ["dnsName", "-oProxyCommand=touch pwned"],
        ["dnsName", "a.b\nHost *"],
        ["address", "203.0.113.7 ada"],
        ["address", "0x7f.1"],
        ["ipv6", "fe80::1%eth0"],
        ["user", "-lroot"],
        ["user", "ubuntu\n    ProxyCommand x"],
        ["password", "two words"],
        ["password", "tab\there"],
        ["hostKey", `${hostKey}\n* ${exampleHostKey("evil")}`],
        ["hostKey", `${hostKey} comment`],
        ["hostKey", hostKey.replace("ssh-ed25519", "ssh-rsa")],
        ["clusterId", "j-\u001b[2J"],
        ["port", 70000],
        ["port", 22.5],
    ];
    for (const [field, value] of wrong) {
        it(`leaves out ${JSON.stringify(value).slice(0, 40)} as ${field}, says so, and keeps the rest`, () => {
            const entry = read({ [field]: value });
            const problem = `what the state says of ${field} is none and was left out`;
            const fingerprint = field === "hostKey" ? "" : readHostKey(hostKey)?.fingerprint;
            assert.deepEqual(entry, {
                ...row,
                stack: "eu-west-1",
                hostKeyFingerprint: fingerprint,
                [field]: field === "port" ? 22 : "",
                problem,
            });
        });
    }

    it("says AWS's own problem first, in one line", () => {
        assert.equal(
            read({ problem: "VcpuLimitExceeded:\nask for more", user: "a b" }).problem,
            "VcpuLimitExceeded: ask for more; what the state says of user is none and was left out",
        );
    });

    it("never repeats a wrong password", () => {
        assert.ok(!JSON.stringify(read({ password: "my secret" })).includes("my secret"));
    });

    it("refuses what is no roster at all, with the next command", () => {
        const refused = (output: unknown, message: string) =>
            assert.throws(
                () => readRoster("spring", output),
                (error) => {
                    assert.ok(error instanceof NoRosterError);
                    assert.equal(error.message, message);
                    return true;
                },
            );
        refused(undefined, "Stack spring has no roster yet. Next: pulumi up -s spring");
        refused(
            "x",
            'Stack spring has an output "roster" that this program did not write (no list). Next: pulumi up -s spring',
        );
        refused(
            [row, { ...row, lab: "Ada *" }],
            'Stack spring has an output "roster" that this program did not write (1, which is no lab). ' +
                "Next: pulumi up -s spring",
        );
    });

    it("tells a known password from a hidden and a missing one", () => {
        assert.deepEqual(
            ["abc", "[secret]", ""].map((password) => passwordKnown({ password })),
            [true, false, false],
        );
    });
});

describe("Where a lab is reached", () => {
    const at = (other: object) =>
        sshAddress({ dnsName: "", address: "", ipv6: "", port: 22, user: "ubuntu", ...other });
    const cases: readonly [string, object, string, string][] = [
        [
            "by its name before its address",
            { dnsName: "ada.labs.uni.edu", address: "203.0.113.7" },
            "ssh ubuntu@ada.labs.uni.edu",
            "ssh://ubuntu@ada.labs.uni.edu",
        ],
        [
            "by IPv4 before IPv6, with the port where it is not 22",
            { address: "203.0.113.7", ipv6: "2001:db8::7", port: 443 },
            "ssh -p 443 ubuntu@203.0.113.7",
            "ssh://ubuntu@203.0.113.7:443",
        ],
        ["by IPv6 alone", { ipv6: "2001:db8::7" }, "ssh ubuntu@2001:db8::7", "ssh://ubuntu@[2001:db8::7]"],
        [
            "by IPv6 at another port",
            { ipv6: "2001:db8::7", port: 443 },
            "ssh -p 443 ubuntu@2001:db8::7",
            "ssh://ubuntu@[2001:db8::7]:443",
        ],
    ];
    for (const [what, where, command, link] of cases) {
        it(what, () => {
            const address = at(where);
            assert.ok(address);
            assert.deepEqual([sshCommand(address), sshLink(address)], [command, link]);
        });
    }

    it("nowhere without an address, a user or a port", () => {
        for (const where of [{}, { address: "203.0.113.7", user: "" }, { address: "203.0.113.7", port: 0 }]) {
            assert.equal(at(where), undefined);
        }
    });
});

describe("The fingerprint of a host key", () => {
    it("is the one that ssh-keygen prints", () => {
        // GitHub's key, with the fingerprint that GitHub's documentation says.
        const github = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        assert.equal(readHostKey(github)?.fingerprint, "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    });
});

describe("Finding labs by name", () => {
    const class1 = [
        exampleEntry("ada-lovelace", ["Ada Lovelace"]),
        exampleEntry("team-1", ["José Núñez", "Ada King"]),
        exampleEntry("spare-01", []),
        exampleEntry("spare-01", [], { stack: "us-east-1" }),
    ];
    const cases: readonly [string, readonly string[]][] = [
        ["ada-lovelace", ["ada-lovelace.eu-west-1"]],
        ["Ada Lovelace", ["ada-lovelace.eu-west-1"]],
        ["jose nunez", ["team-1.eu-west-1"]],
        ["ada", ["ada-lovelace.eu-west-1", "team-1.eu-west-1"]],
        ["spare-01", ["spare-01.eu-west-1", "spare-01.us-east-1"]],
        ["SPARE-01.us-east-1", ["spare-01.us-east-1"]],
    ];
    for (const [wanted, found] of cases) {
        it(`${wanted} is ${found.join(" and ")}`, () => {
            assert.deepEqual(
                findLabs(class1, wanted).map(({ lab, stack }) => `${lab}.${stack}`),
                found,
            );
        });
    }

    it("names the labs there are where nobody is called so", () => {
        assert.throws(() => findLabs(class1.slice(0, 2), "grace"), {
            name: "UnknownLabError",
            message: 'No lab and no student is called "grace"; labs: ada-lovelace, team-1',
        });
        assert.throws(() => findLabs([], "\u001b"), UnknownLabError);
    });
});
