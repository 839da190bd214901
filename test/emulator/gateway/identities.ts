/** Policies and tags of roles and users, read from moto's IAM as operator and kept for a moment. */
import {
    GetAccessKeyLastUsedCommand,
    GetGroupPolicyCommand,
    GetInstanceProfileCommand,
    GetPolicyCommand,
    GetPolicyVersionCommand,
    GetRoleCommand,
    GetRolePolicyCommand,
    GetUserCommand,
    GetUserPolicyCommand,
    ListAccessKeysCommand,
    ListAttachedGroupPoliciesCommand,
    ListAttachedRolePoliciesCommand,
    ListAttachedUserPoliciesCommand,
    ListGroupPoliciesCommand,
    ListGroupsForUserCommand,
    ListRolePoliciesCommand,
    ListUserPoliciesCommand,
    type Tag,
} from "@aws-sdk/client-iam";
import { objectOf, parseObject, type JsonObject } from "./json.ts";
import type { Moto } from "./moto.ts";

/** A policy document under a name for messages. */
export interface NamedPolicy {
    readonly name: string;
    readonly policy: JsonObject;
}

/** What IAM knows about a role or user. */
export interface Identity {
    readonly arn: string;
    readonly id: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly policies: readonly NamedPolicy[];
    readonly boundary: NamedPolicy | undefined;
    /** Trust policy of a role. */
    readonly trust: JsonObject | undefined;
}

/** How long something is believed; writes through the gateway empty the cache at once. */
const CACHE_MS = 5_000;

interface Cached {
    readonly until: number;
    readonly value: Promise<unknown>;
}

function document(text: string | undefined): JsonObject {
    const raw = text ?? "{}";
    return parseObject(raw.trimStart().startsWith("{") ? raw : decodeURIComponent(raw)) ?? {};
}

