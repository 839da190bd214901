import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { longestProblem, machineReport } from "../failures/machineReport.ts";
import { printable } from "../failures/printable.ts";

/** Names a script's resource to the engine, whatever it is in. */
const runAgain = (name: string) => `pulumi up --replace '**::${name}'`;

/**
 * What a script that came to its end says is not as it should be, for the row of the roster, with how to have it run
 * again: nothing of it changes by itself, so the next `up` would not.
 *
 * @param name of the command
 * @param printed what the script printed
 * @returns "" where all is well
 */
export function problemsIn(name: string, printed: string): string {
    const { problems } = machineReport(printed);
    if (problems.length === 0) {
        return "";
    }
    const mend = `; once that is mended: ${runAgain(name)}`;
    return printable(`${name}: ${problems.join("; ")}`, longestProblem - mend.length) + mend;
}

/**
 * {@link problemsIn} a script's output, also as a warning on the console of every `up` and preview until it is mended.
 *
 * @param name of the command
 */
export function scriptProblems(name: string, script: command.remote.Command): pulumi.Output<string> {
    // The output of a script is secret as a whole; what it says of itself in these lines is not.
    return pulumi.unsecret(script.stdout).apply((printed) => {
        const text = problemsIn(name, printed);
        if (text !== "") {
            void pulumi.log.warn(text, script);
        }
        return text;
    });
}
