import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { printClass } from "../../scripts/operator/cards/print.ts";
import { exampleEntry } from "../unit/operator/exampleClass.ts";

/** A picture in 16 shades of grey, a third of what pdftoppm's own are (PNG specification, sections 5 and 11). */
function png(pgm: Buffer): Buffer {
    const [header = "", width = 0, height = 0] =
        /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.subarray(0, 64).toString("latin1")) ?? [];
    const [columns, rows] = [Number(width), Number(height)];
    const shade = (x: number, y: number) =>
        x < columns ? Math.round((pgm[header.length + y * columns + x] ?? 255) / 17) : 0;
    const line = (y: number) => [
        0,
        ...Array.from(
            { length: Math.ceil(columns / 2) },
            (_, at) => shade(2 * at, y) * 16 + shade(2 * at + 1, y),
        ),
    ];
    const chunk = (type: string, data: Buffer) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        const number = (value: number) => {
            const bytes = Buffer.alloc(4);
            bytes.writeUInt32BE(value);
            return bytes;
        };
        return Buffer.concat([number(data.length), body, number(crc32(body))]);
    };
    const size = Buffer.alloc(13);
    size.writeUInt32BE(columns, 0);
    size.writeUInt32BE(rows, 4);
    size.set([4, 0, 0, 0, 0], 8);
    const pixels = Buffer.from(Array.from({ length: rows }, (_, y) => line(y)).flat());
    return Buffer.concat([
        Buffer.from("89504e470d0a1a0a", "hex"),
        chunk("IHDR", size),
        chunk("IDAT", deflateSync(pixels, { level: 9 })),
        chunk("IEND", Buffer.alloc(0)),
    ]);
}

// Makes docs/images/cards.png anew, from a class that does not exist. Needs pdftoppm (Debian: apt install poppler-utils).
// Run: node test/demo/cardsPicture.ts
const entries = [
    exampleEntry("joao-conceicao", ["João Conceição"]),
    exampleEntry("wangxiaoming", ["王小明"]),
    exampleEntry("mhmd-alamyn", ["محمد الأمين"]),
    exampleEntry("eleni-papadopoulou", ["Ελένη Παπαδοπούλου"], {
        dnsName: "eleni-papadopoulou.eu-west-1.labs.university.edu",
    }),
    exampleEntry("team-ukulele", ["Олександр Шевченко", "अनन्या शर्मा"]),
    exampleEntry("hoa", ["Trần Thị Hoa"], { port: 443 }),
    exampleEntry("maximiliane", ["Maximiliane-Friederike Charlotte von und zu Beispielhausen"]),
    exampleEntry("tarou", ["やまだ たろう"], { address: "" }),
    exampleEntry("spare-01", []),
];
const { cards } = await printClass({
    entries,
    look: { title: "Big Data Practical, Porto 2026", paper: "a4", language: "en", large: false },
    changedOnly: false,
    nightlyStops: new Map(),
});
const folder = mkdtempSync(path.join(os.tmpdir(), "student-labs-picture-"));
try {
    const pdf = path.join(folder, "cards.pdf");
    writeFileSync(pdf, cards?.pdf ?? "");
    const pgm = execFileSync("pdftoppm", ["-r", "110", "-gray", "-singlefile", pdf], { maxBuffer: 1 << 28 });
    writeFileSync(path.join(import.meta.dirname, "..", "..", "docs", "images", "cards.png"), png(pgm));
} finally {
    rmSync(folder, { recursive: true, force: true });
}
