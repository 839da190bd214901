/** What questions to IAM are made of. */
import { ACCOUNT_ID } from "./operator.ts";

/** One question to IAM. */
export interface Check {
    /** With the service's prefix: `s3:GetObject`. */
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, string | string[]>>;
}

/** Keys of a request and their values. */
export type Context = Record<string, string | string[]>;

/** Tags as condition keys `<prefix>/<key>`. */
export function tagContext(prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
}

/** The keys of a request that brings tags. */
export function requestTags(tags: Readonly<Record<string, string>>): Context {
    const keys = Object.keys(tags);
    return keys.length === 0 ? {} : { ...tagContext("aws:RequestTag", tags), "aws:TagKeys": keys };
}

/** Role ARN of a name or ARN. */
export function roleArn(nameOrArn: string): string {
    return nameOrArn.startsWith("arn:") ? nameOrArn : `arn:aws:iam::${ACCOUNT_ID}:role/${nameOrArn}`;
}

/** The permission to hand a role to a service. */
export function passRole(base: Context, role: string, service: string): Check {
    return {
        action: "iam:PassRole",
        resource: roleArn(role),
        context: { ...base, "iam:PassedToService": service },
    };
}
