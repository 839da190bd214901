import { isBlank } from "./rows.ts";

/** A name as it goes into the class. */
export interface CleanName {
    readonly kind: "name";
    readonly name: string;
    /** What was taken off or turned round, for the teacher to know. */
    readonly changes: readonly NameChange[];
}

export type NameChange = "title" | "last name first" | "number" | "invisible characters" | "e-mail address";

/** Text that cannot be somebody's name. */
export interface NoName {
    readonly kind: "no name";
    /** What is wrong, going on with a verb. */
    readonly message: string;
    readonly mend: string;
}

// A title is taken off where something of a name is left. M., D. and S. are initials more often than titles, and Don, Dean
// and Earl are names. Written here without full stops and hyphens.
const titles = new Set(
    (
        "dr dra profª drª prof profa professor professora mr mrs ms mx miss herr frau mme mlle madame monsieur señor señora " +
        "señorita sr sra srta dott dottssa univprof dipling phd msc bsc"
    ).split(" "),
);
// These are names, or parts of names, as well, so that they are titles with a full stop only.
const titlesWithStop = new Set(
    "ing mag eng enga rev lic hr fr bc mgr stud cand sig sigra doc inż".split(" "),
);
const degrees =
    /^(ph\.? ?d|d\. ?phil|m\. ?sc|b\. ?sc|m\. ?a|b\. ?a|m\. ?eng|b\. ?eng|mba|md|msc|bsc|meng|beng|dipl-ing|esq)\.?$/i;
const clearDegrees = /\s+(ph\.?d|m\.?sc|b\.?sc|mba|dipl\.?-ing)\.?$/i;
const generations = /^(jr|sr|jnr|snr|ii|iii|iv)\.?$/i;

function isTitle(word: string): boolean {
    const plain = word.toLowerCase().replace(/[.-]/g, "");
    return titles.has(plain) || (word.includes(".") && titlesWithStop.has(plain));
}

/** Takes titles off the front, as many as there are, while a name is left. */
function withoutTitles(text: string): string {
    // A word ends at a space, and at a full stop with a capital letter behind it: Dr.Ada, but not Dott.ssa.
    const [, word = "", rest = ""] = /^(\p{L}[\p{L}.-]*?)(?:\s+|(?<=\.)(?=\p{Lu}))(.+)$/u.exec(text) ?? [];
    return isTitle(word) ? withoutTitles(rest) : text;
}

const no = (message: string, mend: string): NoName => ({ kind: "no name", message, mend });

