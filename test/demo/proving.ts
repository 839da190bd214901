import { elapsed } from "../emulator/tools/progress.ts";
import { firstMorning, jobs, type Proof, type ProofContext, refusals } from "./proofs.ts";
import { readable } from "./readable.ts";
import { notSimulated, simulatedProofs } from "./simulatedProofs.ts";
import { clip, type Terminal } from "./terminal.ts";

/** What was seen is told in this many characters at most: about two lines. */
const SEEN_LENGTH = 200;

/** Puts the names of the class's labs into a statement. */
function named(statement: string, { ada, grace }: ProofContext): string {
    const names: Readonly<Record<string, string>> = { ada: ada.lab, grace: grace.lab };
    return statement.replace(/\b(ada|grace)\b/g, (name) => names[name] ?? name);
}

/** Makes the proofs, those of a group at the same time, and tells each with what was seen and how long it took. */
async function proveAll(
    groups: readonly (readonly Proof[])[],
    context: ProofContext,
    terminal: Terminal,
    mark: string,
): Promise<void> {
    const begin = Date.now();
    const failures: string[] = [];
    const indent = " ".repeat(mark.length + 10);
    for (const group of groups) {
        const open = new Set(group.map(({ statement }) => named(statement, context)));
        const tell = () => terminal.status(open.size === 0 ? undefined : [...open].join("; "));
        tell();
        await Promise.all(
            group.map(async (proof) => {
                const statement = named(proof.statement, context);
                const began = Date.now();
                const took = () => elapsed(Date.now() - began).padStart(5);
                try {
                    const seen = await proof.prove(context);
                    terminal.say(`  ${mark} ${took()}  ${statement}`);
                    terminal.paragraph(clip(readable(seen), SEEN_LENGTH), indent);
                } catch (error) {
                    failures.push(statement);
                    terminal.say(`  NOT OK ${took()}  ${statement}`);
                    terminal.paragraph(error instanceof Error ? error.message : String(error), indent);
                }
                open.delete(statement);
                tell();
            }),
        );
        terminal.status(undefined);
    }
    const count = groups.flat().length;
    if (failures.length > 0) {
        throw new Error(`${failures.length} of ${count} proofs did not hold: ${failures.join("; ")}`);
    }
    terminal.say(`  All ${count} hold (${elapsed(Date.now() - begin)}).`);
}

/** Proves on machines that really run what the roster and the README promise. */
export async function proveOnMachines(context: ProofContext, terminal: Terminal): Promise<void> {
    terminal.heading("What the roster promises, by doing it");
    const each = (proofs: readonly Proof[]) => proofs.map((proof) => [proof]);
    await proveAll([...each(firstMorning), jobs, ...each(refusals(context))], context, terminal, "ok");
}

/** Proves what simulated machines can show, and names what they cannot. */
export async function proveSimulated(context: ProofContext, terminal: Terminal): Promise<void> {
    terminal.heading("What the roster promises, as far as SIMULATED machines can show it");
    await proveAll(
        simulatedProofs.map((proof) => [proof]),
        context,
        terminal,
        "ok (simulated)",
    );
    terminal.say("  Not shown with simulated machines, where no script and no job runs:");
    notSimulated(context).forEach((statement) => terminal.say(`    - ${named(statement, context)}`));
}
