/** Disks of a machine or node. */
export interface Disk {
    readonly type: "gp2" | "gp3";
    readonly gib: number;
}

/** What is known of an instance type, from `DescribeInstanceTypes`. */
export interface InstanceType {
    /** `VCpuInfo.DefaultVCpus` */
    readonly vcpus: number;
    /** `InstanceStorageSupported`: it has disks of its own. */
    readonly instanceStore: boolean;
}

/** Root disk of every machine, as components/lab/labMachine.ts makes it. */
export const machineDisk: Disk = { type: "gp3", gib: 16 };

// "Default Amazon EBS gp2 storage volumes and size by instance type for Amazon EMR 5.22.0 and higher", EMR Management
// Guide, emr-plan-storage: volumes and GiB of each, for instance types with EBS-only storage.
const dataDisks: readonly (readonly [size: string, volumes: number, gib: number])[] = [
    ["large", 1, 32],
    ["xlarge", 2, 32],
    ["2xlarge", 4, 32],
    ["4xlarge", 4, 64],
    ["8xlarge", 4, 128],
    ["9xlarge", 4, 144],
    ["10xlarge", 4, 160],
    ["12xlarge", 4, 192],
    ["16xlarge", 4, 256],
    ["18xlarge", 4, 288],
    ["24xlarge", 4, 384],
];

const inXlarges = (size: string) =>
    size.endsWith("xlarge") ? Number(size.replace("xlarge", "") || "1") : size === "large" ? 0.5 : undefined;

/** The table's row of a size; of one that is not in it, the largest that is not larger. */
function dataDisksOf(instanceType: string): readonly Disk[] {
    const size = instanceType.split(".")[1] ?? "";
    // Sizes below large are smaller than the first row, metal ones are as large as any.
    const wanted = inXlarges(size) ?? (size.startsWith("metal") ? Infinity : 0);
    const [, volumes, gib] = dataDisks.findLast(([row]) => (inXlarges(row) ?? 0) <= wanted) ??
        dataDisks[0] ?? ["", 0, 0];
    return Array.from({ length: volumes }, () => ({ type: "gp2", gib }));
}

/** True where an EMR release is at least `emr-<major>.<minor>`. */
function isAtLeast(release: string, major: number, minor: number): boolean {
    const [, ofMajor = "0", ofMinor = "0"] = /^emr-(\d+)\.(\d+)\./.exec(release) ?? [];
    return Number(ofMajor) > major || (Number(ofMajor) === major && Number(ofMinor) >= minor);
}

/**
 * The disks that EMR gives each node of a cluster for which none were asked: root, and, where the type has none of its
 * own, data.
 *
 * Root: gp3 from 6.15.0 on, gp2 before; 15 GiB from 6.10.0 on, 10 before ("Customizing the Amazon EBS root device
 * volume", EMR Management Guide).
 *
 * @param release e.g. `emr-7.13.0`
 * @param instanceType e.g. `m5.xlarge`
 */
export function nodeDisks(release: string, instanceType: string, instanceStore: boolean): readonly Disk[] {
    return [
        {
            type: isAtLeast(release, 6, 15) ? "gp3" : "gp2",
            gib: isAtLeast(release, 6, 10) ? 15 : 10,
        },
        ...(instanceStore ? [] : dataDisksOf(instanceType)),
    ];
}
