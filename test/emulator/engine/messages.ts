import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

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

/** From the test or the demo to the process that does the operation. Holds no secret. */
export interface OperationRequest {
    readonly kind: OperationKind;
    readonly stack: string;
    /** Folder with the scratch Pulumi.yaml. */
    readonly workDir: string;
    /** Program to run in that process; without it the engine's language host runs it. */
    readonly program?: string;
    readonly options: EngineOptions;
}

/** From that process back. */
export type OperationMessage =
    | { readonly type: "event"; readonly event: EngineEvent }
    | { readonly type: "output"; readonly text: string }
    | { readonly type: "error"; readonly text: string }
    | { readonly type: "done"; readonly exitCode: number; readonly message?: string };
