import type { Right, RightsContext } from "./right";
import { allocation } from "./rightsBeyond";
import { othersClusters, ownCluster } from "./rightsOnClusters";
import { files } from "./rightsOnFiles";

/** What a student may do and may not, as a table of calls. */
export function rightsTable(context: RightsContext): Right[] {
    return [ownCluster, othersClusters, allocation, files].flatMap((part) => part(context));
}
