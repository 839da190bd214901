/**
 * Roles that AWS's services make for themselves. moto names them wrongly (`AWSServiceRoleForspot`) and cannot delete
 * them; here they are roles of their real names and paths, which moto keeps as any other.
 */
import {
    CreateRoleCommand,
    DeleteRoleCommand,
    GetRoleCommand,
    type CreateRoleCommandOutput,
} from "@aws-sdk/client-iam";
import { decide } from "../authorization.ts";
import type { Check } from "../checkParts.ts";
import type { Identities } from "../identities.ts";
import type { Moto } from "../moto.ts";
import { ACCOUNT_ID } from "../operator.ts";
import type { Principal } from "../principals.ts";

/** Spot Instances' service. */
export const SPOT = "spot.amazonaws.com";

/** Names of the roles by their service. */
export const SERVICE_ROLE_NAMES: Readonly<Record<string, string>> = {
    [SPOT]: "AWSServiceRoleForEC2Spot",
    "elasticmapreduce.amazonaws.com": "AWSServiceRoleForEMRCleanup",
};

/** ARN of a service's role. */
export function serviceRoleArn(service: string): string {
    return `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/${service}/${SERVICE_ROLE_NAMES[service] ?? ""}`;
}

function isMissing(error: unknown): boolean {
    return error instanceof Error && error.name.startsWith("NoSuchEntity");
}

/** Keeper of the roles. */
export class ServiceLinkedRoles {
    private settled: Promise<void> | undefined;
    private readonly moto: Moto;
    private readonly identities: Identities;

    constructor(moto: Moto, identities: Identities) {
        this.moto = moto;
        this.identities = identities;
    }

    /** The account has had Spot Instances before, unless a test says otherwise: its role for them is there. */
    settle(): Promise<void> {
        this.settled ??= this.setSpotRole(true);
        return this.settled;
    }

    /** Makes or removes the role for Spot Instances. */
    async setSpotRole(present: boolean): Promise<void> {
        this.settled = Promise.resolve();
        const there = await this.exists(SPOT);
        if (present && !there) await this.create(SPOT);
        if (!present && there) await this.remove(SPOT);
    }

    /** True if the service's role is there. */
    async exists(service: string): Promise<boolean> {
        try {
            await this.moto.iam.send(new GetRoleCommand({ RoleName: SERVICE_ROLE_NAMES[service] }));
            return true;
        } catch (error) {
            if (isMissing(error)) return false;
            throw error;
        }
    }

    /** Makes the service's role. */
    async create(service: string): Promise<CreateRoleCommandOutput> {
        const made = await this.moto.iam.send(
            new CreateRoleCommand({
                Path: `/aws-service-role/${service}/`,
                RoleName: SERVICE_ROLE_NAMES[service],
                AssumeRolePolicyDocument: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
                    ],
                }),
            }),
        );
        this.identities.invalidate();
        return made;
    }

    /** Removes the service's role. */
    async remove(service: string): Promise<void> {
        await this.moto.iam.send(new DeleteRoleCommand({ RoleName: SERVICE_ROLE_NAMES[service] }));
        this.identities.invalidate();
    }

    /**
     * Makes sure that Spot Instances have their role, made in the name of who launches them when it is missing.
     *
     * @returns false if it is missing and that principal may not make it
     */
    async ensureSpot(principal: Principal): Promise<boolean> {
        await this.settle();
        if (await this.exists(SPOT)) return true;
        const check: Check = {
            action: "iam:CreateServiceLinkedRole",
            resource: serviceRoleArn(SPOT),
            context: { "iam:AWSServiceName": SPOT },
        };
        if ((await decide(principal, check)).result !== "Allowed") return false;
        await this.create(SPOT);
        return true;
    }
}