function record(tags: readonly Tag[] | undefined): Record<string, string> {
    return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

/** True for IAM's answer about something that does not exist. */
function isMissing(error: unknown): boolean {
    return (
        error instanceof Error &&
        (error.name.startsWith("NoSuchEntity") || error.name.startsWith("AccessDenied"))
    );
}

/** Reader of moto's IAM. */
export class Identities {
    private cache = new Map<string, Cached>();

    private readonly moto: Moto;

    constructor(moto: Moto) {
        this.moto = moto;
    }

    /** Forgets everything; called when an IAM write passes. */
    invalidate(): void {
        this.cache = new Map();
    }

    /** The role, `undefined` when there is none of that name. */
    role(name: string): Promise<Identity | undefined> {
        return this.cached(`role:${name}`, () => this.readRole(name));
    }

    /** The user, `undefined` when there is none of that name. */
    user(name: string): Promise<Identity | undefined> {
        return this.cached(`user:${name}`, () => this.readUser(name));
    }

    /** Name of the user that owns an active access key. */
    userOfKey(accessKeyId: string): Promise<string | undefined> {
        return this.cached(`key:${accessKeyId}`, () => this.readKey(accessKeyId));
    }

    /** Name of the role in an instance profile; `null` for a profile without one, `undefined` for no profile. */
    roleOfProfile(profile: string): Promise<string | null | undefined> {
        return this.cached(`profile:${profile}`, () =>
            this.orMissing(async () => {
                const found = await this.moto.iam.send(
                    new GetInstanceProfileCommand({ InstanceProfileName: profile }),
                );
                return found.InstanceProfile?.Roles?.[0]?.RoleName ?? null;
            }),
        );
    }

    private cached<T>(key: string, read: () => Promise<T>): Promise<T> {
        const hit = this.cache.get(key);
        if (hit !== undefined && hit.until > Date.now()) return hit.value as Promise<T>;
        const value = read();
        this.cache.set(key, { until: Date.now() + CACHE_MS, value });
        // What failed to be read is not kept.
        value.catch(() => this.cache.delete(key));
        return value;
    }

    private async orMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
        try {
            return await read();
        } catch (error) {
            if (isMissing(error)) return undefined;
            throw error;
        }
    }

    private async managed(arn: string): Promise<NamedPolicy> {
        const { iam } = this.moto;
        const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
        const { PolicyVersion } = await iam.send(
            new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: Policy?.DefaultVersionId }),
        );
        return { name: arn, policy: document(PolicyVersion?.Document) };
    }

    private async allManaged(
        attached: readonly { PolicyArn?: string | undefined }[] | undefined,
    ): Promise<NamedPolicy[]> {
        return Promise.all((attached ?? []).map((policy) => this.managed(policy.PolicyArn ?? "")));
    }

    private async readRole(name: string): Promise<Identity | undefined> {
        return this.orMissing(async () => {
            const { iam } = this.moto;
            const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
            const [inline, attached] = await Promise.all([
                iam.send(new ListRolePoliciesCommand({ RoleName: name })),
                iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name })),
            ]);
            const documents = await Promise.all(
                (inline.PolicyNames ?? []).map(async (PolicyName) => {
                    const found = await iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }));
                    return { name: PolicyName, policy: document(found.PolicyDocument) };
                }),
            );
            const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
            return {
                arn: Role?.Arn ?? "",
                id: Role?.RoleId ?? "",
                tags: record(Role?.Tags),
                policies: [...documents, ...(await this.allManaged(attached.AttachedPolicies))],
                boundary: boundary === undefined ? undefined : await this.managed(boundary),
                trust: document(Role?.AssumeRolePolicyDocument),
            };
        });
    }

    private async readUser(name: string): Promise<Identity | undefined> {
        return this.orMissing(async () => {
            const { iam } = this.moto;
            const UserName = name;
            const { User } = await iam.send(new GetUserCommand({ UserName }));
            const [inline, attached, groups] = await Promise.all([
                iam.send(new ListUserPoliciesCommand({ UserName })),
                iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
                iam.send(new ListGroupsForUserCommand({ UserName })),
            ]);
            const documents = await Promise.all(
                (inline.PolicyNames ?? []).map(async (PolicyName) => {
                    const found = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
                    return { name: PolicyName, policy: document(found.PolicyDocument) };
                }),
            );
            const ofGroups = await Promise.all(
                (groups.Groups ?? []).map((g) => this.ofGroup(g.GroupName ?? "")),
            );
            const boundary = User?.PermissionsBoundary?.PermissionsBoundaryArn;
            return {
                arn: User?.Arn ?? "",
                id: User?.UserId ?? "",
                tags: record(User?.Tags),
                policies: [
                    ...documents,
                    ...(await this.allManaged(attached.AttachedPolicies)),
                    ...ofGroups.flat(),
                ],
                boundary: boundary === undefined ? undefined : await this.managed(boundary),
                trust: undefined,
            };
        });
    }

    private async ofGroup(GroupName: string): Promise<NamedPolicy[]> {
        const { iam } = this.moto;
        const [inline, attached] = await Promise.all([
            iam.send(new ListGroupPoliciesCommand({ GroupName })),
            iam.send(new ListAttachedGroupPoliciesCommand({ GroupName })),
        ]);
        const documents = await Promise.all(
            (inline.PolicyNames ?? []).map(async (PolicyName) => {
                const found = await iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName }));
                return { name: `${GroupName}/${PolicyName}`, policy: document(found.PolicyDocument) };
            }),
        );
        return [...documents, ...(await this.allManaged(attached.AttachedPolicies))];
    }

    private async readKey(accessKeyId: string): Promise<string | undefined> {
        return this.orMissing(async () => {
            const { iam } = this.moto;
            const { UserName } = await iam.send(
                new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }),
            );
            if (UserName === undefined) return undefined;
            const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }));
            const key = AccessKeyMetadata?.find((k) => k.AccessKeyId === accessKeyId);
            return key?.Status === "Active" ? UserName : undefined;
        });
    }
}

/** True if the role's trust policy lets the service assume it. Conditions in it are not evaluated. */
export function trusts(identity: Identity, service: string): boolean {
    const statements = identity.trust?.["Statement"];
    const list = Array.isArray(statements) ? statements : [statements];
    return list.some((item) => {
        const statement = objectOf(item);
        const principal = objectOf(statement["Principal"])["Service"];
        const services = Array.isArray(principal) ? principal : [principal];
        return statement["Effect"] === "Allow" && services.includes(service);
    });
}
