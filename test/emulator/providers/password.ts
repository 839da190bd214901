import { randomInt } from "node:crypto";
import { hash } from "bcryptjs";

/** What a password is made of: the arguments of RandomPassword with their defaults. */
export interface PasswordRules {
    readonly length: number;
    readonly lower: boolean;
    readonly upper: boolean;
    readonly numeric: boolean;
    readonly special: boolean;
    readonly minLower: number;
    readonly minUpper: number;
    readonly minNumeric: number;
    readonly minSpecial: number;
    readonly overrideSpecial?: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Longest password that bcrypt reads; the rest does not count. */
const BCRYPT_BYTES = 72;
const BCRYPT_COST = 10;

/**
 * A random password. The smallest numbers of each class hold also for a class that is switched off, as with the real
 * provider.
 */
export function randomPassword(rules: PasswordRules): string {
    const special = rules.overrideSpecial ? rules.overrideSpecial : SPECIAL;
    const classes: [characters: string, on: boolean, smallest: number][] = [
        [LOWER, rules.lower, rules.minLower],
        [UPPER, rules.upper, rules.minUpper],
        [DIGITS, rules.numeric, rules.minNumeric],
        [special, rules.special, rules.minSpecial],
    ];
    const all = classes.map(([characters, on]) => (on ? characters : "")).join("");
    const chosen = classes.flatMap(([characters, , smallest]) => pick(characters, smallest));
    return shuffle([...chosen, ...pick(all, rules.length - chosen.length)]).join("");
}

/** The bcrypt hash of a password in the form that Go writes: `$2a$10$` and 53 characters. */
export async function bcryptHash(password: string): Promise<string> {
    const bytes = Buffer.from(password, "utf8");
    const read = bytes.length > BCRYPT_BYTES ? bytes.subarray(0, BCRYPT_BYTES).toString("latin1") : password;
    // 2b marks implementations without an old bug for passwords of more than 255 bytes; the hashes are the same.
    return (await hash(read, BCRYPT_COST)).replace(/^\$2b\$/, "$2a$");
}

function pick(characters: string, count: number): string[] {
    const letters = [...characters];
    return Array.from({ length: Math.max(count, 0) }, () => letters[randomInt(letters.length)] ?? "");
}

/** Fisher and Yates, with a random source that is fit for secrets. */
function shuffle(letters: string[]): string[] {
    for (let last = letters.length - 1; last > 0; last--) {
        const other = randomInt(last + 1);
        [letters[last], letters[other]] = [letters[other] ?? "", letters[last] ?? ""];
    }
    return letters;
}
