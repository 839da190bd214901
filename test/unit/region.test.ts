import { strict as assert } from "node:assert";
import { chooseZone, isArm } from "../../components/preflight/region.ts";
import { declareClass } from "./classInMocks.ts";

describe("The zone of a class", () => {
    const offered = new Map([
        ["t3.small", ["us-east-1b", "us-east-1a", "us-east-1c"]],
        ["m5.xlarge", ["us-east-1c", "us-east-1b"]],
    ]);

    it("is the first that offers both instance types", () =>
        assert.equal(chooseZone(offered, ""), "us-east-1b"));

    it("is the one that is asked for, if it offers them", () => {
        assert.equal(chooseZone(offered, "us-east-1c"), "us-east-1c");
        assert.throws(
            () => chooseZone(offered, "us-east-1a"),
            /zone: "us-east-1a" does not offer all instance types.*\n.*\n {2}t3.small: us-east-1a, us-east-1b, us-east-1c\n {2}m5.xlarge: us-east-1b, us-east-1c\nWrite zone: us-east-1b\./,
        );
    });

    it("does not exist where a type is not offered at all, and the complaint names the type", () => {
        assert.throws(
            () => chooseZone(new Map([["m7a.xlarge", []]]), ""),
            /No zone of this region offers(.|\n)*m7a.xlarge: no zone of this region\nChoose another instanceType/,
        );
    });
});

describe("The image of a machine", () => {
    it("fits its processors", () => {
        for (const type of ["t4g.small", "m7gd.large", "a1.medium", "x2gd.large", "im4gn.large"]) {
            assert.equal(isArm(type), true, type);
        }
        for (const type of ["t3.small", "m5.xlarge", "g4dn.xlarge", "m7a.large", "g6.xlarge"]) {
            assert.equal(isArm(type), false, type);
        }
    });

    it("is Canonical's newest, or the one that is asked for", async () => {
        const ami = async (changes: object) =>
            (await declareClass({ ...changes })).the("ada-machine-instance", "Instance").inputs.ami;
        assert.equal(await ami({}), "ami-intel");
        assert.equal(await ami({ instanceType: "t4g.small" }), "ami-arm");
        assert.equal(await ami({ amiId: "ami-0123456789abcdef0" }), "ami-0123456789abcdef0");
    });
});
