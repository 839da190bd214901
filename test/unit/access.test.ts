import { strict as assert } from "node:assert";
import { cloudConfigIn } from "../emulator/machines/machines.ts";
import {
    type ClassInMocks,
    declareClass,
    type Registered,
    registeredSoFar,
    type Secret,
    valuesOf,
} from "./classInMocks.ts";
import { addressOf } from "./mockCloud.ts";

const portOf = (command: Registered) =>
    ((command.inputs.connection as Secret).secret as { port: number }).port;

/** Rules of the machines' group: network and port. */
const rulesOf = (stack: ClassInMocks) =>
    stack
        .ofType("SecurityGroupIngressRule")
        .filter(({ inputs }) => inputs.securityGroupId === "classroom-network-machines-id")
        .map(({ name, inputs }) => [
            name,
            inputs.cidrIpv4 ?? inputs.cidrIpv6,
            inputs.ipProtocol,
            inputs.fromPort,
            inputs.toPort,
        ]);

describe("The ports of SSH", () => {
    let both: ClassInMocks;
    before(async () => {
        both = await declareClass({
            sshPorts: [443, 22],
            allowedSshCidrs: ["130.88.0.0/16", "2001:630::/32"],
        });
    });

    it("are each open to each allowed network and to nobody else", () => {
        assert.deepEqual(rulesOf(both), [
            ["classroom-network-ssh-22-130.88.0.0/16", "130.88.0.0/16", "tcp", 22, 22],
            ["classroom-network-ssh-22-2001:630::/32", "2001:630::/32", "tcp", 22, 22],
            ["classroom-network-ssh-443-130.88.0.0/16", "130.88.0.0/16", "tcp", 443, 443],
            ["classroom-network-ssh-443-2001:630::/32", "2001:630::/32", "tcp", 443, 443],
        ]);
    });

    it("are known to machines from the first boot, since the operator's network may block 22 as well", () => {
        const { userData } = both.the("ada-machine-instance", "Instance").inputs;
        const config = cloudConfigIn((userData as Secret).secret as string);
        assert.deepEqual(config?.write_files, [
            {
                path: "/etc/ssh/sshd_config.d/10-student-labs.conf",
                content: "HostKey /etc/ssh/ssh_host_ed25519_key\nPort 443\nPort 22\n",
            },
        ]);
        assert.deepEqual(config?.runcmd, [
            ["systemctl", "daemon-reload"],
            ["systemctl", "restart", "ssh.socket"],
            ["systemctl", "restart", "ssh"],
        ]);
    });

    it("need nothing of the kind where they are 22 alone, which is sshd's own", async () => {
        const usual = await declareClass();
        const { userData } = usual.the("ada-machine-instance", "Instance").inputs;
        const config = cloudConfigIn((userData as Secret).secret as string);
        assert.deepEqual(
            [config?.write_files?.map(({ content }) => content), config?.runcmd],
            [["HostKey /etc/ssh/ssh_host_ed25519_key\n"], undefined],
        );
    });

    it("are used by their first: for both commands and in the roster", () => {
        assert.deepEqual(
            both.ofType("Command").map((command) => portOf(command)),
            [443, 443, 443, 443],
        );
        assert.deepEqual(
            both.outputs.roster.map(({ port }) => port),
            [443, 443],
        );
    });

    it("reach bootstrap, which makes sshd listen", () => {
        assert.ok(valuesOf(both.the("ada-machine-bootstrap", "Command")).includes("LAB_SSH_PORTS='443 22'"));
    });

    it("never touch a machine that runs, for which user data is ignored", () => {
        assert.ok(both.the("ada-machine-instance", "Instance").ignoreChanges.includes("userData"));
    });

    it("do not open the clusters' nodes, which only machines reach", () => {
        const nodes = both
            .ofType("SecurityGroupIngressRule")
            .filter(({ inputs }) => inputs.securityGroupId !== "classroom-network-machines-id");
        assert.deepEqual(
            nodes.map(({ inputs }) => [
                inputs.referencedSecurityGroupId,
                inputs.fromPort,
                inputs.cidrIpv4 ?? inputs.cidrIpv6,
            ]),
            [
                ["ada-machine-group-id", 22, undefined],
                ["grace-machine-group-id", 22, undefined],
            ],
        );
    });
});

describe("A zone for names", () => {
    const dnsZone = "labs.university.edu";
    let named: ClassInMocks;
    before(async () => {
        named = await declareClass({ dnsZone, supportMachines: ["demo"] });
    });

    it("gives every machine a record that follows its address within a minute", () => {
        assert.deepEqual(
            named.ofType("aws:route53/record:Record").map(({ name, inputs }) => [name, inputs]),
            ["ada", "grace", "demo"].map((lab) => [
                `${lab}-machine-dns-a`,
                {
                    zoneId: "zone-of-labs.university.edu",
                    name: `${lab}.eu-west-1.labs.university.edu`,
                    type: "A",
                    ttl: 60,
                    records: [addressOf(`${lab}-machine-instance`)],
                },
            ]),
        );
    });

    it("has the stack in its names, since the same lab is in several regions", () => {
        assert.deepEqual(
            [...named.outputs.roster, ...named.outputs.supportMachines].map(({ dnsName }) => dnsName),
            [
                "ada.eu-west-1.labs.university.edu",
                "grace.eu-west-1.labs.university.edu",
                "demo.eu-west-1.labs.university.edu",
            ],
        );
    });

    it("shows the names also while the power is off, with no record that would point at somebody else", async () => {
        const off = await declareClass({ dnsZone, power: "off" });
        assert.equal(off.ofType("aws:route53/record:Record").length, 0);
        assert.deepEqual(
            off.outputs.roster.map(({ dnsName, address }) => [dnsName, address]),
            [
                ["ada.eu-west-1.labs.university.edu", ""],
                ["grace.eu-west-1.labs.university.edu", ""],
            ],
        );
    });

    it("that is not there is refused before anything is declared", async () => {
        await assert.rejects(declareClass({ dnsZone: "missing.university.edu" }), (error: Error) => {
            assert.match(
                error.message,
                /nothing was created or changed\.\n {2}dnsZone: "missing\.university\.edu" cannot be used: no matching Route 53 Hosted Zone found\. Write the name of a public hosted zone/,
            );
            return true;
        });
        assert.equal(registeredSoFar(), 0);
    });

    it("changes nothing else", async () => {
        const without = await declareClass({ supportMachines: ["demo"] });
        const others = (stack: ClassInMocks) =>
            stack.resources.filter(({ type }) => !/Record$/.test(type)).map((one) => JSON.stringify(one));
        assert.deepEqual(others(named).sort(), others(without).sort());
    });
});
