import * as fs from "node:fs";
import * as path from "node:path";
import { parsers } from "prettier/plugins/markdown";

/** A node of a parsed page, as mdast has it (https://github.com/syntax-tree/mdast). */
interface Node {
    readonly type: string;
    readonly url?: string;
    readonly value?: string;
    readonly alt?: string | null;
    readonly lang?: string | null;
    readonly children?: readonly Node[];
}

/** One page of documentation. */
export class MarkdownPage {
    /** Path of the file within `root`. */
    readonly file: string;
    readonly text: string;
    private readonly nodes: readonly Node[];

    /**
     * @param root folder of the repository
     * @param file path of the page within it
     */
    constructor(root: string, file: string) {
        this.file = file;
        this.text = fs.readFileSync(path.join(root, file), "utf8");
        // The formatter's own parser, so that the two agree about what is a link.
        const tree = parsers.markdown.parse(this.text, {} as never) as Node;
        const flat = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(flat)];
        this.nodes = flat(tree);
    }

    /** Addresses of links, images and link definitions, in the order of the page. */
    get links(): string[] {
        return this.nodes.flatMap(({ type, url }) =>
            ["link", "image", "definition"].includes(type) && url !== undefined ? [url] : [],
        );
    }

    /** Names by which links reach the headings of the page, as GitHub makes them: a second one of a kind gets `-1`. */
    get anchors(): string[] {
        const seen = new Map<string, number>();
        return this.nodes
            .filter(({ type }) => type === "heading")
            .map((heading) => {
                const anchor = plainText(heading)
                    .toLowerCase()
                    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
                    .replaceAll(" ", "-");
                const times = seen.get(anchor) ?? 0;
                seen.set(anchor, times + 1);
                return times === 0 ? anchor : `${anchor}-${times}`;
            });
    }

    /** Texts of code blocks in a language. */
    codeBlocks(language: string): string[] {
        return this.nodes.flatMap(({ type, lang, value }) =>
            type === "code" && lang === language && value !== undefined ? [value] : [],
        );
    }

    /** Code words in the first column of every table, without those of its head. */
    get firstColumnCode(): string[] {
        const rows = this.nodes
            .filter(({ type }) => type === "table")
            .flatMap(({ children = [] }) => children.slice(1));
        const inside = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(inside)];
        return rows.flatMap(({ children: [first] = [] }) =>
            first === undefined
                ? []
                : inside(first).flatMap(({ type, value }) =>
                      type === "inlineCode" && value !== undefined ? [value] : [],
                  ),
        );
    }
}

function plainText(node: Node): string {
    return node.value ?? (node.children ?? []).map(plainText).join("");
}
