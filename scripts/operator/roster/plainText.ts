/**
 * Text of a person that is safe on a terminal, in a file of lines and on paper: one line, no control characters, no
 * marks that turn the writing direction round, no half characters.
 *
 * Names are checked by the settings, but what is in a stack's state need not have come through them. What joins letters
 * (U+200C and U+200D, which Persian and Hindi names need) stays where it stands between letters.
 *
 * @param text anything
 */
export function plainText(text: string): string {
    return text
        .toWellFormed()
        .replace(/(?![\u200c\u200d])[\p{Cf}\p{Co}\p{Cn}]/gu, "")
        .replace(/(?<![\p{L}\p{M}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}\u200c\u200d])/gu, "")
        .normalize("NFC")
        .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
        .trim();
}

/**
 * JSON that says the same with what a terminal would obey or not show spelled `\uXXXX`.
 *
 * @param value anything that JSON can say
 */
export function plainJson(value: unknown): string {
    const spelled = (text: string) =>
        Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
            .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
            .join("");
    // JSON.stringify has spelled what stands below U+0020 and half characters; its own line ends are no part of a text.
    return JSON.stringify(value, null, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, spelled);
}
