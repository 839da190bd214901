import type { AssumeRoleCommandInput, STSClientConfig } from "@aws-sdk/client-sts";
import type * as pulumi from "@pulumi/pulumi";

/** A role that the aws provider takes, as `aws:assumeRoles` has it. */
interface RoleToAssume {
    readonly roleArn?: string;
    readonly sessionName?: string;
    readonly externalId?: string;
    /** As Go writes times: `1h`, `30m`, `1h30m`. */
    readonly duration?: string;
    readonly policy?: string;
    readonly policyArns?: readonly string[];
    readonly sourceIdentity?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly transitiveTagKeys?: readonly string[];
}

/** The options of an AWS client that say who asks, and where. */
export type ClientAccess = Pick<STSClientConfig, "region" | "profile" | "credentials">;

/** Takes a role with the rights of `access`, and tells the role's credentials. */
export type AssumeRole = (
    access: ClientAccess,
    input: AssumeRoleCommandInput,
) => Promise<NonNullable<ClientAccess["credentials"]>>;

/** Seconds of a time as Go writes it; `undefined` for none. */
function secondsOf(duration: string | undefined): number | undefined {
    const parts = [...(duration ?? "").matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
    const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
    const seconds = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
    return seconds > 0 ? Math.round(seconds) : undefined;
}

function requestFor(role: RoleToAssume): AssumeRoleCommandInput {
    const { tags, policyArns } = role;
    return {
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName ?? "student-labs",
        ExternalId: role.externalId,
        DurationSeconds: secondsOf(role.duration),
        Policy: role.policy,
        PolicyArns: policyArns?.map((arn) => ({ arn })),
        SourceIdentity: role.sourceIdentity,
        Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: role.transitiveTagKeys && [...role.transitiveTagKeys],
    };
}

/** Asks AWS. The library is loaded when it is needed, which is almost never. */
export const askForRole: AssumeRole = async (access, input) => {
    const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
    const { Credentials: given } = await new STSClient(access).send(new AssumeRoleCommand(input));
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) {
        throw new Error(`AWS gave no credentials for ${input.RoleArn}`);
    }
    return {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
    };
};

/** A value of the stack's configuration that may be a secret. */
function plain(config: pulumi.Config, key: string): Promise<string | undefined> {
    const value = config.getSecret(key);
    return value === undefined
        ? Promise.resolve(undefined)
        : new Promise((resolve) => value.apply((text) => resolve(text)));
}

/**
 * How the aws provider reaches AWS, for our own calls: with `aws:accessKey`, `aws:secretKey` and `aws:token`, else with
 * `aws:profile`, else with what the environment has; then through each role of `aws:assumeRoles`, one from the other.
 *
 * @param region of the stack, e.g. `eu-west-1`
 * @param config of the provider, i.e. `new pulumi.Config("aws")`
 * @param assumeRole another one in tests
 * @throws Error of AWS where a role may not be taken; SyntaxError where `aws:assumeRoles` is no JSON
 */
export async function providerAccess(
    region: string,
    config: pulumi.Config,
    assumeRole: AssumeRole = askForRole,
): Promise<ClientAccess> {
    const [accessKeyId, secretAccessKey, sessionToken, profile, roles] = await Promise.all(
        ["accessKey", "secretKey", "token", "profile", "assumeRoles"].map((key) => plain(config, key)),
    );
    let access: ClientAccess = { region };
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
        access = { region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
    } else if (profile !== undefined) {
        access = { region, profile };
    }
    for (const role of roles === undefined ? [] : (JSON.parse(roles) as RoleToAssume[])) {
        access = { region, credentials: await assumeRole(access, requestFor(role)) };
    }
    return access;
}
