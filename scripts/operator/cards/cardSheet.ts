import { sshCommand, sshLink } from "../roster/sshAddress.ts";
import type { Card } from "./card.ts";
import { fontFamilies, type Fonts, typedFamily } from "./fonts.ts";
import { hostParts, printedText } from "./printedText.ts";
import { qrSvg } from "./qrCode.ts";
import { type Typeset, typeset } from "./typeset.ts";
import { type Language, wordings } from "./wording.ts";

/** Sizes of paper. */
export const papers = ["a4", "letter"] as const;

/** A size of paper. */
export type Paper = (typeof papers)[number];

/** How hand-outs look. */
export interface Look {
    /** What stands small above each name; the course and the year, for example. */
    readonly title: string;
    readonly paper: Paper;
    readonly language: Language;
    /** Two cards a page in large print instead of ten. */
    readonly large: boolean;
}

/** How many cards a page has. */
export function cardsPerPage({ large }: Pick<Look, "large">): number {
    return large ? 2 : 10;
}

/** A name as it can be printed: as it is, or the lab's name where no font shows it. */
export function printedName({ student, lab }: Pick<Card, "student" | "lab">, fonts: Fonts): string {
    return student === "" || fonts.show(student) ? student : lab;
}

/** Part of a line of what to do: text, or what is typed, in words of pieces that stay whole. */
export type StepPiece = { readonly text: string } | { readonly code: readonly (readonly string[])[] };

/** A line of what to do in its parts. */
export function stepPieces(step: string, card: Card): StepPiece[] {
    const command = sshCommand(card.address).split(" ");
    const words = command.map((word) => {
        const host = word.endsWith(`@${card.address.host}`) ? hostParts(card.address.host) : [];
        return host.length === 0 ? [word] : [`${card.address.user}@${host[0]}`, ...host.slice(1)];
    });
    return step
        .split(/(\{\w+\})/)
        .filter((piece) => piece !== "")
        .map((piece) =>
            piece === "{command}"
                ? { code: words }
                : piece === "{yes}"
                  ? { code: [["yes"]] }
                  : { text: piece },
        );
}

// A fingerprint has 50 characters.
const halves = (text: string) => [text.slice(0, 25), text.slice(25)];

/**
 * Sets the cards, in the order given.
 *
 * @param cards at least one
 * @param fonts fonts for the names of these cards and for the title
 */
export async function setCards(cards: readonly Card[], look: Look, fonts: Fonts): Promise<Typeset> {
    const words = wordings[look.language];
    return typeset(
        "cards.typ",
        {
            title: printedText(look.title),
            paper: look.paper === "letter" ? "us-letter" : look.paper,
            large: look.large,
            language: look.language,
            fonts: fontFamilies,
            mono: typedFamily,
            words,
            cards: cards.map((card) => {
                const name = printedName(card, fonts);
                const link = sshLink(card.address);
                return {
                    name: name === "" ? null : printedText(name),
                    lab: card.lab,
                    user: card.address.user,
                    host: hostParts(card.address.host),
                    port: card.address.port === 22 ? "" : String(card.address.port),
                    password: card.password,
                    fingerprint: card.fingerprint === "" ? null : halves(card.fingerprint),
                    link,
                    qr: qrSvg(link),
                    steps: (card.fingerprint === ""
                        ? [...words.steps.slice(0, 2), words.withoutFingerprint]
                        : words.steps
                    ).map((step) => stepPieces(step, card)),
                };
            }),
        },
        fonts,
    );
}
