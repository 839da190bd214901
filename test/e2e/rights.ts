import type { Right, RightsContext } from "./right.ts";
import { allocation } from "./rightsBeyond.ts";
import { othersClusters, ownCluster } from "./rightsOnClusters.ts";
import { files } from "./rightsOnFiles.ts";

/** What a student may do and may not, as a table of calls. */
export function rightsTable(context: RightsContext): Right[] {
    return [ownCluster, othersClusters, allocation, files].flatMap((part) => part(context));
}
