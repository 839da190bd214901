/** For every setting: a change of it on a class that runs, and all that the change does. */
import type { definitions, SettingKey } from "../../components/settings/definitions.ts";
import type { OperationResult, Step } from "../emulator/engine/result.ts";
import { farTime, type LiveClass } from "./liveClass.ts";
import { scriptValues } from "../emulator/machines/machineScriptValues.ts";

/** What a change of one setting does to a class; `LAB` in a name stands for each lab. */
export interface Walk {
    readonly to: unknown;
    /** `type name` of what is made. */
    readonly makes?: readonly string[];
    /** `type name` of what is updated, and the inputs that differ. */
    readonly updates?: Readonly<Record<string, readonly string[]>>;
    /** `type name` of what is made anew, and the inputs that differ. */
    readonly replaces?: Readonly<Record<string, readonly string[]>>;
    /** `type name` of what is removed. */
    readonly removes?: readonly string[];
    /** Values with which bootstrap runs again on every machine. */
    readonly bootstrap?: readonly string[];
    /** Values with which connect runs again on every machine. */
    readonly connect?: readonly string[];
}

const command = "command:remote:Command";
const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const cluster = "aws:emr/cluster:Cluster LAB-cluster";
const schedule = "aws:scheduler/schedule:Schedule";
const scheduledStop = [
    "student-labs:index:ScheduledStop classroom-stop",
    "aws:scheduler/scheduleGroup:ScheduleGroup classroom-stop-schedules",
    "aws:iam/role:Role classroom-stop-role",
    "aws:iam/rolePolicy:RolePolicy classroom-stop-policy",
];

/** A public key that nobody has the private half of any more. */
export const aPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0bVfFYzGL6gCCmzOYcQyVZ2hTMpRRkN0jnOuWjZ4Cz teacher@laptop";

/** Settings that change nothing of what runs. */
export const nothing = {
    zone: { to: "eu-west-1b" },
    amiId: { to: "ami-0123456789abcdef0" },
    allowReplacement: { to: true },
    allowAnyAddress: { to: true },
} as const satisfies Partial<Record<SettingKey, Walk>>;

/** Settings that add labs and machines, and leave those alone that are there. */
export const people = {
    students: { to: ["Ada", "Alan", "Grace"] },
    groups: { to: [{ lab: "Team 1", students: ["Barbara", "Edsger"] }] },
    spares: { to: 1 },
    supportMachines: { to: ["Demo"] },
    studentCount: { to: 2 },
} as const satisfies Partial<Record<SettingKey, Walk>>;

/** Settings that change support machines in place: of a class that has one, called demo. */
export const supporting = {
    supportPorts: { to: [80, 3000], makes: [`${rule} demo-from-labs-80`, `${rule} demo-from-labs-3000`] },
} as const satisfies Partial<Record<SettingKey, Walk>>;

/**
 * Settings that change what runs in place, all of them in one `up`.
 *
 * @param courseArchive another file with the course's name
 */
export const inPlace = (courseArchive: string) =>
    ({
        maxLabs: { to: 60, connect: ["LAB_POLL_SECONDS"] },
        allowedSshCidrs: {
            to: ["127.0.0.0/8", "130.88.0.0/16"],
            makes: [`${rule} classroom-network-ssh-22-130.88.0.0/16`],
        },
        sshPorts: {
            to: [22, 443],
            makes: ["127.0.0.0/8", "130.88.0.0/16"].map(
                (network) => `${rule} classroom-network-ssh-443-${network}`,
            ),
            bootstrap: ["LAB_SSH_PORTS"],
        },
        dnsZone: {
            to: "labs.university.edu",
            makes: [
                "student-labs:index:DnsRecord LAB-machine-dns",
                "aws:route53/record:Record LAB-machine-dns-a",
            ],
        },
        operatorPublicKeys: { to: [aPublicKey], bootstrap: ["LAB_OPERATOR_KEYS"] },
        cpuCredits: {
            to: "unlimited",
            updates: { "aws:ec2/instance:Instance LAB-machine-instance": ["creditSpecification"] },
        },
        aptPackages: { to: ["nano", "emacs-nox"], bootstrap: ["LAB_APT_PACKAGES"] },
        pipPackages: { to: ["mrjob==0.7.4", "boto3", "simplejson"], bootstrap: ["LAB_PIP_PACKAGES"] },
        courseArchive: {
            to: courseArchive,
            updates: { "aws:s3/bucketObjectv2:BucketObjectv2 classroom-course-archive": ["source"] },
            bootstrap: ["LAB_COURSE_ARCHIVE_VERSION"],
        },
        dataBuckets: {
            to: ["commoncrawl", "datasets-of-the-university/ml/"],
            updates: { "aws:iam/policy:Policy classroom-student": ["policy"] },
        },
        studentCredentials: {
            to: "access-key",
            makes: [
                "student-labs:index:StudentAccessKey LAB-access",
                "aws:iam/user:User student-labs-eu-west-1-LAB",
                "aws:iam/userPolicyAttachment:UserPolicyAttachment LAB-access-policy",
                "aws:iam/accessKey:AccessKey LAB-access-key",
            ],
            bootstrap: ["LAB_ACCESS_KEY_ID", "LAB_SECRET_ACCESS_KEY"],
        },
        clusterInstanceCount: { to: 3, updates: { [cluster]: ["coreInstanceGroup"] } },
        clusterIdleHours: { to: 0, updates: { [cluster]: ["autoTerminationPolicy"] } },
        clusterStepConcurrency: { to: 3, updates: { [cluster]: ["stepConcurrencyLevel"] } },
        nightlyStop: {
            to: { at: farTime, timezone: "Europe/Dublin" },
            makes: [
                ...scheduledStop,
                `${schedule} LAB-machine-stop-nightly`,
                `${schedule} LAB-cluster-stop-nightly`,
            ],
        },
        endsAt: {
            to: "2099-07-25T18:00:00+01:00",
            makes: [...scheduledStop, `${schedule} LAB-machine-stop-end`, `${schedule} LAB-cluster-stop-end`],
        },
    }) as const satisfies Partial<Record<SettingKey, Walk>>;

