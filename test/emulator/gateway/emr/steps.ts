import type { EmrContext } from "./context";
import type { StepRunner } from "./queue";
export function stepRunner(_context: EmrContext): StepRunner {
    return async () => ({ Reason: "Not implemented yet" });
}
