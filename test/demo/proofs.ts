import { EMRClient, ListInstancesCommand } from "@aws-sdk/client-emr";
import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Login, mayLogIn, ssh } from "../e2e/ssh.ts";
import { operatorClient } from "./operator.ts";
import type { Lab } from "./pocketClass.ts";

/** What proofs are made on: two labs, and the operator's way in. */
export interface ProofContext {
    readonly env: Readonly<Record<string, string>>;
    readonly ada: Lab;
    /** The same as ada in a class of one. */
    readonly grace: Lab;
    readonly classKey: string;
}

/** A statement, and what proves it by doing it. Rejects where it does not hold; answers what was seen. */
export interface Proof {
    /** With "ada" and "grace" for the names of the two labs. */
    readonly statement: string;
    readonly prove: (context: ProofContext) => Promise<string>;
}

/** The student's way into a lab. */
export const login = ({ ssh, user, password }: Lab): Login => ({ ...ssh, username: user, password });
/** The operator's way into ada's lab. */
export const operator = ({ ada, classKey }: ProofContext): Login => ({
    ...ada.ssh,
    username: ada.user,
    privateKey: classKey,
});

/** The line of an output that says it, for people. */
function lineWith(text: string, pattern: RegExp): string {
    const line = text.split("\n").find((candidate) => pattern.test(candidate));
    assert.ok(line !== undefined, `nothing like ${String(pattern)} in:\n${text.slice(-2000)}`);
    return line.trim();
}

/** Runs Python on a student's machine, as the student, with the boto3 of the course. */
async function tryAws(row: Lab, call: string): Promise<string> {
    const program = `
import boto3
try:
    ${call}
    print("ALLOWED")
except Exception as error:
    print("REFUSED", error)
`;
    const { stdout, stderr } = await ssh(login(row), "python -", program);
    return stdout.trim() || stderr.trim();
}

/** A proof that AWS refuses something to a student, and says why. */
function refused(statement: string, call: (context: ProofContext) => string, reason: RegExp): Proof {
    return {
        statement,
        prove: async (context) => {
            const answer = await tryAws(context.ada, call(context));
            assert.match(answer, /^REFUSED/);
            assert.match(answer, reason);
            return answer.replace(/^REFUSED /, "");
        },
    };
}

const words = /[a-z']+/g;

/** What the word count must come to, counted here. */
function expectedCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    const text = fs.readFileSync(path.join(import.meta.dirname, "course", "alice.txt"), "utf8").toLowerCase();
    for (const [word] of text.matchAll(words)) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return counts;
}

/** Addresses of a cluster's nodes, as the operator sees them. */
async function nodesOf(context: ProofContext, row: Lab): Promise<string[]> {
    const client = operatorClient(EMRClient, context.env);
    const { Instances } = await client.send(new ListInstancesCommand({ ClusterId: row.clusterId }));
    return (Instances ?? []).map((node) => node.PrivateIpAddress ?? "");
}

/** What a student sees of a class, in the order of a first morning. */
export const firstMorning: readonly Proof[] = [
    {
        statement: "ada logs in with the password of the roster",
        prove: async ({ ada }) => {
            const { stdout } = await ssh(login(ada), "hostname");
            assert.equal(stdout.trim(), ada.lab);
            return `${ada.user}@${ada.address}: hostname is ${stdout.trim()}`;
        },
    },
    {
        statement: "a wrong password is refused",
        prove: async ({ ada, grace }) => {
            assert.equal(await mayLogIn({ ...login(ada), password: "not-the-password" }), false);
            if (grace === ada) {
                return "a made-up one";
            }
            assert.equal(await mayLogIn({ ...login(ada), password: grace.password }), false);
            return `a made-up one, and ${grace.lab}'s`;
        },
    },
    {
        statement: "the class key opens every machine",
        prove: async (context) => {
            const { stdout } = await ssh(operator(context), "sudo id -un");
            assert.equal(stdout.trim(), "root");
            return "and sudo makes its owner root";
        },
    },
    {
        statement: "the class key still does after ada broke ~/.ssh",
        prove: async (context) => {
            await ssh(login(context.ada), "mv ~/.ssh ~/ssh-away; echo oops > ~/.ssh; chmod 777 ~ ~/.ssh");
            try {
                const { stdout } = await ssh(operator(context), "stat -c '%A %n' ~ ~/.ssh");
                assert.match(stdout, /drwxrwxrwx .*\n-rwxrwxrwx/);
                return stdout.trim().replace("\n", ", ");
            } finally {
                await ssh(operator(context), "rm -f ~/.ssh; mv ~/ssh-away ~/.ssh; chmod 750 ~");
            }
        },
    },
    {
        statement: "the course archive is in the student's home",
        prove: async ({ ada }) => {
            const { stdout } = await ssh(login(ada), "ls course && stat -c %U course/word_count.py");
            assert.deepEqual(stdout.trim().split("\n"), [
                "README.txt",
                "alice.txt",
                "broken_word_count.py",
                "word_count.py",
                "ubuntu",
            ]);
            return stdout.trim().split("\n").slice(0, -1).join(", ");
        },
    },
];

