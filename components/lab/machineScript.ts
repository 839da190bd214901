import * as fs from "node:fs";
import * as path from "node:path";

/** A script of the folder `scripts/machine/` that runs on a student's machine. */
export type MachineScript = "bootstrap.sh" | "connect-cluster.sh";

/**
 * The files of a script's stream, in order: functions that it needs, then the script, which calls them. A Python program
 * becomes a function that prints it: `reasons.py` is what `reasons_py` prints.
 */
const parts: Readonly<Record<MachineScript, readonly string[]>> = {
    "bootstrap.sh": ["common.sh", "reasons.py", "course-archive.py", "bootstrap.sh"],
    "connect-cluster.sh": ["common.sh", "reasons.py", "connect-cluster.sh"],
};

const variable = /^LAB_[A-Z0-9_]+$/;

/** Quotes a text for a POSIX shell (2.2.2, single quotes), whatever is in it. */
function quote(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

const endOfProgram = "END_OF_THIS_PROGRAM";

/** The text of one file of a stream. */
function textOf(file: string): string {
    const text = fs.readFileSync(
        path.join(import.meta.dirname, "..", "..", "scripts", "machine", file),
        "utf8",
    );
    if (!file.endsWith(".py")) {
        return text;
    }
    const name = file.replace(/[^a-z]/g, "_");
    return `${name}() {\ncat <<'${endOfProgram}'\n${text}${endOfProgram}\n}\n`;
}

/**
 * What goes to the standard input of `sudo bash -s`: assignments, then the script.
 *
 * Values travel this way only. They are variables of that shell, never exported, so that they show in no process list
 * and in no environment.
 *
 * @param values names like LAB_PASSWORD to values of any characters but NUL
 * @throws Error on a name that is none, or a NUL
 */
export function renderMachineScript(script: MachineScript, values: Readonly<Record<string, string>>): string {
    const assignments = Object.entries(values).map(([name, value]) => {
        if (!variable.test(name) || value.includes("\0")) {
            throw new Error(`${name} cannot be handed to ${script}`);
        }
        return `${name}=${quote(value)}\n`;
    });
    return [...assignments, ...parts[script].map(textOf)].join("");
}
