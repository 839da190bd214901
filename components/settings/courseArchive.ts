import * as fs from "node:fs";
import { z } from "zod";
import { cleanText, fitsPolicy } from "./text.ts";

/** Where the course material comes from: a file of the operator's, or one object of a bucket that exists. */
export type CourseArchive =
    | { readonly kind: "none" }
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "object"; readonly bucket: string; readonly object: string };

const s3Bucket = z
    .string({ error: "is not the name of a bucket" })
    .transform(cleanText)
    .pipe(z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "is not the name of a bucket" }));
// "Creating object key names": up to 1024 bytes of UTF-8, spaces and all. Control characters are taken as well, but no
// request can name them without trouble.
const s3Object = z
    .string({ error: "is not the key of an object" })
    // As it was written, unless only what cannot be seen keeps it out of a policy.
    .transform((key) => (fitsPolicy(key) ? key : cleanText(key)))
    .refine((key) => /^[^\p{Cc}]*[^/]\.(tar\.gz|tgz)$/u.test(key), {
        error: "is not the key of a .tar.gz object",
    })
    .refine((key) => Buffer.byteLength(key) <= 1024, { error: "is longer than the 1024 bytes of a key" })
    .refine(fitsPolicy, {
        error: "has characters that no IAM policy takes, so that no lab could be allowed to read it: copy the object to a key of U+0020 to U+00FF",
    });

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
    if (typeof value === "string" && cleanText(value) === "") {
        return { kind: "none" };
    }
    if (typeof value === "string") {
        const path = fs.existsSync(value) ? value : cleanText(value);
        const problem = archiveFileProblem(path);
        if (problem !== undefined) {
            context.addIssue({ code: "custom", message: problem });
            return z.NEVER;
        }
        return { kind: "file", path };
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