/** Settings that touch the machines themselves or take things away, one `up` each. */
export const one = {
    instanceType: {
        to: "t3.medium",
        updates: {
            "aws:ec2/instance:Instance LAB-machine-instance": ["instanceType"],
            // The address is another one after a stop.
            [`${command} LAB-machine-bootstrap`]: ["connection"],
            [`${command} LAB-connect`]: ["connection"],
            "aws:route53/record:Record LAB-machine-dns-a": ["records"],
        },
    },
    clusters: {
        to: "off",
        removes: [
            "student-labs:index:LabCluster LAB-cluster",
            "student-labs:index:ClusterGroup LAB-cluster-group",
            "aws:ec2/securityGroup:SecurityGroup LAB-cluster-group",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule LAB-cluster-group-out",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule LAB-cluster-group-out6",
            `${rule} LAB-cluster-group-ssh`,
            "tls:index/privateKey:PrivateKey LAB-cluster-key",
            "aws:ec2/keyPair:KeyPair LAB-cluster-key",
            cluster,
            `${schedule} LAB-cluster-stop-nightly`,
            `${schedule} LAB-cluster-stop-end`,
            `${command} LAB-connect`,
            "pulumi:index:Stash classroom-cluster-shape",
        ],
    },
    power: {
        to: "off",
        updates: { "aws:ec2transitgateway/instanceState:InstanceState LAB-machine-power": ["state"] },
        removes: [
            `${command} LAB-machine-bootstrap`,
            "student-labs:index:DnsRecord LAB-machine-dns",
            "aws:route53/record:Record LAB-machine-dns-a",
        ],
    },
} as const satisfies Partial<Record<SettingKey, Walk>>;

/** Settings that make clusters anew, all of them in one `up`, once that is allowed. */
export const replaced = {
    isolation: {
        to: "class",
        makes: [
            "student-labs:index:LabIdentity classroom-students",
            "aws:iam/role:Role student-labs-eu-west-1-class",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment classroom-students-policy",
            "aws:iam/instanceProfile:InstanceProfile classroom-students-profile",
            "student-labs:index:ClusterGroup classroom-clusters",
            "aws:ec2/securityGroup:SecurityGroup classroom-clusters",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule classroom-clusters-out",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule classroom-clusters-out6",
            `${rule} classroom-clusters-ssh`,
        ],
        updates: {
            "aws:iam/policy:Policy classroom-student": ["policy"],
            "aws:ec2/instance:Instance LAB-machine-instance": ["iamInstanceProfile"],
        },
        replaces: { [cluster]: ["ec2Attributes"] },
        removes: [
            "student-labs:index:LabIdentity LAB-identity",
            "aws:iam/role:Role student-labs-eu-west-1-LAB",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment LAB-identity-policy",
            "aws:iam/instanceProfile:InstanceProfile LAB-identity-profile",
            "student-labs:index:ClusterGroup LAB-cluster-group",
            "aws:ec2/securityGroup:SecurityGroup LAB-cluster-group",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule LAB-cluster-group-out",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule LAB-cluster-group-out6",
            `${rule} LAB-cluster-group-ssh`,
        ],
        connect: ["LAB_CLUSTER_ID"],
    },
    emrRelease: { to: "emr-7.12.0", replaces: { [cluster]: ["releaseLabel"] }, connect: ["LAB_CLUSTER_ID"] },
    clusterInstanceType: {
        to: "m5.2xlarge",
        replaces: { [cluster]: ["coreInstanceGroup", "masterInstanceGroup"] },
        connect: ["LAB_CLUSTER_ID"],
    },
    clusterApplications: {
        to: ["Hadoop", "Spark"],
        replaces: { [cluster]: ["applications"] },
        connect: ["LAB_CLUSTER_ID"],
    },
    clusterSpot: { to: "0.15", replaces: { [cluster]: ["coreInstanceGroup"] }, connect: ["LAB_CLUSTER_ID"] },
} as const satisfies Partial<Record<SettingKey, Walk>>;

