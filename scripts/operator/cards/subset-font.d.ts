/** What we use of a package that has no types of its own. */
declare module "subset-font" {
    /** @returns the font with the glyphs that a text needs, and all that its rules make of them */
    export default function subsetFont(
        font: Buffer,
        text: string,
        options?: {
            readonly targetFormat?: "truetype" | "woff" | "woff2" | "sfnt";
            /** Axes of a variable font to fix, by tag. */
            readonly variationAxes?: Readonly<Record<string, number>>;
        },
    ): Promise<Buffer>;
}
