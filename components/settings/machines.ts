import { z } from "zod";
import { courseArchive } from "./courseArchive.ts";
import { choice, instanceType, packageName, setting } from "./definition.ts";
import { pipRequirement } from "./requirement.ts";

/** Settings of the machines, and of what is on them. */
export const machines = {
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
        effectNote:
            "Each machine is stopped, changed and started; its address changes, its disk stays. Not between Intel or AMD and Arm: the disk would not start.",
        mend: "Write instanceType: t3.small.",
        schema: instanceType,
    }),
    cpuCredits: setting({
        kind: "text",
        description:
            "For T types: standard = slow once CPU credits are used up, and T3 and T4g begin with none; unlimited = never, for money.",
        default: "standard",
        effect: "in place",
        effectNote: "The machines follow at once and are not stopped.",
        mend: "Write cpuCredits: standard.",
        schema: choice("standard", "unlimited"),
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
        // Debian policy 5.6.1: names of packages. With a hyphen at the end apt-get would remove the package.
        schema: z.array(packageName("the name of an Ubuntu package", /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/), {
            error: "is not a list",
        }),
    }),
    pipPackages: setting({
        kind: "structure",
        description:
            "Python packages in the students' environment, as pip takes them; what labs need is added where it is missing.",
        default: ["mrjob==0.7.4", "boto3"],
        effect: "in place",
        effectNote: "Bootstrap runs again and makes the environment anew.",
        mend: "Write pip requirements: pipPackages: [mrjob==0.7.4, boto3].",
        schema: z.array(pipRequirement, { error: "is not a list" }),
    }),
    courseArchive: setting({
        kind: "structure",
        description:
            "Course material for every home: a local .tar.gz, or `bucket`, `object` and, if another, `region` of one in S3.",
        default: "",
        effect: "in place",
        effectNote: "Bootstrap runs again; files that a student changed are left alone.",
        mend: "Write courseArchive: course.tar.gz, or courseArchive: { bucket: my-bucket, object: course.tar.gz }.",
        schema: courseArchive,
        asWritten: true,
    }),
} as const;
