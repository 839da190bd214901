import { strict as assert } from "node:assert";
import { needOfLabs } from "../../../scripts/operator/spread/need.ts";
import { quotaKeys, quotaOf, vcpuQuota } from "../../../scripts/operator/spread/quotas.ts";
import { declareClass } from "../classInMocks.ts";
import { needWith } from "./quotaStates.ts";

describe("The quota table", () => {
    it("has each quota once", () => {
        const codes = quotaKeys.map((key) => quotaOf(key).code).filter((code) => code !== undefined);
        assert.equal(new Set(codes).size, codes.length);
        assert.ok(codes.every((code) => /^L-[0-9A-F]{8}$/.test(code)));
    });

    for (const [type, onDemand, spot] of [
        ["t3.small", "onDemandStandard", "spotStandard"],
        ["m5.xlarge", "onDemandStandard", "spotStandard"],
        ["im4gn.xlarge", "onDemandStandard", "spotStandard"],
        ["g5.xlarge", "onDemandG", "spotG"],
        ["gr6.4xlarge", "onDemandG", "spotG"],
        ["vt1.3xlarge", "onDemandG", "spotG"],
        ["p3.2xlarge", "onDemandP", "spotP"],
        ["x2gd.xlarge", "onDemandX", "spotX"],
        ["inf2.xlarge", "onDemandInf", "spotInf"],
        ["trn1.2xlarge", "onDemandTrn", "spotTrn"],
        ["dl1.24xlarge", "onDemandDL", "spotDL"],
        ["f1.2xlarge", "onDemandF", "spotF"],
        ["mac1.metal", undefined, undefined],
        ["hpc7g.4xlarge", undefined, undefined],
        ["u-3tb1.56xlarge", undefined, undefined],
    ] as const) {
        it(`counts ${type} against ${onDemand ?? "nothing that is known"}`, () =>
            assert.deepEqual([vcpuQuota(type, "onDemand"), vcpuQuota(type, "spot")], [onDemand, spot]));
    }
});

describe("What a class needs of quotas", () => {
    it("is, with the defaults, 18 vCPUs a lab, and a cluster with its disks", () =>
        assert.deepEqual(needWith(), {
            lab: {
                onDemandStandard: 18,
                networkInterfaces: 5,
                securityGroups: 2,
                gp3: (16 + 4 * 15) / 1024,
                gp2: (4 * 64) / 1024,
                clusters: 1,
                keyPairs: 1,
                roles: 1,
                instanceProfiles: 1,
                users: 0,
            },
            stack: {
                vpcs: 1,
                internetGateways: 1,
                gatewayEndpoints: 1,
                securityGroups: 2,
                keyPairs: 1,
                roles: 1,
            },
        }));

    it("is Spot for core nodes alone where they are Spot, and of the type's own quota", () => {
        const { lab } = needWith({ clusterSpot: "0.15", clusterInstanceType: "g5.xlarge" });
        assert.deepEqual(
            [lab.onDemandStandard, lab.onDemandG, lab.spotG, lab.spotStandard],
            [2, 4, 12, undefined],
        );
    });

    it("is no data disk where the nodes have disks of their own", () =>
        assert.equal(needWith({ clusterInstanceType: "m5d.xlarge" }).lab.gp2, undefined));

    it("is a machine's alone without clusters", () =>
        assert.deepEqual(needWith({ clusters: "off" }).lab, {
            onDemandStandard: 2,
            networkInterfaces: 1,
            securityGroups: 1,
            gp3: 16 / 1024,
            roles: 1,
            instanceProfiles: 1,
            users: 0,
        }));

    it("is the same with the power off: the class must be able to come back", () =>
        assert.deepEqual(needWith({ power: "off" }), needWith()));

    it("grows with the labs, the stack's part stays", () => {
        const need = needOfLabs(needWith({ supportMachines: ["git"] }), 20);
        assert.deepEqual(
            [need.onDemandStandard, need.vpcs, need.roles, need.securityGroups],
            [362, 1, 22, 43],
        );
    });

    it("is refused for types of which nobody knows the quota or the vCPUs", () => {
        assert.throws(() => needWith({ instanceType: "mac1.metal" }), /mac1\.metal counts against a quota/);
        assert.throws(() => needWith({ instanceType: "t3.nano" }), /vCPUs of t3\.nano was not looked up/);
    });

    for (const changes of [
        {},
        { isolation: "class", studentCredentials: "access-key" },
        {
            studentCredentials: "access-key",
            supportMachines: ["demo", "git"],
            endsAt: "2097-07-25T18:00:00+01:00",
        },
        { clusters: "off", spares: 2 },
        { supportMachines: ["git"], supportPorts: [8080], sshPorts: [443, 22] },
        {
            isolation: "class",
            nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
            clusterInstanceCount: 1,
        },
    ]) {
        it(`is what the program declares: ${JSON.stringify(changes)}`, async () => {
            const declared = await declareClass(changes);
            const labs = 2 + Number((changes as { spares?: number }).spares ?? 0);
            const need = needOfLabs(needWith(changes), labs);
            const machines = declared.ofType("aws:ec2/instance:Instance");
            const clusters = declared.ofType("aws:emr/cluster:Cluster");
            const nodes = clusters.reduce((sum, { inputs }) => {
                const core = inputs.coreInstanceGroup as { instanceCount: number } | undefined;
                return sum + 1 + (core?.instanceCount ?? 0);
            }, 0);
            const gib = machines.map(
                ({ inputs }) => (inputs.rootBlockDevice as { volumeSize: number }).volumeSize,
            );
            assert.deepEqual(
                {
                    vpcs: need.vpcs,
                    internetGateways: need.internetGateways,
                    gatewayEndpoints: need.gatewayEndpoints,
                    // EC2 makes one with the VPC.
                    securityGroups: (need.securityGroups ?? 0) - 1,
                    keyPairs: need.keyPairs,
                    roles: need.roles,
                    instanceProfiles: need.instanceProfiles,
                    users: need.users ?? 0,
                    clusters: need.clusters ?? 0,
                    networkInterfaces: need.networkInterfaces,
                    onDemandStandard: need.onDemandStandard,
                    gib: Math.round((need.gp3 ?? 0) * 1024),
                },
                {
                    vpcs: declared.ofType("aws:ec2/vpc:Vpc").length,
                    internetGateways: declared.ofType("aws:ec2/internetGateway:InternetGateway").length,
                    gatewayEndpoints: declared.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").length,
                    securityGroups: declared.ofType("aws:ec2/securityGroup:SecurityGroup").length,
                    keyPairs: declared.ofType("aws:ec2/keyPair:KeyPair").length,
                    roles: declared.ofType("aws:iam/role:Role").length,
                    instanceProfiles: declared.ofType("aws:iam/instanceProfile:InstanceProfile").length,
                    users: declared.ofType("aws:iam/user:User").length,
                    clusters: clusters.length,
                    networkInterfaces: machines.length + nodes,
                    onDemandStandard: 2 * machines.length + 4 * nodes,
                    gib: gib.reduce((sum, one) => sum + one, 0) + 15 * nodes,
                },
            );
        });
    }
});
