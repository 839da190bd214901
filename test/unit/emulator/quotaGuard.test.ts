import assert from "node:assert/strict";
import { isStandard, type InstanceTypes } from "../../emulator/gateway/ec2/instanceTypes.ts";
import type { Host, Hosts } from "../../emulator/gateway/hosts.ts";
import type { Moto } from "../../emulator/gateway/moto.ts";
import { QUOTA } from "../../emulator/gateway/quotas/catalogue.ts";
import { QuotaGuard } from "../../emulator/gateway/quotas/guard.ts";
import { ec2Needs, iamNeeds, machineNeeds, type Need } from "../../emulator/gateway/quotas/needs.ts";
import { Quotas } from "../../emulator/gateway/quotas/quotas.ts";
import { usageOf } from "../../emulator/gateway/quotas/usage.ts";
import { formCall } from "./gatewayCalls.ts";

const region = "eu-west-1";
const CPUS: Readonly<Record<string, number>> = {
    "t3.small": 2,
    "m5.xlarge": 4,
    "g4dn.xlarge": 4,
    "m1.small": 1,
};
const types = { vcpus: async (type: string) => CPUS[type] } as unknown as InstanceTypes;

function host(id: string, change: Partial<Host> = {}): Host {
    return {
        id,
        region,
        kind: "instance",
        user: "ubuntu",
        hostname: "h",
        authorizedKeys: [],
        imageId: "ami-1",
        instanceType: "m5.xlarge",
        zone: "eu-west-1a",
        state: "running",
        address: undefined,
        reason: undefined,
        launched: new Date(0),
        ...change,
    };
}

const hostsOf = (all: readonly Host[]): Hosts =>
    ({ list: () => all, get: (id: string) => all.find((one) => one.id === id) }) as unknown as Hosts;
const needed = (needs: readonly Need[]): string[] => needs.map(({ quota, amount }) => `${quota} ${amount}`);

