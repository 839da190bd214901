import * as fs from "node:fs";
import { z } from "zod";

/** Where the course material comes from: a file of the operator's, or one object of a bucket that exists. */
export type CourseArchive =
    | { readonly kind: "none" }
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "object"; readonly bucket: string; readonly object: string };

const s3Bucket = z
    .string({ error: "is not the name of a bucket" })
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "is not the name of a bucket" });
const s3Object = z
    .string({ error: "is not the key of an object" })
    .regex(/^[^/\s][^\s]*\.(tar\.gz|tgz)$/, { error: "is not the key of a .tar.gz object" });

/** Says what keeps a local file from being a tar archive compressed with gzip, or `undefined` where nothing does. */
export function archiveFileProblem(path: string): string | undefined {
    let file: number;
    try {
        file = fs.openSync(path, "r");
    } catch {
        return "is not a file that can be read from the folder of Pulumi.yaml";
    }
    try {
        const start = Buffer.alloc(2);
        // RFC 1952, 2.3.1: a gzip file starts with these two bytes.
        const read = fs.fstatSync(file).isFile() ? fs.readSync(file, start, 0, 2, 0) : 0;
        return read === 2 && start[0] === 0x1f && start[1] === 0x8b ? undefined : "is not a tar.gz archive";
    } finally {
        fs.closeSync(file);
    }
}

/** Empty text, a path, or `{ bucket, object }`. */
export const courseArchive = z.unknown().transform((value, context): CourseArchive => {
    if (value === "") {
        return { kind: "none" };
    }
    if (typeof value === "string") {
        const problem = archiveFileProblem(value);
        if (problem !== undefined) {
            context.addIssue({ code: "custom", message: problem });
            return z.NEVER;
        }
        return { kind: "file", path: value };
    }
    const existing = z.strictObject({ bucket: s3Bucket, object: s3Object }).safeParse(value);
    if (!existing.success) {
        for (const issue of existing.error.issues) {
            const message =
                issue.code === "unrecognized_keys"
                    ? `has unknown fields (${issue.keys.join(", ")})`
                    : issue.message.replace(
                          /^Invalid input.*/,
                          "is neither a path nor a bucket and an object",
                      );
            context.addIssue({ code: "custom", message, path: issue.path });
        }
        return z.NEVER;
    }
    return { kind: "object", ...existing.data };
});
