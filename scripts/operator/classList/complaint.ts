/** One thing of a class list that keeps it from being used. */
export interface Complaint {
    /** Lines of the file, counted from 1; the one to mend first. Empty where it is about the file as a whole. */
    readonly lines: readonly number[];
    /** What is written there, shortened; empty where it is about the file as a whole. */
    readonly written: string;
    /** What is wrong, going on with a verb after line and text. */
    readonly message: string;
    /** What to do, one or two sentences. */
    readonly mend: string;
}

/** Shortens what a complaint quotes. */
export function shorten(text: string): string {
    const line = text.replace(/\s+/gu, " ").trim();
    return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** `line 3`, `lines 3 and 7`, `lines 3, 7 and 9`, and `lines 3, 4, 5 and 12 more` where there are many. */
export function lineWords(lines: readonly number[]): string {
    const shown = lines.length > 6 ? lines.slice(0, 5) : lines;
    const rest = lines.length - shown.length;
    const words = [...shown.map(String), ...(rest > 0 ? [`${rest} more`] : [])];
    const last = words.at(-1) ?? "";
    return words.length <= 1 ? `line ${last}` : `lines ${words.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * A complaint as a line for the teacher, `line 7: "ada@uni.edu" is an e-mail address. Write ...`
 *
 * @param file name of the file, for complaints about it as a whole
 */
export function complaintText({ lines, written, message, mend }: Complaint, file: string): string {
    const where = lines.length === 0 ? file : lineWords(lines);
    return `${where}: ${written === "" ? "" : `"${written}" `}${message}. ${mend}`;
}
