import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, type Node } from "yaml";
import { changeMap } from "./blocks.ts";
import { configText, pairsOf } from "./configText.ts";
import { configMap, parseYaml, StackFileError } from "./document.ts";
import { applySplices, type Editing, lineEnd, rangeOf, type Splice } from "./places.ts";
import { fullKey } from "./project.ts";
import { type ConfigValue, inlineText, pairLines } from "./valueText.ts";

/** Settings to write, by full key (`student-labs:students`); `undefined` takes the setting out. */
export type Changes = Readonly<Record<string, ConfigValue | undefined>>;

type Given = Readonly<Record<string, ConfigValue>>;

const present = (changes: Changes): Given =>
    Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Given;

/** Every value of a file, by full key of the settings and by key of what is not under `config`. */
function contentsOf(file: string, text: string, project: string): Map<string, unknown> {
    const document = parseYaml(file, text);
    const config = configMap(file, document);
    const contents = new Map<string, unknown>();
    for (const [key, node] of isMap(document.contents) ? pairsOf(document.contents, document) : []) {
        if (key !== "config") {
            contents.set(`/${key}`, node?.toJS(document) ?? null);
        }
    }
    for (const [key, node] of config === undefined ? [] : pairsOf(config, document)) {
        contents.set(fullKey(key, project), node?.toJS(document) ?? null);
    }
    return contents;
}

/** Refuses to write over what is encrypted: it would stand in the file in clear. */
function keepSecrets(changes: Changes, project: string, { file, document }: Editing): void {
    const config = configMap(file, document);
    for (const [key, node] of config === undefined ? [] : pairsOf(config, document)) {
        const full = fullKey(key, project);
        if (full in changes && configText(node, document).kind === "encrypted") {
            throw new StackFileError(
                file,
                `has ${full} encrypted, and it would stand there in clear`,
                `Change it with pulumi config set --secret, or take it out first: pulumi config rm ${full}.`,
            );
        }
    }
}

/** Writes settings into a file that has none under `config`, or has them on one line. */
function writeConfig(changes: Changes, project: string, editing: Editing): readonly Splice[] {
    const { file, text, document, end } = editing;
    const given = present(changes);
    const lines = Object.entries(given).flatMap(([key, value]) => pairLines(key, value, 2));
    const indented = lines.map((line) => `  ${line}${end}`).join("");
    const pair = isMap(document.contents)
        ? document.contents.items.find(({ key }) => isNode(key) && key.toJS(document) === "config")
        : undefined;
    if (pair === undefined) {
        const before = text === "" || text.endsWith("\n") ? "" : end;
        return lines.length === 0
            ? []
            : [{ start: text.length, end: text.length, text: `${before}config:${end}${indented}` }];
    }
    const value = isNode(pair.value) ? pair.value : undefined;
    if (isMap(value) && value.items.length > 0) {
        const [start, valueEnd] = rangeOf(value, file);
        const all = Object.entries(value.toJS(document) as Given).filter(
            ([key]) => !(fullKey(key, project) in changes),
        );
        return [{ start, end: valueEnd, text: inlineText({ ...Object.fromEntries(all), ...given }) }];
    }
    const [keyStart, keyEnd] = rangeOf(pair.key as Node, file);
    const [start, stop] = value === undefined ? [keyEnd, keyEnd] : rangeOf(value, file);
    const valueEnd = stop > start ? stop : keyEnd;
    const rest = text.slice(valueEnd, lineEnd(text, valueEnd)).trimEnd();
    const tail = rest.replace(/^:/, "");
    return [{ start: keyStart, end: lineEnd(text, valueEnd), text: `config:${tail}${end}${indented}` }];
}

/**
 * Writes settings into the text of a stack file. Every other line stays byte for byte as it is.
 *
 * @param file name of the file, for complaints
 * @param changes settings by full key
 * @param project name of the project, which keys without a colon belong to
 * @param encrypted `refused` = a setting that is encrypted is not touched; `dropped` = it may be taken out
 * @returns the text as it should be; the same text where nothing changes
 * @throws StackFileError for a file that cannot be read, a setting that is encrypted, and one that cannot be changed alone
 */
export function editStackFile(
    file: string,
    text: string,
    changes: Changes,
    project: string,
    encrypted: "refused" | "dropped" = "refused",
): string {
    const before = contentsOf(file, text, project);
    const editing = {
        file,
        text,
        document: parseYaml(file, text),
        end: text.includes("\r\n") ? "\r\n" : "\n",
    };
    keepSecrets(encrypted === "dropped" ? present(changes) : changes, project, editing);
    const config = configMap(file, editing.document);
    const splices =
        config === undefined || config.flow === true || config.items.length === 0
            ? writeConfig(changes, project, editing)
            : changeMap(config, changes, (key) => fullKey(key, project), editing);
    const edited = applySplices(text, splices);

    const wanted = new Map(before);
    for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) {
            wanted.delete(key);
        } else {
            wanted.set(key, value);
        }
    }
    if (!sameContents(wanted, file, edited, project)) {
        throw new StackFileError(
            file,
            `has ${Object.keys(changes).join(", ")} tied to other lines (an anchor, a merged map)`,
            "Change it by hand.",
        );
    }
    return edited;
}

/** Whether a text says what it should, and nothing else. */
function sameContents(wanted: Map<string, unknown>, file: string, text: string, project: string): boolean {
    try {
        const found = contentsOf(file, text, project);
        return (
            found.size === wanted.size &&
            [...wanted].every(([key, value]) => found.has(key) && isDeepStrictEqual(found.get(key), value))
        );
    } catch (error) {
        if (error instanceof StackFileError) {
            return false;
        }
        throw error;
    }
}
