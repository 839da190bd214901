import { graphemes } from "./fonts.ts";

/** Text of people in pieces, for a document to break into lines. */
export interface PrintedText {
    /** Words, each in pieces between which a line may end; one piece where the word is of usual length. */
    readonly words: readonly (readonly string[])[];
    /** All that stays in one line, for a document to see how small the text has to be. */
    readonly whole: readonly string[];
}

// Letters of these stand alone; in others a break inside a word would tear what is joined.
const standAlone =
    /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]+$/u;
// These have no blanks between words: typst ends a line between any two characters.
const unspaced = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u;

/**
 * Prepares a name or title. A word that is longer than words of names are, more than 20 characters without a hyphen, may go on
 * in the next line inside.
 */
export function printedText(text: string): PrintedText {
    const words = text
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => {
            const parts = word.split(/(?<=-)/);
            const long = parts.some((part) => part.length > 20) && standAlone.test(word);
            return long ? parts.flatMap((part) => (part.length > 20 ? graphemes(part) : [part])) : [word];
        });
    const whole = words
        .flat()
        .flatMap((piece) => (unspaced.test(piece) ? graphemes(piece) : piece.split(/(?<=-)/)));
    return { words, whole };
}

/** A host in pieces between which a line may end: before the dots of a name but the last one, nowhere in an address. */
export function hostParts(host: string): string[] {
    if (!/[a-z]/i.test(host) || host.includes(":")) {
        return [host];
    }
    const parts = host.split(/(?=\.)/);
    return parts.length < 3 ? [host] : [...parts.slice(0, -2), parts.slice(-2).join("")];
}
