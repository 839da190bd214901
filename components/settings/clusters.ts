import { z } from "zod";
import { choice, instanceType, packageName, setting, wholeNumber } from "./definition.ts";

/** Settings of the labs' identities, which machines and clusters carry, and of the clusters. */
export const clusters = {
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
    dataBuckets: setting({
        kind: "structure",
        description:
            "S3 buckets with data that jobs may read, each `bucket` or `bucket/prefix`: public data sets, your own.",
        default: [],
        effect: "in place",
        effectNote: "The students' policy follows at once.",
        mend: "Write names of buckets, or the beginning of keys behind one: dataBuckets: [commoncrawl, my-bucket/ml/].",
        // No wild cards and variables of IAM: the text becomes part of a policy, which has room for so many (6144 characters).
        schema: z
            .array(
                packageName(
                    "a bucket, or the beginning of keys in one",
                    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9!_.'()+=@,:/ -]{1,100})?$/,
                ),
                { error: "is not a list" },
            )
            .refine((names) => names.length <= 10 && names.join("").length <= 500, {
                error: "is longer than 10 buckets or 500 characters, for which a policy has no room",
            })
            .refine((names) => new Set(names).size === names.length, { error: "has a bucket twice" }),
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
        // 6.1 was the first of its series with idle auto-termination. The 8 series has Spark only, no Hadoop streaming.
        schema: z.string().regex(/^emr-(6\.[1-9]\d*|7\.\d+)\.\d+$/, {
            error: "is not an EMR release from emr-6.1.0 on, of the 6 or 7 series",
        }),
    }),
    clusterInstanceType: setting({
        kind: "text",
        description: "EC2 instance type of the clusters' nodes.",
        default: "m5.xlarge",
        effect: "replaced",
        effectNote: "Every cluster is made anew (with allowReplacement); machines, passwords and files stay.",
        mend: "Write clusterInstanceType: m5.xlarge.",
        schema: instanceType,
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
            })
            .refine((names) => new Set(names).size === names.length, { error: "has an application twice" }),
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
} as const;