/** Text that is no name whatever is taken off it. */
function unreadable(text: string): NoName | undefined {
    const utf8 = "Save the file as UTF-8 (in a spreadsheet: CSV UTF-8).";
    if (/[\uFFFD\x80-\x9f\p{Co}\p{Cs}\p{Cn}]/u.test(text)) {
        return no("has a character that could not be read", utf8);
    }
    // What becomes of UTF-8 that was taken for Windows-1252 and saved again: é as Ã©.
    return /[ÃÂ][\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/u.test(text)
        ? no("was saved in the wrong encoding once before", utf8)
        : undefined;
}

const nameless = no("is no name", "Write the student's name, or take the line out.");

function wrongCharacters(name: string, part = false): NoName | undefined {
    if (name.includes("@")) {
        return no(
            "is an e-mail address, not a name",
            "Write the student's name, or name the column that has it.",
        );
    }
    if (!/\p{L}/u.test(name)) {
        return nameless;
    }
    // A first or a last name alone may be such a word.
    if (
        !part &&
        /^(total|subtotal|sum|count|summe|gesamt|anzahl|somme|soma|suma|totale|totaal)\b[\s\d]*$/i.test(name)
    ) {
        return no("is a total, not a student", "Take the line out.");
    }
    // Rows of Canvas's export that are no students.
    if (/^(points possible|student, test|test student)$/i.test(name)) {
        return no("is a line of the learning platform's own, not a student", "Take the line out.");
    }
    const wrong = /[^\p{L}\p{M}\p{N} .,，'’‘`´"“”׳״()&/_·・\-‐‑–]/u.exec(name)?.[0];
    if (wrong !== undefined) {
        return no(`has ${wrong} in it, which no name has`, "Write the name alone, or take the line out.");
    }
    // The program's own limit (components/settings/people.ts).
    return name.length > 80 ? no("is longer than 80 characters", "Write a shorter name.") : undefined;
}

const eastAsian = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;

/** First and last name as people of that script write them: Chinese, Korean and Japanese last name first and together. */
export function joinName(first: string, last: string): string {
    return eastAsian.test(first) && eastAsian.test(last) ? last + first : `${first} ${last}`.trim();
}

/** Turns "Last, First" round. Degrees after a comma are titles, `Jr.` and the like stay at the end. */
function turned(text: string, firstOnly: boolean): { name: string; changes: NameChange[] } | NoName {
    const parts = text
        .split(/[,，]/u)
        .map((part) => part.trim())
        .filter((part) => part !== "");
    const changes: NameChange[] = [];
    const people = parts.filter((part) => !degrees.test(part) && !generations.test(part));
    if (people.length < parts.filter((part) => !generations.test(part)).length) {
        changes.push("title");
    }
    const generation = parts.filter((part) => generations.test(part)).join(" ");
    const [last = "", first] = firstOnly ? [people.join(", ")] : people;
    if (!firstOnly && (people.length > 2 || (first !== undefined && /\p{N}/u.test(first)))) {
        return no(
            `has more in it than "Last, First"`,
            "Write first and last name; what else is known belongs into columns of its own.",
        );
    }
    if (first !== undefined) {
        changes.push("last name first");
    }
    const [firstAlone, lastAlone] = [withoutTitles(first ?? ""), withoutTitles(last)];
    if (firstAlone !== (first ?? "") || lastAlone !== last) {
        changes.push("title");
    }
    return { name: `${joinName(firstAlone, lastAlone)} ${generation}`.trim(), changes };
}

/** Takes away what nobody sees and tells how people type: spaces of all kinds become one space. */
export function visible(text: string): string {
    return text
        .replace(/[\p{Z}\t\n\v\f\r]+/gu, " ")
        .replace(/[\p{Cc}\p{Cf}]/gu, "")
        .normalize("NFC")
        .replace(/ {2,}/g, " ")
        .trim();
}

/**
 * Somebody's name as the class uses it: without titles and invisible characters, first name first.
 *
 * @param written a field of the list
 * @param part true for a first or a last name alone, in which a comma turns nothing round
 */
export function cleanName(written: string, part = false): CleanName | NoName {
    const broken = unreadable(written);
    if (broken !== undefined) {
        return broken;
    }
    const changes: NameChange[] = [];
    let name = visible(written);
    const change = (kind: NameChange, to: string) => {
        if (to !== name && to !== "") {
            changes.push(kind);
            name = to;
        }
    };
    // Spaces alone are not worth a word.
    if (/[\p{Cc}\p{Cf}]/u.test(written.replace(/[\t\n\v\f\r]/g, " "))) {
        changes.push("invisible characters");
    }
    change("number", name.replace(/^(\d{1,3}[.)]|[-*•–])\s+/u, ""));
    change("e-mail address", name.replace(/\s*[<(][^<>()\s]+@[^<>()\s]+[>)]$/u, ""));
    name = /^(["“«„]).+(["”»“])$/u.test(name) ? name.slice(1, -1).trim() : name;
    const wrong = wrongCharacters(name, part);
    if (wrong !== undefined) {
        return wrong;
    }
    const order = turned(name, part);
    if ("kind" in order) {
        return order;
    }
    changes.push(...order.changes);
    name = order.name;
    change("title", withoutTitles(name));
    change("title", name.replace(clearDegrees, ""));
    name = name.replace(/ *,+$/, "");
    if (isTitle(name)) {
        return no("is a title without a name", "Write the student's name, or take the line out.");
    }
    return /\p{L}/u.test(name) ? { kind: "name", name, changes: [...new Set(changes)] } : nameless;
}

/**
 * Somebody's name from the fields that have it.
 *
 * @param first fields with the first names, or with the whole name
 * @param last fields with the last names, what stands before them included; none where `first` has the whole name
 */
export function cleanFields(first: readonly string[], last: readonly string[]): CleanName | NoName {
    const apart = last.length > 0;
    const clean = (cells: readonly string[]) => {
        const text = cells.filter((cell) => !isBlank(cell)).join(" ");
        return text === "" ? undefined : cleanName(text, apart);
    };
    const parts = [clean(first), clean(last)].filter((part) => part !== undefined);
    const wrong = parts.find((part) => part.kind === "no name");
    if (wrong !== undefined) {
        return wrong;
    }
    const [one, other] = parts.filter((part) => part.kind === "name");
    if (one === undefined || other === undefined) {
        return one ?? nameless;
    }
    const name = joinName(one.name, other.name);
    return wrongCharacters(name) ?? { kind: "name", name, changes: [...one.changes, ...other.changes] };
}

/** What to compare names by, where it is asked whether two are the same person. */
export function sameNameKey(name: string): string {
    return name.normalize("NFKC").toLowerCase();
}
