/** Temporary credentials that the gateway hands to machines by the metadata service. */
import { randomBytes } from "node:crypto";
import { ACCOUNT_ID } from "./operator.ts";

/** How long they live. Machines fetch new ones when a quarter of that is left, as on EC2 (about six hours there). */
const LIFETIME_MS = 6 * 60 * 60 * 1000;

/** Credentials of a role's session. */
export interface Session {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly token: string;
    readonly role: string;
    /** For machines: the instance id. */
    readonly name: string;
    readonly arn: string;
    readonly issued: Date;
    readonly expires: Date;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function letters(count: number): string {
    return [...randomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** All sessions that were issued. */
export class Sessions {
    private readonly byKey = new Map<string, Session>();
    private readonly current = new Map<string, Session>();

    private readonly now: () => number;

    constructor(now: () => number = Date.now) {
        this.now = now;
    }

    /** Credentials of that role for that machine; the same until a quarter of their life is left. */
    issue(role: string, name: string): Session {
        const owner = `${role}/${name}`;
        const old = this.current.get(owner);
        if (old !== undefined && old.expires.getTime() - this.now() > LIFETIME_MS / 4) return old;
        const session: Session = {
            accessKeyId: `ASIA${letters(16)}`,
            secretAccessKey: randomBytes(30).toString("base64"),
            token: randomBytes(96).toString("base64"),
            role,
            name,
            arn: sessionArn(role, name),
            issued: new Date(this.now()),
            expires: new Date(this.now() + LIFETIME_MS),
        };
        this.current.set(owner, session);
        this.byKey.set(session.accessKeyId, session);
        return session;
    }

    /** The session of an access key, also when it has expired. */
    find(accessKeyId: string): Session | undefined {
        return this.byKey.get(accessKeyId);
    }

    /** True once the session has ended. */
    expired(session: Session): boolean {
        return session.expires.getTime() <= this.now();
    }
}

/** ARN of a role's session. */
export function sessionArn(role: string, name: string): string {
    return `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${name}`;
}
