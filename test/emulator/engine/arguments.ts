/** What the engine is asked to do. */
export type OperationKind = "up" | "preview" | "refresh" | "destroy";

/** Options of an operation, those of the command line. */
export interface EngineOptions {
    readonly parallel?: number;
    readonly continueOnError?: boolean;
    readonly refresh?: boolean;
    readonly target?: readonly string[];
    readonly replace?: readonly string[];
    readonly diff?: boolean;
}

/**
 * Arguments of the `pulumi` that carries out an operation, without anybody to answer questions.
 *
 * @param eventLog file into which the engine writes what happens, one event of its protocol a line
 */
export function operationArguments(
    kind: OperationKind,
    stack: string,
    eventLog: string,
    { parallel, continueOnError, refresh, target = [], replace = [], diff }: EngineOptions = {},
): string[] {
    return [
        kind,
        // A preview is a run of the program as well: who wants one asks for one.
        ...(kind === "preview" ? [] : ["--yes", "--skip-preview"]),
        ...["--stack", stack, "--non-interactive", "--color", "never", "--event-log", eventLog],
        ...(parallel === undefined ? [] : ["--parallel", String(parallel)]),
        ...(continueOnError ? ["--continue-on-error"] : []),
        ...(refresh === undefined ? [] : [`--refresh=${refresh}`]),
        ...(diff ? ["--diff"] : []),
        ...target.flatMap((urn) => ["--target", urn]),
        ...replace.flatMap((urn) => ["--replace", urn]),
    ];
}
