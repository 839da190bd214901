import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { LabFailures } from "../../components/failures/labFailures.ts";
import { Leftovers } from "../../components/failures/leftovers.ts";
// Teaches Pulumi's mocks error hooks.
import "./classInMocks.ts";

const args = (changes: Partial<pulumi.ErrorHookArgs> = {}): pulumi.ErrorHookArgs => ({
    urn: "urn:pulumi:eu-west-1::student-labs::aws:ec2/subnet:Subnet::classroom-network-subnet",
    id: "",
    name: "classroom-network-subnet",
    type: "aws:ec2/subnet:Subnet",
    newInputs: { vpcId: "vpc-1", cidrBlock: "10.20.0.0/20" },
    failedOperation: "create",
    errors: ["creating EC2 Subnet: api error InvalidSubnet.Conflict: The CIDR conflicts with another subnet"],
    ...changes,
});

describe("What a killed run left behind", () => {
    before(() =>
        pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) }),
    );

    // Were AWS asked in any of these, the test would fail for want of credentials and of a network.
    const others: readonly (readonly [string, Partial<pulumi.ErrorHookArgs>])[] = [
        ["another error", { errors: ["SubnetLimitExceeded: 200 subnets"] }],
        ["an older error of the same creation", { errors: ["Throttling", "InvalidSubnet.Conflict"] }],
        ["an update", { failedOperation: "update" }],
        ["a delete", { failedOperation: "delete" }],
        ["a type of which there may be many", { type: "aws:ec2/securityGroup:SecurityGroup" }],
        ["a fourth attempt", { errors: Array<string>(4).fill("InvalidSubnet.Conflict") }],
    ];
    for (const [why, changes] of others) {
        it(`is left alone after ${why}`, async () =>
            assert.equal(await new Leftovers("eu-west-1").makeWay(args(changes)), false));
    }

    const told = async (makeWay: () => Promise<boolean>) => {
        const failures = new LabFailures("ada", { makeWay });
        const again = await failures.hooks.onError?.[0]?.callback(args());
        return { again, reason: failures.reason };
    };

    it("is taken away, the resource is made once more, and nobody hears of it", async () =>
        assert.deepEqual(await told(() => Promise.resolve(true)), { again: true, reason: "" }));

    it("is told of where it cannot be taken away, with both reasons and what to do", async () =>
        assert.deepEqual(await told(() => Promise.reject(new Error("AccessDenied: ec2:DeleteSubnet"))), {
            again: false,
            reason:
                "classroom-network-subnet: creating EC2 Subnet: api error InvalidSubnet.Conflict: The CIDR conflicts with " +
                "another subnet; it is there already and could not be taken out of the way: AccessDenied: ec2:DeleteSubnet",
        }));
});
