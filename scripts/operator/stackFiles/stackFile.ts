import { configText, type ConfigText, pairsOf } from "./configText.ts";
import { configMap, parseYaml, StackFileError } from "./document.ts";
import { fullKey, type Project } from "./project.ts";

/** A stack file as it lies in the folder. */
export interface StackFile {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the file, for complaints: `Pulumi.eu-west-1.yaml`. */
    readonly file: string;
    readonly text: string;
}

/** The configuration of a stack file, by full key, e.g. `student-labs:students`. */
export function parseStackFile(
    { file, text }: StackFile,
    project: Pick<Project, "name">,
): ReadonlyMap<string, ConfigText> {
    const document = parseYaml(file, text);
    const config = configMap(file, document);
    const texts = new Map<string, ConfigText>();
    for (const [key, node] of config === undefined ? [] : pairsOf(config, document)) {
        const full = fullKey(key, project.name);
        if (texts.has(full)) {
            throw new StackFileError(file, `has ${full} twice`, "Take one of the two out.");
        }
        texts.set(full, configText(node, document));
    }
    return texts;
}
