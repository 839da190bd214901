import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { StackFileError } from "./document.ts";
import { parseProject, type Project } from "./project.ts";
import type { StackFile } from "./stackFile.ts";

/** The project's folder as it was read. */
export interface Folder {
    readonly project: Project;
    /** Name of the project file: Pulumi takes `Pulumi.yaml` or `Pulumi.yml`. */
    readonly projectFile: string;
    /** Folder of the stack files. */
    readonly stackFolder: string;
    /** In the order of their names. */
    readonly stacks: readonly StackFile[];
}

/** The text of a file, its byte order mark included: it is written back as it was. */
async function readText(folder: string, file: string): Promise<string> {
    const bytes = await fs.readFile(path.join(folder, file));
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        throw new StackFileError(file, "is not UTF-8", "Save it as UTF-8.");
    }
}

/**
 * Reads Pulumi.yaml and all stack files.
 *
 * @param folder of Pulumi.yaml
 * @throws StackFileError where there is no project in it
 */
export async function readFolder(folder: string): Promise<Folder> {
    const projectFile = ["Pulumi.yaml", "Pulumi.yml"].find((name) => existsSync(path.join(folder, name)));
    if (projectFile === undefined) {
        throw new StackFileError(
            "Pulumi.yaml",
            `is not in ${folder}`,
            "Run this in the folder of student-labs.",
        );
    }
    const project = parseProject(await readText(folder, projectFile), projectFile);
    const stackFolder = path.join(folder, project.stackConfigDir);
    const ending = path.extname(projectFile);
    const names = existsSync(stackFolder) ? await fs.readdir(stackFolder) : [];
    const files = names.filter((name) => /^Pulumi\..+\.ya?ml$/.test(name) && name.endsWith(ending)).sort();
    const stacks = await Promise.all(
        files.map(async (file): Promise<StackFile> => ({
            stack: file.slice("Pulumi.".length, -ending.length),
            file,
            text: await readText(stackFolder, file),
        })),
    );
    return { project, projectFile, stackFolder, stacks };
}

/**
 * Writes a stack file so that at any moment the whole old or the whole new one is there, also where the power fails.
 *
 * @param folder of the stack files
 * @param file what to write; a file with its own rights keeps them
 * @param before the text that was read; `undefined` = the file is not there yet
 * @throws StackFileError where somebody else has changed the file meanwhile
 */
export async function writeStackFile(
    folder: string,
    file: StackFile,
    before: string | undefined,
): Promise<void> {
    const named = path.join(folder, file.file);
    const there = existsSync(named);
    // What a link points to is replaced, not the link.
    const target = there ? await fs.realpath(named) : named;
    const now = there ? await readText(folder, file.file) : undefined;
    if (now !== before) {
        throw new StackFileError(
            file.file,
            "has been changed meanwhile",
            "Look at it, and run the command again.",
        );
    }
    const mode = there ? (await fs.stat(target)).mode & 0o777 : 0o666;
    const aside = path.join(
        path.dirname(target),
        `.${path.basename(target)}.${randomBytes(6).toString("hex")}`,
    );
    try {
        const handle = await fs.open(aside, "wx", mode);
        try {
            await handle.writeFile(file.text);
            if (there) {
                await handle.chmod(mode);
            }
            await handle.sync();
        } finally {
            await handle.close();
        }
        await fs.rename(aside, target);
    } catch (error) {
        await fs.rm(aside, { force: true });
        throw error;
    }
}
