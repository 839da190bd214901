import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { checkSettings } from "../../components/settings/settings.ts";
import { fitsPolicy } from "../../components/settings/text.ts";
import { tar } from "../tarArchive.ts";
import { asTexts, type ClassInMocks, declareClass, valuesOf } from "./classInMocks.ts";
import { session, tagsOf, verdict } from "./policyVerdict.ts";

const right = { students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"] };
const archiveOf = (courseArchive: unknown) =>
    checkSettings(asTexts({ ...right, courseArchive })).machines.courseArchive;
/** The texts of all policies of a class. */
const policiesOf = (stack: ClassInMocks) =>
    stack.resources.flatMap(({ inputs }) =>
        [inputs.policy, inputs.assumeRolePolicy].filter((policy) => typeof policy === "string"),
    );
const uriOf = (stack: ClassInMocks) =>
    valuesOf(stack.the("ada-machine-bootstrap", "Command")).find((line) => line.includes("ARCHIVE_URI"));

describe("A course archive of the operator's", () => {
    let folder: string;
    before(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-"));
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    for (const name of [
        "cafe\u0301.tar.gz", // as macOS writes café
        "курс.tar.gz",
        "課程 2027.tgz",
        "My course (final) – v2.tar.gz",
        "${aws:username}*.tar.gz",
        "\u200bpasted.tar.gz",
    ]) {
        it(`may be called anything, since policies never have its name: ${name}`, async () => {
            const file = path.join(folder, name);
            fs.writeFileSync(file, gzipSync(tar([{ name: "notes.txt", content: "course" }])));
            const stack = await declareClass({ courseArchive: file, supportMachines: ["demo"] });
            assert.equal(
                stack.the("classroom-course-archive", "BucketObjectv2").inputs.key,
                "course/archive.tar.gz",
            );
            assert.equal(
                uriOf(stack),
                "LAB_COURSE_ARCHIVE_URI='s3://classroom-scratch-bucket-0123456/course/archive.tar.gz'",
            );
            const policies = policiesOf(stack);
            assert.equal(policies.filter((policy) => policy.includes("/course/archive.tar.gz")).length, 2);
            assert.deepEqual(
                policies.filter((policy) => !fitsPolicy(policy)),
                [],
            );
        });
    }

    it("keeps its key when another file takes its place, so that nothing is made anew", async () => {
        const keys = [];
        for (const name of ["first.tar.gz", "second.tgz"]) {
            const file = path.join(folder, name);
            fs.writeFileSync(file, gzipSync(tar([{ name: "notes.txt", content: name }])));
            const stack = await declareClass({ courseArchive: file });
            keys.push(stack.the("classroom-course-archive", "BucketObjectv2").inputs.key);
        }
        assert.equal(keys[0], keys[1]);
    });

    it("is found where its path was pasted with what nobody sees, unless a file is really called like that", () => {
        const plain = path.join(folder, "plain.tar.gz");
        fs.writeFileSync(plain, gzipSync(tar([{ name: "notes.txt", content: "course" }])));
        assert.deepEqual(archiveOf(`${plain}\u200b `), archiveOf(plain));
        const odd = path.join(folder, "odd\u200b.tar.gz");
        fs.writeFileSync(odd, gzipSync(tar([{ name: "notes.txt", content: "course" }])));
        const found = archiveOf(odd);
        assert.equal(found.kind === "file" ? found.path : "", odd);
        assert.notDeepEqual(found, archiveOf(plain));
        assert.deepEqual(archiveOf(" \u200b"), { kind: "none" });
    });
});

describe("An object of an existing bucket", () => {
    const student = session("student-labs-eu-west-1-ada-0123456", "i-1", tagsOf("ada"));
    const read = (policy: unknown, key: string) =>
        verdict(policy, student, { action: "s3:GetObject", resource: `arn:aws:s3:::university/${key}` });

    for (const [key, neighbour] of [
        ["week 1/course material.tar.gz", "week 1/solutions.tar.gz"],
        ["café/münchen ½.tgz", "café/other.tgz"],
        ["/lead.tar.gz", "lead.tar.gz"],
        ["a+b=c,(d)'e'!.tar.gz", "a+b.tar.gz"],
        // What is a wild card or a variable in a policy is an ordinary character of a key.
        ["week*.tar.gz", "week-1-solutions.tar.gz"],
        ["v?.tgz", "v1.tgz"],
        ["${aws:PrincipalTag/Lab}.tgz", "ada.tgz"],
        ["$5.tgz", "5.tgz"],
    ] as const) {
        it(`may be called as S3 takes it, and is the only one that students read: ${key}`, async () => {
            const courseArchive = { bucket: "university", object: key };
            assert.deepEqual(archiveOf(courseArchive), { kind: "object", ...courseArchive });
            const stack = await declareClass({ courseArchive });
            assert.equal(
                uriOf(stack),
                `LAB_COURSE_ARCHIVE_URI='s3://university/${key.replaceAll("'", `'\\''`)}'`,
            );
            const policy: unknown = JSON.parse(
                String(stack.the("classroom-student", "Policy").inputs.policy),
            );
            assert.equal(await read(policy, key), "Allowed");
            assert.equal(await read(policy, neighbour), "ImplicitlyDenied");
            assert.deepEqual(
                policiesOf(stack).filter((text) => !fitsPolicy(text)),
                [],
            );
        });
    }

    it("is read without what nobody sees where a policy could not have it, and else as it was written", () => {
        for (const [written, object] of [
            ["course\u200b.tar.gz", "course.tar.gz"],
            ["\ufeffcourse.tar.gz", "course.tar.gz"],
            ["week\u00a01.tar.gz", "week\u00a01.tar.gz"],
            [" x.tgz", " x.tgz"],
        ]) {
            assert.deepEqual(archiveOf({ bucket: "university", object: written }), {
                kind: "object",
                bucket: "university",
                object,
            });
        }
    });
});
