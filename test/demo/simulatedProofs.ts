import { strict as assert } from "node:assert";
import { mayLogIn } from "../e2e/ssh.ts";
import { firstMorning, jobs, login, operator, type Proof, type ProofContext, refusals } from "./proofs.ts";

/** What simulated machines can show: who gets in. Their SSH servers took password and keys from the real scripts. */
export const simulatedProofs: readonly Proof[] = [
    {
        statement: "ada logs in with the password of the roster",
        prove: async ({ ada }) => {
            assert.equal(await mayLogIn(login(ada)), true);
            return `${ada.user}@${ada.ssh.host}, port ${ada.ssh.port}`;
        },
    },
    ...firstMorning.filter(({ statement }) => statement === "a wrong password is refused"),
    {
        statement: "the class key opens every machine",
        prove: async (context) => {
            for (const ada of new Set([context.ada, context.grace])) {
                assert.equal(await mayLogIn(operator({ ...context, ada })), true);
            }
            return "with the operator's key of `pulumi stack output classKey`";
        },
    },
];

/** What is shown where machines are real only: each needs something to run on a machine. */
export function notSimulated(context: ProofContext): readonly string[] {
    return [...firstMorning, ...jobs, ...refusals(context)]
        .map(({ statement }) => statement)
        .filter((statement) => simulatedProofs.every((proof) => proof.statement !== statement));
}
