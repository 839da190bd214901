/** Who students are for AWS: both isolations, both kinds of credentials, on real machines. */
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetUserCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import { OPERATOR_ACCESS_KEY, OPERATOR_SECRET_KEY } from "../emulator/gateway/operator.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { deeds, LiveClass, needsHosts, passwordLogin } from "./liveClass.ts";
import { searchFor, secretsOf } from "./secretSearch.ts";
import { mayLogIn, ssh } from "./ssh.ts";

/** The variables of the original class, two names for each half of the key. */
const variables = ["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"];

/** Python without those variables. */
const bare = `env ${variables.map((name) => `-u ${name}`).join(" ")} python -`;

describe("identities of the students", () => {
    let live: LiveClass;
    let bucket: string;
    let first: readonly [Row, Row];
    let keys: string[];

    before(async function () {
        await needsHosts(this);
        live = await LiveClass.start("e2e-identities", {
            students: ["Ada", "Grace"],
            studentCredentials: "access-key",
            clusterInstanceCount: 1,
            pipPackages: ["boto3"],
        });
        await live.up();
        bucket = await live.scratchBucket();
        first = (await live.roster()) as [Row, Row];
    });

    after(async () => {
        await live?.cloud.stop();
    });

    const rows = async () => (await live.roster()) as [Row, Row];
    /** AWS's variables as a shell of the student has them. */
    async function environment(row: Row, shell: string): Promise<Map<string, string>> {
        const { stdout } = await ssh(passwordLogin(row), shell);
        return new Map(
            stdout
                .split("\n")
                .map((line) => line.split("="))
                .filter(([name = ""]) => variables.includes(name))
                .map(([name = "", value = ""]): [string, string] => [name, value])
                .sort(),
        );
    }
    /** What became of a call that a student's program made with what it finds on the machine. */
    async function attempt(row: Row, call: string, python = "python -"): Promise<string> {
        const program = `
import boto3
from botocore.exceptions import ClientError
s3, emr, iam, sts = (boto3.client(name) for name in ("s3", "emr", "iam", "sts"))
try:
    answer = ${call}
    print("ok", answer.get("Arn", ""))
except ClientError as error:
    print(error.response["Error"]["Code"])
`;
        const { stdout, stderr } = await ssh(passwordLogin(row), python, program);
        return stdout.trim() || stderr.trim();
    }
    const write = (lab: string) => `s3.put_object(Bucket="${bucket}", Key="labs/${lab}/x", Body=b"x")`;
    const look = (row: Row) => `emr.describe_cluster(ClusterId="${row.clusterId}")`;
    const allocate = `emr.run_job_flow(Name="mine", ReleaseLabel="emr-7.13.0", Instances={"InstanceCount": 1, "MasterInstanceType": "m5.xlarge"}, JobFlowRole="x", ServiceRole="y")`;
    const profiles = async () => {
        const { Reservations = [] } = await live.aws(EC2Client).send(
            new DescribeInstancesCommand({
                Filters: [
                    { Name: "tag:Lab", Values: ["ada", "grace"] },
                    { Name: "instance-type", Values: ["t3.small"] },
                ],
            }),
        );
        return Reservations.flatMap(({ Instances = [] }) => Instances)
            .map(({ IamInstanceProfile }) =>
                (IamInstanceProfile?.Arn ?? "").replace(/^.*\/|-[0-9a-f]{7}$/g, ""),
            )
            .sort();
    };

    describe("isolation: lab, studentCredentials: access-key", () => {
        it("the four variables are in every shell of the student, and AWS knows the lab's user by them", async () => {
            keys = [];
            for (const row of first) {
                const inCommand = await environment(row, "env");
                assert.deepEqual([...inCommand.keys()], variables);
                assert.deepEqual(await environment(row, "bash -lc env"), inCommand);
                assert.equal(inCommand.get("AWS_ACCESS_KEY"), inCommand.get("AWS_ACCESS_KEY_ID"));
                assert.equal(inCommand.get("AWS_SECRET_KEY"), inCommand.get("AWS_SECRET_ACCESS_KEY"));
                assert.match(inCommand.get("AWS_ACCESS_KEY_ID") ?? "", /^AKIA/);
                keys.push(inCommand.get("AWS_ACCESS_KEY_ID") ?? "");
                assert.match(
                    await attempt(row, "sts.get_caller_identity()"),
                    new RegExp(
                        `^ok arn:aws:iam::123456789012:user/student-labs-eu-west-1-${row.lab}-[0-9a-f]{7}$`,
                    ),
                );
            }
            assert.notEqual(keys[0], keys[1]);
        });

        it("and only there: in no other file of the machines, not in the state, the operator's nowhere", async () => {
            const secrets = (await secretsOf(live.stack)).filter(({ name }) =>
                /^(ada|grace)-access-key$/.test(name),
            );
            assert.equal(secrets.length, 4);
            const hits = searchFor(
                [
                    ...secrets,
                    { name: "operator", value: OPERATOR_SECRET_KEY },
                    { name: "operator", value: OPERATOR_ACCESS_KEY },
                ],
                live.cloud.dir,
            ).map(
                ({ name, file }) =>
                    `${name} ${file.replace(/^machines\/hosts\/i-[0-9a-f]+\/upper\//, "MACHINE ")}`,
            );
            assert.deepEqual(hits.sort(), [
                "ada-access-key MACHINE home/ubuntu/.student-labs-credentials",
                "grace-access-key MACHINE home/ubuntu/.student-labs-credentials",
            ]);
            const [ada] = first;
            const { stdout } = await ssh(
                passwordLogin(ada),
                "stat -c '%a %U' ~/.student-labs-credentials; sudo env | grep -c AWS_SECRET; env | grep -c -i pulumi",
            );
            assert.deepEqual(stdout.trim().split("\n"), ["600 ubuntu", "0", "0"]);
        });

        it("a key may what the lab may: its own cluster and prefix, no other lab's, and nothing is allocated", async () => {
            const [ada, grace] = first;
            assert.deepEqual(
                await Promise.all([
                    attempt(ada, write("ada")),
                    attempt(ada, write("grace")),
                    attempt(ada, look(ada)),
                    attempt(ada, look(grace)),
                    attempt(ada, allocate),
                    attempt(ada, `iam.create_access_key()`),
                ]),
                [
                    "ok",
                    "AccessDenied",
                    "ok",
                    "AccessDeniedException",
                    "AccessDeniedException",
                    "AccessDenied",
                ],
            );
        });
    });

    describe("back to studentCredentials: instance-profile", () => {
        it("takes the users away and the variables with them; nothing else changes", async () => {
            await live.set({ studentCredentials: undefined });
            const removed = (lab: string) => [
                `delete aws:iam/accessKey:AccessKey ${lab}-access-key`,
                `delete aws:iam/user:User student-labs-eu-west-1-${lab}`,
                `delete aws:iam/userPolicyAttachment:UserPolicyAttachment ${lab}-access-policy`,
                `delete student-labs:index:StudentAccessKey ${lab}-access`,
                `update command:remote:Command ${lab}-machine-bootstrap`,
            ];
            assert.deepEqual(deeds(await live.up()), [...removed("ada"), ...removed("grace")].sort());
            assert.deepEqual(await live.roster(), first);
            for (const row of first) {
                assert.deepEqual(await environment(row, "env"), new Map());
                assert.match(
                    await attempt(row, "sts.get_caller_identity()"),
                    new RegExp(
                        `^ok arn:aws:sts::123456789012:assumed-role/student-labs-eu-west-1-${row.lab}-`,
                    ),
                );
            }
            await assert.rejects(
                live.aws(IAMClient).send(new GetUserCommand({ UserName: "student-labs-eu-west-1-ada" })),
                NoSuchEntityException,
            );
        });
    });

    describe("isolation: class, as in 2014", () => {
        let together: readonly [Row, Row];

        it("machines get the class's identity in place, clusters are made anew, passwords and addresses stay", async () => {
            assert.deepEqual(await profiles(), [
                "student-labs-eu-west-1-ada",
                "student-labs-eu-west-1-grace",
            ]);
            await live.set({ isolation: "class", studentCredentials: "access-key", allowReplacement: true });
            const done = deeds(await live.up());
            assert.deepEqual(
                done.filter((deed) => /Instance (ada|grace)-|RandomPassword|InstanceState/.test(deed)),
                [
                    "update aws:ec2/instance:Instance ada-machine-instance",
                    "update aws:ec2/instance:Instance grace-machine-instance",
                ],
            );
            together = await rows();
            const steady = ({ lab, address, password, hostKey }: Row) => ({
                lab,
                address,
                password,
                hostKey,
            });
            assert.deepEqual(together.map(steady), first.map(steady));
            assert.deepEqual(
                together.map(({ clusterId }, index) => clusterId === first[index]?.clusterId),
                [false, false],
            );
            assert.deepEqual(await profiles(), [
                "student-labs-eu-west-1-class",
                "student-labs-eu-west-1-class",
            ]);
            await live.set({ allowReplacement: undefined });
            assert.equal(changesAnything((await live.up()).changes), false);
        });

        it("all students are one user, with or without its key; labs are open to each other, the account is not", async () => {
            const [ada, grace] = together;
            const [one, other] = await Promise.all(together.map((row) => environment(row, "env")));
            assert.deepEqual([...(one ?? new Map()).keys()], variables);
            assert.deepEqual(one, other);
            const calls = [
                "sts.get_caller_identity()",
                write("grace"),
                look(grace),
                allocate,
                "iam.list_users()",
            ];
            const [who, ...outcomes] = await Promise.all(calls.map((call) => attempt(ada, call)));
            assert.match(
                who ?? "",
                /^ok arn:aws:iam::123456789012:user\/student-labs-eu-west-1-class-[0-9a-f]{7}$/,
            );
            const expected = ["ok", "ok", "AccessDeniedException", "AccessDenied"];
            assert.deepEqual(outcomes, expected);

            // Code in a step has no variables: there it is the identity of node and machine.
            const withoutKey = await Promise.all(calls.map((call) => attempt(ada, call, bare)));
            assert.match(withoutKey[0] ?? "", /assumed-role\/student-labs-eu-west-1-class-[0-9a-f]{7}\/i-/);
            assert.deepEqual(withoutKey.slice(1), expected);
            assert.ok(await mayLogIn(passwordLogin(grace)));
        });
    });
});
