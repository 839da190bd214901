/**
 * IAM's decision about a call.
 *
 * The evaluation itself is `@cloud-copilot/iam-simulate`. Licence: that package is AGPL-3.0-or-later. It is a
 * devDependency, imported here only, under test/: it is never shipped with the program nor imported by it.
 *
 * Not evaluated: bucket policies, service control policies, session policies (the class uses none of them).
 */
import { runSimulation, type EvaluationResult } from "@cloud-copilot/iam-simulate";
import type { Check } from "./checkParts.ts";
import { AwsError } from "./errors.ts";
import type { Identity } from "./identities.ts";
import { ACCOUNT_ID } from "./operator.ts";
import type { Principal } from "./principals.ts";
import type { AwsCall } from "./request.ts";

/** What IAM says. */
export interface Decision {
    readonly result: EvaluationResult;
    /** True when the only obstacle is the permissions boundary. */
    readonly byBoundary: boolean;
}

const DEFAULT_KEY_POLICY = {
    Version: "2012-10-17",
    Statement: [
        {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
            Action: "kms:*",
            Resource: "*",
        },
    ],
};

function simulation(principal: Principal, check: Check, resource: string) {
    const { identity } = principal;
    return runSimulation(
        {
            request: {
                principal: principal.arn,
                action: check.action,
                resource: { resource, accountId: ACCOUNT_ID },
                contextVariables: { ...principal.context, ...check.context },
            },
            identityPolicies: (identity?.policies ?? []).map(({ name, policy }) => ({ name, policy })),
            // KMS asks the key's policy as well: a key's first one leaves it to IAM ("Default key policy").
            ...(check.action.startsWith("kms:") ? { resourcePolicy: DEFAULT_KEY_POLICY } : {}),
            permissionBoundaryPolicies: identity?.boundary === undefined ? undefined : [identity.boundary],
            serviceControlPolicies: [],
            resourceControlPolicies: [],
        },
        {},
    );
}

async function simulate(
    principal: Principal,
    check: Check,
    resource: string,
): Promise<Decision | "other-resource"> {
    const outcome = await simulation(principal, check, resource);
    if (outcome.resultType === "error") {
        const { message } = outcome.errors;
        if (message === "must.use.wildcard" || message === "no.resource.types") return "other-resource";
        throw new Error(
            `IAM cannot decide about ${check.action} on ${resource}: ${JSON.stringify(outcome.errors)}`,
        );
    }
    return { result: outcome.overallResult, byBoundary: false };
}

/** Evaluates one permission. */
export async function decide(principal: Principal, check: Check): Promise<Decision> {
    if (principal.kind === "operator") return { result: "Allowed", byBoundary: false };
    const first = await simulate(principal, check, check.resource);
    // The request names something that this action's permission is not about: the permission is about all resources.
    const decision = first === "other-resource" ? await simulate(principal, check, "*") : first;
    if (decision === "other-resource") return { result: "ImplicitlyDenied", byBoundary: false };
    if (decision.result !== "ImplicitlyDenied" || principal.identity?.boundary === undefined) return decision;
    const unbounded = { ...principal, identity: { ...principal.identity, boundary: undefined } };
    return { ...decision, byBoundary: (await decide(unbounded, check)).result === "Allowed" };
}

/**
 * What the policy simulator says of an action on a resource; `undefined` for an action that there is not.
 *
 * Without a resource it asks about `*` to the letter, as AWS's does: a policy that names resources does not allow that.
 */
export async function verdict(principal: Principal, check: Check): Promise<EvaluationResult | undefined> {
    if (principal.kind === "operator") return "Allowed";
    const outcome = await simulation(principal, check, check.resource);
    if (outcome.resultType === "error") {
        const { message } = outcome.errors;
        if (message === "invalid.action" || message === "invalid.service") return undefined;
        // The action is about other things than this resource, or about none.
        return check.resource === "*" ? "ImplicitlyDenied" : verdict(principal, { ...check, resource: "*" });
    }
    if (outcome.resultType !== "wildcard") return outcome.overallResult;
    const found = outcome.results
        .filter(({ resourcePattern }) => resourcePattern === "*")
        .map(({ analysis }) => analysis.result);
    const first = (["ExplicitlyDenied", "Allowed"] as const).find((result) => found.includes(result));
    return first ?? "ImplicitlyDenied";
}

/**
 * True if the trust policy of a role lets a service take it on.
 *
 * @param context what the service says of what it does this for, e.g. `aws:SourceArn`
 */
export async function mayAssume(
    role: Identity,
    service: string,
    context: Readonly<Record<string, string>>,
): Promise<boolean> {
    const outcome = await runSimulation(
        {
            request: {
                principal: service,
                action: "sts:AssumeRole",
                resource: { resource: role.arn, accountId: ACCOUNT_ID },
                contextVariables: { ...context },
            },
            identityPolicies: [],
            resourcePolicy: role.trust,
            serviceControlPolicies: [],
            resourceControlPolicies: [],
        },
        {},
    );
    if (outcome.resultType === "error") {
        throw new Error(`IAM cannot decide who may assume ${role.arn}: ${JSON.stringify(outcome.errors)}`);
    }
    return outcome.overallResult === "Allowed";
}

/** The sentence in which AWS refuses. */
export function denialMessage(principal: Principal, check: Check, decision: Decision): string {
    const resource = check.action === "s3:GetObject" ? `"${check.resource}"` : check.resource;
    const why =
        decision.result === "ExplicitlyDenied"
            ? "with an explicit deny in an identity-based policy"
            : `because no ${decision.byBoundary ? "permissions boundary" : "identity-based policy"} allows the ${check.action} action`;
    return `User: ${principal.arn} is not authorized to perform: ${check.action} on resource: ${resource} ${why}`;
}

/** The refusal in the code and words of the call's service. */
export function denial(call: AwsCall, principal: Principal, check: Check, decision: Decision): AwsError {
    const message = denialMessage(principal, check, decision);
    switch (call.protocol) {
        case "ec2":
            return new AwsError(
                "UnauthorizedOperation",
                `You are not authorized to perform this operation. ${message}`,
                403,
            );
        case "json":
            return new AwsError("AccessDeniedException", message, 400);
        case "rest-json":
            return new AwsError("AccessDeniedException", message, 403);
        default:
            return new AwsError("AccessDenied", message, 403);
    }
}

/** Throws the refusal unless the principal has every permission. */
export async function authorize(
    call: AwsCall,
    principal: Principal,
    checks: readonly Check[],
): Promise<void> {
    if (principal.kind === "operator") return;
    for (const check of checks) {
        const decision = await decide(principal, check);
        if (decision.result !== "Allowed") throw denial(call, principal, check, decision);
    }
}
