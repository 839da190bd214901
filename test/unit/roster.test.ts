import { strict as assert } from "node:assert";
import { ClassInMocks, declareClass } from "./classInMocks";

describe("The outputs of a stack", () => {
    let stack: ClassInMocks;
    before(async () => {
        stack = await declareClass({
            students: ["Ada Lovelace"],
            groups: [{ lab: "Team 1", students: ["Grace", "Marie"] }],
            spares: 1,
        });
    });

    it("are the roster and the class key", () => {
        assert.deepEqual(Object.keys(stack.outputs), ["roster", "classKey"]);
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
            address: "198.18.0.29",
            user: "ubuntu",
            password: "password-of-ada-lovelace-password",
            clusterId: "ada-lovelace-cluster-id",
            hostKey: `ssh-ed25519 AAAA${Buffer.from("ada-lovelace-machine-bootstrap").toString("hex").slice(0, 17)}`,
        });
    });

    it("mask the password and the class key, and nothing else", async () => {
        for (const field of Object.keys(stack.outputs.roster[0] ?? {})) {
            assert.equal(await stack.isSecret(`roster[0].${field}`), field === "password", field);
        }
        assert.equal(await stack.isSecret("classKey"), true);
    });
});
