import type { BadSettings } from "./badSettings.ts";

/** Machines, identities, clusters, nights, and keys that are no settings. */
export const badMachinesAndClusters: readonly BadSettings[] = [
    [{ zone: "eu-west-1" }, 'zone: "eu-west-1" is not the name of an availability zone'],
    [{ instanceType: "small" }, 'instanceType: "small" is not the name of an EC2 instance type'],
    [{ instanceType: "" }, 'instanceType: "" is not the name of an EC2 instance type'],
    [{ amiId: "ubuntu" }, 'amiId: "ubuntu" is not the id of an image'],
    [{ aptPackages: "nano" }, 'aptPackages: "nano" is not a list'],
    [
        { aptPackages: ["nano; reboot"] },
        'aptPackages[0]: "nano; reboot" is not the name of an Ubuntu package',
    ],
    [{ pipPackages: "mrjob" }, 'pipPackages: "mrjob" is not a list'],
    [
        { pipPackages: ["--index-url=x"] },
        'pipPackages[0]: "--index-url=x" is an option of pip, not a package',
    ],
    [
        { aptPackages: ["nano-"] },
        // What apt-get reads as: remove it.
        'aptPackages[0]: "nano-" is not the name of an Ubuntu package',
    ],
    [{ cpuCredits: "none" }, 'cpuCredits: "none" is not one of standard, unlimited'],
    [
        { courseArchive: "missing.tar.gz" },
        'courseArchive: "missing.tar.gz" is not a file that can be read from the folder of Pulumi.yaml',
    ],
    [{ courseArchive: "package.json" }, 'courseArchive: "package.json" is not a tar.gz archive'],
    [{ courseArchive: "components" }, 'courseArchive: "components" is not a file'],
    [
        { courseArchive: { bucket: "b", object: "x.tar.gz" } },
        'courseArchive.bucket: "b" is not the name of a bucket',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "x.zip" } },
        'courseArchive.object: "x.zip" is not the key of a .tar.gz object',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "x.tgz", zone: "eu" } },
        'courseArchive: {"bucket":"my-bucket","object":"x.tgz","zone":"eu"} has unknown fields (zone)',
    ],
    [
        { courseArchive: { bucket: "my-bucket", object: "x.tgz", region: "eu" } },
        'courseArchive.region: "eu" is not the name of a region',
    ],
    [{ courseArchive: 5 }, "courseArchive: 5 is neither a path nor a bucket and an object"],
    [{ dataBuckets: "commoncrawl" }, 'dataBuckets: "commoncrawl" is not a list'],
    [
        { dataBuckets: ["s3://commoncrawl"] },
        'dataBuckets[0]: "s3://commoncrawl" is not a bucket, or the beginning of keys in one',
    ],
    [
        { dataBuckets: ["ok-bucket", "my-bucket/*"] },
        'dataBuckets[1]: "my-bucket/*" is not a bucket, or the beginning of keys in one',
    ],
    [
        { dataBuckets: ["my-bucket/${aws:username}"] },
        'dataBuckets[0]: "my-bucket/${aws:username}" is not a bucket, or the beginning of keys in one',
    ],
    [
        { dataBuckets: Array.from({ length: 11 }, (_, index) => `bucket-${index}`) },
        'dataBuckets: ["bucket-0","bucket-1","bucket-2","bucket-3","bucket-4","bucket-5","bucket-6"... is longer than 10 buckets or 500 characters, for which a policy has no room',
    ],
    [
        { dataBuckets: ["my-bucket", "my-bucket"] },
        'dataBuckets: ["my-bucket","my-bucket"] has a bucket twice',
    ],
    [{ isolation: "student" }, 'isolation: "student" is not one of lab, class'],
    [
        { studentCredentials: "iam-user" },
        'studentCredentials: "iam-user" is not one of instance-profile, access-key',
    ],
    [{ clusters: "yes" }, 'clusters: "yes" is not one of on, off'],
    [{ clusters: false }, 'clusters: "false" is not one of on, off'],
    [
        { emrRelease: "7.13" },
        'emrRelease: "7.13" is not an EMR release from emr-6.1.0 on, of the 6 or 7 series',
    ],
    [
        { emrRelease: "emr-6.0.0" },
        'emrRelease: "emr-6.0.0" is not an EMR release from emr-6.1.0 on, of the 6 or 7 series',
    ],
    [
        { emrRelease: "emr-spark-8.0.0" },
        'emrRelease: "emr-spark-8.0.0" is not an EMR release from emr-6.1.0 on, of the 6 or 7 series',
    ],
    [{ clusterInstanceType: "m5" }, 'clusterInstanceType: "m5" is not the name of an EC2 instance type'],
    [{ clusterInstanceCount: 0 }, "clusterInstanceCount: 0 is not a whole number from 1 to 20"],
    [{ clusterInstanceCount: 21 }, "clusterInstanceCount: 21 is not a whole number from 1 to 20"],
    [{ clusterApplications: "Hadoop" }, 'clusterApplications: "Hadoop" is not a list'],
    [
        { clusterApplications: ["Spark"] },
        'clusterApplications: ["Spark"] does not have Hadoop, which mrjob needs',
    ],
    [
        { clusterApplications: ["hadoop", "Hadoop"] },
        'clusterApplications[0]: "hadoop" is not the name of an EMR application',
    ],
    [
        { clusterApplications: ["Hadoop", "Hadoop"] },
        'clusterApplications: ["Hadoop","Hadoop"] has an application twice',
    ],
    [{ clusterSpot: "cheap" }, 'clusterSpot: "cheap" is not a price in USD'],
    [{ clusterSpot: "0.00" }, 'clusterSpot: "0.00" is not a price in USD'],
    [{ clusterSpot: "-0.15" }, 'clusterSpot: "-0.15" is not a price in USD'],
    [{ clusterSpot: "150" }, 'clusterSpot: "150" is not a price in USD'],
    [{ clusterIdleHours: 169 }, "clusterIdleHours: 169 is not a whole number from 0 to 168"],
    [{ clusterIdleHours: "never" }, 'clusterIdleHours: "never" is not a whole number from 0 to 168'],
    [{ clusterStepConcurrency: 0 }, "clusterStepConcurrency: 0 is not a whole number from 1 to 256"],
    [{ power: "standby" }, 'power: "standby" is not one of on, off'],
    [{ power: "" }, 'power: "" is not one of on, off'],
    [{ nightlyStop: "20:00" }, 'nightlyStop: "20:00" is not a map of at and timezone'],
    [{ nightlyStop: { timezone: "Europe/Lisbon" } }, "nightlyStop.at: (nothing) is not a time of day"],
    [
        { nightlyStop: { at: "24:00", timezone: "Europe/Lisbon" } },
        'nightlyStop.at: "24:00" is not a time of day from 00:00 to 23:59',
    ],
    [{ nightlyStop: { at: "20:00" } }, "nightlyStop.timezone: (nothing) is not the name of a time zone"],
    [
        { nightlyStop: { at: "20:00", timezone: "Lisbon" } },
        'nightlyStop.timezone: "Lisbon" is not the name of a time zone',
    ],
    [
        { nightlyStop: { at: "20:00", timezone: "+01:00" } },
        'nightlyStop.timezone: "+01:00" is not the name of a time zone',
    ],
    [
        { nightlyStop: { at: "20:00", timezone: "europe/lisbon" } },
        'nightlyStop.timezone: "europe/lisbon" is not how that time zone is spelled, which is Europe/Lisbon',
    ],
    [
        { nightlyStop: { at: "20:00", timezone: "UTC", days: 5 } },
        'nightlyStop: {"at":"20:00","timezone":"UTC","days":5} has unknown fields (days)',
    ],
    [{ endsAt: "tonight" }, 'endsAt: "tonight" is not a date and time with an offset'],
    [{ endsAt: "2027-07-25" }, 'endsAt: "2027-07-25" is not a date and time with an offset'],
    [
        { endsAt: "2027-07-25T18:00:00" },
        'endsAt: "2027-07-25T18:00:00" is not a date and time with an offset',
    ],
    // What Pulumi makes of a time without quotes.
    [
        { endsAt: "2027-07-25 18:00:00 +0100 +0100" },
        'endsAt: "2027-07-25 18:00:00 +0100 +0100" is not a date and time with an offset',
    ],
    [
        { endsAt: "2014-07-25T18:00:00+01:00" },
        'endsAt: "2014-07-25T18:00:00+01:00" is over: nothing is started any more (pulumi destroy removes the class)',
    ],
    [{ allowReplacement: "yes" }, 'allowReplacement: "yes" is neither true nor false'],
    [{ allowReplacement: 1 }, 'allowReplacement: "1" is neither true nor false'],
    [
        { instancetype: "x" },
        'instancetype: "x" is not a setting of this program',
        "Did you mean instanceType?",
    ],
    [{ sshPort: 22 }, 'sshPort: "22" is not a setting of this program', "Did you mean sshPorts?"],
    [
        { colour: "blue" },
        'colour: "blue" is not a setting of this program',
        "Take it out; docs/settings.md lists the settings.",
    ],
    // What every object has, and no setting is.
    [
        { toString: "x" },
        'toString: "x" is not a setting of this program',
        "Take it out; docs/settings.md lists the settings.",
    ],
];
