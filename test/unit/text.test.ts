import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { checkSettings } from "../../components/settings/settings.ts";
import { cleanText, fitsPolicy, visible } from "../../components/settings/text.ts";
import { asTexts } from "./classInMocks.ts";

const right = { students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"] };
const read = (changes: Record<string, unknown>) => checkSettings(asTexts({ ...right, ...changes }));

// What mail programs, web pages and word processors leave between the characters of a text.
const invisible = {
    "a zero-width space": "\u200b",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a word joiner": "\u2060",
    "a mark of direction": "\u200f",
    "an override of direction": "\u202e",
    "a joiner that joins nothing": "\u200d",
    "a selector that selects nothing": "\ufe0f",
    "a tag": "\u{e0061}",
};

describe("Text that was pasted with characters that nobody sees", () => {
    for (const [what, character] of Object.entries(invisible)) {
        it(`is read without them in every setting of text: ${what}`, () => {
            const around = (text: string) => `${character}${text}${character}`;
            const settings = read({
                students: [around("Ada")],
                groups: [{ lab: around("Team"), students: [around("Grace")] }],
                supportMachines: [around("demo")],
                allowedSshCidrs: [around("130.88.0.0/16")],
                dnsZone: around("labs.university.edu"),
                zone: around("eu-west-1a"),
                instanceType: around("t3.small"),
                aptPackages: [around("nano")],
                pipPackages: [around("mrjob==0.7.4")],
                emrRelease: around("emr-7.13.0"),
                clusterApplications: [around("Hadoop")],
                clusterSpot: around("0.15"),
                maxLabs: around("7"),
                allowReplacement: around("true"),
                isolation: around("class"),
                nightlyStop: { [around("at")]: around("20:00"), timezone: around("Europe/Lisbon") },
                courseArchive: { bucket: around("university"), object: "course.tar.gz" },
            });
            assert.deepEqual(
                settings,
                read({
                    groups: [{ lab: "Team", students: ["Grace"] }],
                    supportMachines: ["demo"],
                    dnsZone: "labs.university.edu",
                    zone: "eu-west-1a",
                    aptPackages: ["nano"],
                    pipPackages: ["mrjob==0.7.4"],
                    clusterSpot: "0.15",
                    maxLabs: 7,
                    allowReplacement: true,
                    isolation: "class",
                    nightlyStop: { at: "20:00", timezone: "Europe/Lisbon" },
                    courseArchive: { bucket: "university", object: "course.tar.gz" },
                }),
            );
        });
    }

    it("keeps those that a name is spelled with", () => {
        for (const name of [
            "علی\u200cرضا", // Persian: without the joiner two letters would be written as one
            "शर्\u200dमा",
            "👩\u200d💻 Ada",
            "Ada ❤\ufe0f",
            "葛\u{e0100}城", // a variant of a Chinese character, as on passports
            "José",
            "Jose\u0301",
        ]) {
            assert.deepEqual(read({ students: [name] }).people.students, [name]);
        }
    });

    it("has ordinary spaces, and none at its ends", () => {
        assert.equal(cleanText("\u00a0\tAda\u00a0King\u2003Lovelace \n"), "Ada King Lovelace");
    });

    it("is the same when it is cleaned again", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                assert.equal(cleanText(cleanText(text)), cleanText(text));
            }),
        );
    });
});

describe("Text in a complaint", () => {
    it("shows what cannot be seen as its number", () => {
        for (const [text, shown] of [
            ["Ada\u200b", "Ada\\u200b"],
            ["\u202eAda", "\\u202eAda"],
            ["a\u00a0b", "a\\u00a0b"],
            ["\u{e0061}", "\\u{e0061}"],
            ["\u001b[2K", "\\u001b[2K"],
            ["\ud800", "\\ud800"],
        ] as const) {
            assert.equal(visible(text), shown);
        }
    });

    it("has nothing in it that a terminal obeys or leaves out, whatever it was", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                assert.doesNotMatch(visible(text), /(?![ \n])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
            }),
        );
    });

    it("keeps letters, accents and signs as they are", () => {
        for (const text of ["José", "Jose\u0301", "王小明", "علی", "a b\nc", "→ 😀"]) {
            assert.equal(visible(text), text);
        }
    });
});

describe("Text for a policy", () => {
    it("is what IAM takes: tab, ends of lines, and U+0020 to U+00FF", () => {
        for (let code = 0; code < 0x3000; code += 1) {
            const taken = [9, 10, 13].includes(code) || (code >= 0x20 && code <= 0xff);
            assert.equal(fitsPolicy(String.fromCodePoint(code)), taken, code.toString(16));
        }
        assert.equal(fitsPolicy("😀"), false);
    });
});
