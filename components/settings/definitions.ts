import { z } from "zod";
import { courseArchive } from "./courseArchive";
import { printable, setting, wholeNumber } from "./definition";
import { cidr } from "./network";
import { publicKey } from "./publicKey";
import { endsAt, nightlyStop } from "./schedule";

const studentName = printable("the name of a student", 80);
const instanceTypeName = z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal)$/, {
        error: "is not the name of an EC2 instance type",
    });
const choice = <const Choices extends readonly [string, ...string[]]>(...choices: Choices) =>
    z.enum(choices, { error: `is not one of ${choices.join(", ")}` });
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
    supportMachines: setting({
        kind: "structure",
        description:
            "Names of machines without a cluster, for demonstrators and services; not in the roster.",
        default: [],
        effect: "nothing",
        effectNote: "Like students: adds or removes that machine only.",
        mend: "Write names of machines: supportMachines: [demo, git].",
        schema: z.array(printable("the name of a machine", 80), { error: "is not a list" }).max(20, {
            error: "is longer than 20 machines",
        }),
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
    sshPorts: setting({
        kind: "structure",
        description: "Ports of SSH, the one to use first. Put 443 first where networks block 22.",
        default: [22],
        effect: "in place",
        effectNote:
            "Bootstrap runs again, by the first port of the list: add a port at the end, bring the class up, then move it to the front.",
        mend: "Write ports: sshPorts: [443, 22].",
        schema: z
            .array(wholeNumber(1, 65535), { error: "is not a list" })
            .min(1, { error: "has no port, so nobody could log in" })
            .max(5, { error: "is longer than 5 ports" })
            .refine((ports) => new Set(ports).size === ports.length, { error: "has a port twice" }),
    }),
    dnsZone: setting({
        kind: "text",
        description: "Route 53 zone in which every lab gets a name that stays. Empty = addresses only.",
        default: "",
        effect: "in place",
        effectNote: "Names are added, changed or removed; machines do not notice.",
        mend: "Write the name of a public hosted zone of this account: dnsZone: labs.university.edu.",
        schema: z
            .string()
            .regex(/^$|^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, {
                error: "is not the name of a zone",
            })
            .refine((zone) => !/(^|\.)example\.(com|org|net|edu)$/.test(zone), {
                error: "is a name from an example, which nobody has",
            }),
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
    isolation: setting({
        kind: "text",
        description:
            "lab = an identity and a cluster group for each lab; class = one of each for all, as in 2014.",
        default: "lab",
        effect: "replaced",
        effectNote:
            "Every cluster is made anew (with allowReplacement); machines get the other identity in place.",
        mend: "Write isolation: lab.",
        schema: choice("lab", "class"),
    }),
    studentCredentials: setting({
        kind: "text",
        description:
            "instance-profile = from the machine itself; access-key = also as variables in the environment.",
        default: "instance-profile",
        effect: "in place",
        effectNote: "Bootstrap runs again and adds or removes the variables.",
        mend: "Write studentCredentials: instance-profile.",
        schema: choice("instance-profile", "access-key"),
    }),
    clusters: setting({
        kind: "text",
        description: "off = machines only, a class without EMR.",
        default: "on",
        effect: "in place",
        effectNote: "off removes the clusters with what is on them, on makes new ones; machines stay.",
        mend: "Write clusters: on.",
        schema: choice("on", "off"),
    }),
    emrRelease: setting({
        kind: "text",
        description: "EMR release of the clusters.",
        default: "emr-7.13.0",
        effect: "replaced",
        effectNote: "Every cluster is made anew (with allowReplacement); machines, passwords and files stay.",
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
        effectNote: "Every cluster is made anew (with allowReplacement); machines, passwords and files stay.",
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
        effectNote: "Every cluster is made anew (with allowReplacement); machines, passwords and files stay.",
        mend: "Write names as EMR spells them: clusterApplications: [Hadoop, Spark].",
        schema: z
            .array(packageName("the name of an EMR application", /^[A-Z][A-Za-z0-9]+$/), {
                error: "is not a list",
            })
            .refine((names) => names.includes("Hadoop"), {
                error: "does not have Hadoop, which mrjob needs",
            }),
    }),
    clusterSpot: setting({
        kind: "text",
        description: "Highest price in USD an hour for core nodes as Spot Instances. Empty = On-Demand.",
        default: "",
        effect: "replaced",
        effectNote: "Every cluster is made anew (with allowReplacement).",
        mend: 'Write a price as text: clusterSpot: "0.15", or leave it out.',
        schema: z
            .string()
            .regex(/^$|^(?!0+(\.0*)?$)\d{1,2}(\.\d{1,4})?$/, { error: "is not a price in USD" }),
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
    power: setting({
        kind: "text",
        description: "off = machines stopped and clusters removed, for the night.",
        default: "on",
        effect: "in place",
        effectNote:
            "Machines stop or start, clusters go or are made; passwords and files stay, addresses change.",
        mend: "Write power: on.",
        schema: choice("on", "off"),
    }),
    nightlyStop: setting({
        kind: "structure",
        description:
            "Time at which AWS itself stops machines and ends clusters every day; the next up restores them.",
        default: "",
        effect: "in place",
        effectNote: "Schedules are added, changed or removed.",
        mend: 'Write nightlyStop: { at: "20:00", timezone: Europe/Lisbon }.',
        schema: nightlyStop,
    }),
    endsAt: setting({
        kind: "text",
        description:
            "End of the course: AWS itself stops machines and ends clusters, and no up starts them again.",
        default: "",
        effect: "in place",
        effectNote: "Schedules are added, changed or removed.",
        mend: "Write date, time and offset: endsAt: 2027-07-25T18:00:00+01:00.",
        schema: endsAt,
    }),
    allowReplacement: setting({
        kind: "boolean",
        description: "true = settings that make running clusters anew may change; otherwise that is refused.",
        default: false,
        effect: "nothing",
        effectNote: "Only a permission, for one `pulumi up`.",
        mend: "Write allowReplacement: true.",
        schema: z.boolean({ error: "is neither true nor false" }),
    }),
} as const;

/** Key of a setting. */
export type SettingKey = keyof typeof definitions;

/** The settings of a class, checked one by one. */
export type Settings = { readonly [Key in SettingKey]: z.infer<(typeof definitions)[Key]["schema"]> };
