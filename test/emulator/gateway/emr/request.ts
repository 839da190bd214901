/** RunJobFlow's input: understood in full or refused. */
import { AwsError, notImplemented } from "../errors.ts";
import { arrayOf, numberOf, objectOf, stringOf, stringsOf, type Json, type JsonObject } from "../json.ts";
import type { AwsCall } from "../request.ts";
import { newGroupId } from "./ids.ts";
import type { ClusterRequest, InstanceGroup, StepRequest } from "./model.ts";
import { applicationVersion, osRelease, RELEASES } from "./releases.ts";

/** Refusal of a request. */
export function invalid(message: string): AwsError {
    return new AwsError("ValidationException", message);
}

/** Top-level inputs that are understood. Anything else with a value is refused, never ignored. */
const KNOWN = new Set([
    "Name",
    "LogUri",
    "ReleaseLabel",
    "Instances",
    "Steps",
    "BootstrapActions",
    "Applications",
    "Configurations",
    "VisibleToAllUsers",
    "JobFlowRole",
    "ServiceRole",
    "Tags",
    "ScaleDownBehavior",
    "EbsRootVolumeSize",
    "StepConcurrencyLevel",
    "AutoTerminationPolicy",
    "OSReleaseLabel",
]);
const KNOWN_INSTANCES = new Set([
    "InstanceGroups",
    "Ec2KeyName",
    "Ec2SubnetId",
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "ServiceAccessSecurityGroup",
    "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups",
    "KeepJobFlowAliveWhenNoSteps",
    "TerminationProtected",
    "UnhealthyNodeReplacement",
]);

/** A text; the aws provider sends an empty one for what is not set, and EMR takes it for absent. */
function filled(value: Json | undefined): string | undefined {
    return stringOf(value) || undefined;
}

/** Texts; the aws provider sends a list of one empty text for an empty list. */
function allFilled(value: Json | undefined): string[] {
    return stringsOf(value).filter((text) => text !== "");
}

function isEmpty(value: unknown): boolean {
    return (
        value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
    );
}

function refuseUnknown(call: AwsCall, input: JsonObject, known: ReadonlySet<string>, where: string): void {
    const unknown = Object.keys(input).filter((key) => !known.has(key) && !isEmpty(input[key]));
    if (unknown.length > 0) throw notImplemented(call, `${where}${unknown.join(", ")}`);
}

/** Instance groups of RunJobFlow. */
export function parseGroups(call: AwsCall, groups: readonly JsonObject[]): InstanceGroup[] {
    return groups.map((group) => {
        if (!isEmpty(group["AutoScalingPolicy"])) throw notImplemented(call, "AutoScalingPolicy");
        const role = stringOf(group["InstanceRole"]) ?? "";
        const type = stringOf(group["InstanceType"]) ?? "";
        const count = numberOf(group["InstanceCount"]) ?? 0;
        if (role !== "MASTER" && role !== "CORE" && role !== "TASK")
            throw invalid(`Invalid instance role: ${role}`);
        // EMR has no burstable instances (management guide, "Supported instance types").
        if (!/^[a-z0-9]+(-[a-z0-9]+)?\.[a-z0-9]+$/.test(type) || /^t\d/.test(type)) {
            throw invalid(`Instance type '${type}' is not supported.`);
        }
        if (count < 1 || (role === "MASTER" && count !== 1 && count !== 3)) {
            throw invalid(
                role === "MASTER"
                    ? "The master instance group must have 1 or 3 instances"
                    : "Instance count must be greater than 0",
            );
        }
        return {
            id: newGroupId(),
            name: stringOf(group["Name"]) ?? "",
            role,
            instanceType: type,
            market:
                stringOf(group["Market"]) === "SPOT" || !isEmpty(group["BidPrice"]) ? "SPOT" : "ON_DEMAND",
            bidPrice: stringOf(group["BidPrice"]),
            ebs: group["EbsConfiguration"],
            requested: count,
        };
    });
}

/** A step of RunJobFlow or AddJobFlowSteps. */
export function parseStep(step: JsonObject): StepRequest {
    const jar = objectOf(step["HadoopJarStep"]);
    const properties = arrayOf(jar["Properties"]).map((item) => {
        const { Key, Value } = objectOf(item);
        return [stringOf(Key) ?? "", stringOf(Value) ?? ""] as const;
    });
    const name = stringOf(step["Name"]);
    if (name === undefined || stringOf(jar["Jar"]) === undefined)
        throw invalid("A step needs a name and a jar");
    return {
        name,
        actionOnFailure: stringOf(step["ActionOnFailure"]) ?? "TERMINATE_CLUSTER",
        jar: stringOf(jar["Jar"]) ?? "",
        mainClass: stringOf(jar["MainClass"]),
        args: stringsOf(jar["Args"]),
        properties: Object.fromEntries(properties),
    };
}

