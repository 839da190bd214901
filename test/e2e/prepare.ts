import { prepareTools, type Tools } from "../emulator/tools/prepare.ts";

let prepared: Promise<Tools> | undefined;

/** The tools of the pocket cloud, found or made once for all tests. */
export function tools(): Promise<Tools> {
    prepared ??= prepareTools({ display: "listr" });
    return prepared;
}

/**
 * Before the first test, with lines of progress: on a machine with an empty cache this takes a quarter of an hour, and no
 * test's own time limit should be spent on it.
 */
export const mochaHooks = {
    async beforeAll(this: Mocha.Context): Promise<void> {
        this.timeout(60 * 60_000);
        const { mode, simulatedBecause } = await tools();
        if (mode === "simulated") {
            console.log(`Machines are simulated: ${simulatedBecause ?? "as asked"}`);
        }
    },
};
