import { z } from "zod";
import { courseArchive } from "./courseArchive";
import { printable, setting, wholeNumber } from "./definition";
import { cidr } from "./network";
import { publicKey } from "./publicKey";

const studentName = printable("the name of a student", 80);
const instanceTypeName = z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal)$/, {
        error: "is not the name of an EC2 instance type",
    });
const packageName = (what: string, pattern: RegExp) =>
    z.string({ error: `is not text, so it cannot be ${what}` }).regex(pattern, { error: `is not ${what}` });

/**
 * Every setting of a class, in the order in which people meet them.
 *
 * To add one: declare it here and in Pulumi.yaml (a test compares the two), and use `settings.<key>` where it matters.
 * Everything else (reading, checking, complaints, the README's table) follows from this declaration.
 */
export const definitions = {
    students: setting({
        kind: "structure",
        description: "Names of the students; each gets a lab of their own.",
        default: [],
        effect: "nothing",
        effectNote: "A new name adds that lab, a name taken away removes that lab; no other lab changes.",
        mend: "Write a list of names: students: [ada, grace].",
        schema: z.array(studentName, { error: "is not a list" }),
    }),
    groups: setting({
        kind: "structure",
        description: "Labs that several students share, each a map of `lab` and `students`.",
        default: [],
        effect: "nothing",
        effectNote: "Like students; a changed list of students only changes the roster.",
        mend: "Write groups: [{ lab: team-1, students: [ada, grace] }].",
        schema: z.array(
            z.strictObject(
                {
                    lab: printable("the name of a lab", 80),
                    students: z
                        .array(studentName, { error: "is not a list of names" })
                        .min(1, { error: "has nobody in it" }),
                },
                { error: "is not a map of lab and students" },
            ),
            { error: "is not a list" },
        ),
    }),
    studentCount: setting({
        kind: "integer",
        description:
            "Number of labs named student-01, student-02 and so on, where names are not known. 0 = not used.",
        default: 0,
        effect: "nothing",
        effectNote: "More adds labs at the end, fewer removes the last ones; no other lab changes.",
        mend: "Write studentCount: 20.",
        schema: wholeNumber(0, 500),
    }),
    spares: setting({
        kind: "integer",
        description: "Extra labs, named spare-01 and so on, for a late registration or a broken machine.",
        default: 0,
        effect: "nothing",
        effectNote: "Adds or removes spare labs only.",
        mend: "Write spares: 2.",
        schema: wholeNumber(0, 100),
    }),
    maxLabs: setting({
        kind: "integer",
        description: "Most labs that this stack may have; more is refused before anything is created.",
        default: 30,
        effect: "nothing",
        effectNote: "Only a check.",
        mend: "Write maxLabs: 30.",
        schema: wholeNumber(1, 500),
    }),
    allowedSshCidrs: setting({
        kind: "structure",
        description: "Networks that may reach the machines by SSH, in CIDR notation. Required.",
        default: [],
        effect: "in place",
        effectNote: "The machines' security group follows at once.",
        mend: "Write the public addresses of the class room and of your own: allowedSshCidrs: [130.88.0.0/16].",
        schema: z
            .array(cidr, { error: "is not a list" })
            .min(1, { error: "is missing, so nobody could log in" })
            .max(50, { error: "is longer than 50 networks, which is all that a security group takes" }),
    }),
    operatorPublicKeys: setting({
        kind: "structure",
        description: "OpenSSH public keys that open every machine, besides the class key.",
        default: [],
        effect: "in place",
        effectNote: "Bootstrap runs again on every machine and installs them.",
        mend: "Write the line of your .pub file: operatorPublicKeys: ['ssh-ed25519 AAAA... me@laptop'].",
        schema: z.array(publicKey, { error: "is not a list" }),
    }),
    zone: setting({
        kind: "text",
        description: "Availability zone of the class. Empty = the first that offers both instance types.",
        default: "",
        effect: "nothing",
        effectNote: "Frozen when the class is first brought up.",
        mend: "Write zone: eu-west-1a.",
        schema: z
            .string()
            .regex(/^$|^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, { error: "is not the name of an availability zone" }),
    }),
    instanceType: setting({
        kind: "text",
        description: "EC2 instance type of the students' machines.",
        default: "t3.small",
        effect: "in place",
        effectNote: "Each machine is stopped, changed and started; its address changes, its disk stays.",
        mend: "Write instanceType: t3.small.",
        schema: instanceTypeName,
    }),
    amiId: setting({
        kind: "text",
        description:
            "Image of the machines, an Ubuntu 24.04. Empty = Canonical's newest when a machine is made.",
        default: "",
        effect: "nothing",
        effectNote: "Only machines made later use it.",
        mend: "Write amiId: ami-0123456789abcdef0, or leave it out.",
        schema: z
            .string()
            .regex(/^$|^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, { error: "is not the id of an image" }),
    }),
    aptPackages: setting({
        kind: "structure",
        description: "Ubuntu packages on every machine.",
        default: ["python3-numpy", "emacs-nox", "nano"],
        effect: "in place",
        effectNote: "Bootstrap runs again and adds what is missing; nothing is removed.",
        mend: "Write names of Ubuntu packages: aptPackages: [python3-numpy, nano].",
        // Debian policy 5.6.1: names of packages.
        schema: z.array(packageName("the name of an Ubuntu package", /^[a-z0-9][a-z0-9+.-]+$/), {
            error: "is not a list",
        }),
    }),
    pipPackages: setting({
        kind: "structure",
        description: "Python packages in the students' environment, as pip takes them.",
        default: ["mrjob==0.7.4", "boto3"],
        effect: "in place",
        effectNote: "Bootstrap runs again and makes the environment anew.",
        mend: "Write pip requirements: pipPackages: [mrjob==0.7.4, boto3].",
        // PEP 508 names, with extras and version, without addresses, markers or options.
        schema: z.array(
            packageName(
                "a pip requirement",
                /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9,._-]+\])?([<>=!~]=?[A-Za-z0-9.*+!<>=~,]+)?$/,
            ),
            { error: "is not a list" },
        ),
    }),
    courseArchive: setting({
        kind: "structure",
        description:
            "Course material for every home: a local .tar.gz, or `bucket` and `object` of an existing one.",
        default: "",
        effect: "in place",
        effectNote: "Bootstrap runs again; files that a student changed are left alone.",
        mend: "Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.",
        schema: courseArchive,
    }),
    emrRelease: setting({
        kind: "text",
        description: "EMR release of the clusters.",
        default: "emr-7.13.0",
        effect: "replaced",
        effectNote: "Every cluster is made anew; machines, passwords and files stay.",
        mend: "Write emrRelease: emr-7.13.0.",
        // 5.30 and 6.1 were the first with idle auto-termination; the managed policy v2 and Python 3 need no less.
        schema: z
            .string()
            .regex(/^emr-[67]\.\d+\.\d+$/, { error: "is not an EMR release of the 6 or 7 series" }),
    }),
    clusterInstanceType: setting({
        kind: "text",
        description: "EC2 instance type of the clusters' nodes.",
        default: "m5.xlarge",
        effect: "replaced",
        effectNote: "Every cluster is made anew; machines, passwords and files stay.",
        mend: "Write clusterInstanceType: m5.xlarge.",
        schema: instanceTypeName,
    }),
    clusterInstanceCount: setting({
        kind: "integer",
        description: "Nodes of each cluster: one primary, the others core.",
        default: 4,
        effect: "in place",
        effectNote: "Core nodes are added or removed; from or to 1 the cluster is made anew.",
        mend: "Write clusterInstanceCount: 4.",
        schema: wholeNumber(1, 20),
    }),
    clusterApplications: setting({
        kind: "structure",
        description: "EMR applications on the clusters.",
        default: ["Hadoop"],
        effect: "replaced",
        effectNote: "Every cluster is made anew; machines, passwords and files stay.",
        mend: "Write names as EMR spells them: clusterApplications: [Hadoop, Spark].",
        schema: z
            .array(packageName("the name of an EMR application", /^[A-Z][A-Za-z0-9]+$/), {
                error: "is not a list",
            })
            .refine((names) => names.includes("Hadoop"), {
                error: "does not have Hadoop, which mrjob needs",
            }),
    }),
    clusterIdleHours: setting({
        kind: "integer",
        description: "Hours without work after which a cluster ends itself. 0 = never.",
        default: 12,
        effect: "in place",
        effectNote: "The clusters' auto-termination policy follows at once.",
        mend: "Write clusterIdleHours: 12.",
        // EMR takes up to 604800 seconds.
        schema: wholeNumber(0, 168),
    }),
    clusterStepConcurrency: setting({
        kind: "integer",
        description: "Steps that a cluster runs at a time.",
        default: 2,
        effect: "in place",
        effectNote: "The clusters follow at once.",
        mend: "Write clusterStepConcurrency: 2.",
        // EMR refuses steps that would terminate the cluster when it may run more than one at a time (API_Step), so
        // that at 2 and more no student ends a cluster by a failing step.
        schema: wholeNumber(1, 256),
    }),
} as const;

/** Key of a setting. */
export type SettingKey = keyof typeof definitions;

/** The settings of a class, checked one by one. */
export type Settings = { readonly [Key in SettingKey]: z.infer<(typeof definitions)[Key]["schema"]> };
