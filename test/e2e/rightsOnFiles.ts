import { may, mayNot, type Right, type RightsContext } from "./right.ts";

/** Files: the own part of the scratch bucket, the course archive, and no other object. */
export function files({ own, other, bucket, courseKey, from }: RightsContext): Right[] {
    const at = (Key: string) => ({ Bucket: bucket, Key });
    const mine = (name: string) => at(`labs/${own.lab}/rights/${name}`);
    const theirs = (name: string) => at(`labs/${other.lab}/${name}`);
    return [
        may("see the bucket, as mrjob does first", "s3.head_bucket", { Bucket: bucket }),
        may("ask where it is", "s3.get_bucket_location", { Bucket: bucket }),
        may("list the own files", "s3.list_objects_v2", { Bucket: bucket, Prefix: `labs/${own.lab}/` }),
        // Names only. A condition on the prefix would refuse HeadBucket, and mrjob dies of that (DESIGN.md, Isolation).
        may("list the names of others' files", "s3.list_objects_v2", { Bucket: bucket, Prefix: "labs/" }),
        may("read an own file", "s3.get_object", mine("readme.txt")),
        may("write an own file", "s3.put_object", { ...mine(`${from}-written.txt`), Body: "mine" }),
        may("write a large one", "s3.create_multipart_upload", mine(`${from}-large.bin`)),
        may("delete an own file", "s3.delete_object", mine(`${from}-deleted.txt`)),
        may("copy an own file", "s3.copy_object", {
            ...mine(`${from}-copy.txt`),
            CopySource: mine("readme.txt"),
        }),
        may("read the course archive", "s3.get_object", at(courseKey)),
        mayNot("read another lab's file", "s3:GetObject", "s3.get_object", theirs("rights/readme.txt")),
        mayNot("read another lab's logs", "s3:GetObject", "s3.get_object", theirs("logs/anything/stderr.gz")),
        mayNot("write among another lab's files", "s3:PutObject", "s3.put_object", {
            ...theirs("rights/readme.txt"),
            Body: "not yours",
        }),
        mayNot(
            "delete another lab's file",
            "s3:DeleteObject",
            "s3.delete_object",
            theirs("rights/readme.txt"),
        ),
        mayNot("copy another lab's file to the own", "s3:GetObject", "s3.copy_object", {
            ...mine(`${from}-stolen.txt`),
            CopySource: theirs("rights/readme.txt"),
        }),
        mayNot("write where only the start of the name is the own", "s3:PutObject", "s3.put_object", {
            ...at(`labs/${own.lab}lina/rights.txt`),
            Body: "not mine",
        }),
        mayNot("write beside the labs", "s3:PutObject", "s3.put_object", {
            ...at("mine.txt"),
            Body: "nobody's",
        }),
        mayNot("change the course archive", "s3:PutObject", "s3.put_object", {
            ...at(courseKey),
            Body: "mine",
        }),
        mayNot("delete the course archive", "s3:DeleteObject", "s3.delete_object", at(courseKey)),
        mayNot("list buckets", "s3:ListAllMyBuckets", "s3.list_buckets"),
        mayNot("delete the bucket", "s3:DeleteBucket", "s3.delete_bucket", { Bucket: bucket }),
        mayNot("open the bucket to others", "s3:PutBucketPolicy", "s3.put_bucket_policy", {
            Bucket: bucket,
            Policy: "{}",
        }),
        mayNot(
            "have the bucket forget",
            "s3:PutLifecycleConfiguration",
            "s3.put_bucket_lifecycle_configuration",
            {
                Bucket: bucket,
                LifecycleConfiguration: {
                    Rules: [{ ID: "x", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
                },
            },
        ),
        mayNot("give an own file to everybody", "s3:PutObjectAcl", "s3.put_object_acl", {
            ...mine("readme.txt"),
            ACL: "public-read",
        }),
    ];
}
