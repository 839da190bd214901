import { strict as assert } from "node:assert";
import { admitsAnybody, cidrProblem } from "../../components/settings/network.ts";
import { declareClass } from "./classInMocks.ts";

describe("A network that people may come from", () => {
    it("in fewer than four numbers is written out as people mean it, never as an address of somebody else's", () => {
        for (const [short, network] of [
            ["130.88/16", "130.88.0.0/16"],
            ["130.88.5/16", "130.88.0.0/16"],
            ["18/8", "18.0.0.0/8"],
            ["193.136.128/20", "193.136.128.0/20"],
        ] as const) {
            assert.match(cidrProblem(short) ?? "", new RegExp(`written out it is ${network}$`));
            assert.equal(cidrProblem(network), undefined);
        }
    });

    it("has four decimal numbers and nothing that another program reads otherwise", () => {
        for (const text of [
            "010.1.2.0/24",
            "0x12.1.2.0/24",
            "18.1.770/16",
            "18..0.0/8",
            "18.0.0.0.0/8",
            "1.2.3.4",
            "300/8",
        ]) {
            assert.equal(cidrProblem(text), "is not a network in CIDR notation", text);
        }
    });
});

describe("Networks that let anybody in", () => {
    const quarters = ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"];
    for (const networks of [
        ["0.0.0.0/0"],
        ["::/0"],
        ["::/1"],
        ["2000::/3"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        quarters,
        [...quarters].reverse(),
        ["0.0.0.0/1"],
        ["130.88.0.0/16", "::/0"],
        Array.from({ length: 128 }, (_, index) => `${index}.0.0.0/8`),
    ]) {
        it(`are as good as everything: ${networks.join(", ").slice(0, 60)}`, () =>
            assert.equal(admitsAnybody(networks), true));
    }

    for (const networks of [
        ["130.88.0.0/16"],
        ["18.0.0.0/8", "19.0.0.0/8"],
        // The same quarter four times is a quarter.
        ["0.0.0.0/2", "0.0.0.0/2", "0.0.0.0/3", "32.0.0.0/3"],
        Array.from({ length: 127 }, (_, index) => `${index}.0.0.0/8`),
        ["2001:630::/32", "2a00::/12"],
        [],
    ]) {
        it(`are not: ${networks.join(", ").slice(0, 60)}`, () =>
            assert.equal(admitsAnybody(networks), false));
    }

    it("want an explicit yes", async () => {
        const allowedSshCidrs = ["0.0.0.0/0", "::/0"];
        await assert.rejects(declareClass({ allowedSshCidrs }), /lets anybody on the internet try passwords/);
        const open = await declareClass({ allowedSshCidrs, allowAnyAddress: true });
        assert.deepEqual(
            open
                .ofType("SecurityGroupIngressRule")
                .filter(({ name }) => name.startsWith("classroom-network-ssh"))
                .map(({ inputs }) => inputs.cidrIpv4 ?? inputs.cidrIpv6),
            allowedSshCidrs,
        );
    });
});
