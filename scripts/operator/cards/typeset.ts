import * as path from "node:path";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";
import type { Fonts } from "./fonts.ts";

/** A document that typst has set. */
export interface Typeset {
    readonly pdf: Buffer;
    readonly pages: number;
    /** Values that the document marks with a label, e.g. `<card>`, in its order. */
    readonly marked: (label: string) => unknown;
}

/** typst refused one of our own documents. */
export class TypesetError extends Error {
    constructor(template: string, why: string) {
        super(`typst could not set ${template}: ${why}. This is a fault of the program, not of the class`);
        this.name = "TypesetError";
    }
}

/**
 * Sets a document.
 *
 * @param template file beside this one
 * @param data what the document shows; it is data to typst, so nothing in it is markup, and it touches no disk
 * @throws TypesetError
 */
export async function typeset(template: string, data: unknown, fonts: Fonts): Promise<Typeset> {
    const compiler = NodeCompiler.create({
        workspace: import.meta.dirname,
        fontArgs: [{ fontBlobs: [...fonts.files] }],
    });
    const compiled = compiler.compile({
        mainFilePath: path.join(import.meta.dirname, template),
        inputs: { data: JSON.stringify(data) },
    });
    const document = compiled.result;
    if (compiled.hasError() || document === null) {
        const diagnostics: unknown = compiled.takeDiagnostics()?.shortDiagnostics;
        throw new TypesetError(template, diagnosticText(diagnostics));
    }
    return {
        pdf: compiler.pdf(document),
        pages: document.numOfPages,
        marked: (label) => compiler.query(document, { selector: label, field: "value" }) as unknown,
    };
}

// Only typst's own words: what else it says may quote the data, and with it passwords.
function diagnosticText(diagnostics: unknown): string {
    const words = (Array.isArray(diagnostics) ? diagnostics : []).map(
        (one: { readonly message?: unknown }) => (typeof one.message === "string" ? one.message : ""),
    );
    return words.filter((word) => word !== "").join("; ") || "it does not say why";
}
