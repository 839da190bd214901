import { strict as assert } from "node:assert";
import { SettingsError } from "../../components/settings/problem";
import { checkSettings } from "../../components/settings/settings";
import { declareClass } from "./classInMocks";

const complete = { students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"] };

/** Settings as the stack file would hand them over: lists and maps as JSON, the rest as it is. */
function asTexts(values: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

/** What is said about settings that are added to a complete set; [] where nothing is. */
function complaints(changes: Record<string, unknown>): string[] {
    try {
        checkSettings(asTexts({ ...complete, ...changes }));
        return [];
    } catch (error) {
        assert.ok(error instanceof SettingsError, String(error));
        return error.message.split("\n").slice(1, -1);
    }
}

// One line each: what somebody wrote, and what the program answers. Every answer has key, value and mend.
const bad: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ students: "ada" }, `students: "ada" is not a list. Write a list of names: students: [ada, grace].`],
    [
        { students: { ada: 1 } },
        `students: {"ada":1} is not a list. Write a list of names: students: [ada, grace].`,
    ],
    [
        { students: [1] },
        `students[0]: 1 is not text, so it cannot be the name of a student. Write a list of names: students: [ada, grace].`,
    ],
    [
        { students: [" "] },
        `students[0]: " " is empty, so it cannot be the name of a student. Write a list of names: students: [ada, grace].`,
    ],
    [
        { students: ["a\nb"] },
        `students[0]: "a\\nb" contains control characters. Write a list of names: students: [ada, grace].`,
    ],
    [
        { students: ["x".repeat(81)] },
        `students[0]: "${"x".repeat(76)}... is longer than 80 characters. Write a list of names: students: [ada, grace].`,
    ],
    [
        { students: [] },
        `students: [] names nobody, and neither do groups and studentCount. Write students: [ada, grace], or studentCount: 20.`,
    ],
    [
        { students: ["Ada", "ada"] },
        `students[1]: "ada" makes the lab name ada, which students[0] has already. Add an initial or a number to one of them.`,
    ],
    [
        { students: ["spare"] },
        `students[0]: "spare" makes the lab name spare, which the program needs itself. Write another name.`,
    ],
    [
        { groups: [{ lab: "ada", students: ["x"] }] },
        `groups[0].lab: "ada" makes the lab name ada, which students[0] has already. Add an initial or a number to one of them.`,
    ],
    [
        { groups: [{ lab: "team" }] },
        `groups[0].students: (nothing) is not a list of names. Write groups: [{ lab: team-1, students: [ada, grace] }].`,
    ],
    [
        { groups: [{ lab: "team", students: [] }] },
        `groups[0].students: [] has nobody in it. Write groups: [{ lab: team-1, students: [ada, grace] }].`,
    ],
    [
        { groups: [{ lab: "t", students: ["x"], size: 2 }] },
        `groups[0]: {"lab":"t","students":["x"],"size":2} has unknown fields (size). Write groups: [{ lab: team-1, students: [ada, grace] }].`,
    ],
    [
        { groups: ["team"] },
        `groups[0]: "team" is not a map of lab and students. Write groups: [{ lab: team-1, students: [ada, grace] }].`,
    ],
    [
        { studentCount: 2 },
        `studentCount: 2 is given together with names. Keep either studentCount, or students and groups.`,
    ],
    [
        { students: [], studentCount: -1 },
        `studentCount: -1 is not a whole number from 0 to 500. Write studentCount: 20.`,
    ],
    [
        { studentCount: "many" },
        `studentCount: "many" is not a whole number from 0 to 500. Write studentCount: 20.`,
    ],
    [
        { studentCount: 2.5 },
        `studentCount: "2.5" is not a whole number from 0 to 500. Write studentCount: 20.`,
    ],
    [
        { students: [], studentCount: 31 },
        `maxLabs: 30 is less than the 31 labs that are asked for. If you really want and can pay for that many, write maxLabs: 31.`,
    ],
    [
        { spares: 30 },
        `maxLabs: 30 is less than the 31 labs that are asked for. If you really want and can pay for that many, write maxLabs: 31.`,
    ],
    [{ spares: 1000000 }, `spares: 1000000 is not a whole number from 0 to 100. Write spares: 2.`],
    [{ maxLabs: 0 }, `maxLabs: 0 is not a whole number from 1 to 500. Write maxLabs: 30.`],
    [
        { allowedSshCidrs: [] },
        `allowedSshCidrs: [] is missing, so nobody could log in. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { allowedSshCidrs: ["130.88.0.1"] },
        `allowedSshCidrs[0]: "130.88.0.1" is not a network in CIDR notation. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { allowedSshCidrs: ["130.88.1.1/16"] },
        `allowedSshCidrs[0]: "130.88.1.1/16" is not the address of a network; the network is 130.88.0.0/16. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { allowedSshCidrs: ["203.0.113.0/24"] },
        `allowedSshCidrs[0]: "203.0.113.0/24" is an address from an example, which nobody has. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { allowedSshCidrs: ["2001:630::1/32"] },
        `allowedSshCidrs[0]: "2001:630::1/32" is not the address of a network; the network is 2001:630::/32. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { allowedSshCidrs: ["10.0.0.0/33"] },
        `allowedSshCidrs[0]: "10.0.0.0/33" is not a network in CIDR notation. Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].`,
    ],
    [
        { operatorPublicKeys: ["ssh-rsa AAAA"] },
        `operatorPublicKeys[0]: "ssh-rsa AAAA" is an OpenSSH public key that was cut or altered. Write the line of your .pub file: operatorPublicKeys: ['ssh-ed25519 AAAA... me@laptop'].`,
    ],
    [
        { operatorPublicKeys: ["-----BEGIN OPENSSH PRIVATE KEY----- hush"] },
        `operatorPublicKeys[0]: (a private key, not shown) is a private key, which must never leave its owner. Write the line of your .pub file: operatorPublicKeys: ['ssh-ed25519 AAAA... me@laptop'].`,
    ],
    [
        { zone: "eu-west-1" },
        `zone: "eu-west-1" is not the name of an availability zone. Write zone: eu-west-1a.`,
    ],
    [
        { instanceType: "small" },
        `instanceType: "small" is not the name of an EC2 instance type. Write instanceType: t3.small.`,
    ],
    [
        { amiId: "ubuntu" },
        `amiId: "ubuntu" is not the id of an image. Write amiId: ami-0123456789abcdef0, or leave it out.`,
    ],
    [
        { aptPackages: "nano" },
        `aptPackages: "nano" is not a list. Write names of Ubuntu packages: aptPackages: [python3-numpy, nano].`,
    ],
    [
        { aptPackages: ["nano; reboot"] },
        `aptPackages[0]: "nano; reboot" is not the name of an Ubuntu package. Write names of Ubuntu packages: aptPackages: [python3-numpy, nano].`,
    ],
    [
        { pipPackages: ["--index-url=x"] },
        `pipPackages[0]: "--index-url=x" is not a pip requirement. Write pip requirements: pipPackages: [mrjob==0.7.4, boto3].`,
    ],
    [
        { courseArchive: "missing.tar.gz" },
        `courseArchive: "missing.tar.gz" is not a file that can be read from the folder of Pulumi.yaml. Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.`,
    ],
    [
        { courseArchive: "package.json" },
        `courseArchive: "package.json" is not a tar.gz archive. Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.`,
    ],
    [
        { courseArchive: { bucket: "b", object: "x.tar.gz" } },
        `courseArchive.bucket: "b" is not the name of a bucket. Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.`,
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "x.zip" } },
        `courseArchive.object: "x.zip" is not the key of a .tar.gz object. Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.`,
    ],
    [
        { courseArchive: 5 },
        `courseArchive: 5 is neither a path nor a bucket and an object. Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.`,
    ],
    [
        { emrRelease: "7.13" },
        `emrRelease: "7.13" is not an EMR release of the 6 or 7 series. Write emrRelease: emr-7.13.0.`,
    ],
    [
        { clusterInstanceType: "m5" },
        `clusterInstanceType: "m5" is not the name of an EC2 instance type. Write clusterInstanceType: m5.xlarge.`,
    ],
    [
        { clusterInstanceCount: 0 },
        `clusterInstanceCount: 0 is not a whole number from 1 to 20. Write clusterInstanceCount: 4.`,
    ],
    [
        { clusterApplications: ["Spark"] },
        `clusterApplications: ["Spark"] does not have Hadoop, which mrjob needs. Write names as EMR spells them: clusterApplications: [Hadoop, Spark].`,
    ],
    [
        { clusterApplications: ["hadoop", "Hadoop"] },
        `clusterApplications[0]: "hadoop" is not the name of an EMR application. Write names as EMR spells them: clusterApplications: [Hadoop, Spark].`,
    ],
    [
        { clusterIdleHours: 169 },
        `clusterIdleHours: 169 is not a whole number from 0 to 168. Write clusterIdleHours: 12.`,
    ],
    [
        { clusterStepConcurrency: 0 },
        `clusterStepConcurrency: 0 is not a whole number from 1 to 256. Write clusterStepConcurrency: 2.`,
    ],
    [
        { instancetype: "t3.small" },
        `instancetype: "t3.small" is not a setting of this program. Did you mean instanceType?`,
    ],
    [
        { colour: "blue" },
        `colour: "blue" is not a setting of this program. Take it out; README.md lists the settings.`,
    ],
];

describe("The settings of a class", () => {
    for (const [changes, complaint] of bad) {
        it(`are refused: ${JSON.stringify(changes).slice(0, 70)}`, () => {
            assert.deepEqual(complaints(changes), [`  ${complaint}`]);
        });
    }

    it("are complained about all at once", () => {
        const keys = complaints({
            zone: "x",
            spares: -1,
            emrRelease: "7",
            students: ["Ada", 5],
            colour: "blue",
        });
        assert.deepEqual(
            keys.map((line) => line.trim().split(":")[0]),
            ["colour", "students[1]", "spares", "zone", "emrRelease"],
        );
    });

    it("that are wrong register no resource", async () => {
        await assert.rejects(declareClass({ zone: "x", allowedSshCidrs: undefined }), (error: Error) => {
            assert.ok(error instanceof SettingsError);
            assert.match(
                error.message,
                /^The settings of this stack need 2 things mended; nothing was created/,
            );
            return true;
        });
    });

    it("need no more than names and networks", () => {
        const settings = checkSettings(asTexts(complete));
        assert.equal(settings.instanceType, "t3.small");
        assert.equal(settings.clusterInstanceCount, 4);
        assert.deepEqual(settings.aptPackages, ["python3-numpy", "emacs-nox", "nano"]);
    });

    it("take whole numbers also as text, as `pulumi config set` stores them", () => {
        assert.equal(checkSettings({ ...asTexts(complete), maxLabs: "7" }).maxLabs, 7);
    });
});
