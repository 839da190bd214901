import { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLMap } from "yaml";

/** Something of a stack file or of Pulumi.yaml that cannot be read, or not be changed as asked. */
export class StackFileError extends Error {
    /** Name of the file. */
    readonly file: string;
    /** What is wrong, going on with a verb after the file's name. */
    readonly problem: string;
    /** What to do, a sentence. */
    readonly mend: string;

    constructor(file: string, problem: string, mend: string) {
        super(`${file} ${problem}. ${mend}`);
        this.file = file;
        this.problem = problem;
        this.mend = mend;
    }
}

/**
 * Parses a stack file or Pulumi.yaml, with its places in the text.
 *
 * @param file name of the file, for complaints
 * @throws StackFileError for what is not YAML, with its line
 */
export function parseYaml(file: string, text: string): Document {
    const lines = new LineCounter();
    // Go's YAML, which Pulumi reads with, knows merge keys (<<).
    const document = parseDocument(text, { keepSourceTokens: true, lineCounter: lines, merge: true });
    const [error] = document.errors;
    if (error !== undefined) {
        const { line, col } = lines.linePos(error.pos[0]);
        const what = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "";
        throw new StackFileError(
            file,
            `cannot be read: ${what} (line ${line}, column ${col})`,
            "Mend that line; Pulumi cannot read it either.",
        );
    }
    if (document.contents !== null && !isMap(document.contents)) {
        throw new StackFileError(file, "is not a map", "Write settings under config:.");
    }
    return document;
}

/**
 * The map of the settings; `undefined` where the file has none yet.
 *
 * @throws StackFileError where `config` is something else
 */
export function configMap(file: string, document: Document): YAMLMap | undefined {
    const config: unknown = document.get("config", true);
    if (isMap(config)) {
        return config;
    }
    if (isNode(config) && config.toJS(document) !== null) {
        throw new StackFileError(
            file,
            "has a config that is not a map",
            "Write settings as key: value under config:.",
        );
    }
    return undefined;
}
