import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { operatorClient } from "../demo/operator.ts";
import { classStack, packCourse, type Row, rosterOf } from "../demo/pocketClass.ts";
import { PocketCloud } from "../emulator/cloud.ts";
import type { LabStack, OperationOptions } from "../emulator/engine/labStack.ts";
import type { OperationResult, Step } from "../emulator/engine/result.ts";
import type { StackConfig } from "../emulator/engine/scratch.ts";
import { tools } from "./prepare.ts";
import type { Login } from "./ssh.ts";

/** As in the README: every cluster holds a place for minutes, so the engine's default would let a class wait in line. */
const asInTheReadme: OperationOptions = { parallel: 150, continueOnError: true };

/**
 * Skips what needs real hosts where the machine does not allow them, and says why: the pocket cloud then has simulated
 * machines, on which nothing runs.
 */
export async function needsHosts(context: Mocha.Context): Promise<void> {
    const { mode, simulatedBecause } = await tools();
    if (mode === "simulated") {
        console.log(`      SKIPPED, this machine cannot run real hosts: ${simulatedBecause ?? "as asked"}`);
        context.skip();
    }
}

/** Settings that make a class quick to bring up; none of them is what a test is about. */
export const quick: StackConfig = {
    clusterInstanceCount: 2,
    aptPackages: ["nano"],
};

/** A time of day that is half a day away, in Europe: the pocket cloud's clock is the machine's, and schedules really fire. */
export const farHour = (new Date().getUTCHours() + 12) % 24;
/** The same as a setting has it. */
export const farTime = `${String(farHour).padStart(2, "0")}:30`;

/** A class on a pocket cloud of its own. */
export class LiveClass {
    /** Everything that the engine has told: outputs, diagnostics, and the events of its event log. */
    readonly told: string[] = [];

    readonly cloud: PocketCloud;
    readonly stack: LabStack;

    private constructor(cloud: PocketCloud, stack: LabStack) {
        this.cloud = cloud;
        this.stack = stack;
    }

    /**
     * Starts the cloud and makes the stack; nothing is up yet.
     *
     * @param mode simulated: for tests in which nobody looks into a machine
     */
    static async start(name: string, config: StackConfig, mode?: "simulated"): Promise<LiveClass> {
        const prepared = { ...(await tools()), ...(mode && { mode }) };
        // Of this process alone: the same tests may run in another clone, with the same cache folder.
        const cloud = await PocketCloud.start({ name: `${name}-${process.pid}`, tools: prepared });
        try {
            const courseArchive = await packCourse(cloud.dir);
            return new LiveClass(cloud, await classStack(cloud, { ...quick, courseArchive, ...config }));
        } catch (error) {
            await cloud.stop();
            throw error;
        }
    }

    /** `pulumi up`, which has to succeed. */
    async up(options: OperationOptions = {}): Promise<OperationResult> {
        return succeeded(
            "up",
            this.heard(await this.stack.up({ ...asInTheReadme, ...this.listening(options) })),
        );
    }

    /** `pulumi up`, which has to fail: the exit code says so. */
    async upFails(): Promise<OperationResult> {
        const outcome = this.heard(await this.stack.up({ ...asInTheReadme, ...this.listening({}) }));
        assert.notEqual(outcome.exitCode, 0, "pulumi up was to fail");
        assert.equal(outcome.result, "failed");
        return outcome;
    }

    /** Changes settings; `undefined` takes one away. */
    async set(config: StackConfig): Promise<void> {
        await this.stack.scratch.setConfig(this.stack.stack, config);
    }

    /** `pulumi destroy`, which has to succeed. */
    async destroy(): Promise<OperationResult> {
        return succeeded(
            "destroy",
            this.heard(await this.stack.destroy({ parallel: 150, ...this.listening({}) })),
        );
    }

    private listening(options: OperationOptions): OperationOptions {
        return {
            ...options,
            onEvent: (event) => {
                // Debug messages are for `--debug` alone, and never written anywhere without it. Pulumi's SDK puts whole
                // answers of providers into them, secrets in clear ("RegisterResource RPC finished"): no `--debug` in class.
                if (String(event.diagnosticEvent?.severity) !== "debug")
                    this.told.push(JSON.stringify(event));
                options.onEvent?.(event);
            },
        };
    }

