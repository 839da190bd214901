import { createHmac, randomBytes, scryptSync } from "node:crypto";
import { z } from "zod";
import type { Card } from "./card.ts";

/**
 * What the last cards said, to tell which are out of date. It holds no names, addresses or passwords, only what they hash to
 * with a salt of its own.
 */
export interface CardMemory {
    /** Random, hexadecimal; made once with the file. */
    readonly salt: string;
    /** By the hash of whose card it is, the hash of what it says. */
    readonly cards: Readonly<Record<string, string>>;
}

const shape = z.strictObject({
    version: z.literal(1),
    salt: z.string().regex(/^[0-9a-f]{32}$/),
    cards: z.record(z.string(), z.string()),
});

/** What remembers cards cannot be read. */
export class CardMemoryError extends Error {
    constructor() {
        super(
            "The file that remembers the last cards cannot be read, so nobody can tell which are out of date. Next: " +
                "print all cards, which writes it anew",
        );
        this.name = "CardMemoryError";
    }
}

/** A memory of no cards. */
export function newCardMemory(): CardMemory {
    return { salt: randomBytes(16).toString("hex"), cards: {} };
}

/**
 * Reads the file that {@link writeCardMemory} wrote.
 *
 * @throws CardMemoryError
 */
export function readCardMemory(text: string): CardMemory {
    try {
        const { salt, cards } = shape.parse(JSON.parse(text));
        return { salt, cards };
    } catch {
        throw new CardMemoryError();
    }
}

/** The memory as the text of a file. */
export function writeCardMemory({ salt, cards }: CardMemory): string {
    return `${JSON.stringify({ version: 1, salt, cards }, null, 2)}\n`;
}

// The salt is in no other file, so that the same card hashes to something else in another class.
const whose = (memory: CardMemory, { stack, lab, student }: Card) =>
    createHmac("sha256", memory.salt)
        .update(JSON.stringify([stack, lab, student]))
        .digest("base64");

// Slow on purpose, milliseconds a card: all but the password is known to many, so the hash must not help to guess it.
const says = (memory: CardMemory, { address, password, fingerprint }: Card) =>
    scryptSync(
        JSON.stringify([address.host, address.port, address.user, password, fingerprint]),
        Buffer.from(memory.salt, "hex"),
        24,
        { N: 2048, r: 8, p: 1 },
    ).toString("base64");

/** The cards that are new, or say another address, user, password or fingerprint than the last ones did. */
export function changedCards(memory: CardMemory, cards: readonly Card[]): Card[] {
    return cards.filter((card) => memory.cards[whose(memory, card)] !== says(memory, card));
}

/**
 * The memory after these cards were printed. What it knew of others stays: of other stacks, and of labs that are off just now.
 */
export function rememberCards(memory: CardMemory, cards: readonly Card[]): CardMemory {
    const printed = cards.map((card): [string, string] => [whose(memory, card), says(memory, card)]);
    return { salt: memory.salt, cards: { ...memory.cards, ...Object.fromEntries(printed) } };
}
