/**
 * A text from a machine or from AWS as a terminal and a roster may show it: in one line, without anything that a terminal
 * obeys or that only looks like something else, and not longer than somebody reads.
 *
 * The student is root on the machine: what comes from there can hold escape sequences that erase lines, text that runs from
 * right to left, or megabytes.
 *
 * @param longest in characters; what is longer ends with an ellipsis
 */
export function printable(text: string, longest = 500): string {
    // More than enough for `longest`, and little enough for the expressions below.
    const line = text
        .slice(0, 8 * longest)
        // Whole escape sequences, so that no "[31m" is left of them (ECMA-48, 5.4; OSC ends with BEL or ST).
        // eslint-disable-next-line no-control-regex
        .replace(/\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?|(\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g, "")
        .replace(/\s+/gu, " ")
        // Control characters, invisible and right-to-left marks, halves of surrogates, unassigned and private characters.
        .replace(/\p{C}/gu, "")
        .trim();
    const characters = [...line];
    return characters.length > longest || text.length > 8 * longest
        ? `${characters.slice(0, longest - 3).join("")}...`
        : line;
}
