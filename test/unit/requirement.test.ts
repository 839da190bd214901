import { strict as assert } from "node:assert";
import { parseRequirement } from "../../components/settings/requirement.ts";
import { checkSettings } from "../../components/settings/settings.ts";
import { asTexts, declareClass, valuesOf } from "./classInMocks.ts";

const right = { students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"] };
const complete = (pipPackages: readonly string[], changes = {}) =>
    checkSettings(asTexts({ ...right, ...changes, pipPackages })).machines.pipPackages;

// What packaging, pip's own library, makes of the texts (Requirement(text).name, and str(Requirement(text))).
describe("A requirement is read as pip reads it", () => {
    for (const [text, name, canonical] of [
        ["boto3", "boto3", "boto3"],
        ["boto3-stubs", "boto3-stubs", "boto3-stubs"],
        ["Boto3_Stubs", "boto3-stubs", "boto3-stubs"],
        ["MRJob", "mrjob", "mrjob"],
        ["zope.interface", "zope-interface", "zope-interface"],
        ["foo-_.bar", "foo-bar", "foo-bar"],
        ["mrjob == 0.7.4", "mrjob", "mrjob==0.7.4"],
        ["mrjob[aws, google]==0.7.4", "mrjob", "mrjob[aws,google]==0.7.4"],
        ["numpy >=1.26, <2", "numpy", "numpy>=1.26,<2"],
        ["numpy (>=1.26,<2)", "numpy", "numpy>=1.26,<2"],
        ["pandas~=2.2", "pandas", "pandas~=2.2"],
        ["torch==2.4.0+cpu", "torch", "torch==2.4.0+cpu"],
        ["django==5.*", "django", "django==5.*"],
        ["attrs>=24rc1", "attrs", "attrs>=24rc1"],
        ["odd===not-a-version", "odd", "odd===not-a-version"],
        ["tz!=2024.1.post1", "tz", "tz!=2024.1.post1"],
    ] as const) {
        it(text, () => assert.deepEqual(parseRequirement(text), { name, text: canonical }));
    }
});

describe("What pip would refuse on every machine is refused before", () => {
    for (const text of [
        "mrjob=0.7.4",
        "mrjob~0.7",
        "mrjob==",
        "mrjob 0.7.4",
        "pandas~=2",
        "numpy>=1.*",
        "numpy>1,<",
        "numpy,scipy",
        "-mrjob",
        "mrjob-",
        "mrjob[aws",
        "mrjob[]]",
        "numpy==latest",
        "наука",
        "",
        "-r requirements.txt",
        "numpy @ https://user:secret@university.edu/numpy.whl",
        "git+https://university.edu/x.git",
        "./wheels/numpy.whl",
        "pywin32; sys_platform == 'win32'",
    ]) {
        it(JSON.stringify(text), () => assert.equal(typeof parseRequirement(text), "string"));
    }
});

describe("The packages of a class", () => {
    it("are completed with what labs cannot do without", () => {
        assert.deepEqual(complete(["pandas"]), ["pandas", "mrjob==0.7.4", "boto3", "setuptools<81"]);
        assert.deepEqual(complete([]), ["mrjob==0.7.4", "boto3", "setuptools<81"]);
        assert.deepEqual(complete(["pandas"], { clusters: "off" }), ["pandas", "boto3", "setuptools<81"]);
    });

    it("are not taken for others whose names begin like theirs", () => {
        for (const similar of ["boto3-stubs", "boto3_stubs[emr]==1.0", "BOTO3.type.annotations"]) {
            assert.ok(complete(["mrjob", similar]).includes("boto3"), similar);
        }
        for (const similar of ["mrjob-tools", "mrjobs", "mrjob_stubs>=1"]) {
            assert.ok(complete([similar]).includes("mrjob==0.7.4"), similar);
        }
    });

    it("stay in the version that was asked for, however their names are spelled", () => {
        assert.deepEqual(complete(["MRJob[aws] == 0.7.3", "Boto3 >= 1.30", "setuptools==80.1"]), [
            "mrjob[aws]==0.7.3",
            "boto3>=1.30",
            "setuptools==80.1",
        ]);
    });

    it("reach the machines like that", async () => {
        const one = await declareClass({ pipPackages: ["boto3-stubs", "Num_Py >= 1, < 3"] });
        assert.ok(
            valuesOf(one.the("ada-machine-bootstrap", "Command")).includes(
                "LAB_PIP_PACKAGES='boto3-stubs num-py>=1,<3 mrjob==0.7.4 boto3 setuptools<81'",
            ),
        );
    });
});
