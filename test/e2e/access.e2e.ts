/** How people reach the machines of a class without EMR: ports, names, keys, groups, spares and support machines. */
import {
    DescribeInstancesCommand,
    DescribeSecurityGroupRulesCommand,
    DescribeSecurityGroupsCommand,
    EC2Client,
} from "@aws-sdk/client-ec2";
import {
    CreateHostedZoneCommand,
    ListHostedZonesCommand,
    ListResourceRecordSetsCommand,
    Route53Client,
} from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { Client } from "ssh2";
import type { Row } from "../demo/pocketClass.ts";
import { deeds, LiveClass, needsHosts, passwordLogin } from "./liveClass.ts";
import { mayLogIn, ssh } from "./ssh.ts";
import { newKey } from "../emulator/machines/newKey.ts";

const zone = "labs.university.edu";

/** The machines that support the class, as the output of the stack has them. */
interface SupportRow extends Omit<Row, "lab" | "students" | "clusterId"> {
    readonly machine: string;
}

describe("ways into the machines", () => {
    let live: LiveClass;
    let team: Row;
    let demo: SupportRow;

    before(async function () {
        await needsHosts(this);
        live = await LiveClass.start("e2e-access", {
            groups: [{ lab: "Équipe 1", students: ["Ada Lovelace", "Grace Hopper"] }],
            spares: 1,
            supportMachines: ["Demo"],
            clusters: "off",
            sshPorts: [443, 22],
            dnsZone: zone,
            allowedSshCidrs: ["127.0.0.0/8", "2001:630::/32"],
            pipPackages: ["boto3"],
        });
        await live
            .aws(Route53Client)
            .send(new CreateHostedZoneCommand({ Name: zone, CallerReference: "e2e" }));
        await live.up();
        await look();
    });

    after(async () => {
        await live?.cloud.stop();
    });

    async function look(): Promise<void> {
        team = await live.row("equipe-1");
        const outputs = await live.stack.outputs(true);
        [demo] = outputs.supportMachines as [SupportRow];
    }
    const all = async () => [
        ...(await live.roster()),
        { ...demo, lab: demo.machine, students: [], clusterId: "" },
    ];
    async function records(): Promise<Map<string, string>> {
        const route53 = live.aws(Route53Client);
        const { HostedZones } = await route53.send(new ListHostedZonesCommand({}));
        const { ResourceRecordSets = [] } = await route53.send(
            new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones?.[0]?.Id }),
        );
        return new Map(
            ResourceRecordSets.filter(({ Type }) => Type === "A").map(
                ({ Name = "", ResourceRecords }): [string, string] => [
                    Name.replace(/\.$/, ""),
                    ResourceRecords?.map(({ Value }) => Value).join() ?? "",
                ],
            ),
        );
    }

    it("groups and spares are in the roster under names that are host names, support machines are not", async () => {
        const roster = await live.roster();
        assert.deepEqual(
            roster.map(({ lab, students, clusterId }) => ({ lab, students, clusterId })),
            [
                { lab: "equipe-1", students: ["Ada Lovelace", "Grace Hopper"], clusterId: "" },
                { lab: "spare-01", students: [], clusterId: "" },
            ],
        );
        assert.deepEqual(demo.machine, "demo");
        for (const row of await all()) {
            const { stdout } = await ssh(
                { ...passwordLogin(row), port: 443 },
                "hostname; ls ~/course | grep -c README.txt",
            );
            assert.deepEqual(stdout.trim().split("\n"), [row.lab, "1"]);
        }
    });

    it("sshd listens on 443 from the first boot: bootstrap itself came through it", async () => {
        const { stdout } = await live.stack.command([
            "stack",
            "export",
            "--show-secrets",
            "--stack",
            live.stack.stack,
        ]);
        assert.deepEqual(
            [...stdout.matchAll(/\\"port\\":(\d+)/g)].map(([, port]) => port),
            Array.from({ length: 6 }, () => "443"),
            "the connection of each machine's command, as input and as output",
        );
        for (const row of await all()) {
            assert.equal(row.port, 443);
            for (const port of [443, 22]) {
                assert.ok(await mayLogIn({ ...passwordLogin(row), port }), `${row.lab} ${port}`);
            }
        }
    });

    it("the roster has the key that the machine shows", async () => {
        for (const row of await all()) {
            const shown = await hostKeyOf(row);
            assert.equal(row.hostKey, `ssh-ed25519 ${shown.toString("base64")}`, row.lab);
        }
    });

    it("each allowed network reaches each port, IPv4 and IPv6, and nobody else any", async () => {
        const ec2 = live.aws(EC2Client);
        const { SecurityGroups = [] } = await ec2.send(
            new DescribeSecurityGroupsCommand({
                Filters: [{ Name: "description", Values: ["Machines of the labs: SSH from the class room"] }],
            }),
        );
        const { SecurityGroupRules = [] } = await ec2.send(
            new DescribeSecurityGroupRulesCommand({
                Filters: [{ Name: "group-id", Values: [SecurityGroups[0]?.GroupId ?? ""] }],
            }),
        );
        assert.deepEqual(
            SecurityGroupRules.filter(({ IsEgress }) => IsEgress !== true)
                .map(({ IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6 }) =>
                    [IpProtocol, FromPort, ToPort, CidrIpv4 ?? CidrIpv6].join(" "),
                )
                .sort(),
            [
                "tcp 22 22 127.0.0.0/8",
                "tcp 22 22 2001:630::/32",
                "tcp 443 443 127.0.0.0/8",
                "tcp 443 443 2001:630::/32",
            ],
        );
        // No other group of the machines has a rule that lets in.
        const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
        const machines = Reservations.flatMap(({ Instances = [] }) => Instances);
        assert.equal(machines.length, 3);
        for (const { SecurityGroups: groups = [], Ipv6Address } of machines) {
            assert.equal(groups.length, 2);
            assert.match(Ipv6Address ?? "", /^[0-9a-f:]{16,}$/);
        }
    });

    it("a machine that supports the class is told by tag and profile, and may read the course archive alone", async () => {
        const { Reservations = [] } = await live
            .aws(EC2Client)
            .send(new DescribeInstancesCommand({ Filters: [{ Name: "tag-key", Values: ["Support"] }] }));
        const found = Reservations.flatMap(({ Instances = [] }) => Instances);
        assert.deepEqual(
            found.map(({ PublicIpAddress, Tags, IamInstanceProfile }) => [
                PublicIpAddress,
                Tags?.find(({ Key }) => Key === "Support")?.Value,
                IamInstanceProfile?.Arn?.replace(/^.*\/|-[0-9a-f]{7}$/g, ""),
            ]),
            [[demo.address, "demo", "student-labs-eu-west-1-support-demo"]],
        );
        const program = `
import boto3
from botocore.exceptions import ClientError
s3, emr = boto3.client("s3"), boto3.client("emr")
bucket = "${await live.scratchBucket()}"
for call in (lambda: s3.get_object(Bucket=bucket, Key="course/archive.tar.gz"),
             lambda: s3.list_objects_v2(Bucket=bucket),
             lambda: s3.put_object(Bucket=bucket, Key="labs/equipe-1/x", Body=b""),
             lambda: emr.list_clusters()):
    try:
        call()
        print("ok")
    except ClientError as error:
        print(error.response["Error"]["Code"])
`;
        const { stdout } = await ssh(
            { host: demo.address, username: demo.user, password: demo.password },
            "python -",
            program,
        );
        assert.deepEqual(stdout.trim().split("\n"), [
            "ok",
            "AccessDenied",
            "AccessDenied",
            "AccessDeniedException",
        ]);
    });

    it("every machine has a name in the zone, and the roster tells it", async () => {
        const expected = (await all()).map(({ lab, address }): [string, string] => [
            `${lab}.eu-west-1.${zone}`,
            address,
        ]);
        assert.deepEqual(
            (await all()).map(({ dnsName }) => dnsName),
            expected.map(([name]) => name),
        );
        assert.deepEqual(new Map([...(await records())].sort()), new Map(expected.sort()));
    });

    it("an agent with many keys does not use up the attempts, and wrong passwords lock nobody out", async () => {
        const keys = Array.from({ length: 12 }, newKey);
        assert.ok(
            await logsInAfter(
                team,
                keys.map((key) => key.private),
            ),
        );
        for (let attempt = 0; attempt < 3; attempt += 1) {
            assert.equal(await mayLogIn({ ...passwordLogin(team), password: `wrong-${attempt}` }), false);
        }
        assert.ok(await mayLogIn(passwordLogin(team)));
    });

    it("a key of the operator's own is installed in place, and taken away again with the setting", async () => {
        const own = newKey();
        const way = { host: team.address, username: team.user, privateKey: own.private };
        assert.equal(await mayLogIn(way), false);
        await live.set({ operatorPublicKeys: [`${own.public} teacher@laptop`] });
        const again = ["demo", "equipe-1", "spare-01"].map(
            (machine) => `update command:remote:Command ${machine}-machine-bootstrap`,
        );
        assert.deepEqual(deeds(await live.up()), again);
        assert.ok(await mayLogIn(way));
        await live.set({ operatorPublicKeys: undefined });
        assert.deepEqual(deeds(await live.up()), again);
        assert.equal(await mayLogIn(way), false);
        assert.ok(await mayLogIn(await live.classKeyLogin(team)));
    });

    it("names stay when addresses change: the records follow after a night", async () => {
        const before = team;
        await live.set({ power: "off" });
        await live.up();
        assert.deepEqual(
            await records(),
            new Map(),
            "no record leads to an address that is somebody else's by now",
        );
        await look();
        assert.deepEqual([team.address, team.dnsName], ["", before.dnsName]);
        await live.set({ power: "on" });
        await live.up();
        await look();
        assert.notEqual(team.address, before.address);
        assert.deepEqual(
            { ...team, address: "" },
            { ...before, address: "" },
            "name, IPv6 address, password and host key stay",
        );
        assert.equal((await records()).get(team.dnsName), team.address);
        assert.ok(await mayLogIn({ ...passwordLogin(team), port: 443 }));
    });
});

/** The Ed25519 host key of a machine. */
function hostKeyOf({ address, port }: Pick<Row, "address" | "port">): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.on("error", reject);
        client.connect({
            host: address,
            port,
            username: "nobody",
            algorithms: { serverHostKey: ["ssh-ed25519"] },
            hostVerifier: (key: Buffer) => {
                resolve(key);
                client.removeAllListeners("error").on("error", () => undefined);
                return false;
            },
        });
    });
}

/** Whether the password is still taken after the server has refused these keys. */
function logsInAfter(row: Row, privateKeys: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
        const client = new Client();
        const left = [...privateKeys];
        client.on("ready", () => {
            client.end();
            resolve(true);
        });
        client.on("error", () => resolve(false));
        client.connect({
            host: row.address,
            port: 22,
            username: row.user,
            authHandler: () => {
                const key = left.shift();
                return key === undefined
                    ? { type: "password", username: row.user, password: row.password }
                    : { type: "publickey", username: row.user, key };
            },
        });
    });
}
