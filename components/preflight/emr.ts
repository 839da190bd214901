import * as aws from "@pulumi/aws";
import { reasonIn } from "../failures/labFailures.ts";
import type { ClusterSettings } from "../settings/definitions.ts";
import type { Problem } from "../settings/problem.ts";

/** What of the settings EMR must offer. */
export type EmrWishes = Pick<
    ClusterSettings,
    "clusters" | "emrRelease" | "clusterInstanceType" | "clusterInstanceCount" | "clusterSpot"
>;

/** Releases of a series, newest first: `emr-7.13.0` before `emr-7.9.0`. */
function newestFirst(releases: readonly string[]): string[] {
    return [...releases].sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
}

/**
 * What is wrong with a release that the region does not offer; `undefined` where it does. Of a new release, some regions
 * know days after others.
 *
 * @param offered labels of all releases of the region
 */
export function releaseProblem(wanted: string, offered: readonly string[]): Problem | undefined {
    if (offered.includes(wanted)) {
        return undefined;
    }
    const [series = ""] = /^emr-\d+\./.exec(wanted) ?? [];
    const near = newestFirst(offered.filter((release) => release.startsWith(series)));
    return {
        key: "emrRelease",
        value: wanted,
        message: `is not offered in this region${near.length > 0 ? `; the newest of its series are ${near.slice(0, 3).join(", ")}` : ""}`,
        mend:
            near.length > 0
                ? `Write emrRelease: ${near[0]}.`
                : "Write a release of another series, or choose another region.",
    };
}

/**
 * What is wrong with an instance type that EMR does not take for a release in the region; `undefined` where it does. EC2
 * offers many more types than EMR takes.
 *
 * @param supported types that EMR takes for the release
 */
export function typeProblem(
    wanted: string,
    release: string,
    supported: readonly string[],
): Problem | undefined {
    if (supported.includes(wanted)) {
        return undefined;
    }
    const [family = ""] = wanted.split(".");
    const same = supported.filter((type) => type.startsWith(`${family}.`));
    const instead = same[0] ?? supported.find((type) => type === "m5.xlarge") ?? supported[0];
    return {
        key: "clusterInstanceType",
        value: wanted,
        message: `is no type that EMR takes for ${release} in this region${same.length > 0 ? `; of its family it takes ${same.join(", ")}` : ""}`,
        mend: instead === undefined ? "Choose another region." : `Write clusterInstanceType: ${instead}.`,
    };
}

/** What a look-up that failed says. */
const reasonOf = (error: unknown) => reasonIn([error instanceof Error ? error.message : String(error)]);

async function releaseAndType({ emrRelease, clusterInstanceType }: EmrWishes): Promise<Problem[]> {
    const { releaseLabels } = await aws.emr.getReleaseLabels({});
    const release = releaseProblem(emrRelease, releaseLabels);
    if (release !== undefined) {
        // EMR tells types only for releases that it has.
        return [release];
    }
    const { supportedInstanceTypes } = await aws.emr.getSupportedInstanceTypes({ releaseLabel: emrRelease });
    const type = typeProblem(
        clusterInstanceType,
        emrRelease,
        supportedInstanceTypes.map(({ type }) => type),
    );
    return type === undefined ? [] : [type];
}

/**
 * Spot needs a service-linked role, which EC2 makes by itself for whoever may have it made. EMR's service role may not
 * (AmazonEMRServicePolicy_v2 has no iam:CreateServiceLinkedRole for it), so every cluster would fail in an account that
 * never used Spot.
 */
async function spot({ clusterSpot, clusterInstanceCount }: EmrWishes): Promise<Problem[]> {
    if (clusterSpot === "" || clusterInstanceCount === 1) {
        return [];
    }
    try {
        await aws.iam.getRole({ name: "AWSServiceRoleForEC2Spot" });
        return [];
    } catch (error) {
        return [
            {
                key: "clusterSpot",
                value: clusterSpot,
                message: `needs the service-linked role of Spot, which this account does not seem to have (${reasonOf(error)}) and EMR may not make`,
                mend: "Make it once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com.",
            },
        ];
    }
}

/**
 * What the region's EMR and the account lack for the clusters that are asked for; nothing where the class has none.
 *
 * @throws Error of AWS where EMR cannot be asked
 */
export async function emrProblems(wishes: EmrWishes): Promise<Problem[]> {
    if (wishes.clusters === "off") {
        return [];
    }
    return (await Promise.all([releaseAndType(wishes), spot(wishes)])).flat();
}
