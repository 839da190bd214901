/** The request that makes a cluster. */
import type { Configuration, InstanceGroupConfig, RunJobFlowCommandInput } from "@aws-sdk/client-emr";
import type { Properties } from "../../provider.ts";
import { parseJson } from "../schema.ts";
import { awsTags } from "../tags.ts";
import { flag, needText, number, object, text, texts } from "../values.ts";

/** RunJobFlow's input for these inputs of the resource. */
export function runJobFlowInput(inputs: Properties): RunJobFlowCommandInput {
    const ec2 = object(inputs, "ec2Attributes") ?? {};
    const policy = object(inputs, "autoTerminationPolicy");
    return {
        Name: needText(inputs, "name"),
        ReleaseLabel: needText(inputs, "releaseLabel"),
        OSReleaseLabel: text(inputs, "osReleaseLabel"),
        ServiceRole: needText(inputs, "serviceRole"),
        JobFlowRole: text(ec2, "instanceProfile"),
        LogUri: text(inputs, "logUri"),
        Applications: texts(inputs, "applications").map((Name) => ({ Name })),
        Configurations: configurations(inputs),
        VisibleToAllUsers: true,
        StepConcurrencyLevel: number(inputs, "stepConcurrencyLevel"),
        Tags: awsTags(inputs),
        ...(policy ? { AutoTerminationPolicy: { IdleTimeout: number(policy, "idleTimeout") } } : {}),
        Instances: {
            KeepJobFlowAliveWhenNoSteps: flag(inputs, "keepJobFlowAliveWhenNoSteps") ?? true,
            TerminationProtected: flag(inputs, "terminationProtection") ?? false,
            UnhealthyNodeReplacement: flag(inputs, "unhealthyNodeReplacement"),
            Ec2KeyName: text(ec2, "keyName"),
            Ec2SubnetId: text(ec2, "subnetId"),
            // As the real provider writes what is not set. EMR takes it for absent.
            ServiceAccessSecurityGroup: "",
            AdditionalMasterSecurityGroups: [""],
            AdditionalSlaveSecurityGroups: [""],
            EmrManagedMasterSecurityGroup: text(ec2, "emrManagedMasterSecurityGroup"),
            EmrManagedSlaveSecurityGroup: text(ec2, "emrManagedSlaveSecurityGroup"),
            InstanceGroups: [
                ...instanceGroup("MASTER", object(inputs, "masterInstanceGroup")),
                ...instanceGroup("CORE", object(inputs, "coreInstanceGroup")),
            ],
        },
    };
}

function instanceGroup(role: "MASTER" | "CORE", group: Properties | undefined): InstanceGroupConfig[] {
    if (!group) return [];
    const BidPrice = text(group, "bidPrice") || undefined;
    return [
        {
            InstanceRole: role,
            Name: text(group, "name"),
            InstanceType: needText(group, "instanceType"),
            InstanceCount: number(group, "instanceCount") ?? 1,
            Market: BidPrice ? "SPOT" : "ON_DEMAND",
            BidPrice,
        },
    ];
}

function configurations(inputs: Properties): Configuration[] | undefined {
    const given = text(inputs, "configurationsJson");
    if (given === undefined) return undefined;
    const parsed = parseJson(given);
    if (!Array.isArray(parsed)) throw new Error("reading EMR configurations_json: it is no list");
    return parsed as Configuration[];
}
