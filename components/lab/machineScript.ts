import * as fs from "node:fs";
import * as path from "node:path";

/** A script of the folder `scripts/machine/` that runs on a student's machine. */
export type MachineScript = "bootstrap.sh" | "connect-cluster.sh";

/** The files of a script's stream, in order: functions that it needs, then the script, which calls them. */
const parts: Readonly<Record<MachineScript, readonly string[]>> = {
    "bootstrap.sh": ["common.sh", "course-archive.sh", "bootstrap.sh"],
    "connect-cluster.sh": ["common.sh", "connect-cluster.sh"],
};

const variable = /^LAB_[A-Z0-9_]+$/;

/** Quotes a text for a POSIX shell (2.2.2, single quotes), whatever is in it. */
function quote(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
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
    const texts = parts[script].map((file) =>
        fs.readFileSync(path.join(import.meta.dirname, "..", "..", "scripts", "machine", file), "utf8"),
    );
    return assignments.join("") + texts.join("");
}
