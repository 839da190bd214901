import type { RosterEntry } from "../roster/entry.ts";
import { type Look, printedName } from "./cardSheet.ts";
import { fontFamilies, type Fonts } from "./fonts.ts";
import { printedText } from "./printedText.ts";
import { type Typeset, typeset } from "./typeset.ts";
import { wordings } from "./wording.ts";

/** A line of the sheet for the door. */
export interface DoorRow {
    readonly name: string;
    readonly lab: string;
}

/** Who has which lab, by name; spares have nobody. Nothing to log in with. */
export function doorRows(
    entries: readonly RosterEntry[],
    fonts: Fonts,
    { language }: Pick<Look, "language">,
): DoorRow[] {
    return entries
        .flatMap(({ lab, students }) =>
            students.map((student) => ({ name: printedName({ student, lab }, fonts), lab })),
        )
        .sort((one, other) => one.name.localeCompare(other.name, language));
}

// One sheet, as large as the class allows. Where even the smallest print is not enough, it is several that can be read.
const sizes = [
    [1, 22], [1, 18], [1, 15], [2, 15], [2, 13], [2, 11.5], [2, 10], [2, 9], [3, 9], [3, 8], [3, 7],
] as const; // prettier-ignore

/**
 * Sets the sheet for the door on one page, or, for a very large class, on as few as can be read.
 *
 * @param rows at least one
 */
export async function setDoorSheet(
    rows: readonly DoorRow[],
    look: Pick<Look, "title" | "paper" | "language">,
    fonts: Fonts,
): Promise<Typeset> {
    const set = ([columns, size]: readonly [number, number]) =>
        typeset(
            "door.typ",
            {
                title: printedText(look.title),
                heading: wordings[look.language].door,
                paper: look.paper === "letter" ? "us-letter" : look.paper,
                language: look.language,
                fonts: fontFamilies,
                columns,
                size,
                rows: rows.map(({ name, lab }) => ({ name: printedText(name), lab })),
            },
            fonts,
        );
    // A line takes at least one and a half times its size, a page has less than 800 points: most sizes need no try.
    const possible = sizes.filter(([columns, size]) => Math.ceil(rows.length / columns) * size * 1.5 < 800);
    for (const one of possible) {
        const sheet = await set(one);
        if (sheet.pages === 1) {
            return sheet;
        }
    }
    return set([2, 11.5]);
}
