/** EMR's releases that the pocket cloud knows, and the versions of the applications in them. */

/** Hadoop of each 7.x release (EMR release guide). */
const HADOOP: Readonly<Record<string, string>> = {
    "emr-6.15.0": "3.3.6",
    "emr-7.0.0": "3.3.6",
    "emr-7.1.0": "3.3.6",
    "emr-7.2.0": "3.3.6",
    "emr-7.3.0": "3.3.6",
    "emr-7.4.0": "3.4.0",
    "emr-7.5.0": "3.4.0",
    "emr-7.6.0": "3.4.0",
    "emr-7.7.0": "3.4.0",
    "emr-7.8.0": "3.4.1",
    "emr-7.9.0": "3.4.1",
    "emr-7.10.0": "3.4.1",
    "emr-7.11.0": "3.4.1",
    "emr-7.12.0": "3.4.1",
    "emr-7.13.0": "3.4.1",
};

/** Versions are only told, nothing runs them: mrjob fails on an application without one. */
const OTHERS: Readonly<Record<string, string>> = {
    Spark: "3.5.6",
    Hive: "3.1.3",
    Pig: "0.17.0",
    Tez: "0.10.2",
};

/** All release labels, newest first. */
export const RELEASES: readonly string[] = Object.keys(HADOOP).reverse();

/** Amazon Linux of the nodes where a request names none: the newest that EMR has tried with the release. */
export function osRelease(release: string): string {
    const [, major = 0] = /^emr-(?:[a-z]+-)?(\d+)/.exec(release) ?? [];
    return Number(major) >= 7 ? "2023.8.20250808.1" : "2.0.20250808.1";
}

/** Version of an application in a release; `undefined` for an application that the release does not have. */
export function applicationVersion(release: string, application: string): string | undefined {
    if (application.toLowerCase() === "hadoop") return HADOOP[release];
    return Object.entries(OTHERS).find(([name]) => name.toLowerCase() === application.toLowerCase())?.[1];
}

/** All applications of a release with their versions. */
export function applicationsOf(release: string): { Name: string; Version: string }[] {
    const hadoop = HADOOP[release];
    if (hadoop === undefined) return [];
    return Object.entries({ Hadoop: hadoop, ...OTHERS }).map(([Name, Version]) => ({ Name, Version }));
}

/** Which releases a region has: a new one reaches region after region, over days. */
export class ReleaseOffer {
    private readonly withheld = new Map<string, ReadonlySet<string>>();

    /** Says which releases a region does not have (yet); replaces what was said of it before. */
    withhold(region: string, releases: readonly string[]): void {
        const unknown = releases.filter((release) => !RELEASES.includes(release));
        if (unknown.length > 0) throw new Error(`there is no release ${unknown.join(", ")}`);
        this.withheld.set(region, new Set(releases));
    }

    /** Releases of a region, newest first. */
    of(region: string): readonly string[] {
        return RELEASES.filter((release) => this.withheld.get(region)?.has(release) !== true);
    }
}
