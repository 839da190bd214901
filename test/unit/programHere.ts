import * as pulumi from "@pulumi/pulumi";
import { asTexts } from "./classInMocks.ts";

// What Pulumi's `cmd/run` does before it runs a program; there, but not in the SDK's declarations.
const features = pulumi.runtime as unknown as { awaitFeatureSupport(): Promise<void> };

/** How a program is run by {@link runHere}. */
export interface RunHere {
    /** Address of an engine and its resource monitor. */
    readonly address: string;
    /** Settings of the class, as a stack file has them. */
    readonly settings: Readonly<Record<string, unknown>>;
    readonly preview: boolean;
}

/** Runs a program with an engine, in this process: without a new one, it takes a second. */
export async function runHere(program: () => Promise<unknown>, run: RunHere): Promise<void> {
    const { address, settings, preview } = run;
    const { stackTraceLimit } = Error;
    // As in the mocks of the other tests: half the time of a run.
    Error.stackTraceLimit = 0;
    try {
        const texts = Object.entries(asTexts(settings));
        pulumi.runtime.setAllConfig(
            Object.fromEntries(texts.map(([key, text]) => [`student-labs:${key}`, text])),
        );
        pulumi.runtime.resetOptions(
            "student-labs",
            "eu-west-1",
            8,
            address,
            address,
            preview,
            "organization",
        );
        await features.awaitFeatureSupport();
        await pulumi.runtime.runInPulumiStack(program);
        await pulumi.runtime.disconnect();
    } finally {
        Error.stackTraceLimit = stackTraceLimit;
    }
}
