import { strict as assert } from "node:assert";
import { declareClass, registeredSoFar, valuesOf } from "./classInMocks.ts";

const courseArchive = { bucket: "university", object: "ml/course.tar.gz" };
const useless = [
    "courseArchive: s3://university/ml/course.tar.gz cannot be used; nothing was created or changed.",
];

// What the look-up says, and what the operator is told to do.
const refusals: readonly (readonly [string, string | Readonly<Record<string, unknown>>, string, RegExp])[] = [
    [
        "in another region",
        "reading S3 Bucket (university) Object (ml/course.tar.gz): operation error S3: HeadObject, https response error StatusCode: 301, RequestID: X, HostID: , api error MovedPermanently: Moved Permanently",
        "StatusCode: 301",
        /The bucket is in another region than the class\. Write which: courseArchive: \{ bucket: university, object: ml\/course\.tar\.gz, region: us-east-1 \}\.$/,
    ],
    [
        "that is not there",
        "reading S3 Bucket (university) Object (ml/course.tar.gz): couldn't find resource",
        "couldn't find resource",
        /^Check bucket and object, and that you may read it/m,
    ],
    [
        "out of the operator's reach",
        "operation error S3: HeadObject, https response error StatusCode: 403, api error Forbidden: Forbidden",
        "Forbidden",
        /^Check bucket and object, and that you may read it/m,
    ],
    ["that is archived", { storageClass: "GLACIER" }, "storage class GLACIER", /^Restore it and copy it/m],
    [
        "that is archived deep down",
        { storageClass: "DEEP_ARCHIVE" },
        "storage class DEEP_ARCHIVE",
        /^Restore it and copy it/m,
    ],
];

describe("A course archive that is an object of a bucket", () => {
    for (const [what, object, reason, mend] of refusals) {
        it(`${what} is refused before anything is created`, async () => {
            await assert.rejects(declareClass({ courseArchive }, { object }), (error: Error) => {
                assert.ok(error.message.startsWith(`${useless[0]}\n  `), error.message);
                assert.ok(error.message.includes(reason), error.message);
                assert.match(error.message, mend);
                return true;
            });
            assert.equal(registeredSoFar(), 0);
        });
    }

    it("of another region than the one that was written, too", async () => {
        await assert.rejects(
            declareClass(
                { courseArchive: { ...courseArchive, region: "eu-north-1" } },
                { object: "api error PermanentRedirect: 301" },
            ),
            /The bucket is in another region than eu-north-1\. Write which:/,
        );
    });

    it("of another region is fetched from there", async () => {
        for (const [region, expected] of [
            [undefined, "eu-west-1"],
            ["us-east-1", "us-east-1"],
            ["ap-southeast-2", "ap-southeast-2"],
        ] as const) {
            const stack = await declareClass({
                courseArchive: { ...courseArchive, ...(region && { region }) },
            });
            const values = valuesOf(stack.the("ada-machine-bootstrap", "Command"));
            assert.ok(values.includes(`LAB_COURSE_ARCHIVE_REGION='${expected}'`), values.join("\n"));
        }
    });

    it("of a storage class that can be read at once is taken", async () => {
        for (const storageClass of ["STANDARD", "GLACIER_IR", "INTELLIGENT_TIERING", ""]) {
            const stack = await declareClass({ courseArchive }, { object: { storageClass } });
            assert.ok(
                valuesOf(stack.the("ada-machine-bootstrap", "Command")).includes(
                    "LAB_COURSE_ARCHIVE_VERSION='etag-of-the-object'",
                ),
            );
        }
    });
});
