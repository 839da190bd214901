/** Files as a job names them: `s3://...` with the rights of the cluster's role, and the cluster's `hdfs://`. */
import { gunzipSync } from "node:zlib";
import type { S3Access } from "../s3.ts";

/** A path of a job: file system, bucket (S3) and key. */
export interface JobPath {
    readonly scheme: "s3" | "hdfs";
    readonly bucket: string;
    readonly key: string;
}

/** A file of a job cannot be had; the message is Hadoop's. */
export class JobFileError extends Error {
    /** Java's name for it. */
    readonly exception: string;

    constructor(
        message: string,

        exception: string,
    ) {
        super(message);
        this.exception = exception;

        this.name = "JobFileError";
    }
}

/** Reads a URI; a path without scheme is one of HDFS. */
export function parseJobPath(uri: string): JobPath {
    const [, scheme, authority = "", path = ""] = /^([a-z0-9]+):\/\/([^/]*)\/?([\s\S]*)$/.exec(uri) ?? [];
    if (scheme === undefined) {
        return { scheme: "hdfs", bucket: "", key: uri.startsWith("/") ? uri.slice(1) : `user/hadoop/${uri}` };
    }
    if (scheme === "s3" || scheme === "s3n" || scheme === "s3a")
        return { scheme: "s3", bucket: authority, key: path };
    if (scheme === "hdfs") return { scheme: "hdfs", bucket: "", key: path };
    throw new JobFileError(
        `No FileSystem for scheme "${scheme}"`,
        "org.apache.hadoop.fs.UnsupportedFileSystemException",
    );
}

/** A file with its URI. */
export interface JobFile {
    readonly uri: string;
    readonly data: Buffer;
}

function isHidden(path: string): boolean {
    return path.split("/").some((part) => part.startsWith("_") || part.startsWith("."));
}

function pattern(glob: string): RegExp {
    const source = glob
        .replace(/[.+^$()|\\]/g, "\\$&")
        .replace(/\*/g, "[^/]*")
        .replace(/\?/g, "[^/]");
    return new RegExp(
        `^${source.replace(/\{([^}]*)\}/g, (_, list: string) => `(${list.replace(/,/g, "|")})`)}$`,
    );
}

/** Files of a job. */
export class JobFiles {
    private readonly s3: S3Access;
    private readonly hdfs: Map<string, Buffer>;

    constructor(s3: S3Access, hdfs: Map<string, Buffer>) {
        this.s3 = s3;
        this.hdfs = hdfs;
    }

    /** True if there is a file or directory of that name. */
    async exists(uri: string): Promise<boolean> {
        const path = parseJobPath(uri);
        const key = path.key.replace(/\/+$/, "");
        if (path.scheme === "s3" && key !== "" && (await this.s3.has(path.bucket, key))) return true;
        return (await this.keys(path, key)).some((found) => found === key || found.startsWith(`${key}/`));
    }

    /** Content of one file. */
    async read(uri: string): Promise<Buffer> {
        const path = parseJobPath(uri);
        if (path.scheme === "s3") return this.s3.read(path.bucket, path.key);
        const data = this.hdfs.get(path.key);
        if (data === undefined)
            throw new JobFileError(`File does not exist: ${uri}`, "java.io.FileNotFoundException");
        return data;
    }

    /** Writes one file. */
    async write(uri: string, data: Buffer): Promise<void> {
        const path = parseJobPath(uri);
        if (path.scheme === "s3") await this.s3.write(path.bucket, path.key, data);
        else this.hdfs.set(path.key, data);
    }

    /** All files of an input: a file, a directory (not what is deeper in it), or a pattern. */
    async inputs(uri: string): Promise<JobFile[]> {
        const path = parseJobPath(uri);
        const key = path.key.replace(/\/+$/, "");
        const isGlob = /[*?{[]/.test(key);
        // S3A looks for the object itself before it lists: who may read an object but not list its bucket gets it, and
        // who names a directory needs the right to read an object of that name.
        if (path.scheme === "s3" && !isGlob && key !== "" && (await this.s3.has(path.bucket, key))) {
            const full = `s3://${path.bucket}/${key}`;
            return [{ uri: full, data: unpack(full, await this.read(full)) }];
        }
        const stem = isGlob ? key.slice(0, key.search(/[*?{[]/)) : key;
        const keys = await this.keys(path, stem);
        const wanted = isGlob ? pattern(key) : undefined;
        const chosen = keys.filter((found) => {
            if (found.endsWith("/")) return false;
            const parent = found.slice(0, Math.max(0, found.lastIndexOf("/")));
            if (wanted !== undefined)
                return (
                    wanted.test(found) || (wanted.test(parent) && !isHidden(found.slice(parent.length + 1)))
                );
            return found === key || (parent === key && !isHidden(found.slice(key.length + 1)));
        });
        const isDirectory = keys.some((found) => found === `${key}/` || found.startsWith(`${key}/`));
        if (chosen.length === 0 && !(isDirectory && !isGlob)) {
            throw new JobFileError(
                isGlob ? `Input Pattern ${uri} matches 0 files` : `Input path does not exist: ${uri}`,
                "org.apache.hadoop.mapred.InvalidInputException",
            );
        }
        return Promise.all(
            chosen.map(async (found) => {
                const full = path.scheme === "s3" ? `s3://${path.bucket}/${found}` : `hdfs:///${found}`;
                return { uri: full, data: unpack(full, await this.read(full)) };
            }),
        );
    }

    private async keys(path: JobPath, prefix: string): Promise<string[]> {
        if (path.scheme === "s3")
            return (await this.s3.list(path.bucket, prefix)).map((object) => object.key);
        return [...this.hdfs.keys()].filter((key) => key.startsWith(prefix)).sort();
    }
}

/** TextInputFormat unpacks by the name's ending. */
function unpack(uri: string, data: Buffer): Buffer {
    if (uri.endsWith(".gz")) return gunzipSync(data);
    if (/\.(bz2|lzo|snappy|zst)$/.test(uri)) throw new Error(`The pocket cloud does not unpack ${uri}`);
    return data;
}
