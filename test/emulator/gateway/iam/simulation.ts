/** SimulatePrincipalPolicy: may somebody do something? Decided by the same evaluation as the calls themselves. */
import { verdict } from "../authorization.ts";
import { AwsError, notImplemented } from "../errors.ts";
import type { Identities, Identity } from "../identities.ts";
import { objectOf, type Json } from "../json.ts";
import { OPERATOR_ARN } from "../operator.ts";
import { OPERATOR, rolePrincipal, userPrincipal, type Principal } from "../principals.ts";
import type { AwsCall } from "../request.ts";
import { element, type XmlNode } from "../xml.ts";

const DECISIONS = {
    Allowed: "allowed",
    ImplicitlyDenied: "implicitDeny",
    ExplicitlyDenied: "explicitDeny",
} as const;

/** Inputs that are understood. Anything else is refused, never ignored. */
const KNOWN =
    /^(Action|Version|PolicySourceArn|CallerArn|MaxItems|(ActionNames|ResourceArns|ContextEntries)\.)/;

function members(params: Readonly<Record<string, string>>, name: string): string[] {
    return Object.entries(params)
        .filter(([key]) => new RegExp(`^${name}\\.member\\.\\d+$`).test(key))
        .map(([, value]) => value);
}

/** Context keys of the request: lists where their type says so. */
export function contextOf(params: Readonly<Record<string, string>>): Record<string, string | string[]> {
    const context: Record<string, string | string[]> = {};
    for (const [key, name] of Object.entries(params)) {
        const [, entry] = /^(ContextEntries\.member\.\d+)\.ContextKeyName$/.exec(key) ?? [];
        if (entry === undefined) continue;
        const values = members(params, `${entry}.ContextKeyValues`);
        const list = (params[`${entry}.ContextKeyType`] ?? "string").endsWith("List");
        context[name] = list ? values : (values[0] ?? "");
    }
    return context;
}

/** Context keys that a policy document asks for: in its conditions, and as variables in its text. */
export function contextKeys(policy: Json): Set<string> {
    const keys = new Set<string>();
    for (const [, name] of JSON.stringify(policy).matchAll(/\$\{([A-Za-z][\w:/-]*)[^}]*\}/g)) {
        if (name !== undefined) keys.add(name);
    }
    const walk = (value: Json): void => {
        if (Array.isArray(value)) value.forEach(walk);
        else if (typeof value === "object" && value !== null) {
            for (const [name, item] of Object.entries(value)) {
                if (name !== "Condition") walk(item);
                else {
                    for (const operator of Object.values(objectOf(item))) {
                        for (const key of Object.keys(objectOf(operator))) keys.add(key);
                    }
                }
            }
        }
    };
    walk(policy);
    return keys;
}

/** The user or role that a call names. Sessions have no policies of their own: AWS wants their role. */
async function subject(arn: string, identities: Identities): Promise<Principal> {
    if (arn === OPERATOR_ARN) return OPERATOR;
    const [, kind, path] = /^arn:aws:iam::\d{12}:(user|role)\/(.+)$/.exec(arn) ?? [];
    if (kind === undefined || path === undefined) {
        throw new AwsError(
            "InvalidInput",
            `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
        );
    }
    const name = path.split("/").pop() ?? path;
    const identity = kind === "role" ? await identities.role(name) : await identities.user(name);
    if (identity === undefined || identity.arn !== arn) {
        throw new AwsError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`, 404);
    }
    return kind === "role" ? rolePrincipal(identity, arn, name) : userPrincipal(identity, name);
}

function missingKeys(identity: Identity | undefined, given: Readonly<Record<string, unknown>>): string[] {
    const known = new Set(Object.keys(given).map((key) => key.toLowerCase()));
    const wanted = (identity?.policies ?? []).flatMap(({ policy }) => [...contextKeys(policy)]);
    return [...new Set(wanted)].filter((key) => !known.has(key.toLowerCase())).toSorted();
}

/** The result of the call, ready for its envelope. */
export async function simulatePrincipalPolicy(call: AwsCall, identities: Identities): Promise<XmlNode[]> {
    const { params } = call;
    const unknown = Object.keys(params).filter((key) => !KNOWN.test(key));
    if (unknown.length > 0) throw notImplemented(call, unknown.join(", "));
    const principal = await subject(params["PolicySourceArn"] ?? "", identities);
    const actions = members(params, "ActionNames");
    if (actions.length === 0) throw new AwsError("InvalidInput", "ActionNames must not be empty");
    const named = members(params, "ResourceArns");
    const resources = named.length === 0 ? ["*"] : named;
    const context = contextOf(params);
    const missing = missingKeys(principal.identity, { ...principal.context, ...context });
    const rows: XmlNode[] = [];
    for (const action of actions) {
        for (const resource of resources) {
            const result = await verdict(principal, { action, resource, context });
            if (result === undefined) {
                throw new AwsError("InvalidInput", `Invalid Action Name: ${action}`);
            }
            rows.push(
                element("member", [
                    element("EvalActionName", action),
                    element("EvalResourceName", resource),
                    element("EvalDecision", DECISIONS[result]),
                    element("MatchedStatements"),
                    element(
                        "MissingContextValues",
                        missing.map((key) => element("member", key)),
                    ),
                ]),
            );
        }
    }
    return [element("IsTruncated", "false"), element("EvaluationResults", rows)];
}
