import { strict as assert } from "node:assert";
import { inflateSync } from "node:zlib";
import { cardsOf } from "../../../scripts/operator/cards/card.ts";
import { type Look, printedName, setCards, stepPieces } from "../../../scripts/operator/cards/cardSheet.ts";
import { doorRows, setDoorSheet } from "../../../scripts/operator/cards/doorSheet.ts";
import { loadFonts } from "../../../scripts/operator/cards/fonts.ts";
import { hostParts, printedText } from "../../../scripts/operator/cards/printedText.ts";
import { printClass, TitleError } from "../../../scripts/operator/cards/print.ts";
import { languages, wordings } from "../../../scripts/operator/cards/wording.ts";
import {
    exampleClass,
    exampleEntry,
    longestNames,
    namesInEightScripts,
    namesWithoutFont,
} from "./exampleClass.ts";

const look: Look = { title: "Big Data Practical, Porto 2026", paper: "a4", language: "en", large: false };
const names = (entries: readonly { students: readonly string[] }[]) =>
    entries.flatMap(({ students }) => students);

/** Names of the fonts in a PDF, without the tags of subsets. */
function fontsOf(pdf: Buffer): string[] {
    const texts = [pdf.toString("latin1")];
    for (const { index, 0: start } of texts[0]?.matchAll(/stream\r?\n/g) ?? []) {
        try {
            texts.push(inflateSync(pdf.subarray(index + start.length)).toString("latin1"));
        } catch {
            // Not compressed: its text is in the file's.
        }
    }
    const found = texts.flatMap((text) => [...text.matchAll(/\/BaseFont\s*\/(?:[A-Z]{6}\+)?([\w-]+)/g)]);
    return [...new Set(found.map(([, name = ""]) => name.replace(/-Identity-H$/, "")))].sort();
}

interface Placed {
    readonly height: number;
    readonly room: number;
    readonly size: number;
    readonly lab: string;
}
interface Line {
    readonly width: number;
    readonly room: number;
}

describe("A sheet of cards", function () {
    // A second each here, more on a busy machine.
    this.timeout(120_000);

    // Every kind of name and of address, with a spare and a group.
    const entries = [
        ...exampleClass(38),
        exampleEntry("spare-01", []),
        exampleEntry("team-1", ["Marie Curie", "Lise Meitner"], { hostKeyFingerprint: "" }),
    ];
    const { cards } = cardsOf(entries);

    for (const [large, paper, language, pages] of [
        [false, "a4", "en", 5],
        [false, "letter", "de", 5],
        [true, "a4", "pt", 21],
        [true, "letter", "fr", 21],
    ] as const) {
        it(`has ${large ? 2 : 10} a page on ${paper}, and cuts nothing`, async () => {
            const fonts = await loadFonts([look.title, ...names(entries)]);
            const sheet = await setCards(cards, { ...look, large, paper, language }, fonts);
            assert.equal(cards.length, 41);
            assert.equal(sheet.pages, pages);
            assert.equal(sheet.pdf.subarray(0, 5).toString(), "%PDF-");

            const placed = sheet.marked("<card>") as Placed[];
            assert.deepEqual(
                placed.map(({ lab }) => lab),
                cards.map(({ lab }) => lab),
            );
            for (const { lab, height, room, size } of placed) {
                assert.ok(height <= room && size >= 0.7, `${lab}: ${height} of ${room} pt, ${size}`);
            }
            const lines = sheet.marked("<line>") as Line[];
            const perCard = cards.map(
                ({ student, address, fingerprint }) =>
                    8 + Number(student !== "") + Number(address.port !== 22) + Number(fingerprint !== ""),
            );
            assert.equal(
                lines.length,
                perCard.reduce((sum, one) => sum + one, 0),
            );
            for (const { width, room } of lines) {
                assert.ok(width <= room + 0.01, `${width} of ${room} pt`);
            }
        });
    }

    it("has usual cards in full size in all languages, sizes and papers", async () => {
        const usual = cardsOf([
            exampleEntry("ada-lovelace", ["Ada Lovelace"], { port: 443 }),
            exampleEntry("jose-nunez", ["José Núñez"], {
                dnsName: "jose-nunez.eu-west-1.labs.university.edu",
            }),
        ]).cards;
        const fonts = await loadFonts([look.title, ...usual.map(({ student }) => student)]);
        for (const language of languages) {
            for (const paper of ["a4", "letter"] as const) {
                const sheet = await setCards(usual, { ...look, language, paper }, fonts);
                const sizes = (sheet.marked("<card>") as Placed[]).map(({ size }) => size);
                assert.deepEqual(sizes, [1, 1], `${language} ${paper}`);
            }
        }
    });

    it("uses no font but those that were asked whether they show a name", async () => {
        const eight = cardsOf(namesInEightScripts.map((name, at) => exampleEntry(`lab-${at}`, [name]))).cards;
        const sheet = await setCards(eight, look, await loadFonts([look.title, ...namesInEightScripts]));
        assert.deepEqual(fontsOf(sheet.pdf), [
            "AtkinsonHyperlegibleMono-Medium",
            "NotoSans-Bold",
            "NotoSans-Regular",
            "NotoSansArabic-Bold",
            // The name of the file that the bold one was made from.
            "NotoSansSC-Thin",
        ]);
    });

    it("takes what it prints as data, never as markup", async () => {
        const name = '#panic("x") *b* $x$ \\ ] <card> "';
        const one = cardsOf([exampleEntry("ada", [name], { password: '#"]\\*_`$@<x>' })]).cards;
        const sheet = await setCards(one, { ...look, title: "#panic(1) ]" }, await loadFonts([name]));
        assert.equal((sheet.marked("<card>") as Placed[]).length, 1);
    });
});

