import { planLabs, planSupport } from "../names/labs.ts";
import type { FlatSettings } from "./definitions.ts";
import { labProblems } from "./labNames.ts";
import { admitsAnybody, isIpv6 } from "./network.ts";
import type { Problem } from "./problem.ts";
import { longestAnywhere, stackNameProblems, type StackNames, stackTooLong } from "./stackNames.ts";

/**
 * What is wrong with settings that are each right by themselves.
 *
 * @param settings those that passed their own check; a check that needs a missing one is left out
 * @param names of project and stack, which leave more or less room for names of labs
 */
export function crossProblems(settings: Partial<FlatSettings>, names: StackNames): Problem[] {
    return [
        ...stackNameProblems(names, settings.dnsZone ?? ""),
        ...nameProblems(settings, names),
        ...anybodyProblems(settings),
        ...ruleProblems(settings),
    ];
}

/** Nobody lets in the whole internet by mistake, in one network or in several. */
function anybodyProblems({ allowedSshCidrs = [], allowAnyAddress }: Partial<FlatSettings>): Problem[] {
    return allowAnyAddress !== false || !admitsAnybody(allowedSshCidrs)
        ? []
        : [
              {
                  key: "allowedSshCidrs",
                  value: allowedSshCidrs,
                  message: "lets anybody on the internet try passwords",
                  mend: "Write the public addresses of the class room and of your own, or, if you really want everybody, allowAnyAddress: true.",
              },
          ];
}

// "Amazon VPC quotas": inbound rules of a security group, of each kind of addresses.
const mostRules = 60;

/** The machines' security group has a rule for each port and network. */
function ruleProblems({ allowedSshCidrs = [], sshPorts = [] }: Partial<FlatSettings>): Problem[] {
    const ipv6 = allowedSshCidrs.filter(isIpv6).length;
    const rules = sshPorts.length * Math.max(ipv6, allowedSshCidrs.length - ipv6);
    return rules <= mostRules
        ? []
        : [
              {
                  key: "allowedSshCidrs",
                  value: allowedSshCidrs,
                  message: `makes ${rules} rules with ${sshPorts.length} ports, and a security group takes ${mostRules}`,
                  mend: "Write fewer and larger networks, or fewer sshPorts.",
              },
          ];
}

/** Who gets a lab, and whether the names can be names. */
function nameProblems(settings: Partial<FlatSettings>, names: StackNames): Problem[] {
    const { students, groups, studentCount, spares, supportMachines, maxLabs } = settings;
    if (
        students === undefined ||
        groups === undefined ||
        studentCount === undefined ||
        spares === undefined ||
        supportMachines === undefined ||
        maxLabs === undefined
    ) {
        return [];
    }
    const problems: Problem[] = [];
    if (studentCount > 0 && students.length + groups.length > 0) {
        problems.push({
            key: "studentCount",
            value: studentCount,
            message: "is given together with names",
            mend: "Keep either studentCount, or students and groups.",
        });
    }
    const labs = planLabs({ students, groups, studentCount, spares });
    if (labs.length === 0) {
        problems.push({
            key: "students",
            value: students,
            message: "names nobody, and neither do groups and studentCount",
            mend: "Write students: [ada, grace], or studentCount: 20.",
        });
    }
    if (labs.length > maxLabs) {
        problems.push({
            key: "maxLabs",
            value: maxLabs,
            message: `is less than the ${labs.length} labs that are asked for`,
            mend: `If you really want and can pay for that many, write maxLabs: ${labs.length}.`,
        });
    }
    const named = [...labs, ...planSupport(supportMachines)];
    return [...problems, ...labProblems(named, longestAnywhere), ...stackTooLong(named, names)];
}
