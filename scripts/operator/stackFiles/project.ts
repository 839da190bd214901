import { isMap, isNode, isScalar, type Node } from "yaml";
import { configText, pairsOf } from "./configText.ts";
import { configMap, parseYaml, StackFileError } from "./document.ts";

/** What Pulumi.yaml says that stack files depend on. */
export interface Project {
    readonly name: string;
    /** Folder of the stack files, relative to Pulumi.yaml's; "" = the same. */
    readonly stackConfigDir: string;
    /** Texts of settings that a stack file need not give, by full key, e.g. `student-labs:maxLabs`. */
    readonly defaults: ReadonlyMap<string, string>;
}

/** The full key of a setting: `students` is the project's own. `a:config:b` is an old way to write `a:b`. */
export function fullKey(key: string, project: string): string {
    const parts = key.split(":");
    return parts.length === 1
        ? `${project}:${key}`
        : parts.length === 3 && parts[1] === "config"
          ? `${parts[0] ?? ""}:${parts[2] ?? ""}`
          : key;
}

/**
 * Reads Pulumi.yaml.
 *
 * @throws StackFileError for what is no project file
 */
export function parseProject(text: string, file = "Pulumi.yaml"): Project {
    const document = parseYaml(file, text);
    const name: unknown = document.get("name");
    if (typeof name !== "string" || name === "") {
        throw new StackFileError(file, "has no name", "Give the folder of this project.");
    }
    const folder: unknown = document.get("stackConfigDir");
    const defaults = new Map<string, string>();
    for (const [key, node] of pairsOf(configMap(file, document) ?? document.createNode({}), document)) {
        const declared = isMap(node) ? pairsOf(node, document) : undefined;
        // A default wins over a value; a key alone with its value is one as well.
        const value: Node | null | undefined =
            declared === undefined ? node : (declared.get("default") ?? declared.get("value"));
        if (isNode(value) && !(isScalar(value) && value.value === null)) {
            const read = configText(value, document);
            if (read.kind === "text") {
                defaults.set(fullKey(key, name), read.text);
            }
        }
    }
    return { name, stackConfigDir: typeof folder === "string" ? folder : "", defaults };
}