describe("Fonts", function () {
    this.timeout(120_000);

    it("show names in eight scripts and the longest ones, and know what they do not show", async () => {
        const fonts = await loadFonts([...namesInEightScripts, ...namesWithoutFont, ...longestNames]);
        const shown = (some: readonly string[]) => some.filter((name) => fonts.show(name));
        assert.deepEqual(shown(namesInEightScripts), namesInEightScripts);
        assert.deepEqual(shown(longestNames), longestNames);
        assert.deepEqual(shown(namesWithoutFont), []);
        assert.equal(printedName({ student: "שלום כהן", lab: "slvm-khhn" }, fonts), "slvm-khhn");
        assert.equal(printedName({ student: "王小明", lab: "wangxiaoming" }, fonts), "王小明");
        assert.equal(printedName({ student: "", lab: "spare-01" }, fonts), "");
    });

    it("show all words of all languages, and characters without look-alikes for what is typed", async () => {
        const words = languages.flatMap((language) =>
            Object.values(wordings[language]).flatMap((word: string | readonly string[]) => word),
        );
        const fonts = await loadFonts(words);
        assert.deepEqual(
            words.filter((word) => !fonts.show(word)),
            [],
        );
        assert.equal(fonts.files.length, 4);
    });
});

describe("Text on paper", () => {
    it("keeps names whole, and breaks only words that no name is as long as", () => {
        assert.deepEqual(printedText("Maximiliane-Friederike von Beispielhausen"), {
            words: [["Maximiliane-Friederike"], ["von"], ["Beispielhausen"]],
            whole: ["Maximiliane-", "Friederike", "von", "Beispielhausen"],
        });
        const long = "W".repeat(21);
        assert.deepEqual(printedText(`Ada-${long}`).words, [["Ada-", ...long]]);
        // Letters that join are never torn.
        assert.deepEqual(printedText("ع".repeat(30)).words, [["ع".repeat(30)]]);
        assert.deepEqual(printedText("王小明").whole, ["王", "小", "明"]);
    });

    it("breaks a host name only before dots, and an address nowhere", () => {
        assert.deepEqual(hostParts("ec2-203-0-113-7.sa-east-1.compute.amazonaws.com"), [
            "ec2-203-0-113-7", ".sa-east-1", ".compute", ".amazonaws.com",
        ]); // prettier-ignore
        for (const host of ["203.0.113.7", "2001:db8::7", "university.edu", "localhost"]) {
            assert.deepEqual(hostParts(host), [host]);
        }
    });

    it("says in every language what to type, the same that the address says", () => {
        const [card] = cardsOf([exampleEntry("ada", ["Ada"], { address: "203.0.113.7", port: 443 })]).cards;
        assert.ok(card);
        for (const language of languages) {
            const { steps, withoutFingerprint } = wordings[language];
            const typed: unknown[] = [...steps, withoutFingerprint].map((step) =>
                stepPieces(step, card).flatMap((piece) => ("code" in piece ? [piece.code] : [])),
            );
            const yes = [[["yes"]]];
            assert.deepEqual(typed, [[], [[["ssh"], ["-p"], ["443"], ["ubuntu@203.0.113.7"]]], yes, yes]);
        }
    });
});

