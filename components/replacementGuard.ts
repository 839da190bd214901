import * as pulumi from "@pulumi/pulumi";
import { Settings } from "./settings/definitions";

/** What of the settings cannot change without making running clusters anew. */
export type ClusterShape = Readonly<Record<string, string>>;

/** The settings that shape a cluster, as EMR takes them only when it makes one. */
export function clusterShape(settings: Settings): ClusterShape {
    return {
        emrRelease: settings.emrRelease,
        clusterInstanceType: settings.clusterInstanceType,
        // EMR takes them as a set.
        clusterApplications: [...settings.clusterApplications].sort().join(", "),
        clusterSpot: settings.clusterSpot,
        isolation: settings.isolation,
        // EMR resizes core nodes, but cannot give a single-node cluster any.
        clusterInstanceCount: settings.clusterInstanceCount === 1 ? "1" : "more than 1",
    };
}

/**
 * Refuses what would make running clusters anew.
 *
 * @param running shape of the clusters that run
 * @param wanted shape that the settings ask for
 * @throws RunError with every setting that differs, and the ways out
 */
export function refuseReplacement(running: ClusterShape, wanted: ClusterShape): void {
    const changed = Object.keys(wanted).filter((key) => key in running && running[key] !== wanted[key]);
    if (changed.length > 0) {
        throw new pulumi.RunError(
            [
                "The clusters of running labs would be made anew, with everything on them lost; no cluster was touched.",
                ...changed.map((key) => `  ${key}: changed from "${running[key]}" to "${wanted[key]}".`),
                "Put it back, or write allowReplacement: true for one `pulumi up`.",
            ].join("\n"),
        );
    }
}

/**
 * Remembers in the stack's state what clusters were made with, and refuses another shape.
 *
 * @param allowed the setting allowReplacement
 * @returns a value to make clusters depend on; it fails where the shape may not change
 */
export function guardClusters(
    name: string,
    wanted: ClusterShape,
    allowed: boolean,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<boolean> {
    // A stash keeps the value it was made with in `output`, until it is itself replaced.
    const stash = new pulumi.Stash(
        name,
        { input: wanted },
        { ...opts, ...(allowed ? { replaceOnChanges: ["input"] } : { ignoreChanges: ["input"] }) },
    );
    return stash.output.apply((running: ClusterShape) => {
        if (!allowed) {
            refuseReplacement(running, wanted);
        }
        return true;
    });
}
