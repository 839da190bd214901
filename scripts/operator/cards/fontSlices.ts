import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

/** Characters of a font that is cut into files, each with some of them. */
interface Slice {
    readonly file: string;
    readonly ranges: readonly (readonly [number, number])[];
}

/** Reads which file claims which characters from the style sheet of a package of Fontsource. */
export function readSlices(css: string): Slice[] {
    return [...css.matchAll(/url\(\.\/files\/([\w.[\]-]+)\)[^}]*?unicode-range:\s*([^;}]+)/g)].map(
        ([, file = "", ranges = ""]) => ({
            file,
            ranges: ranges.split(",").map((range) => {
                const [from = "", to = from] = range.trim().replace(/^U\+/i, "").split("-");
                return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
            }),
        }),
    );
}

/**
 * The parts of a variable font that some characters need, in bold, as TrueType: a font of Chinese is 100 files.
 *
 * What a file claims it need not have, so the caller looks into what comes back.
 *
 * @param name package of Fontsource, e.g. `@fontsource-variable/noto-sans-sc`
 * @param characters what is to be shown
 */
export async function fontSlices(name: string, characters: Iterable<string>): Promise<Buffer[]> {
    const sheet = fileURLToPath(import.meta.resolve(`${name}/index.css`));
    const slices = readSlices(await readFile(sheet, "utf8"));
    const wanted = new Map<string, string>();
    for (const character of new Set(characters)) {
        const point = character.codePointAt(0) ?? 0;
        for (const { file, ranges } of slices) {
            if (ranges.some(([from, to]) => point >= from && point <= to)) {
                wanted.set(file, (wanted.get(file) ?? "") + character);
            }
        }
    }
    return Promise.all(
        [...wanted].map(async ([file, text]) =>
            subsetFont(await readFile(path.join(path.dirname(sheet), "files", file)), text, {
                targetFormat: "truetype",
                variationAxes: { wght: 700 },
            }),
        ),
    );
}
