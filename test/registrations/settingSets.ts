/** A class to declare: settings as a stack file has them. Several, since some settings exclude others. */
export interface SettingSet {
    readonly name: string;
    /** Stack whose file in the checkout is read first; without one, the project's defaults alone. */
    readonly stack?: string;
    /** @param archive a local course archive, the same file for every run */
    readonly settings: (archive: string) => Readonly<Record<string, unknown>>;
    /** Words of the message with which the program is to refuse the settings, in an `up`. */
    readonly refused?: string;
    /** Shape of clusters that run already, in another way than the settings say: see replacementGuard.ts. */
    readonly kept?: Readonly<Record<string, string>>;
}

const network = "130.88.0.0/16";
const publicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0bVfFYzGL6gCCmzOYcQyVZ2hTMpRRkN0jnOuWjZ4Cz teacher@laptop";

/** People and machines of every kind, and every setting away from its default that leaves the clusters on. */
const everything = {
    students: ["Ada Lovelace", "José Núñez", "王小明"],
    groups: [
        { lab: "Team 1", students: ["Barbara", "Edsger"] },
        { lab: "Team 2", students: ["Donald"] },
    ],
    spares: 2,
    supportMachines: ["Demo", "git"],
    maxLabs: 60,
    allowedSshCidrs: [network, "2001:630:212::/48"],
    allowAnyAddress: true,
    sshPorts: [443, 22],
    supportPorts: [80, 3000],
    dnsZone: "labs.university.edu",
    operatorPublicKeys: [publicKey],
    zone: "eu-west-1b",
    instanceType: "t4g.small",
    cpuCredits: "unlimited",
    aptPackages: ["nano", "git"],
    pipPackages: ["mrjob==0.7.4", "boto3", "simplejson"],
    dataBuckets: ["commoncrawl", "datasets-of-the-university/ml/"],
    studentCredentials: "access-key",
    emrRelease: "emr-7.12.0",
    clusterInstanceType: "m6g.xlarge",
    clusterInstanceCount: 3,
    clusterApplications: ["Hadoop", "Spark"],
    clusterSpot: "0.15",
    clusterIdleHours: 0,
    clusterStepConcurrency: 3,
    nightlyStop: { at: "20:30", timezone: "Europe/Lisbon" },
    endsAt: "2099-07-25T18:00:00+01:00",
} as const;

const bucket = { bucket: "courses-of-the-university", object: "2099/course.tar.gz" };

/** The classes that are compared, from the least to the most. */
export const settingSets: readonly SettingSet[] = [
    {
        name: "defaults, 2 students",
        settings: () => ({ students: ["Ada", "Grace"], allowedSshCidrs: [network] }),
    },
    ...["eu-west-1", "us-east-1", "sa-east-1"].map((stack) => ({
        name: `stack file of ${stack}`,
        stack,
        settings: () => ({ studentCount: 3, allowedSshCidrs: [network] }),
    })),
    {
        name: "every setting, own labs, local archive",
        settings: (archive) => ({ ...everything, courseArchive: archive }),
    },
    {
        name: "every setting, shared identity, archive in a bucket",
        settings: () => ({
            ...everything,
            isolation: "class",
            courseArchive: bucket,
            amiId: "ami-0123456789abcdef0",
            allowReplacement: true,
        }),
    },
    {
        name: "shared identity, single nodes, end only",
        settings: () => ({
            studentCount: 3,
            allowedSshCidrs: [network],
            isolation: "class",
            instanceType: "m7i.large",
            clusterInstanceCount: 1,
            endsAt: everything.endsAt,
        }),
    },
    {
        name: "without clusters",
        settings: (archive) => ({ ...everything, clusters: "off", courseArchive: archive }),
    },
    {
        name: "without clusters, shared identity",
        settings: () => ({ ...everything, clusters: "off", isolation: "class", courseArchive: bucket }),
    },
    {
        name: "power off",
        settings: (archive) => ({ ...everything, power: "off", courseArchive: archive }),
    },
    {
        name: "power off, shared identity, night only",
        settings: () => ({
            ...everything,
            power: "off",
            isolation: "class",
            studentCredentials: "instance-profile",
            endsAt: "",
        }),
    },
    {
        name: "refused: every setting wrong",
        refused: "things mended",
        settings: () => ({
            students: ["Ada", "ada", "!!!", "Support 1"],
            groups: [
                { lab: "", students: [] },
                { lab: "x", student: ["y"] },
            ],
            studentCount: -1,
            spares: "two",
            supportMachines: "demo",
            maxLabs: 0,
            allowedSshCidrs: ["0.0.0.0/0", "10.0.0.1", "192.168.0.0/16"],
            allowAnyAddress: "maybe",
            sshPorts: [22, 22, 70000],
            supportPorts: [0],
            dnsZone: "labs.example.com",
            operatorPublicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519 AAAA"],
            zone: "Ireland",
            instanceType: "small",
            cpuCredits: "some",
            amiId: "ubuntu",
            aptPackages: ["nano; reboot"],
            pipPackages: ["--index-url=http://x"],
            courseArchive: { bucket: "No", object: "course.zip", region: "x" },
            dataBuckets: ["*"],
            isolation: "none",
            studentCredentials: "both",
            clusters: "yes",
            emrRelease: "emr-5.36.0",
            clusterInstanceType: "large",
            clusterInstanceCount: 0,
            clusterApplications: ["Spark"],
            clusterSpot: "0",
            clusterIdleHours: 1000,
            clusterStepConcurrency: 0,
            power: "standby",
            nightlyStop: { at: "25:00", timezone: "CEST" },
            endsAt: "2020-01-01",
            allowReplacement: "maybe",
            studentsCount: 3,
        }),
    },
    {
        name: "refused: settings wrong together",
        refused: "things mended",
        settings: () => ({
            students: ["Ada", "A. da", "Nebuchadnezzar the Second of Babylon"],
            studentCount: 40,
            supportMachines: ["Ada"],
            allowedSshCidrs: Array.from({ length: 40 }, (_, index) => `130.${index}.0.0/16`),
            sshPorts: [22, 443],
        }),
    },
    {
        name: "refused: clusters would be made anew",
        refused: "would be made anew",
        settings: () => ({ ...everything }),
        kept: {
            emrRelease: "emr-7.13.0",
            clusterInstanceType: "m5.xlarge",
            clusterApplications: "Hadoop",
            clusterSpot: "",
            isolation: "class",
            clusterInstanceCount: "1",
        },
    },
];
