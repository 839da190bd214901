import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
    AddJobFlowStepsCommand,
    DescribeClusterCommand,
    DescribeStepCommand,
    EMRClient,
    ListInstanceGroupsCommand,
    RunJobFlowCommand,
    type StepConfig,
} from "@aws-sdk/client-emr";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { Row } from "../demo/pocketClass.ts";
import { type LiveClass, passwordLogin } from "./liveClass.ts";
import { credentialsOf } from "./machineIdentity.ts";
import type { Call, LabNames, RightsContext } from "./right.ts";
import { ssh } from "./ssh.ts";

/** What became of a call. */
export interface Verdict {
    readonly what: string;
    readonly verdict: "allowed" | "refused" | "failed";
    readonly message: string;
}

const program = path.join(import.meta.dirname, "tryCalls.py");
const anything: StepConfig = {
    Name: "anything",
    ActionOnFailure: "CONTINUE",
    HadoopJarStep: { Jar: "command-runner.jar", Args: ["true"] },
};

/** The class with what the calls of the table are about: files, steps, a namesake in another stack. */
export class RightsScene {
    private readonly live: LiveClass;
    private readonly ada: Row;
    private readonly bucket: string;
    private readonly names: Omit<RightsContext, "from">;

    private constructor(live: LiveClass, ada: Row, bucket: string, names: Omit<RightsContext, "from">) {
        this.live = live;
        this.ada = ada;
        this.bucket = bucket;
        this.names = names;
    }

    /** Sets it up with the operator's rights. */
    static async of(live: LiveClass): Promise<RightsScene> {
        const [ada, grace] = [await live.row("ada"), await live.row("grace")];
        const [own, other] = await Promise.all([namesOf(live, ada), namesOf(live, grace)]);
        const cluster = await describe(live, ada.clusterId);
        const bucket = await live.scratchBucket();
        const namesake = await live.aws(EMRClient).send(
            new RunJobFlowCommand({
                Name: "student-labs-us-east-1-ada",
                ReleaseLabel: cluster.ReleaseLabel,
                ServiceRole: cluster.ServiceRole,
                JobFlowRole: own.role,
                Instances: {
                    InstanceGroups: [{ InstanceRole: "MASTER", InstanceType: "m5.xlarge", InstanceCount: 1 }],
                    KeepJobFlowAliveWhenNoSteps: true,
                    Ec2SubnetId: cluster.Ec2InstanceAttributes?.Ec2SubnetId,
                    EmrManagedMasterSecurityGroup: own.securityGroupId,
                    EmrManagedSlaveSecurityGroup: own.securityGroupId,
                },
                Tags: [
                    ...(cluster.Tags ?? []).filter(({ Key }) => Key !== "Stack"),
                    { Key: "Stack", Value: "us-east-1" },
                ],
            }),
        );
        const otherStacksCluster = namesake.JobFlowId ?? "";
        return new RightsScene(live, ada, bucket, {
            own,
            other,
            otherStacksCluster,
            bucket,
            courseKey: "course/archive.tar.gz",
        });
    }

    /** Cluster of the namesake, for whoever cleans up. */
    get otherStacksCluster(): string {
        return this.names.otherStacksCluster;
    }

    /** What the table is about for one caller, with the files that its calls read and delete. */
    async for(from: string): Promise<RightsContext> {
        const { own, other } = this.names;
        for (const Key of [
            `labs/${own.lab}/rights/readme.txt`,
            `labs/${own.lab}/rights/${from}-deleted.txt`,
            `labs/${other.lab}/rights/readme.txt`,
        ]) {
            await this.put(Key, "a file");
        }
        return { ...this.names, from };
    }

    /** Makes the calls on the machine of ada, as the student. */
    async onTheMachine(calls: readonly Call[]): Promise<Verdict[]> {
        const login = passwordLogin(this.ada);
        await ssh(login, "cat > try_calls.py", await readFile(program, "utf8"));
        const { code, stdout, stderr } = await ssh(login, "python try_calls.py", linesOf(calls));
        assert.equal(code, 0, stderr);
        return verdictsIn(stdout);
    }