/** Where each setting's walk is, with the effect that it is to prove. */
export function walked(): Map<string, (typeof definitions)[SettingKey]["effect"]> {
    const parts = [
        [nothing, "nothing"],
        [people, "nothing"],
        [supporting, "in place"],
        [inPlace(""), "in place"],
        [one, "in place"],
        [replaced, "replaced"],
    ] as const;
    return new Map(parts.flatMap(([part, effect]) => Object.keys(part).map((key) => [key, effect] as const)));
}

/** The settings of a part of the table. */
export function settingsOf(walks: Readonly<Record<string, Walk>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(walks).map(([key, { to }]) => [key, to]));
}

/** Everything that changing these settings does, one line a step with the inputs that differ. */
export function expected(walks: Readonly<Record<string, Walk>>, labs: readonly string[]): string[] {
    const made = new Set<string>();
    const differs = new Map<string, Set<string>>();
    const differ = (op: string, parts: Walk["updates"]) => {
        for (const [part, inputs] of Object.entries(parts ?? {})) {
            const known = differs.get(`${op} ${part}`) ?? new Set();
            inputs.forEach((input) => known.add(input));
            differs.set(`${op} ${part}`, known);
        }
    };
    for (const walk of Object.values(walks)) {
        walk.makes?.forEach((part) => made.add(`create ${part}`));
        walk.removes?.forEach((part) => made.add(`delete ${part}`));
        differ("update", walk.updates);
        differ("replace", walk.replaces);
        if (walk.bootstrap) differ("update", { [`${command} LAB-machine-bootstrap`]: ["stdin"] });
        if (walk.connect) differ("update", { [`${command} LAB-connect`]: ["stdin"] });
    }
    const lines = [
        ...made,
        ...[...differs].map(([part, inputs]) => `${part} [${[...inputs].sort().join(" ")}]`),
    ];
    const each = (line: string) =>
        (line.includes("LAB-") || line.endsWith("-LAB") ? labs : [""]).map((lab) => line.replace("LAB", lab));
    return lines.flatMap(each).sort();
}

const looking = new Set(["same", "refresh", "read"]);
/** A replacement is three steps for the engine; one tells it. */
const partly = new Set(["create-replacement", "delete-replaced"]);

/** What an operation did, in the same form. Providers of the engine's own come and go with what needs them. */
export function done(outcome: OperationResult): string[] {
    const line = ({ op, type, name, diffs }: Step) =>
        `${op} ${type} ${name}${/^(update|replace)$/.test(op) ? ` [${[...diffs].sort().join(" ")}]` : ""}`;
    return outcome.steps
        .filter(
            ({ op, type }) => !looking.has(op) && !partly.has(op) && !type.startsWith("pulumi:providers:"),
        )
        .map(line)
        .sort();
}

/** The values that each command of the stack hands to its script. */
export async function handedOver(live: LiveClass): Promise<Map<string, Map<string, string>>> {
    const { stack } = live;
    const { stdout } = await stack.command(["stack", "export", "--show-secrets", "--stack", stack.stack]);
    const { deployment } = JSON.parse(stdout) as {
        deployment: {
            resources: { urn: string; type: string; inputs?: { stdin?: { plaintext: string } } }[];
        };
    };
    return new Map(
        deployment.resources
            .filter(({ type }) => type === command)
            .map(({ urn, inputs }) => [
                urn.split("::").at(-1) ?? "",
                scriptValues(JSON.parse(inputs?.stdin?.plaintext ?? '""') as string),
            ]),
    );
}

/** Names of the values that differ, sorted. */
export function changedValues(
    before: ReadonlyMap<string, string> | undefined,
    after: ReadonlyMap<string, string> | undefined,
): string[] {
    const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
    return [...names].filter((name) => before?.get(name) !== after?.get(name)).sort();
}
