import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings, TimeSettings } from "../settings/definitions.ts";

/** What of the settings cannot change without making running clusters anew. */
export type ClusterShape = Readonly<Record<string, string>>;

/** The settings that shape a cluster, as EMR takes them only when it makes one. */
export function clusterShape(settings: ClusterSettings): ClusterShape {
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
                "The clusters of running labs would be made anew, with everything on them lost; nothing was changed.",
                ...changed.map((key) => `  ${key}: changed from "${running[key]}" to "${wanted[key]}".`),
                "Put it back, or write allowReplacement: true for one `pulumi up`.",
            ].join("\n"),
        );
    }
}

/** What of the settings the guard looks at. */
export interface GuardedSettings {
    /** What shapes a cluster; a change is refused while clusters run. */
    readonly clusters: ClusterSettings;
    /** Whether clusters run, and whether they may be made anew. */
    readonly times: Pick<TimeSettings, "power" | "allowReplacement">;
}

/**
 * Remembers in the stack's state what clusters were made with, and refuses another shape, before anything else of the
 * class is declared: half of a refused change (another identity, say) would be no refusal.
 *
 * @throws RunError where the settings would make running clusters anew without being allowed to
 */
export async function guardClusters({ clusters, times }: GuardedSettings): Promise<void> {
    // While there are no clusters, none is remembered: any shape may come back.
    if (times.power === "off" || clusters.clusters === "off") {
        return;
    }
    const wanted = clusterShape(clusters);
    const allowed = times.allowReplacement;
    // A stash keeps the value it was made with in `output`, until it is itself replaced.
    const stash = new pulumi.Stash(
        "classroom-cluster-shape",
        { input: wanted },
        allowed ? { replaceOnChanges: ["input"] } : { ignoreChanges: ["input"] },
    );
    const checked = stash.output.apply((running: ClusterShape) => {
        if (!allowed) {
            refuseReplacement(running, wanted);
        }
    });
    // A preview does not know the output of a stash that is new: there is nothing to wait for.
    if (pulumi.runtime.isDryRun()) {
        return;
    }
    const refusal = await new Promise<string>((resolve) => {
        pulumi
            .recover(
                checked.apply(() => ""),
                (error: Error) => error.message,
            )
            .apply(resolve);
    });
    if (refusal !== "") {
        throw new pulumi.RunError(refusal);
    }
}
