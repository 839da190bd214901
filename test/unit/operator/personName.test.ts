import { strict as assert } from "node:assert";
import { cleanName } from "../../../scripts/operator/classList/personName.ts";

const nameOf = (written: string) => {
    const clean = cleanName(written);
    return clean.kind === "name" ? clean.name : `${clean.message}!`;
};

describe("A name of a list", () => {
    for (const [written, name] of [
        ["Lovelace, Ada", "Ada Lovelace"],
        ["van der Berg, Jan", "Jan van der Berg"],
        ["王, 小明", "王小明"],
        ["Smith, John, Jr.", "John Smith Jr."],
        ["John Smith, Jr.", "John Smith Jr."],
        ["Dr. Ada Lovelace", "Ada Lovelace"],
        ["Prof. Dr. Ada Lovelace", "Ada Lovelace"],
        ["Dr.Ada Lovelace", "Ada Lovelace"],
        ["Lovelace, Dr. Ada", "Ada Lovelace"],
        ["Sr. José Silva", "José Silva"],
        ["Sra. Ana", "Ana"],
        ["Dott.ssa Anna Rossi", "Anna Rossi"],
        ["Profª Ana", "Ana"],
        ["Univ.-Prof. Dipl.-Ing. Max", "Max"],
        ["Ada Lovelace, PhD", "Ada Lovelace"],
        ["Lovelace, Ada, M.Sc.", "Ada Lovelace"],
        ["Ada Lovelace PhD", "Ada Lovelace"],
        ["1. Ada", "Ada"],
        ["12) Ada", "Ada"],
        ["- Ada", "Ada"],
        ["Ada <ada@uni.edu>", "Ada"],
        ["“Ada Lovelace”", "Ada Lovelace"],
        ["Ada\u00a0 \u2009Lovelace", "Ada Lovelace"],
        ["\u200eAda\u200b Love\u00adlace\uFEFF", "Ada Lovelace"],
        ["Jose\u0301", "José"],
    ] as const) {
        it(`${JSON.stringify(written)} is ${name}`, () => assert.equal(nameOf(written), name));
    }

    for (const name of [
        "Ing Tan",
        "Mag Murphy",
        "Pan Wei",
        "M. Night Shyamalan",
        "Md Rahman",
        "Don Quixote",
        "J.R.R. Tolkien",
        "Drago Ivan",
        "O'Brien",
        "D’Angelo",
        "Jean-Luc",
        "LOVELACE Ada",
        "Robert (Bob) Smith",
        "JOÃO CONCEIÇÃO",
        "Ada 2",
        "ada_l",
        "X Æ",
        "Ngô Thị Ánh",
        "Αδα",
        "Ада Лавлейс",
        "עדה",
        "آدا",
        "अदा",
        "エイダ・ラブレス",
    ]) {
        // prettier-ignore
        it(`${name} stays as it is`, () => assert.equal(nameOf(name), name));
    }

    for (const [written, message] of [
        ["ada@uni.edu", "is an e-mail address, not a name!"],
        ["Ada, Team 1", 'has more in it than "Last, First"!'],
        ["a, b, c", 'has more in it than "Last, First"!'],
        ["Ada\uFFFD", "has a character that could not be read!"],
        ["Ada\x81", "has a character that could not be read!"],
        ["# Monday", "has # in it, which no name has!"],
        ["Points Possible", "is a line of the learning platform's own, not a student!"],
        ["a".repeat(81), "is longer than 80 characters!"],
        ["Mr", "is a title without a name!"],
        ["PhD", "is no name!"],
        ["---", "is no name!"],
    ] as const) {
        it(`is not ${JSON.stringify(written).slice(0, 40)}`, () => assert.equal(nameOf(written), message));
    }
});
