import { strict as assert } from "node:assert";
import type { Setting } from "../../components/settings/definition.ts";
import { definitions, type SettingKey } from "../../components/settings/definitions.ts";
import { type ClassInMocks, declareClass, type Registered } from "./classInMocks.ts";

const blob = Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${"k".repeat(32)}`).toString("base64");

// A later change of each setting of a class that has students, a group, a spare and a support machine.
const changes: Readonly<Record<SettingKey, unknown>> = {
    students: ["Ada", "Grace", "Marie"],
    groups: [{ lab: "team", students: ["B", "C", "D"] }],
    studentCount: 5,
    spares: 2,
    supportMachines: ["demo", "git"],
    maxLabs: 40,
    allowedSshCidrs: ["130.88.0.0/16", "18.0.0.0/8"],
    allowAnyAddress: true,
    sshPorts: [22, 443],
    supportPorts: [80],
    dnsZone: "labs.university.edu",
    operatorPublicKeys: [`ssh-ed25519 ${blob}`],
    zone: "eu-west-1b",
    instanceType: "t3.large",
    cpuCredits: "unlimited",
    amiId: "ami-0123456789abcdef0",
    aptPackages: ["nano"],
    pipPackages: ["mrjob", "numpy"],
    courseArchive: { bucket: "university", object: "other.tar.gz" },
    isolation: "class",
    studentCredentials: "access-key",
    dataBuckets: ["commoncrawl"],
    clusters: "off",
    emrRelease: "emr-7.12.0",
    clusterInstanceType: "m6g.xlarge",
    clusterInstanceCount: 5,
    clusterApplications: ["Hadoop", "Spark"],
    clusterSpot: "0.15",
    clusterIdleHours: 0,
    clusterStepConcurrency: 3,
    power: "off",
    nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
    endsAt: "2097-07-25T18:00:00+01:00",
    allowReplacement: true,
};

const named = {
    students: ["Ada", "Grace"],
    groups: [{ lab: "team", students: ["B", "C"] }],
    spares: 1,
    supportMachines: ["demo"],
    courseArchive: { bucket: "university", object: "course.tar.gz" },
};
const counted = { ...named, students: undefined, groups: undefined, studentCount: 4 };

// Inputs of which another value makes the object anew (schemas of the aws, tls and random providers). Of what is not
// here, no setting may change anything but in place.
const anew: Readonly<Record<string, readonly string[]>> = {
    Instance: ["ami", "availabilityZone", "subnetId", "keyName", "ipv6AddressCount", "rootBlockDevice"],
    Cluster: [
        "name",
        "releaseLabel",
        "applications",
        "serviceRole",
        "ec2Attributes",
        "logUri",
        "keepJobFlowAliveWhenNoSteps",
        "masterInstanceGroup",
        "configurationsJson",
    ],
    KeyPair: ["publicKey"],
    SecurityGroup: ["description", "vpcId"],
    Subnet: ["cidrBlock", "availabilityZone", "vpcId"],
    Vpc: ["cidrBlock"],
    Bucket: ["bucket"],
    Command: ["triggers"],
    InstanceState: ["instanceId"],
    Policy: ["description"],
    RandomPassword: ["length", "lower", "upper", "numeric", "special", "overrideSpecial", "keepers"],
    PrivateKey: ["algorithm", "rsaBits", "ecdsaCurve"],
};
const kindOf = ({ type }: Registered) => type.split(":").at(-1) ?? "";

/** Inputs of a resource that differ and are looked at. */
function changedInputs(old: Registered, now: Registered): string[] {
    return [...new Set([...Object.keys(old.inputs), ...Object.keys(now.inputs)])].filter(
        (key) =>
            !now.ignoreChanges.includes(key) &&
            JSON.stringify(old.inputs[key]) !== JSON.stringify(now.inputs[key]),
    );
}

/** What comes or goes with another group of core nodes: only their number changes in place. */
function coreIsAnew(old: Registered, now: Registered): boolean {
    const shape = (one: Registered) =>
        JSON.stringify({ ...(one.inputs.coreInstanceGroup as object), instanceCount: 0 });
    return shape(old) !== shape(now);
}

/** Resources of a lab, a support machine or what they share that a change makes anew, or changes in place. */
function effectsOf(old: ClassInMocks, now: ClassInMocks): { anew: string[]; changed: string[] } {
    const before = new Map(old.resources.map((one) => [one.urn, one]));
    const effects = { anew: [] as string[], changed: [] as string[] };
    for (const one of now.resources) {
        const was = before.get(one.urn);
        const changed = was === undefined ? [] : changedInputs(was, one);
        const kind = kindOf(one);
        const replaced =
            changed.some((key) => anew[kind]?.includes(key)) ||
            (kind === "Cluster" && was !== undefined && coreIsAnew(was, one));
        if (replaced) {
            effects.anew.push(`${kind} ${one.name}`);
        } else if (changed.length > 0) {
            effects.changed.push(`${kind} ${one.name}`);
        }
    }
    // Parts that come to a lab which is there, or go from one that stays.
    const urns = (stack: ClassInMocks) => new Set(stack.resources.map(({ urn }) => urn));
    const labs = ["ada", "grace", "team", "student-01", "spare-01", "demo", "classroom"];
    const parts = [...urns(old), ...urns(now)].filter(
        (urn) =>
            urns(old).has(urn) !== urns(now).has(urn) &&
            labs.some((lab) => urn.split("::").at(-1)?.startsWith(`${lab}-`)),
    );
    effects.changed.push(...parts);
    return effects;
}

describe("A later change of a setting", () => {
    for (const [key, { effect, kind }] of Object.entries(definitions) as [SettingKey, Setting<unknown>][]) {
        it(`does to running labs what is promised: ${key}, ${effect}`, async () => {
            const base = key === "studentCount" ? counted : named;
            const old = await declareClass(base);
            const now = await declareClass({ ...base, [key]: changes[key], allowReplacement: true });
            const effects = effectsOf(old, now);
            // Whatever the setting: machines, passwords, keys and network stay, and so does all that is not a cluster.
            assert.deepEqual(
                effects.anew.filter((name) => !name.startsWith("Cluster ")),
                [],
            );
            const seen =
                effects.anew.length > 0 ? "replaced" : effects.changed.length > 0 ? "in place" : "nothing";
            assert.equal(seen, effect, `${kind}: ${[...effects.anew, ...effects.changed].join(", ")}`);
        });
    }

    it("from or to a single node makes clusters anew, and nothing else", async () => {
        const [many, one] = [await declareClass(), await declareClass({ clusterInstanceCount: 1 })];
        for (const [old, now] of [
            [many, one],
            [one, many],
        ] as const) {
            assert.deepEqual(effectsOf(old, now), {
                anew: ["Cluster ada-cluster", "Cluster grace-cluster"],
                changed: [],
            });
        }
    });
});
