import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { newStackFile, stackFileName } from "../../../scripts/operator/stackFiles/newStack.ts";
import { parseStackFile, type StackFile } from "../../../scripts/operator/stackFiles/stackFile.ts";

const root = path.join(import.meta.dirname, "..", "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const project = { name: "student-labs" };

const stack = (text: string, name = "eu-west-1"): StackFile => ({
    stack: name,
    file: `Pulumi.${name}.yaml`,
    text,
});

describe("A new stack file", () => {
    const pattern = stack(
        [
            "# Ours",
            "encryptionsalt: v1:salt",
            "config:",
            "  aws:region: eu-west-1 # pinned",
            "  student-labs:zone: eu-west-1a",
            "  student-labs:emrRelease: emr-7.12.0 # the last one that we tried",
            "  student-labs:students: [Ada]",
            "  student-labs:amiId: ami-0123456789abcdef0",
            "  student-labs:allowedSshCidrs: [130.88.0.0/16]",
            "  student-labs:operatorPublicKeys:",
            "    - secure: v1:abc",
            "secretsprovider: passphrase",
            "",
        ].join("\n"),
    );

    it("has what the class has in common, and nothing that is another region's own", () =>
        assert.deepEqual(newStackFile("ap-south-1", "ap-south-1", pattern, project, "ap-south-1b"), {
            file: {
                stack: "ap-south-1",
                file: "Pulumi.ap-south-1.yaml",
                text: [
                    "# Ours",
                    "config:",
                    "  aws:region: ap-south-1 # pinned",
                    "  student-labs:zone: ap-south-1b",
                    "  student-labs:emrRelease: emr-7.12.0 # the last one that we tried",
                    "  student-labs:allowedSshCidrs: [130.88.0.0/16]",
                    "",
                ].join("\n"),
            },
            left: ["student-labs:operatorPublicKeys"],
        }));

    for (const name of ["eu-west-1", "us-east-1", "sa-east-1"]) {
        it(`after ${name}'s is the one that lies here for another region`, () => {
            const from = stack(read(`Pulumi.${name}.yaml`), name);
            for (const other of ["eu-west-1", "us-east-1", "sa-east-1"]) {
                assert.equal(
                    newStackFile(other, other, from, project, `${other}a`).file.text,
                    read(`Pulumi.${other}.yaml`),
                );
            }
        });
    }

    it("is there also where no stack file is", () => {
        const { file } = newStackFile("eu-west-1", "eu-west-1", undefined, project, "eu-west-1a");
        const settings = [...parseStackFile(file, project)].map(([key]) => key);
        assert.deepEqual(
            settings.sort(),
            [...parseStackFile(stack(read("Pulumi.eu-west-1.yaml")), project)].map(([key]) => key).sort(),
        );
    });

    it("is called as Pulumi calls it", () => {
        assert.equal(stackFileName("eu-west-1"), "Pulumi.eu-west-1.yaml");
        assert.equal(stackFileName("org/dev", "Pulumi.yml"), "Pulumi.org-dev.yml");
    });
});
