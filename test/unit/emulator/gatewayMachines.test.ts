import assert from "node:assert/strict";
import { CpuCredits } from "../../emulator/gateway/ec2/cpuCredits.ts";
import { xmlAnswer } from "../../emulator/gateway/errors.ts";
import { Faults } from "../../emulator/gateway/faults.ts";
import { Hosts, type HostPlan } from "../../emulator/gateway/hosts.ts";
import { IamService } from "../../emulator/gateway/iam/service.ts";
import type { AddressPool } from "../../emulator/machines/addresses.ts";
import type { MachineSupervisor } from "../../emulator/machines/machines.ts";
import { formCall } from "./gatewayCalls.ts";

const plan: HostPlan = {
    id: "i-1",
    region: "eu-west-1",
    kind: "instance",
    user: "ubuntu",
    hostname: "ada",
    authorizedKeys: [],
    imageId: "ami-1",
    instanceType: "t3.small",
    zone: "eu-west-1a",
};

/** Addresses, as many as there are left. */
class FewAddresses implements AddressPool {
    readonly free: string[];
    constructor(...free: string[]) {
        this.free = free;
    }
    take(): Promise<string> {
        const address = this.free.shift();
        return address === undefined
            ? Promise.reject(new Error("No address is left"))
            : Promise.resolve(address);
    }
    release(address: string): Promise<void> {
        this.free.push(address);
        return Promise.resolve();
    }
    close(): Promise<void> {
        return Promise.resolve();
    }
}

/** Machines that do what they are told, and are not there. */
function machines(): MachineSupervisor {
    const done = () => Promise.resolve();
    return { boot: done, stop: done, start: done, terminate: done, status: () => "running" } as never;
}

describe("gateway: a machine for which no address is left", () => {
    const lines: string[] = [];
    const hostsWith = (addresses: AddressPool, down: () => Promise<void> = () => Promise.resolve()) => {
        const hosts = new Hosts(machines(), addresses, new Faults(), (line) => lines.push(line));
        hosts.attach("http://127.0.0.1:9", { up: () => Promise.resolve(), down });
        return hosts;
    };

    it("is not pending for ever: its launch fails", async () => {
        const { host, done } = hostsWith(new FewAddresses()).launch(plan, "ec2:RunInstances");
        await done;
        assert.deepEqual([host.state, host.address], ["terminated", undefined]);
        assert.match(host.reason?.message ?? "", /^Server\.InternalError: .*No address is left/);
    });

    it("is stopped again after a start, with the reason, and starts once there is one", async () => {
        const addresses = new FewAddresses("127.0.1.10");
        const hosts = hostsWith(addresses);
        const { host, done } = hosts.launch(plan, "ec2:RunInstances");
        await done;
        await hosts.stop(host);
        await hosts.start(host);
        assert.equal(host.state, "stopped");
        assert.match(host.reason?.message ?? "", /No address is left/);
        addresses.free.push("127.0.1.11");
        await hosts.start(host);
        // Never the former address, which is free again now.
        assert.deepEqual(
            [host.state, host.address, host.reason, addresses.free],
            ["running", "127.0.1.11", undefined, ["127.0.1.10"]],
        );
    });

    it("is stopped even where clearing up after it fails as well", async () => {
        const hosts = hostsWith(new FewAddresses("127.0.1.10"), () => Promise.reject(new Error("no")));
        const { host, done } = hosts.launch(plan, "ec2:RunInstances");
        await done;
        host.state = "stopped";
        await hosts.start(host);
        assert.equal(host.state, "stopped");
    });
});

describe("gateway: passwords of users for single services", () => {
    const iam = (status: number) => {
        const asked: unknown[] = [];
        const moto = {
            forward: (_call: unknown, form: unknown) => {
                asked.push(form);
                return Promise.resolve({ ...xmlAnswer("<GetUserResponse/>"), status });
            },
        };
        const roles = { settle: () => Promise.resolve() };
        const service = new IamService(moto as never, {} as never, {} as never, {} as never, roles as never);
        const call = formCall("iam", {
            Action: "ListServiceSpecificCredentials",
            Version: "2010-05-08",
            UserName: "ada",
        });
        return { answer: () => service.handle(call), asked };
    };

    it("are none, so that a user can be deleted at once", async () => {
        const { answer, asked } = iam(200);
        const { status, body } = await answer();
        assert.equal(status, 200);
        assert.match(body.toString(), /<ServiceSpecificCredentials(\/>|><\/ServiceSpecificCredentials>)/);
        assert.deepEqual(asked, [{ Action: "GetUser", Version: "2010-05-08", UserName: "ada" }]);
    });

    it("are not told of a user that there is not", async () =>
        assert.equal((await iam(404).answer()).status, 404));
});

describe("gateway: CPU credits", () => {
    const ec2Call = (params: Record<string, string>) => formCall("ec2", params);
    const creditsOf = async (instanceType: string) => {
        const hosts = new Hosts(machines(), new FewAddresses("127.0.1.10"), new Faults(), () => undefined);
        hosts.attach("http://127.0.0.1:9", {
            up: () => Promise.resolve(),
            down: () => Promise.resolve(),
        });
        await hosts.launch({ ...plan, instanceType }, "ec2:RunInstances").done;
        const credits = new CpuCredits(hosts);
        const told = () =>
            /<cpuCredits>(.*?)<\/cpuCredits>/.exec(
                String(
                    credits.describe(
                        ec2Call({ Action: "DescribeInstanceCreditSpecifications", "InstanceId.1": "i-1" }),
                    ).body,
                ),
            )?.[1];
        const modify = (choice: string) =>
            credits.modify(
                ec2Call({
                    Action: "ModifyInstanceCreditSpecification",
                    "InstanceCreditSpecification.1.InstanceId": "i-1",
                    "InstanceCreditSpecification.1.CpuCredits": choice,
                }),
            );
        return { credits, told, modify };
    };

    for (const [type, usual] of [
        ["t2.micro", "standard"],
        ["t3.small", "unlimited"],
        ["t4g.small", "unlimited"],
    ] as const) {
        it(`are the type's own where nobody asked: ${type} is ${usual}`, async () =>
            assert.equal((await creditsOf(type)).told(), usual));
    }

    it("are what the launch asked for, until they are changed in place", async () => {
        const { credits, told, modify } = await creditsOf("t3.small");
        credits.launched(
            ec2Call({ Action: "RunInstances", "CreditSpecification.CpuCredits": "standard" }),
            "i-1",
        );
        assert.equal(told(), "standard");
        modify("unlimited");
        assert.equal(told(), "unlimited");
    });

    it("are not chosen in other words, nor for a type that has none", async () => {
        const { modify } = await creditsOf("t3.small");
        assert.throws(() => modify("endless"), { code: "InvalidParameterValue" });
        const { modify: never, told } = await creditsOf("m5.large");
        assert.throws(() => never("standard"), { code: "InstanceCreditSpecification.NotSupported" });
        assert.throws(told, { code: "InstanceCreditSpecification.NotSupported" });
    });
});