    /** Makes the calls in the mapper of a streaming job on ada's cluster, submitted with the machine's own credentials. */
    async inAStep(calls: readonly Call[]): Promise<Verdict[]> {
        const folder = `labs/${this.ada.lab}/rights/job`;
        const uri = (name: string) => `s3://${this.bucket}/${folder}/${name}`;
        await this.put(`${folder}/try_calls.py`, await readFile(program, "utf8"));
        await this.put(`${folder}/calls.txt`, linesOf(calls));
        const credentials = await credentialsOf(this.ada.address);
        const student = new EMRClient({ endpoint: this.live.cloud.url, region: "eu-west-1", credentials });
        const { StepIds } = await student.send(
            new AddJobFlowStepsCommand({
                JobFlowId: this.ada.clusterId,
                Steps: [
                    {
                        Name: "try calls",
                        ActionOnFailure: "CONTINUE",
                        HadoopJarStep: {
                            Jar: "command-runner.jar",
                            Args: [
                                "hadoop-streaming",
                                ...["-D", "mapreduce.job.reduces=0", "-files", uri("try_calls.py")],
                                ...["-mapper", "python3 try_calls.py"],
                                ...["-input", uri("calls.txt"), "-output", uri("verdicts")],
                            ],
                        },
                    },
                ],
            }),
        );
        await this.ended(student, StepIds?.[0] ?? "");
        return verdictsIn(await this.readAll(`${folder}/verdicts/part-`));
    }

    private async ended(student: EMRClient, stepId: string): Promise<void> {
        for (const until = Date.now() + 120_000; Date.now() < until;) {
            const { Step } = await student.send(
                new DescribeStepCommand({ ClusterId: this.ada.clusterId, StepId: stepId }),
            );
            const state = Step?.Status?.State ?? "";
            if (state === "COMPLETED") return;
            assert.match(state, /^(PENDING|RUNNING)$/, JSON.stringify(Step?.Status));
            await new Promise((done) => setTimeout(done, 300));
        }
        assert.fail("the step does not end");
    }

    private async put(Key: string, Body: string): Promise<void> {
        await this.live.aws(S3Client).send(new PutObjectCommand({ Bucket: this.bucket, Key, Body }));
    }

    private async readAll(Prefix: string): Promise<string> {
        const s3 = this.live.aws(S3Client);
        const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix }));
        const parts = (Contents ?? []).map(async ({ Key }) => {
            const { Body } = await s3.send(new GetObjectCommand({ Bucket: this.bucket, Key }));
            return Body?.transformToString() ?? "";
        });
        return (await Promise.all(parts)).join("");
    }
}

const linesOf = (calls: readonly Call[]) => calls.map((call) => `${JSON.stringify(call)}\n`).join("");

// A line that a map task writes ends with a tab where it has no value.
const verdictsIn = (text: string) =>
    text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Verdict);

async function describe(live: LiveClass, ClusterId: string) {
    const { Cluster } = await live.aws(EMRClient).send(new DescribeClusterCommand({ ClusterId }));
    assert.ok(Cluster !== undefined, ClusterId);
    return Cluster;
}

async function namesOf(live: LiveClass, { lab, clusterId, address }: Row): Promise<LabNames> {
    const emr = live.aws(EMRClient);
    const { Ec2InstanceAttributes: nodes } = await describe(live, clusterId);
    const groups = await emr.send(new ListInstanceGroupsCommand({ ClusterId: clusterId }));
    const steps = await emr.send(new AddJobFlowStepsCommand({ JobFlowId: clusterId, Steps: [anything] }));
    const machines = await live
        .aws(EC2Client)
        .send(new DescribeInstancesCommand({ Filters: [{ Name: "ip-address", Values: [address] }] }));
    return {
        lab,
        clusterId,
        stepId: steps.StepIds?.[0] ?? "",
        groupId: groups.InstanceGroups?.[0]?.Id ?? "",
        securityGroupId: nodes?.EmrManagedMasterSecurityGroup ?? "",
        role: nodes?.IamInstanceProfile?.split("/").pop() ?? "",
        machineId: machines.Reservations?.[0]?.Instances?.[0]?.InstanceId ?? "",
    };
}
