import { strict as assert } from "node:assert";
import { cardsOf } from "../../../scripts/operator/cards/card.ts";
import {
    CardMemoryError,
    changedCards,
    newCardMemory,
    readCardMemory,
    rememberCards,
    writeCardMemory,
} from "../../../scripts/operator/cards/cardMemory.ts";
import { cardWarnings } from "../../../scripts/operator/cards/warnings.ts";
import type { RosterEntry } from "../../../scripts/operator/roster/entry.ts";
import { exampleEntry } from "./exampleClass.ts";

const ada = exampleEntry("ada", ["Ada"]);
const team = exampleEntry("team-1", ["Grace", "Marie"]);
const spare = exampleEntry("spare-01", []);
const off = exampleEntry("off", ["Otto"], { address: "", ipv6: "" });
const cards = (...entries: readonly RosterEntry[]) => cardsOf(entries).cards;
const owners = (some: readonly { lab: string; student: string }[]) =>
    some.map(({ lab, student }) => `${lab}/${student}`);

describe("The cards of a roster", () => {
    it("are one a student, also where several share a lab, and one a spare", () => {
        const { cards: some, leftOut } = cardsOf([ada, team, spare]);
        assert.deepEqual(owners(some), ["ada/Ada", "team-1/Grace", "team-1/Marie", "spare-01/"]);
        assert.deepEqual(some[1], {
            stack: "eu-west-1",
            lab: "team-1",
            student: "Grace",
            address: { host: team.address, port: 22, user: "ubuntu" },
            password: team.password,
            fingerprint: team.hostKeyFingerprint,
        });
        assert.deepEqual(leftOut, []);
    });

    it("are none where nobody could log in, and each reason is told", () => {
        const stack = "eu-west-1";
        const { cards: some, leftOut } = cardsOf([
            off,
            { ...off, lab: "failed", problem: "VcpuLimitExceeded" },
            { ...ada, lab: "hidden", password: "[secret]" },
            { ...ada, lab: "none", password: "" },
            { ...ada, lab: "nobody", user: "" },
        ]);
        assert.deepEqual(some, []);
        const noAddress = "it has no address: the power is off, or it was never brought up";
        assert.deepEqual(leftOut, [
            { stack, lab: "off", why: noAddress },
            { stack, lab: "failed", why: "VcpuLimitExceeded" },
            { stack, lab: "hidden", why: "its password is not known" },
            { stack, lab: "none", why: "its password is not known" },
            { stack, lab: "nobody", why: noAddress },
        ]);
    });
});