describe("The sheet for the door", function () {
    this.timeout(120_000);

    it("has names and labs in the order of the language, and nothing to log in with", async () => {
        const entries = [
            exampleEntry("zoe", ["Zoë"]),
            exampleEntry("team-1", ["Émile", "Eva"]),
            exampleEntry("spare-01", []),
            exampleEntry("slvm", ["שלום"]),
        ];
        const fonts = await loadFonts(names(entries));
        assert.deepEqual(doorRows(entries, fonts, { language: "fr" }), [
            { name: "Émile", lab: "team-1" },
            { name: "Eva", lab: "team-1" },
            { name: "slvm", lab: "slvm" },
            { name: "Zoë", lab: "zoe" },
        ]);
    });

    it("is one page for 5 and for 100 students, in print as large as there is room, and cuts nothing", async () => {
        for (const [count, paper] of [
            [5, "a4"],
            [100, "letter"],
        ] as const) {
            const entries = exampleClass(count);
            const fonts = await loadFonts([look.title, ...names(entries)]);
            const sheet = await setDoorSheet(doorRows(entries, fonts, look), { ...look, paper }, fonts);
            assert.equal(sheet.pages, 1);
            const lines = sheet.marked("<line>") as Line[];
            assert.equal(lines.length, 2 * count + 1);
            assert.ok(lines.every(({ width, room }) => width <= room + 0.01));
        }
    });
});

describe("Printing a class", function () {
    this.timeout(120_000);
    const nightlyStops = new Map();
    const named = { dnsName: "lab.eu-west-1.labs.university.edu" };
    const entries = [
        exampleEntry("ada", ["Ada"], named),
        exampleEntry("slvm", ["שלום"], named),
        exampleEntry("spare-01", [], named),
    ];

    it("prints all, then only what changed, then nothing but the door", async () => {
        const first = await printClass({ entries, look, changedOnly: true, nightlyStops });
        assert.deepEqual([first.cards?.count, first.cards?.pages, first.door?.pages], [3, 1, 1]);
        const moved = entries.map((entry) => (entry.lab === "ada" ? { ...entry, port: 443 } : entry));
        const order = { entries: moved, look, nightlyStops, memory: first.memory };
        const second = await printClass({ ...order, changedOnly: true });
        assert.equal(second.cards?.count, 1);
        const third = await printClass({ ...order, memory: second.memory, changedOnly: true });
        assert.equal(third.cards, undefined);
        assert.equal(third.door?.pages, 1);
        assert.equal(
            (await printClass({ ...order, memory: second.memory, changedOnly: false })).cards?.count,
            3,
        );
    });

    it("tells of names that no font shows, and of labs without a card", async () => {
        const off = exampleEntry("off", ["Otto"], { address: "", ipv6: "", problem: "VcpuLimitExceeded" });
        const printed = await printClass({
            entries: [...entries, off],
            look,
            changedOnly: false,
            nightlyStops,
        });
        assert.deepEqual(printed.warnings, [
            "eu-west-1: off has no card: VcpuLimitExceeded. Next: pulumi up -s eu-west-1",
            "No font here shows these names; their cards have the name of the lab instead: שלום (slvm)",
        ]);
        assert.deepEqual(printed.leftOut, [{ stack: "eu-west-1", lab: "off", why: "VcpuLimitExceeded" }]);
    });

    it("needs no title and no student, and refuses a title that no font shows", async () => {
        const printed = await printClass({
            entries: entries.slice(2),
            look: { ...look, title: "" },
            changedOnly: false,
            nightlyStops,
        });
        assert.deepEqual([printed.cards?.count, printed.door], [1, undefined]);
        assert.deepEqual(
            (await printClass({ entries: [], look, changedOnly: false, nightlyStops })).cards,
            undefined,
        );
        const refused = printClass({
            entries,
            look: { ...look, title: "🚀" },
            changedOnly: false,
            nightlyStops,
        });
        await assert.rejects(refused, TitleError);
    });
});