/** Step concurrency within EMR's bounds. */
export function checkConcurrency(level: number): number {
    if (level < 1 || level > 256) throw invalid("StepConcurrencyLevel must be between 1 and 256");
    return level;
}

/** Idle timeout within EMR's bounds (AutoTerminationPolicy, API reference). */
export function checkIdleTimeout(seconds: number | undefined): number | undefined {
    if (seconds !== undefined && (seconds < 60 || seconds > 604_800)) {
        throw invalid("IdleTimeout must be between 60 and 604800 seconds");
    }
    return seconds;
}

/** Steps under a concurrency above one may only have the action CONTINUE (API reference, StepConfig). */
export function checkActionOnFailure(steps: readonly StepRequest[], concurrency: number): void {
    const bad = steps.find((step) => step.actionOnFailure !== "CONTINUE");
    if (concurrency > 1 && bad !== undefined) {
        throw invalid(
            `ActionOnFailure ${bad.actionOnFailure} is not supported when StepConcurrencyLevel is greater than 1; use CONTINUE`,
        );
    }
}

/**
 * Reads RunJobFlow's input.
 *
 * @param releases what the region has
 */
export function parseRunJobFlow(call: AwsCall, releases: readonly string[] = RELEASES): ClusterRequest {
    const { input } = call;
    const instances = objectOf(input["Instances"]);
    refuseUnknown(call, input, KNOWN, "");
    refuseUnknown(call, instances, KNOWN_INSTANCES, "Instances.");
    if (!isEmpty(input["BootstrapActions"])) throw notImplemented(call, "BootstrapActions");

    const releaseLabel = stringOf(input["ReleaseLabel"]) ?? "";
    if (!releases.includes(releaseLabel))
        throw invalid(`The supplied release label is invalid: ${releaseLabel}.`);
    const applications = arrayOf(input["Applications"]).map((item) => stringOf(objectOf(item)["Name"]) ?? "");
    for (const name of applications) {
        if (applicationVersion(releaseLabel, name) === undefined) {
            throw invalid(`Specified application: ${name} is not supported in release label ${releaseLabel}`);
        }
    }
    const serviceRole = filled(input["ServiceRole"]);
    const instanceProfile = filled(input["JobFlowRole"]);
    if (serviceRole === undefined) throw invalid("ServiceRole is required for creating cluster.");
    if (instanceProfile === undefined) throw invalid("InstanceProfile is required for creating cluster.");

    const groups = parseGroups(call, arrayOf(instances["InstanceGroups"]).map(objectOf));
    if (groups.filter((group) => group.role === "MASTER").length !== 1) {
        throw invalid("A job flow must have exactly one master instance group");
    }
    const masterGroup = filled(instances["EmrManagedMasterSecurityGroup"]);
    const slaveGroup = filled(instances["EmrManagedSlaveSecurityGroup"]);
    if ((masterGroup === undefined) !== (slaveGroup === undefined)) {
        throw invalid(
            "You must specify both EmrManagedMasterSecurityGroup and EmrManagedSlaveSecurityGroup or neither of them.",
        );
    }
    const subnetId = filled(instances["Ec2SubnetId"]);
    if (masterGroup === undefined || slaveGroup === undefined || subnetId === undefined) {
        throw notImplemented(call, "a cluster without subnet or managed security groups of its own");
    }
    const steps = arrayOf(input["Steps"]).map((step) => parseStep(objectOf(step)));
    checkActionOnFailure(steps, checkConcurrency(numberOf(input["StepConcurrencyLevel"]) ?? 1));
    return {
        name: stringOf(input["Name"]) ?? "",
        logUri: filled(input["LogUri"]),
        releaseLabel,
        applications,
        configurations: arrayOf(input["Configurations"]),
        serviceRole,
        instanceProfile: instanceProfile.split("/").pop() ?? instanceProfile,
        keyName: filled(instances["Ec2KeyName"]),
        subnetId,
        masterGroup,
        slaveGroup,
        serviceAccessGroup: filled(instances["ServiceAccessSecurityGroup"]),
        additionalMasterGroups: allFilled(instances["AdditionalMasterSecurityGroups"]),
        additionalSlaveGroups: allFilled(instances["AdditionalSlaveSecurityGroups"]),
        groups,
        steps,
        scaleDownBehavior: filled(input["ScaleDownBehavior"]) ?? "TERMINATE_AT_TASK_COMPLETION",
        ebsRootVolumeSize: numberOf(input["EbsRootVolumeSize"]),
        osReleaseLabel: filled(input["OSReleaseLabel"]) ?? osRelease(releaseLabel),
    };
}
