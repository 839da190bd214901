import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as hb from "harfbuzzjs";
import { fontSlices } from "./fontSlices.ts";

/** A font for names of people, in bold. */
interface NameFont {
    /** As typst calls it. */
    readonly family: string;
    /** One file, or a package of Fontsource that has too many characters for one. */
    readonly from: { readonly file: string } | { readonly slices: string };
}

// In the order in which characters are looked for. Another script is a package and a line here.
const nameFonts: readonly NameFont[] = [
    { family: "Noto Sans", from: { file: "@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf" } },
    {
        family: "Noto Sans Arabic",
        from: { file: "@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf" },
    },
    { family: "Noto Sans SC", from: { slices: "@fontsource-variable/noto-sans-sc" } },
];
// Our own words; passwords and addresses, in a face where 0 and O, 1, l and I differ.
const otherFonts = [
    "@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf",
    "@expo-google-fonts/atkinson-hyperlegible-mono/500Medium/AtkinsonHyperlegibleMono_500Medium.ttf",
];

/** Names of the fonts for names and for our own words, in the order in which characters are looked for. */
export const fontFamilies = nameFonts.map(({ family }) => family);

/** Name of the font for what is typed. */
export const typedFamily = "Atkinson Hyperlegible Mono";

/** Fonts for some texts, and what can be written with them. */
export interface Fonts {
    /** Files of fonts for typst. It prefers them to a font of the same name on the machine. */
    readonly files: readonly Buffer[];
    /** True where every character of a text has a glyph; typst prints boxes for others, without a word. */
    readonly show: (text: string) => boolean;
}

const fontFile = (name: string) => readFile(fileURLToPath(import.meta.resolve(name)));

function shaper(file: Buffer): (cluster: string) => boolean {
    const font = new hb.Font(new hb.Face(new hb.Blob(file)));
    return (cluster) => {
        const buffer = new hb.Buffer();
        buffer.addText(cluster);
        buffer.guessSegmentProperties();
        hb.shape(font, buffer);
        // Glyph 0 of every font is the box for what it does not have.
        return buffer.getGlyphInfos().every(({ codepoint }) => codepoint !== 0);
    };
}

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

/** What people see as the characters of a text: letters with their marks. */
export function graphemes(text: string): string[] {
    return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/**
 * Loads the fonts that some texts need.
 *
 * @param texts names and titles, all of them
 */
export async function loadFonts(texts: readonly string[]): Promise<Fonts> {
    const sources = nameFonts.map(({ from }) => from);
    const names = await Promise.all(sources.flatMap((from) => ("file" in from ? [fontFile(from.file)] : [])));
    const shapers = names.map(shaper);
    const shown = new Map<string, boolean>();
    const shows = (cluster: string) => {
        const known = shown.get(cluster) ?? shapers.some((shape) => shape(cluster));
        shown.set(cluster, known);
        return known;
    };
    const missing = new Set(texts.flatMap(graphemes).filter((cluster) => !shows(cluster)));
    const slices = (
        await Promise.all(
            sources.flatMap((from) =>
                "slices" in from ? [fontSlices(from.slices, [...missing].join(""))] : [],
            ),
        )
    ).flat();
    shapers.push(...slices.map(shaper));
    shown.clear();
    return {
        files: [...(await Promise.all(otherFonts.map(fontFile))), ...names, ...slices],
        show: (text) => graphemes(text).every(shows),
    };
}
