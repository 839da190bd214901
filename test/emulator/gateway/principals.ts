/**
 * Who makes a call.
 *
 * Signatures are not verified: moto does not know how the caller signed, and the pocket cloud protects nothing. What
 * AWS's clients and our policies depend on is: an unknown key, a deleted user or role, a wrong or missing session token
 * and an expired session are refused with AWS's codes.
 */
import { AwsError } from "./errors.ts";
import type { Identities, Identity } from "./identities.ts";
import { OPERATOR_ACCESS_KEY, OPERATOR_ARN } from "./operator.ts";
import type { AwsCall } from "./request.ts";
import type { Sessions } from "./sessions.ts";

/** The caller. */
export interface Principal {
    readonly kind: "operator" | "user" | "session";
    readonly arn: string;
    /** Unique id as GetCallerIdentity answers it. */
    readonly id: string;
    /** `undefined` for the operator, who needs no policies. */
    readonly identity: Identity | undefined;
    /** Keys of the request context that come from the principal. */
    readonly context: Readonly<Record<string, string>>;
}

/** The operator, who may do everything. */
export const OPERATOR: Principal = {
    kind: "operator",
    arn: OPERATOR_ARN,
    id: "AIDAPOCKETCLOUDADMIN",
    identity: undefined,
    context: {},
};

/** Tags and ARN of a principal as IAM's request context. */
function principalContext(identity: Identity, arn: string, type: string, id: string): Record<string, string> {
    const context: Record<string, string> = {
        "aws:PrincipalArn": type === "User" ? arn : identity.arn,
        "aws:PrincipalType": type,
        "aws:userid": id,
    };
    for (const [key, value] of Object.entries(identity.tags)) context[`aws:PrincipalTag/${key}`] = value;
    return context;
}

/** A session of a role as principal, for calls that the gateway makes in a role's name (steps, schedules). */
export function rolePrincipal(identity: Identity, arn: string, sessionName: string): Principal {
    const id = `${identity.id}:${sessionName}`;
    return {
        kind: "session",
        arn,
        id,
        identity,
        context: principalContext(identity, arn, "AssumedRole", id),
    };
}

/** A user as principal. */
export function userPrincipal(identity: Identity, name: string): Principal {
    const context = principalContext(identity, identity.arn, "User", identity.id);
    return {
        kind: "user",
        arn: identity.arn,
        id: identity.id,
        identity,
        context: { ...context, "aws:username": name },
    };
}

/** The error with which this service refuses credentials that it does not know. */
function unknownKey(call: AwsCall): AwsError {
    switch (call.protocol) {
        case "s3":
            return new AwsError(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
                403,
            );
        case "ec2":
            return new AwsError(
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
                401,
            );
        case "json":
        case "rest-json":
            return new AwsError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            );
        default:
            return new AwsError(
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                403,
            );
    }
}

function expired(call: AwsCall): AwsError {
    if (call.protocol === "s3") return new AwsError("ExpiredToken", "The provided token has expired.");
    const code = call.protocol === "ec2" ? "RequestExpired" : "ExpiredTokenException";
    return new AwsError(code, "The security token included in the request is expired");
}

/** Finds out who signed the call. */
export async function principalOf(
    call: AwsCall,
    identities: Identities,
    sessions: Sessions,
): Promise<Principal> {
    const { accessKey } = call;
    if (accessKey === undefined) {
        throw call.protocol === "s3"
            ? new AwsError("AccessDenied", "Access Denied", 403)
            : new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
    }
    if (accessKey === OPERATOR_ACCESS_KEY) return OPERATOR;
    const session = sessions.find(accessKey);
    if (session !== undefined) {
        if (session.token !== call.sessionToken) {
            throw call.protocol === "s3"
                ? new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.")
                : unknownKey(call);
        }
        if (sessions.expired(session)) throw expired(call);
        const identity = await identities.role(session.role);
        if (identity === undefined) throw unknownKey(call);
        return rolePrincipal(identity, session.arn, session.name);
    }
    const user = await identities.userOfKey(accessKey);
    const identity = user === undefined ? undefined : await identities.user(user);
    if (identity === undefined) throw unknownKey(call);
    return userPrincipal(identity, user ?? "");
}