    private heard(outcome: OperationResult): OperationResult {
        this.told.push(outcome.stdout, outcome.stderr, JSON.stringify(outcome.diagnostics));
        return outcome;
    }

    roster(): Promise<Row[]> {
        return rosterOf(this.stack);
    }

    /** The roster's row of one lab. */
    async row(lab: string): Promise<Row> {
        const row = (await this.roster()).find((candidate) => candidate.lab === lab);
        assert.ok(row !== undefined, `the roster has no lab ${lab}`);
        return row;
    }

    /** A client of the AWS SDK with the operator's rights. */
    aws<Client>(client: Parameters<typeof operatorClient<Client>>[0]): Client {
        return operatorClient(client, this.cloud.env);
    }

    /** The operator's way into a machine. */
    async classKeyLogin({ address, user }: Row): Promise<Login> {
        return {
            host: address,
            username: user,
            privateKey: String((await this.stack.outputs(true)).classKey),
        };
    }

    /** Name of the class's bucket, the only one of the pocket cloud. */
    async scratchBucket(): Promise<string> {
        const { Buckets } = await this.aws(S3Client).send(new ListBucketsCommand({}));
        return Buckets?.[0]?.Name ?? "";
    }
}

/** The student's way into the machine. */
export function passwordLogin({ address, user, password }: Row): Login {
    return { host: address, username: user, password };
}

/** Fails with the engine's own words where an operation did not succeed. */
export function succeeded(kind: string, outcome: OperationResult): OperationResult {
    const errors = outcome.diagnostics.filter(({ severity }) => severity === "error");
    const words = errors.map(({ message }) => message).join("\n") || outcome.stderr || outcome.stdout;
    assert.equal(outcome.result, "succeeded", `pulumi ${kind} failed:\n${words}`);
    return outcome;
}

/** Steps that only look at a resource. */
const looking = new Set(["same", "refresh", "read"]);
const told = ({ op, type, name }: Pick<Step, "op" | "type" | "name">) => `${op} ${type} ${name}`;

/** What an operation did, one line a step, without steps that only looked. */
export function deeds(outcome: OperationResult): string[] {
    return outcome.steps
        .filter(({ op }) => !looking.has(op))
        .map(told)
        .sort();
}

/** Everything that a lab consists of, as the steps that make or remove it. */
export function wholeLab(op: "create" | "delete", lab: string): string[] {
    const resources: readonly (readonly [string, string])[] = [
        ["student-labs:index:StudentLab", lab],
        ["random:index/randomPassword:RandomPassword", `${lab}-password`],
        ["student-labs:index:LabIdentity", `${lab}-identity`],
        ["aws:iam/role:Role", `student-labs-eu-west-1-${lab}`],
        ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", `${lab}-identity-policy`],
        ["aws:iam/instanceProfile:InstanceProfile", `${lab}-identity-profile`],
        ["student-labs:index:LabMachine", `${lab}-machine`],
        ["aws:ec2/securityGroup:SecurityGroup", `${lab}-machine-group`],
        ["aws:ec2/instance:Instance", `${lab}-machine-instance`],
        ["aws:ec2transitgateway/instanceState:InstanceState", `${lab}-machine-power`],
        ["command:remote:Command", `${lab}-machine-bootstrap`],
        ["student-labs:index:LabCluster", `${lab}-cluster`],
        ["student-labs:index:ClusterGroup", `${lab}-cluster-group`],
        ["aws:ec2/securityGroup:SecurityGroup", `${lab}-cluster-group`],
        ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", `${lab}-cluster-group-out`],
        ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", `${lab}-cluster-group-out6`],
        ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", `${lab}-cluster-group-ssh`],
        ["tls:index/privateKey:PrivateKey", `${lab}-machine-host-key`],
        ["tls:index/privateKey:PrivateKey", `${lab}-cluster-key`],
        ["aws:ec2/keyPair:KeyPair", `${lab}-cluster-key`],
        ["aws:emr/cluster:Cluster", `${lab}-cluster`],
        ["command:remote:Command", `${lab}-connect`],
    ];
    return resources.map(([type, name]) => told({ op, type, name })).sort();
}
