/**
 * A tree for the plain XML that AWS speaks: elements and text, no mixed content.
 *
 * The gateway changes a few elements of moto's answers (addresses, states); with a tree that is exact where regular
 * expressions over nested `<item>` elements would not be.
 */

/** An element: either `children` or `text`. */
export interface XmlNode {
    readonly name: string;
    readonly attributes: string;
    children: XmlNode[];
    text: string;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Replaces what XML reserves. */
export function escapeXml(text: string): string {
    return text.replace(
        /[<>&"]/g,
        (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[c] ?? c,
    );
}

function unescapeXml(text: string): string {
    return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
        if (name.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
        if (name.startsWith("#")) return String.fromCodePoint(parseInt(name.slice(1), 10));
        return ENTITIES[name] ?? whole;
    });
}

/** A new element with text. */
export function element(name: string, text: string | XmlNode[] = ""): XmlNode {
    return Array.isArray(text)
        ? { name, attributes: "", children: text, text: "" }
        : { name, attributes: "", children: [], text };
}

/** Parses a document and gives its root element. */
export function parseXml(source: string): XmlNode {
    const root = element("");
    const stack: XmlNode[] = [root];
    const token =
        /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)/g;
    for (const match of source.matchAll(token)) {
        const top = stack[stack.length - 1];
        if (top === undefined) throw new Error("malformed XML: too many closing tags");
        const [, cdata, closing, name, attributes, empty, text] = match;
        if (cdata !== undefined) top.text += cdata;
        else if (text !== undefined) top.text += unescapeXml(text);
        else if (name === undefined) continue;
        else if (closing === "/") stack.pop();
        else {
            const node: XmlNode = { name, attributes: attributes ?? "", children: [], text: "" };
            top.children.push(node);
            if (empty !== "/") stack.push(node);
        }
    }
    const first = root.children[0];
    if (first === undefined || stack.length !== 1) throw new Error("malformed XML");
    return first;
}

/** Writes an element and all that is in it. */
export function serializeXml(node: XmlNode): string {
    const inner = node.children.length > 0 ? node.children.map(serializeXml).join("") : escapeXml(node.text);
    return inner === ""
        ? `<${node.name}${node.attributes}/>`
        : `<${node.name}${node.attributes}>${inner}</${node.name}>`;
}

/** First child of that name. */
export function child(node: XmlNode | undefined, name: string): XmlNode | undefined {
    return node?.children.find((c) => c.name === name);
}

/** All children of that name. */
export function childrenOf(node: XmlNode | undefined, name: string): XmlNode[] {
    return node?.children.filter((c) => c.name === name) ?? [];
}

/** Text of a path of children, `undefined` when one of them is missing. */
export function textOf(node: XmlNode | undefined, ...path: string[]): string | undefined {
    let at = node;
    for (const name of path) at = child(at, name);
    return at?.text;
}

/** Sets the text (or children) of a child; `undefined` removes it. */
export function setChild(node: XmlNode, name: string, value: string | XmlNode[] | undefined): void {
    const index = node.children.findIndex((c) => c.name === name);
    if (value === undefined) {
        if (index >= 0) node.children.splice(index, 1);
    } else if (index >= 0) node.children[index] = element(name, value);
    else node.children.push(element(name, value));
}

/** All elements of that name anywhere below the node. */
export function descendants(node: XmlNode, name: string): XmlNode[] {
    return node.children.flatMap((c) =>
        c.name === name ? [c, ...descendants(c, name)] : descendants(c, name),
    );
}
