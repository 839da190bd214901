/** What to do about failures whose own words do not say it. */
const mends: readonly (readonly [RegExp, string])[] = [
    [
        /host key mismatch/,
        "another host key answered than the one made for this machine, and nothing was sent to it: an impostor in the network, " +
            "or somebody changed the keys on the machine. Make the machine anew (`pulumi up --replace` with its URN), and do " +
            "not log in to it",
    ],
    [
        /Process exited with status (124|137)\b/,
        "the script took too long on the machine and was ended. Look at the machine, or make it anew; the next `pulumi up` " +
            "tries again",
    ],
];

/**
 * The way out of a failure.
 *
 * @param reason in the words of AWS, the provider or the machine
 * @returns a sentence that goes on after the reason; `undefined` where the reason's own words must do
 */
export function mendOf(reason: string): string | undefined {
    return mends.find(([pattern]) => pattern.test(reason))?.[1];
}