/** Jobs on a student's own cluster. */
export const jobs: readonly Proof[] = [
    {
        statement: "a word count runs on grace's own cluster and counts right",
        prove: async ({ grace }) => {
            const { code, stdout, stderr } = await ssh(
                login(grace),
                "cd course && python word_count.py -r emr alice.txt",
            );
            assert.equal(code, 0, stderr);
            const rows = stdout.trim().split("\n");
            const counts = new Map(
                rows.map((row) => {
                    const [word = "", count] = row.split("\t");
                    return [JSON.parse(word) as string, Number(count)];
                }),
            );
            const sorted = (map: Map<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
            assert.deepEqual(sorted(counts), sorted(expectedCounts()));
            return `${counts.size} words, "alice" ${counts.get("alice")} times`;
        },
    },
    {
        statement: "a job with a bug shows its Python traceback within a minute",
        prove: async ({ ada }) => {
            const begin = Date.now();
            const { code, stderr } = await ssh(
                login(ada),
                "cd course && python broken_word_count.py -r emr alice.txt",
            );
            const seconds = Math.round((Date.now() - begin) / 1000);
            assert.notEqual(code, 0);
            const error = lineWith(stderr, /ZeroDivisionError/);
            lineWith(stderr, /Traceback \(most recent call last\)/);
            lineWith(stderr, /broken_word_count\.py", line \d+, in mapper/);
            assert.ok(seconds < 60, `after ${seconds} s`);
            return `${error} (after ${seconds} s)`;
        },
    },
];

/** What a student must not do, tried from the student's machine; in a class of one there is nobody else's to touch. */
export function refusals({ ada, grace }: ProofContext): readonly Proof[] {
    return allRefusals.filter(({ statement }) => ada !== grace || !statement.includes("grace"));
}

const allRefusals: readonly Proof[] = [
    refused(
        "starting a cluster is refused",
        () =>
            `boto3.client("emr").run_job_flow(Name="mine", ReleaseLabel="emr-7.13.0", JobFlowRole="x", ServiceRole="y",
        Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1})`,
        /elasticmapreduce:RunJobFlow.*explicit deny/,
    ),
    refused(
        "resizing the own cluster is refused",
        ({ ada }) =>
            `boto3.client("emr").modify_instance_groups(ClusterId="${ada.clusterId}",
        InstanceGroups=[{"InstanceGroupId": "ig-1", "InstanceCount": 20}])`,
        /elasticmapreduce:ModifyInstanceGroups.*explicit deny/,
    ),
    refused(
        "launching a machine is refused",
        () => `boto3.client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)`,
        /(ec2:RunInstances|UnauthorizedOperation)/,
    ),
    refused(
        "looking at grace's cluster is refused",
        ({ grace }) => `boto3.client("emr").describe_cluster(ClusterId="${grace.clusterId}")`,
        /elasticmapreduce:DescribeCluster/,
    ),
    refused(
        "a step on grace's cluster is refused",
        ({ grace }) =>
            `boto3.client("emr").add_job_flow_steps(JobFlowId="${grace.clusterId}", Steps=[{"Name": "mine",
        "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}])`,
        /elasticmapreduce:AddJobFlowSteps/,
    ),
    refused(
        "reading grace's files is refused",
        ({ grace }) =>
            `import re; bucket = re.search("s3://([^/]+)", open("/home/ubuntu/.mrjob.conf").read())[1]
    boto3.client("s3").get_object(Bucket=bucket, Key="labs/${grace.lab}/logs/anything")`,
        /AccessDenied/,
    ),
    {
        statement: "logging in to grace's nodes is refused, logging in to the own ones is not",
        prove: async (context) => {
            const [own] = await nodesOf(context, context.ada);
            const [other] = await nodesOf(context, context.grace);
            const options =
                "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes -o ConnectTimeout=10";
            const knock = (node: string | undefined) =>
                ssh(login(context.ada), `ssh ${options} -i ~/.ssh/cluster.pem hadoop@${node} id -un`);
            const [mine, hers] = [await knock(own), await knock(other)];
            assert.equal(mine.stdout.trim(), "hadoop", mine.stderr);
            assert.notEqual(hers.code, 0);
            return lineWith(hers.stderr, /Permission denied|timed out|refused/);
        },
    },
];