describe("The memory of cards", () => {
    const printed = rememberCards(newCardMemory(), cards(ada, team, spare));

    it("finds all of them new at first, and none out of date after they were printed", () => {
        assert.equal(changedCards(newCardMemory(), cards(ada, team, spare)).length, 4);
        assert.deepEqual(changedCards(printed, cards(ada, team, spare)), []);
    });

    const changes: readonly [string, Partial<RosterEntry>][] = [
        ["another address", { address: "203.0.113.250" }],
        ["a name instead of an address", { dnsName: "team-1.labs.university.edu" }],
        ["another port", { port: 443 }],
        ["another user", { user: "student" }],
        ["another password", { password: "zzzzzzzzzzzzzz" }],
        ["another host key", { hostKeyFingerprint: `SHA256:${"B".repeat(43)}` }],
    ];
    for (const [what, other] of changes) {
        it(`finds those out of date that would say ${what}`, () => {
            assert.deepEqual(owners(changedCards(printed, cards(ada, { ...team, ...other }, spare))), [
                "team-1/Grace",
                "team-1/Marie",
            ]);
        });
    }

    it("does not mind another region's order, cluster or problem", () => {
        const other = { ...ada, clusterId: "j-OTHER", problem: "no cluster", students: ["Ada"] };
        assert.deepEqual(changedCards(printed, cards(spare, team, other)), []);
    });

    it("finds a card missing for one who joins a group, and for the same lab in another stack", () => {
        assert.deepEqual(
            owners(changedCards(printed, cards({ ...team, students: ["Grace", "Ida", "Marie"] }))),
            ["team-1/Ida"],
        );
        assert.deepEqual(owners(changedCards(printed, cards({ ...ada, stack: "us-east-1" }))), ["ada/Ada"]);
    });

    it("knows what the last card said, not what any card said once", () => {
        const moved = { ...ada, address: "203.0.113.250" };
        const later = rememberCards(printed, cards(moved));
        assert.deepEqual(changedCards(later, cards(moved)), []);
        assert.deepEqual(owners(changedCards(later, cards(ada))), ["ada/Ada"]);
    });

    it("does not forget labs that are off just now, or of a stack that was not printed", () => {
        assert.deepEqual(changedCards(rememberCards(printed, cards(spare)), cards(ada, team)), []);
    });

    it("is the same after a file", () => {
        assert.deepEqual(readCardMemory(writeCardMemory(printed)), printed);
    });

    it("holds no name, address, password or fingerprint, and nothing that is the same in another memory", () => {
        // Long enough that no hash has them by chance.
        const secret = cards(
            exampleEntry("ada-lovelace", ["Augusta Ada King"], { address: "203.0.113.177" }),
            exampleEntry("team-one", ["Grace Hopper", "Marie Curie"], { address: "203.0.113.178" }),
        );
        const one = rememberCards(newCardMemory(), secret);
        const text = writeCardMemory(one);
        for (const { lab, student, address, password, fingerprint } of secret) {
            for (const word of [lab, student, address.host, password, fingerprint]) {
                for (const form of [
                    word,
                    word.slice(0, 8),
                    Buffer.from(word).toString("base64").slice(0, 8),
                ]) {
                    assert.ok(!text.includes(form), form);
                }
            }
        }
        const hashes = ({ cards: known }: typeof one) => Object.entries(known).flat();
        // Three whose cards they are, and what they say twice: those who share a lab have the same to type.
        assert.equal(new Set(hashes(one)).size, 5);
        assert.equal(new Set([...hashes(one), ...hashes(rememberCards(newCardMemory(), secret))]).size, 10);
    });

    it("that cannot be read is refused with what to do", () => {
        for (const text of ["", "{}", "[1]", '{"version":2,"salt":"00","cards":{}}']) {
            assert.throws(() => readCardMemory(text), CardMemoryError);
        }
    });
});

describe("Warnings with the cards", () => {
    const none = new Map();
    const next =
        "Set dnsZone for names that stay, or print the changed cards in the morning. Next: npx lab cards --changed";

    it("are none where all have names that stay, or IPv6 alone, which EC2 keeps", () => {
        const named = { ...ada, dnsName: "ada.labs.university.edu" };
        assert.deepEqual(cardWarnings([named, { ...team, address: "" }], none), []);
    });

    it("tell where addresses change in a night, by stack and with the hour", () => {
        const other = { ...ada, stack: "us-east-1" };
        const nights = new Map([["us-east-1", { at: "20:00", timezone: "Europe/Lisbon" }]]);
        assert.deepEqual(cardWarnings([ada, team, other], nights), [
            `eu-west-1: the addresses of 2 labs will change in a night with the power off. ${next}`,
            "us-east-1: the address of 1 lab will change tonight: nightlyStop stops the machines at 20:00 " +
                `(Europe/Lisbon). ${next}`,
        ]);
    });

    it("name labs without a card, labs that are not whole, and machines without a fingerprint", () => {
        const named = { dnsName: "x.labs.university.edu" };
        assert.deepEqual(
            cardWarnings(
                [
                    off,
                    { ...ada, ...named, problem: "no cluster: VcpuLimitExceeded" },
                    { ...team, ...named, hostKeyFingerprint: "" },
                ],
                none,
            ),
            [
                "eu-west-1: off has no card: it has no address: the power is off, or it was never brought up. " +
                    "Next: pulumi up -s eu-west-1",
                "eu-west-1: ada has a card but is not whole: no cluster: VcpuLimitExceeded",
                "eu-west-1: the fingerprint of 1 lab is not known: team-1",
            ],
        );
    });
});
