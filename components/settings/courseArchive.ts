import { z } from "zod";
import { type ArchiveFile, lookIntoArchive } from "./archiveFile.ts";

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
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "is not the name of a bucket" });
const s3Object = z
    .string({ error: "is not the key of an object" })
    .regex(/^[^/\s][^\s]*\.(tar\.gz|tgz)$/, { error: "is not the key of a .tar.gz object" });

const region = z
    .string({ error: "is not the name of a region" })
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: "is not the name of a region" });

/** Empty text, a path, or `{ bucket, object }`, with `region` where the bucket is in another one. */
export const courseArchive = z.unknown().transform((value, context): CourseArchive => {
    if (value === "") {
        return { kind: "none" };
    }
    if (typeof value === "string") {
        const found = lookIntoArchive(value);
        if ("problem" in found) {
            context.addIssue({ code: "custom", message: found.problem });
            return z.NEVER;
        }
        return { kind: "file", path: value, ...found };
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
