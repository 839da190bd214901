import { existsSync } from "node:fs";
import { z } from "zod";
import { type ArchiveFile, lookIntoArchive } from "./archiveFile.ts";
import { cleanText, fitsPolicy } from "./text.ts";

/** Where the course material comes from: a file of the operator's, or one object of a bucket that exists. */
export type CourseArchive =
    | { readonly kind: "none" }
    | ({ readonly kind: "file"; readonly path: string } & ArchiveFile)
    | {
          readonly kind: "object";
          readonly bucket: string;
          readonly object: string;
          /** Region of the bucket; `undefined` where it is the class's. */
          readonly region?: string | undefined;
      };

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

const region = z
    .string({ error: "is not the name of a region" })
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: "is not the name of a region" });

/** Empty text, a path, or `{ bucket, object }`, with `region` where the bucket is in another one. */
export const courseArchive = z.unknown().transform((value, context): CourseArchive => {
    if (typeof value === "string" && cleanText(value) === "") {
        return { kind: "none" };
    }
    if (typeof value === "string") {
        const path = existsSync(value) ? value : cleanText(value);
        const found = lookIntoArchive(path);
        if ("problem" in found) {
            context.addIssue({ code: "custom", message: found.problem });
            return z.NEVER;
        }
        return { kind: "file", path, ...found };
    }
    const existing = z
        .strictObject({ bucket: s3Bucket, object: s3Object, region: region.optional() })
        .safeParse(value);
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
