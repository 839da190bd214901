import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

/** Name under which an engine looks for the host of Node programs, beside itself or on the PATH. */
export const LANGUAGE_HOST = "pulumi-language-nodejs";
/** Our host, which the launcher of that name starts. */
const SCRIPT = `${LANGUAGE_HOST}.student-labs.mjs`;
const SOURCE = path.resolve(import.meta.dirname, "../engine/languageHost.ts");

/**
 * The launcher. It points into no clone, which may be gone tomorrow: the script lies beside it, and finds the SDK from the
 * folder of the project that the engine runs. Which Node runs it is the PATH's affair, as with Pulumi's own.
 */
const LAUNCHER = `#!/bin/sh
# Made by student-labs (test/emulator) for an engine without a language host; "npm run demo -- --clean" removes it.
command -v node >/dev/null || { echo "There is no node on the PATH, which Pulumi programs in Node need." >&2; exit 1; }
exec node "$(dirname -- "$0")/${SCRIPT}" "$@"
`;

function read(file: string): Promise<string | undefined> {
    return readFile(file, "utf8").catch(() => undefined);
}

/** Writes a file that is there as a whole or as it was, for an engine that starts it in the same moment. */
async function replace(file: string, text: string, mode: number): Promise<void> {
    if ((await read(file)) === text) {
        return;
    }
    const draft = `${file}.${process.pid}.draft`;
    await writeFile(draft, text, { mode });
    await chmod(draft, mode);
    await rename(draft, file);
}

/** What a folder has under the name of the host: Pulumi's own, one of ours, or nothing. */
export async function languageHostIn(folder: string): Promise<"pulumi" | "student-labs" | undefined> {
    const file = path.join(folder, LANGUAGE_HOST);
    const runs = await access(file, constants.X_OK).then(
        () => true,
        () => false,
    );
    if (!runs) {
        return undefined;
    }
    return (await read(file))?.startsWith(LAUNCHER.split("\n").slice(0, 2).join("\n"))
        ? "student-labs"
        : "pulumi";
}

/** Our host as JavaScript: an older Node starts it as well, and can say that it is too old. */
async function script(source: string, origin: string): Promise<string> {
    const { default: typescript } = await import("typescript");
    const { ModuleKind, ScriptTarget } = typescript;
    const { outputText } = typescript.transpileModule(source, {
        compilerOptions: {
            target: ScriptTarget.ES2022,
            module: ModuleKind.ESNext,
            verbatimModuleSyntax: true,
        },
    });
    return `${origin}\n${outputText}`;
}

/** Puts our host into a folder, or makes the one there what it is today. One of Pulumi's own is left alone. */
export async function installLanguageHost(folder: string): Promise<void> {
    if ((await languageHostIn(folder)) === "pulumi") {
        return;
    }
    await mkdir(folder, { recursive: true });
    const source = await readFile(SOURCE, "utf8");
    const origin = `// languageHost.ts of student-labs, sha256 ${createHash("sha256").update(source).digest("hex")}`;
    const file = path.join(folder, SCRIPT);
    if (!(await read(file))?.startsWith(`${origin}\n`)) {
        await replace(file, await script(source, origin), 0o644);
    }
    await replace(path.join(folder, LANGUAGE_HOST), LAUNCHER, 0o755);
}

/** Removes our host from a folder, and nothing else; answers what was removed. */
export async function removeLanguageHost(folder: string): Promise<string[]> {
    if ((await languageHostIn(folder)) !== "student-labs") {
        return [];
    }
    const files = [LANGUAGE_HOST, SCRIPT].map((name) => path.join(folder, name));
    await Promise.all(files.map((file) => rm(file, { force: true })));
    return files;
}
