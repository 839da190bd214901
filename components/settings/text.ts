/**
 * Text as people paste it into a stack file: with characters that cannot be seen, which mail programs, web pages and word
 * processors put between those that can.
 */

// Characters that no reader sees and no name is spelled with: zero-width space, byte order mark, soft hyphen, marks of
// writing direction and the like (Unicode's Default_Ignorable_Code_Point), but for the joiners and the selectors of a
// variant, which some scripts and emoji are spelled with.
const meaningless = /(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu;

// Joiners spell Persian, Hindi, emoji and others, always between two characters of such a script; a selector follows one.
// Neither means anything among ASCII.
const strayJoiner = /(?<![^\0-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f\u200c\u200d])/gu;
const straySelector = /(?<!(?![\0-\x7f])[\p{L}\p{M}\p{N}\p{S}\p{P}])\p{Variation_Selector}/gu;

/**
 * Leaves out of a text what has no meaning: characters that cannot be seen and spell nothing, white space at both ends;
 * spaces of other widths become ordinary ones.
 *
 * @param text as it stands in the stack file
 */
export function cleanText(text: string): string {
    return text
        .replace(meaningless, "")
        .replace(strayJoiner, "")
        .replace(straySelector, "")
        .replace(/\p{Zs}/gu, " ")
        .trim();
}

/** {@link cleanText} of every text in a value: lists and maps as well, keys of maps included. */
export function cleanTexts(value: unknown): unknown {
    if (typeof value === "string") {
        return cleanText(value);
    }
    if (Array.isArray(value)) {
        return value.map(cleanTexts);
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(
            Object.entries(value).map(([key, one]) => [cleanText(key), cleanTexts(one)]),
        );
    }
    return value;
}

// What a terminal shows as nothing, as a space, or obeys: control characters and half characters, what cannot be seen,
// spaces that are not the ordinary one, ends of lines of other kinds.
const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Writes what cannot be seen as its number, `\u200b`, so that a complaint shows what is there.
 *
 * @param text of one line or more; ordinary spaces and ends of lines stay
 */
export function visible(text: string): string {
    return text.replace(unseen, (character) => {
        if (character === " " || character === "\n") {
            return character;
        }
        const number = (character.codePointAt(0) ?? 0).toString(16);
        return number.length > 4 ? `\\u{${number}}` : `\\u${number.padStart(4, "0")}`;
    });
}

// IAM, API reference of CreatePolicy and PutRolePolicy: PolicyDocument is [\u0009\u000A\u000D\u0020-\u00FF]+.
const notInPolicies = /[^\t\n\r\u0020-\u00ff]/u;

/** True where IAM takes every character of a text in a policy. */
export function fitsPolicy(text: string): boolean {
    return !notInPolicies.test(text);
}
