import type { NightlyStop } from "../../../components/settings/schedule.ts";
import type { RosterEntry } from "../roster/entry.ts";
import { plainText } from "../roster/plainText.ts";
import { type Card, cardsOf, type LeftOut } from "./card.ts";
import { changedCards, type CardMemory, newCardMemory, rememberCards } from "./cardMemory.ts";
import { type Look, setCards } from "./cardSheet.ts";
import { doorRows, setDoorSheet } from "./doorSheet.ts";
import { type Fonts, loadFonts } from "./fonts.ts";
import { cardWarnings } from "./warnings.ts";

/** What to print. */
export interface PrintOrder {
    /** Labs with passwords, in the order of their cards. */
    readonly entries: readonly RosterEntry[];
    readonly look: Look;
    /** What the last cards said; `undefined` where there were none. */
    readonly memory?: CardMemory;
    /** True prints only cards that are new or say something else than the last ones. */
    readonly changedOnly: boolean;
    /** By stack, the setting `nightlyStop`; for the warning about addresses. */
    readonly nightlyStops: ReadonlyMap<string, NightlyStop | undefined>;
}

/** What was printed. */
export interface Printed {
    /** The cards; `undefined` where there are none to print. Has passwords. */
    readonly cards?: { readonly pdf: Buffer; readonly pages: number; readonly count: number };
    /** The sheet for the door, always of the whole class; `undefined` where no lab has a student. Has no passwords. */
    readonly door?: { readonly pdf: Buffer; readonly pages: number };
    /** What to remember once the cards are written. */
    readonly memory: CardMemory;
    readonly leftOut: readonly LeftOut[];
    /** What the teacher should know before handing the cards out. */
    readonly warnings: readonly string[];
}

/** No font shows the title. */
export class TitleError extends Error {
    constructor(title: string) {
        super(
            `No font here shows all characters of the title ${JSON.stringify(title)}. Next: choose another --title`,
        );
        this.name = "TitleError";
    }
}

/**
 * Prints the cards of a class, and the sheet for its door.
 *
 * @throws TitleError
 */
export async function printClass(order: PrintOrder): Promise<Printed> {
    const { entries, memory = newCardMemory() } = order;
    const look = { ...order.look, title: plainText(order.look.title) };
    const { cards, leftOut } = cardsOf(entries);
    const wanted = order.changedOnly ? changedCards(memory, cards) : cards;
    const fonts = await loadFonts([look.title, ...entries.flatMap(({ students }) => students)]);
    if (!fonts.show(look.title)) {
        throw new TitleError(look.title);
    }
    const sheet = wanted.length === 0 ? undefined : await setCards(wanted, look, fonts);
    const rows = doorRows(entries, fonts, look);
    const door = rows.length === 0 ? undefined : await setDoorSheet(rows, look, fonts);
    return {
        ...(sheet === undefined
            ? {}
            : { cards: { pdf: sheet.pdf, pages: sheet.pages, count: wanted.length } }),
        ...(door === undefined ? {} : { door: { pdf: door.pdf, pages: door.pages } }),
        memory: rememberCards(memory, wanted),
        leftOut,
        warnings: [...cardWarnings(entries, order.nightlyStops), ...fontWarnings(wanted, fonts)],
    };
}

function fontWarnings(cards: readonly Card[], fonts: Fonts): string[] {
    const unshown = cards.filter(({ student }) => student !== "" && !fonts.show(student));
    const names = unshown.map(({ student, lab }) => `${student} (${lab})`).join(", ");
    return unshown.length === 0
        ? []
        : [`No font here shows these names; their cards have the name of the lab instead: ${names}`];
}
