/** One lab as the calls name it. */
export interface LabNames {
    readonly lab: string;
    readonly clusterId: string;
    readonly stepId: string;
    /** An instance group of the cluster. */
    readonly groupId: string;
    readonly securityGroupId: string;
    readonly role: string;
    readonly machineId: string;
}

/** What the calls are about. */
export interface RightsContext {
    readonly own: LabNames;
    readonly other: LabNames;
    /** A cluster with the lab's own name, but of another stack of the project. */
    readonly otherStacksCluster: string;
    readonly bucket: string;
    readonly courseKey: string;
    /** Who calls: what is written goes by it, so that one run is not in another's way. */
    readonly from: string;
}

/** A call as the Python SDK names it. */
export interface Call {
    readonly what: string;
    readonly service: string;
    readonly method: string;
    readonly args: Readonly<Record<string, unknown>>;
}

/** A line of the table. */
export interface Right extends Call {
    /** Permission that the refusal names, an explicit deny where it ends with `!`; missing where the call is allowed. */
    readonly lacks?: string;
}

/** A line of what a student may do. */
export const may = (what: string, call: string, args: Call["args"] = {}): Right => right(what, call, args);
/** A line of what is refused, for lack of a permission. */
export const mayNot = (what: string, lacks: string, call: string, args: Call["args"] = {}): Right =>
    right(what, call, args, lacks);

function right(what: string, call: string, args: Call["args"], lacks?: string): Right {
    const [service = "", method = ""] = call.split(".");
    return { what, service, method, args, ...(lacks === undefined ? {} : { lacks }) };
}
