/** A step from its start to its end: which jar, run where, with whose rights, and its logs. */
import { isAbsolute } from "node:path";
import { AwsError } from "../errors.ts";
import { rolePrincipal } from "../principals.ts";
import { S3Access } from "../s3.ts";
import { sessionArn } from "../sessions.ts";
import type { EmrContext } from "./context.ts";
import { JobFileError, JobFiles } from "./jobFiles.ts";
import { logFileOf, StepLogs } from "./logFiles.ts";
import { ClientLog } from "./logs.ts";
import { primaryOf, type Cluster, type FailureDetails, type Step } from "./model.ts";
import type { StepRunner } from "./queue.ts";
import { StreamingRun } from "./streaming.ts";
import { parseStreamingArgs, UsageError } from "./streamingArgs.ts";

/** What a step's program said and how it ended. */
interface Outcome {
    readonly failure: FailureDetails | undefined;
    readonly stdout: string;
    readonly stderr: string;
}

/** S3 with the rights of the cluster's instance role, as the nodes have it. */
function accessOf(context: EmrContext, cluster: Cluster): S3Access {
    const role = cluster.request.instanceProfile;
    return new S3Access(
        context.moto,
        async () => {
            const identity = await context.identities.role(role);
            if (identity === undefined) throw new AwsError("AccessDenied", `The role ${role} is gone`, 403);
            const node = primaryOf(cluster)?.host.id ?? "i-0";
            return rolePrincipal(identity, sessionArn(role, node), node);
        },
        context.calls,
        cluster.region,
    );
}

/** What Hadoop's client says when a job does not start. */
function launchFailure(error: unknown): { text: string; failure: Omit<FailureDetails, "LogFile"> } {
    if (error instanceof JobFileError) {
        const exists = error.exception.endsWith("FileAlreadyExistsException");
        return {
            text: `Error Launching job : ${error.message}`,
            failure: {
                Reason: exists ? "Output directory already exists." : "Unknown Error.",
                Message: `${error.exception}: ${error.message}`,
            },
        };
    }
    if (error instanceof UsageError) {
        return { text: error.message, failure: { Reason: "Unknown Error.", Message: error.message } };
    }
    const message = error instanceof Error ? error.message : String(error);
    const denied = error instanceof AwsError && error.code === "AccessDenied";
    const text = denied
        ? `java.nio.file.AccessDeniedException: ${message} (Service: S3, Status Code: 403): AccessDenied`
        : message;
    return { text: `Error Launching job : ${text}`, failure: { Reason: "Unknown Error.", Message: text } };
}

async function runStreaming(
    context: EmrContext,
    cluster: Cluster,
    step: Step,
    args: readonly string[],
    s3: S3Access,
    logs: StepLogs,
    log: ClientLog,
): Promise<Outcome> {
    try {
        const job = parseStreamingArgs(args);
        const files = new JobFiles(s3, cluster.hdfs);
        const run = new StreamingRun({ context, cluster, job, files, logs, log, abort: step.abort.signal });
        if (await run.run()) return { failure: undefined, stdout: "", stderr: "" };
        return { failure: { Reason: "Unknown Error." }, stdout: "", stderr: "Streaming Command Failed!\n" };
    } catch (error) {
        if (step.abort.signal.aborted) throw error;
        const { text, failure } = launchFailure(error);
        log.add("org.apache.hadoop.streaming.StreamJob", text, "ERROR");
        return { failure, stdout: "", stderr: `${text}\nStreaming Command Failed!\n` };
    }
}

/** A command on the primary node, as user hadoop. */
async function runCommand(
    context: EmrContext,
    cluster: Cluster,
    step: Step,
    argv: readonly string[],
): Promise<Outcome> {
    const primary = primaryOf(cluster);
    if (primary === undefined) throw new Error("The cluster has no primary node");
    const result = await context.machines.exec(primary.host.id, {
        argv,
        user: "hadoop",
        cwd: "/home/hadoop",
        env: { AWS_REGION: cluster.region, AWS_DEFAULT_REGION: cluster.region },
        signal: step.abort.signal,
    });
    const stderr = result.stderr.toString("utf8");
    const last = stderr.trim().split("\n").pop() ?? "";
    return {
        failure:
            result.code === 0
                ? undefined
                : { Reason: "Unknown Error.", ...(last === "" ? {} : { Message: last }) },
        stdout: result.stdout.toString("utf8"),
        stderr,
    };
}

async function runScript(
    context: EmrContext,
    cluster: Cluster,
    step: Step,
    args: readonly string[],
    s3: S3Access,
): Promise<Outcome> {
    const [script = "", ...rest] = args;
    let path = script;
    if (!isAbsolute(script)) {
        const data = await new JobFiles(s3, cluster.hdfs).read(script);
        path = `/mnt/var/lib/hadoop/steps/${step.id}/${script.split("/").pop() ?? "script"}`;
        const primary = primaryOf(cluster)?.host.id ?? "";
        await context.machines.putFile(primary, path, data, { user: "hadoop", mode: 0o755 });
    }
    return runCommand(context, cluster, step, [path, ...rest]);
}

async function runJar(
    context: EmrContext,
    cluster: Cluster,
    step: Step,
    s3: S3Access,
    logs: StepLogs,
    log: ClientLog,
): Promise<Outcome> {
    if (context.machines.mode === "simulated") {
        const message = "The pocket cloud's machines are simulated on this computer: steps do not run.";
        return {
            failure: { Reason: "Unknown Error.", Message: message },
            stdout: "",
            stderr: `${message}\n`,
        };
    }
    const { jar, args } = step.request;
    const name = jar.split("/").pop() ?? "";
    const [first, ...rest] = args;
    if (name === "command-runner.jar" && first === "hadoop-streaming") {
        return runStreaming(context, cluster, step, rest, s3, logs, log);
    }
    if (name === "command-runner.jar") return runCommand(context, cluster, step, args);
    if (/^hadoop-streaming.*\.jar$/.test(name))
        return runStreaming(context, cluster, step, args, s3, logs, log);
    if (name === "script-runner.jar") return runScript(context, cluster, step, args, s3);
    const message = `The pocket cloud cannot run ${jar}: only command-runner, hadoop-streaming and script-runner.`;
    return { failure: { Reason: "Unknown Error.", Message: message }, stdout: "", stderr: `${message}\n` };
}

/** Makes the runner of all clusters' steps. */
export function stepRunner(context: EmrContext): StepRunner {
    return async (cluster, step) => {
        const s3 = accessOf(context, cluster);
        const logs = new StepLogs(context, cluster, s3);
        const log = new ClientLog();
        let outcome: Outcome;
        try {
            outcome = await runJar(context, cluster, step, s3, logs, log);
        } catch (error) {
            if (step.abort.signal.aborted) throw error;
            const { text, failure } = launchFailure(error);
            outcome = { failure, stdout: "", stderr: `${text}\n` };
        }
        const folder = `/mnt/var/log/hadoop/steps/${step.id}`;
        const primary = primaryOf(cluster);
        const result = outcome.failure === undefined ? "succeeded" : "failed";
        await logs.write(primary, folder, {
            syslog: log.toString(),
            stderr: outcome.stderr,
            stdout: outcome.stdout,
            controller: `INFO Step ${step.id} ${result}\n`,
        });
        const upload = logs.copyToS3();
        cluster.uploads.add(upload);
        void upload.finally(() => cluster.uploads.delete(upload));
        if (outcome.failure === undefined) return undefined;
        const logFile = logFileOf(cluster, step.id, "stderr");
        return { ...outcome.failure, ...(logFile === undefined ? {} : { LogFile: logFile }) };
    };
}
