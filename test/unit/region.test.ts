import { strict as assert } from "node:assert";
import { chooseZone, isArm } from "../../components/preflight/region.ts";
import { SettingsError } from "../../components/settings/problem.ts";
import { declareClass, registeredSoFar } from "./classInMocks.ts";
import type { MockCloud } from "./mockCloud.ts";

describe("The zone of a class", () => {
    const offered = new Map([
        ["t3.small", ["us-east-1b", "us-east-1a", "us-east-1c"]],
        ["m5.xlarge", ["us-east-1c", "us-east-1b"]],
    ]);

    it("is the first that offers both instance types", () =>
        assert.equal(chooseZone(offered, ""), "us-east-1b"));

    it("is the one that is asked for, if it offers them", () => {
        assert.equal(chooseZone(offered, "us-east-1c"), "us-east-1c");
        assert.deepEqual(chooseZone(offered, "us-east-1a"), {
            key: "zone",
            value: "us-east-1a",
            message:
                "does not offer all instance types of the class; offered are t3.small in us-east-1a, us-east-1b, us-east-1c; m5.xlarge in us-east-1b, us-east-1c",
            mend: "Write zone: us-east-1b.",
        });
    });

    it("does not exist where a type is not offered at all, and the complaint names the type", () => {
        assert.deepEqual(chooseZone(new Map([["m7a.xlarge", []]]), ""), {
            key: "zone",
            value: "",
            message:
                "finds no zone of this region that offers all instance types of the class; offered are m7a.xlarge in no zone",
            mend: "Choose another instanceType or clusterInstanceType, or another region.",
        });
    });
});

/** What is said of a class before anything of it is declared; [] where it is made. */
async function complaints(changes: Record<string, unknown>, cloud: MockCloud = {}): Promise<string[]> {
    try {
        await declareClass(changes, cloud);
        return [];
    } catch (error) {
        assert.ok(error instanceof SettingsError, String(error));
        assert.equal(registeredSoFar(), 0);
        return error.message.split("\n").slice(1, -1);
    }
}

describe("The type of the clusters' nodes", () => {
    for (const [clusterInstanceType, complaint] of [
        ["t3.medium", "in this region. Write clusterInstanceType: m5.xlarge."],
        [
            "m5.large",
            "in this region; of its family it takes m5.xlarge, m5.2xlarge. Write clusterInstanceType: m5.xlarge.",
        ],
        [
            "r7g.large",
            "in this region; of its family it takes r7g.xlarge, r7g.2xlarge. Write clusterInstanceType: r7g.xlarge.",
        ],
        ["t4g.2xlarge", "in this region. Write clusterInstanceType: m5.xlarge."],
    ] as const) {
        it(`is one that EMR takes, not only EC2: ${clusterInstanceType}`, async () => {
            assert.deepEqual(await complaints({ clusterInstanceType }), [
                `  clusterInstanceType: "${clusterInstanceType}" is no type that EMR takes for emr-7.13.0 ${complaint}`,
            ]);
        });
    }

    it("does not matter to a class without clusters", async () =>
        assert.deepEqual(await complaints({ clusterInstanceType: "t3.medium", clusters: "off" }), []));
});

describe("The release of the clusters", () => {
    for (const [emrRelease, releases, complaint] of [
        [
            "emr-7.13.0",
            ["emr-7.9.0", "emr-7.12.0", "emr-7.11.0", "emr-6.15.0", "emr-7.10.0"],
            "; the newest of its series are emr-7.12.0, emr-7.11.0, emr-7.10.0. Write emrRelease: emr-7.12.0.",
        ],
        [
            "emr-6.16.0",
            ["emr-7.13.0", "emr-6.9.0", "emr-6.15.0"],
            "; the newest of its series are emr-6.15.0, emr-6.9.0. Write emrRelease: emr-6.15.0.",
        ],
        ["emr-6.15.0", ["emr-7.13.0"], ". Write a release of another series, or choose another region."],
    ] as const) {
        it(`is one that the region has: ${emrRelease} of ${releases.join(", ")}`, async () => {
            assert.deepEqual(await complaints({ emrRelease }, { releases }), [
                `  emrRelease: "${emrRelease}" is not offered in this region${complaint}`,
            ]);
        });
    }

    it("does not matter to a class without clusters", async () =>
        assert.deepEqual(await complaints({ clusters: "off" }, { releases: [] }), []));
});

describe("Spot Instances in an account that never used them", () => {
    const neverUsed = { usedSpot: false };

    it("are refused with the command that prepares the account, which EMR may not do", async () => {
        assert.deepEqual(await complaints({ clusterSpot: "0.15" }, neverUsed), [
            '  clusterSpot: "0.15" needs the service-linked role of Spot, which this account does not seem to have (reading IAM Role (AWSServiceRoleForEC2Spot): couldn\'t find resource) and EMR may not make. Make it once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com.',
        ]);
    });

    it("need nothing where there are none", async () => {
        for (const changes of [
            {},
            { clusterSpot: "0.15", clusters: "off" },
            { clusterSpot: "0.15", clusterInstanceCount: 1 },
        ]) {
            assert.deepEqual(await complaints(changes, neverUsed), []);
        }
    });

    it("are used once the account is prepared", async () =>
        assert.deepEqual(await complaints({ clusterSpot: "0.15" }, { usedSpot: true }), []));
});

describe("What a region or an account lacks", () => {
    it("is all told at once, before anything is declared", async () => {
        const lines = await complaints(
            {
                dnsZone: "missing.university.edu",
                zone: "eu-west-1c",
                clusterInstanceType: "t3.medium",
                clusterSpot: "0.15",
            },
            { usedSpot: false },
        );
        assert.deepEqual(
            lines.map((line) => line.trim().split(":")[0]),
            ["dnsZone", "clusterInstanceType", "clusterSpot", "zone"],
        );
    });
});

describe("The image of a machine", () => {
    it("fits its processors", () => {
        for (const type of ["t4g.small", "m7gd.large", "a1.medium", "x2gd.large", "im4gn.large"]) {
            assert.equal(isArm(type), true, type);
        }
        for (const type of ["t3.small", "m5.xlarge", "g4dn.xlarge", "m7a.large", "g6.xlarge"]) {
            assert.equal(isArm(type), false, type);
        }
    });

    it("is Canonical's newest, or the one that is asked for", async () => {
        const ami = async (changes: object) =>
            (await declareClass({ ...changes })).the("ada-machine-instance", "Instance").inputs.ami;
        assert.equal(await ami({}), "ami-intel");
        assert.equal(await ami({ instanceType: "t4g.small" }), "ami-arm");
        assert.equal(await ami({ amiId: "ami-0123456789abcdef0" }), "ami-0123456789abcdef0");
    });
});
