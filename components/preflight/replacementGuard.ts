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

/** Where a class is; another place is another class. */
export interface ClassPlace {
    /** Name of the Pulumi project. */
    readonly project: string;
    /** Name of the stack. */
    readonly stack: string;
    /** AWS region, e.g. `eu-west-1`. */
    readonly region: string;
}

/**
 * Refuses what would make every machine and every cluster anew: names and tags of everything have the project's and the
 * stack's name, and nothing moves to another region.
 *
 * @param running where the class is, as the state remembers it
 * @param wanted where it would be
 * @throws RunError with everything that differs, and the ways out
 */
export function refuseMove(running: ClassPlace, wanted: ClassPlace): void {
    const named = {
        project: "name in Pulumi.yaml",
        stack: "name of the stack",
        region: "aws:region",
    } as const;
    const changed = (Object.keys(named) as (keyof ClassPlace)[]).filter(
        (key) => key in running && running[key] !== wanted[key],
    );
    if (changed.length > 0) {
        throw new pulumi.RunError(
            [
                "Every machine and every cluster of the class would be made anew, with everything on them lost; nothing was changed.",
                ...changed.map(
                    (key) => `  ${named[key]}: changed from "${running[key]}" to "${wanted[key]}".`,
                ),
                "Put it back. For another class make another stack (`pulumi stack init`); to move this one, write allowReplacement: true for one `pulumi up`.",
            ].join("\n"),
        );
    }
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
 * Remembers a value in the stack's state and checks what the state remembers against it, before anything else of the class
 * is declared: half of a refused change (another identity, say) would be no refusal.
 *
 * @param name of the stash
 * @param wanted what the settings ask for now
 * @param allowed true = the new value is remembered, whatever the old one was
 * @param refuse throws a RunError where the remembered value and the wanted one do not go together
 * @throws RunError of `refuse`
 */
async function guard<T extends object>(
    name: string,
    wanted: T,
    allowed: boolean,
    refuse: (running: T, wanted: T) => void,
): Promise<void> {
    // A stash keeps the value it was made with in `output`, until it is itself replaced.
    const stash = new pulumi.Stash(
        name,
        { input: wanted },
        allowed ? { replaceOnChanges: ["input"] } : { ignoreChanges: ["input"] },
    );
    const checked = stash.output.apply((running: T) => {
        if (!allowed) {
            refuse(running, wanted);
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

/**
 * Refuses to move a class: a renamed project or stack, another region.
 *
 * @param region that the provider works in
 * @throws RunError where machines and clusters would be made anew without being allowed to
 */
export async function guardPlace(
    region: string,
    { allowReplacement }: Pick<TimeSettings, "allowReplacement">,
): Promise<void> {
    const wanted: ClassPlace = { project: pulumi.getProject(), stack: pulumi.getStack(), region };
    await guard("classroom-place", wanted, allowReplacement, refuseMove);
}

/**
 * Refuses another shape of running clusters.
 *
 * @throws RunError where the settings would make running clusters anew without being allowed to
 */
export async function guardClusters({ clusters, times }: GuardedSettings): Promise<void> {
    // While there are no clusters, none is remembered: any shape may come back.
    if (times.power === "off" || clusters.clusters === "off") {
        return;
    }
    await guard("classroom-cluster-shape", clusterShape(clusters), times.allowReplacement, refuseReplacement);
}
