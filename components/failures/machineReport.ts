import { printable } from "./printable.ts";

/**
 * The steps of the scripts in scripts/machine, as they name them; a line about any other is not theirs.
 *
 * `start` is what comes before the first step.
 */
export const machineSteps = [
    "start",
    "first boot",
    "host name",
    "packages",
    "Python environment",
    "environment",
    "access key",
    "password",
    "password login",
    "course archive",
    "values",
    "ssh folder",
    "cluster key",
    "mrjob settings",
    "cluster id",
    "agent",
    "agent start",
] as const;

/** What a script says of its run, as far as the program takes it over: printable text, one line each, never long. */
export interface MachineReport {
    /** What is not as it should be, `STEP: TEXT`, whether or not the run went on; at most five. */
    readonly problems: readonly string[];
    /** What of the course archive arrives on no machine; `undefined` where all does. */
    readonly leftOut: string | undefined;
    /** `STEP (exit code N)` of the step that ended the run; `undefined` where none did. */
    readonly failed: string | undefined;
    /** What the operator does about it. */
    readonly toDo: string | undefined;
}

/** Longest `problem` of a row of the roster, in characters. */
export const longestProblem = 500;

/** Most of a script's output that is looked at, in characters; the scripts print a few thousand. */
const longestOutput = 200_000;

/**
 * A text without what is secret in the addresses in it: passwords, and queries, which may be signed.
 *
 * @param text of any length
 */
export function withoutAddressSecrets(text: string): string {
    return text.replace(/:\/\/[^\s'"]*@/g, "://").replace(/(:\/\/[^\s'"?]*)\?[^\s'"]*/g, "$1");
}

const shown = (text: string, longest: number = longestProblem) =>
    printable(withoutAddressSecrets(text), longest);

const step = `(?:${machineSteps.join("|")})`;
// `.` is any character but a line's end; a line that is longer than a script makes one is not a script's.
const lines = {
    problem: new RegExp(`^lab: problem (${step}: .{1,460})$`, "gmu"),
    leftOut: /^lab: left out: (.{1,460})$/gmu,
    failed: new RegExp(`^lab: failed: (${step} \\(exit code \\d{1,3}\\))$`, "gmu"),
    toDo: /^lab: to do: (.{1,460})$/gmu,
} as const;

/**
 * Reads what a script on a machine printed. The student is root there: nothing is taken over that is not exactly what
 * the scripts say (the forms are in scripts/machine/common.sh), and of that only text.
 *
 * @param printed standard output, or an error message that has it in it
 */
export function machineReport(printed: string): MachineReport {
    const output = printed.slice(-longestOutput);
    const all = (form: RegExp) =>
        [...output.matchAll(form)].map(([, text = ""]) => shown(text)).filter((text) => text !== "");
    return {
        problems: [...new Set(all(lines.problem))].slice(0, 5),
        leftOut: all(lines.leftOut).at(-1),
        failed: all(lines.failed).at(-1),
        toDo: all(lines.toDo).at(-1),
    };
}

/**
 * Why a script failed, in one line: what went wrong where, then what to do.
 *
 * @param message the provider's words, which have in them what the script printed
 * @returns `undefined` where the script says nothing of it: it was never reached, or was killed
 */
export function scriptFailure(message: string): string | undefined {
    const { problems, failed, toDo } = machineReport(message);
    if (failed === undefined) {
        return undefined;
    }
    // What went wrong is nothing without what to do: that keeps its place, whatever the length of the other.
    const why = problems.length === 0 ? `${failed.replace(" (", " failed (")}` : problems.join("; ");
    const mend = toDo === undefined ? "" : `; to do: ${toDo}`;
    return shown(shown(why, Math.max(100, longestProblem - 60 - mend.length)) + mend);
}
