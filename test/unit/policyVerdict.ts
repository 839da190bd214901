import { runSimulation } from "@cloud-copilot/iam-simulate";

/** Who asks: somebody with an identity of the class, and its tags. */
export interface Principal {
    readonly arn: string;
    readonly tags: Readonly<Record<string, string>>;
}

/** What is asked for. */
export interface Call {
    readonly action: string;
    readonly resource: string;
    /** Tags of the resource. */
    readonly on?: Readonly<Record<string, string>>;
    /** What else the request says, e.g. `s3:prefix`. */
    readonly context?: Readonly<Record<string, string>>;
}

export type Verdict = "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied";

/** The account of all tests. */
export const account = "123456789012";

/** Tags of a lab's role, machine and cluster; without a lab, those of what a class shares. */
export const tagsOf = (
    lab?: string,
    stack = "eu-west-1",
    project = "student-labs",
    classId = "c1a55e5d",
): Record<string, string> => ({
    Project: project,
    Stack: stack,
    Class: classId,
    ...(lab === undefined ? {} : { Lab: lab }),
});

/** A session of a role on a machine or on a node, as EC2 names it. */
export const session = (role: string, instance: string, tags: Record<string, string>): Principal => ({
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${instance}`,
    tags,
});

/**
 * Asks IAM's rules what a policy says about a call.
 *
 * @throws Error on an action, resource or policy that IAM does not know
 */
export async function verdict(policy: unknown, principal: Principal, call: Call): Promise<string> {
    const { action, resource, on = {}, context = {} } = call;
    const prefixed = (prefix: string, of: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(of).map(([key, value]) => [`${prefix}/${key}`, value]));
    const outcome = await runSimulation(
        {
            request: {
                principal: principal.arn,
                action,
                resource: { resource, accountId: account },
                contextVariables: {
                    ...prefixed("aws:PrincipalTag", principal.tags),
                    ...prefixed("elasticmapreduce:ResourceTag", on),
                    ...prefixed("aws:ResourceTag", on),
                    ...context,
                },
            },
            identityPolicies: [{ name: "policy", policy }],
            // KMS asks the key's policy as well: a key's first one leaves it to IAM ("Default key policy").
            ...(action.startsWith("kms:")
                ? {
                      resourcePolicy: {
                          Version: "2012-10-17",
                          Statement: [
                              {
                                  Effect: "Allow",
                                  Principal: { AWS: `arn:aws:iam::${account}:root` },
                                  Action: "kms:*",
                                  Resource: "*",
                              },
                          ],
                      },
                  }
                : {}),
            serviceControlPolicies: [],
            resourceControlPolicies: [],
        },
        {},
    );
    if (outcome.resultType === "error") {
        throw new Error(`${action}: ${JSON.stringify(outcome.errors)}`);
    }
    return outcome.overallResult;
}

/** How a call reads in the name of a test. */
export function titleOf({ action, resource, on, context }: Call): string {
    const of = on === undefined ? "" : ` of ${Object.values(on).join("/") || "nobody"}`;
    const with_ = context === undefined ? "" : ` with ${Object.values(context).join(", ")}`;
    return `${action} on ${resource}${of}${with_}`;
}
