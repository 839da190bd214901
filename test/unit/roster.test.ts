import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { type ClassInMocks, declareClass } from "./classInMocks.ts";
import { addressOf, fingerprintOf, hostKeyOf } from "./mockCloud.ts";

describe("The outputs of a stack", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({
            students: ["Ada Lovelace"],
            groups: [{ lab: "Team 1", students: ["Grace", "Marie"] }],
            spares: 1,
            supportMachines: ["demo"],
            studentCredentials: "access-key",
        });
    });

    it("are the roster, the machines that support the class, the class key and the stack's page", () => {
        assert.deepEqual(Object.keys(stack.outputs), [
            "roster",
            "supportMachines",
            "classId",
            "classKey",
            "readme",
        ]);
        assert.equal(stack.outputs.classKey, "private-openssh-of-classroom-key");
    });

    it("have one row a lab with all that a student types", () => {
        assert.deepEqual(
            stack.outputs.roster.map(({ lab, students }) => [lab, students]),
            [
                ["ada-lovelace", ["Ada Lovelace"]],
                ["team-1", ["Grace", "Marie"]],
                ["spare-01", []],
            ],
        );
        assert.deepEqual(stack.outputs.roster[0], {
            lab: "ada-lovelace",
            students: ["Ada Lovelace"],
            region: "eu-west-1",
            dnsName: "",
            address: addressOf("ada-lovelace-machine-instance"),
            ipv6: "fd00::1",
            port: 22,
            user: "ubuntu",
            password: "password-of-ada-lovelace-password",
            hostKey: hostKeyOf("ada-lovelace-machine-host-key"),
            hostKeyFingerprint: fingerprintOf("ada-lovelace-machine-host-key"),
            problem: "",
            clusterId: "ada-lovelace-cluster-id",
        });
    });

    it("give no two labs the same password, address or host key", () => {
        for (const field of ["password", "address", "hostKey", "clusterId"]) {
            const values = stack.outputs.roster.map((row) => row[field]);
            assert.equal(new Set(values).size, 3, field);
        }
    });

    it("mask the password and the class key, and nothing else", async () => {
        for (const field of Object.keys(stack.outputs.roster[0] ?? {})) {
            assert.equal(await stack.isSecret(`roster[0].${field}`), field === "password", field);
        }
        assert.equal(await stack.isSecret("classKey"), true);
        assert.equal(await stack.isSecret("readme"), false);
    });

    describe("on the stack's page", () => {
        it("are Pulumi.README.md as it is, which Pulumi Cloud fills in", () => {
            const file = path.join(import.meta.dirname, "..", "..", "Pulumi.README.md");
            assert.equal(stack.outputs.readme, fs.readFileSync(file, "utf8"));
        });

        it("exist, and are masked in whole where they are secret: only those with rows or nothing secret", () => {
            const shown = [...stack.outputs.readme.matchAll(/\$\{outputs\.(\w+)[^}]*\}/g)].map(
                ([, name]) => name,
            );
            assert.deepEqual(shown, ["roster", "supportMachines"]);
        });

        it("never show a secret, nor a field of a row that is one", () => {
            for (const secret of [
                ...stack.outputs.roster.map(({ password }) => String(password)),
                stack.outputs.classKey,
                "secret-of-",
                "private-",
                "password}",
                ".password",
                ".classKey",
            ]) {
                assert.ok(!stack.outputs.readme.includes(secret), secret);
            }
        });
    });

    it("are known to a preview as far as it goes, with no secret shown that is none", async () => {
        const preview = await declareClass({}, { preview: true });
        assert.deepEqual(
            preview.outputs.roster.map(({ lab, user, port }) => [lab, user, port]),
            [
                ["ada", "ubuntu", 22],
                ["grace", "ubuntu", 22],
            ],
        );
    });
});
