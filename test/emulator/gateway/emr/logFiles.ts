/** Logs on the nodes, and their copies in S3. */
import { gzipSync } from "node:zlib";
import type { S3Access } from "../s3.ts";
import type { EmrContext } from "./context.ts";
import { parseJobPath } from "./jobFiles.ts";
import type { Cluster, ClusterNode } from "./model.ts";

/** Where EMR keeps logs on a node. */
const ROOT = "/mnt/var/log";

/** What EMR calls the folders in S3. */
const IN_S3: readonly (readonly [string, string])[] = [
    ["/mnt/var/log/hadoop/steps/", "steps/"],
    ["/mnt/var/log/hadoop-yarn/containers/", "containers/"],
    ["/mnt/var/log/hadoop-mapreduce/", "hadoop-mapreduce/"],
];

/** Takes name and length of each file as arguments, the contents one after the other as input. */
const WRITE_FILES = `set -e; umask 022
mkdir -p "$1"; cd "$1"; shift
while [ $# -gt 0 ]; do head -c "$2" > "$1"; shift 2; done`;

/** The logs of one step. */
export class StepLogs {
    private readonly written: { path: string; data: Buffer }[] = [];

    private readonly context: EmrContext;
    private readonly cluster: Cluster;
    private readonly s3: S3Access;

    constructor(context: EmrContext, cluster: Cluster, s3: S3Access) {
        this.context = context;
        this.cluster = cluster;
        this.s3 = s3;
    }

    /** Writes logs into a folder on a node, in one go: each process there takes its time. */
    async write(
        node: ClusterNode | undefined,
        folder: string,
        files: Readonly<Record<string, string>>,
    ): Promise<void> {
        if (!folder.startsWith(ROOT)) throw new Error(`${folder} is not a place for logs`);
        const contents = Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }));
        for (const { name, data } of contents) this.written.push({ path: `${folder}/${name}`, data });
        if (node === undefined) return;
        try {
            const result = await this.context.machines.exec(node.host.id, {
                argv: [
                    "/bin/sh",
                    "-c",
                    WRITE_FILES,
                    "logs",
                    folder,
                    ...contents.flatMap(({ name, data }) => [name, String(data.length)]),
                ],
                user: "root",
                cwd: "/",
                stdin: Buffer.concat(contents.map(({ data }) => data)),
            });
            if (result.code !== 0) throw new Error(result.stderr.toString("utf8"));
        } catch (error) {
            // The node may be on its way out; the step's outcome does not depend on its logs.
            this.context.log(`${this.cluster.id}: ${error instanceof Error ? error.message : String(error)}`);
        }
    }

    /** Copies everything to the cluster's log folder, as EMR does every few minutes, with the instance role's rights. */
    async copyToS3(): Promise<void> {
        const { logUri } = this.cluster.request;
        if (logUri === undefined) return;
        await this.context.faults.settle("emr:logs");
        const target = parseJobPath(logUri);
        const base = `${target.key.replace(/\/*$/, "/").replace(/^\//, "")}${this.cluster.id}/`;
        try {
            for (const { path, data } of this.written) {
                const place = IN_S3.find(([local]) => path.startsWith(local));
                if (place === undefined) continue;
                const key = `${base}${place[1]}${path.slice(place[0].length)}.gz`;
                await this.s3.write(target.bucket, key, gzipSync(data));
            }
        } catch (error) {
            this.context.log(
                `${this.cluster.id}: logs: ${error instanceof Error ? error.message : String(error)}`,
            );
        }
    }
}

/** `s3://.../j-.../steps/s-.../stderr.gz`, which DescribeStep names. */
export function logFileOf(cluster: Cluster, stepId: string, name: string): string | undefined {
    const { logUri } = cluster.request;
    return logUri === undefined
        ? undefined
        : `${logUri.replace(/\/*$/, "/")}${cluster.id}/steps/${stepId}/${name}.gz`;
}
