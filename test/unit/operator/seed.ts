/**
 * Seed of the property tests of this run, another one every time. It stands in the tests' names, and `SEED=...` in the
 * environment runs the same again.
 */
export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
