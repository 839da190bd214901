import { type Lab, longestLabName } from "../names/labs.ts";
import { labRolePrefix } from "../names/roles.ts";
import { ownerOf } from "./labNames.ts";
import type { Problem } from "./problem.ts";

/** Names of project and stack, which are part of what the class has in the account. */
export interface StackNames {
    /** `name` in Pulumi.yaml */
    readonly project: string;
    /** As `pulumi stack init` was told it, without an organisation. */
    readonly stack: string;
}

/** Those of this repository, for whoever looks at settings without a stack. */
export const usualNames: StackNames = { project: "student-labs", stack: "eu-west-1" };

/** Longest name of a lab whatever the stack is called, in characters: a longer one is the student's to shorten. */
export const longestAnywhere = longestLabName("");

/**
 * The one problem behind all names of labs that are right and would fit into a stack with a shorter name; none where there
 * are no such names.
 *
 * @param labs labs and support machines
 */
export function stackTooLong(labs: readonly Lab[], names: StackNames): Problem[] {
    const room = longestLabName(labRolePrefix(names.project, names.stack));
    const [largest] = labs
        .map((lab) => ({ name: lab.name, needs: ownerOf(lab).length }))
        .filter(({ needs }) => needs > room && needs <= longestAnywhere)
        .sort((one, other) => other.needs - one.needs);
    if (largest === undefined) {
        return [];
    }
    const together = names.project.length + names.stack.length;
    const allowed = together - (largest.needs - room);
    const left = room > 0 ? `only ${room} characters` : "nothing";
    return [
        {
            key: "stack",
            value: names.stack,
            message: `and the project's name ${names.project} leave ${left} for the names of labs, and ${largest.name} needs ${largest.needs}`,
            mend: `Choose shorter ones: name in Pulumi.yaml and the stack's name (pulumi stack init NAME) may have ${allowed} characters together, and have ${together}.`,
        },
    ];
}

/**
 * What keeps the names of project and stack from being part of the names of roles, of IAM policies and of hosts.
 *
 * @param dnsZone the setting; "" where labs get no names
 */
export function stackNameProblems(names: StackNames, dnsZone: string): Problem[] {
    const problems: Problem[] = [];
    for (const [key, value, mend] of [
        ["project", names.project, "Change name in Pulumi.yaml."],
        ["stack", names.stack, "Make a stack of another name: pulumi stack init NAME."],
    ] as const) {
        // What Pulumi itself takes; roles (IAM: [\w+=,.@-]) and policies take all of it.
        if (!/^[A-Za-z0-9_.-]+$/.test(value)) {
            problems.push({
                key,
                value,
                message:
                    "has other characters than letters from a to z, digits, full stop, hyphen and underscore",
                mend,
            });
        }
    }
    if (dnsZone !== "" && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(names.stack)) {
        problems.push({
            key: "stack",
            value: names.stack,
            message: "cannot be part of the names that labs get in dnsZone",
            mend: "Make a stack of letters, digits and hyphens (pulumi stack init NAME), or leave dnsZone out.",
        });
    }
    return problems;
}