describe("gateway: what quotas count", () => {
    it("standard families are A, C, D, H, I, M, R, T and Z", () => {
        const standard = [
            "a1.medium",
            "c5.xlarge",
            "d3en.large",
            "i4i.large",
            "im4gn.large",
            "is4gen.large",
            "m5.large",
            "m7gd.large",
            "r5.large",
            "t3.small",
            "t4g.small",
            "z1d.large",
        ];
        const other = [
            "dl1.24xlarge",
            "f1.2xlarge",
            "g4dn.xlarge",
            "hpc6a.48xlarge",
            "inf2.xlarge",
            "mac1.metal",
            "p5.48xlarge",
            "trn1.2xlarge",
            "u-6tb1.metal",
            "vt1.3xlarge",
            "x2gd.large",
        ];
        assert.deepEqual(standard.filter(isStandard), standard);
        assert.deepEqual(other.filter(isStandard), []);
    });

    it("machines that run or are about to, of the region and the market", async () => {
        const hosts = hostsOf([
            host("i-1"),
            host("i-2", { state: "pending", instanceType: "t3.small" }),
            host("i-3", { state: "stopped" }),
            host("i-4", { state: "stopping" }),
            host("i-5", { state: "terminated" }),
            host("i-6", { region: "us-east-1" }),
            host("i-7", { spot: true }),
            host("i-8", { instanceType: "g4dn.xlarge" }),
            host("i-9", { kind: "cluster-node" }),
        ]);
        const counted = {
            moto: { ec2: () => undefined } as unknown as Moto,
            hosts,
            types,
            activeClusters: () => 7,
        };
        assert.equal(await usageOf(QUOTA.onDemandVcpus, region, counted), 4 + 2 + 4);
        assert.equal(await usageOf(QUOTA.spotVcpus, region, counted), 4);
        assert.equal(await usageOf(QUOTA.onDemandVcpus, "us-east-1", counted), 4);
        assert.equal(await usageOf(QUOTA.clusters, region, counted), 7);
    });

    it("each call takes what it makes", async () => {
        const hosts = hostsOf([
            host("i-1", { state: "stopped" }),
            host("i-2", { state: "stopped", instanceType: "t3.small" }),
            host("i-3", { state: "running" }),
        ]);
        const needs = async (fields: Record<string, string>) =>
            needed(await ec2Needs(formCall("ec2", fields), types, hosts));
        const run = { Action: "RunInstances", InstanceType: "m5.xlarge", MinCount: "3", MaxCount: "3" };
        assert.deepEqual(await needs(run), [`${QUOTA.onDemandVcpus} 12`, `${QUOTA.interfaces} 3`]);
        assert.deepEqual(await needs({ ...run, "InstanceMarketOptions.MarketType": "spot" }), [
            `${QUOTA.spotVcpus} 12`,
            `${QUOTA.interfaces} 3`,
        ]);
        assert.deepEqual(await needs({ ...run, InstanceType: "g4dn.xlarge" }), [`${QUOTA.interfaces} 3`]);
        assert.deepEqual(
            await needs({
                Action: "StartInstances",
                "InstanceId.1": "i-1",
                "InstanceId.2": "i-2",
                "InstanceId.3": "i-3",
            }),
            [`${QUOTA.onDemandVcpus} 6`],
        );
        assert.deepEqual(await needs({ Action: "CreateVpc" }), [`${QUOTA.vpcs} 1`]);
        assert.deepEqual(await needs({ Action: "CreateVpcEndpoint", VpcEndpointType: "Interface" }), []);
        assert.deepEqual(await needs({ Action: "CreateVpcEndpoint" }), [`${QUOTA.gatewayEndpoints} 1`]);
        assert.deepEqual(await needs({ Action: "DescribeVpcs" }), []);
        assert.deepEqual(needed(iamNeeds(formCall("iam", { Action: "CreateRole" }))), [`${QUOTA.roles} 1`]);
        assert.deepEqual(iamNeeds(formCall("iam", { Action: "CreateUser" })), []);
    });

    describe("and how they are held", () => {
        let used: number;
        let guard: QuotaGuard;
        const quotas = new Quotas();
        const cluster: Need = {
            quota: QUOTA.clusters,
            amount: 1,
            refusal: (limit) => new Error(`only ${limit}`),
        };
        const make = async (): Promise<number> => {
            await new Promise((resolve) => setImmediate(resolve));
            used += 1;
            return used;
        };
        const within = () => guard.within(region, () => [cluster], make);
        beforeEach(() => {
            used = 0;
            quotas.reset();
            quotas.set(QUOTA.clusters, 2);
            guard = new QuotaGuard(quotas, {
                moto: { ec2: () => undefined } as unknown as Moto,
                hosts: hostsOf([]),
                types,
                activeClusters: () => used,
            });
        });

        it("not at all until a test asks for it", async () => {
            for (let count = 1; count <= 4; count += 1) assert.equal(await within(), count);
        });

        it("one after the other: of five at once two are made", async () => {
            guard.enforced = true;
            const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(within));
            assert.deepEqual(
                outcomes.map(({ status }) => status),
                ["fulfilled", "fulfilled", "rejected", "rejected", "rejected"],
            );
            assert.equal(used, 2);
            await assert.rejects(within(), /only 2/);
        });

        it("what fails in the making is in nobody's way", async () => {
            guard.enforced = true;
            await assert.rejects(
                guard.within(
                    region,
                    () => [cluster],
                    () => Promise.reject(new Error("broken")),
                ),
                /broken/,
            );
            assert.equal(await within(), 1);
        });

        it("with AWS's words for machines", async () => {
            const [ondemand] = await machineNeeds(types, "m5.xlarge", 1, false);
            const [spot] = await machineNeeds(types, "m5.xlarge", 1, true);
            assert.match(ondemand?.refusal(5).message ?? "", /current vCPU limit of 5 allows/);
            assert.match(spot?.refusal(5).message ?? "", /^Max spot instance count exceeded$/);
        });
    });
});
