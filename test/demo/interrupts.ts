import type { Terminal } from "./terminal.ts";

/** Exit code of a program that Ctrl-C has ended, as shells tell it. */
const INTERRUPTED = 130;

/** Ctrl-C, a closed window or `kill`: the demo puts away what it has made before it ends; a second time ends it at once. */
export class Interrupts {
    /** What there is to put away. */
    onInterrupt: () => Promise<void> = async () => undefined;
    private ending: Promise<void> | undefined;

    private readonly terminal: Terminal;

    constructor(terminal: Terminal) {
        this.terminal = terminal;

        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
            process.on(signal, () => this.interrupted());
        }
    }

    /** Where an interrupt is being handled: never comes back, since that ends the process. */
    async wait(): Promise<void> {
        if (this.ending !== undefined) {
            await this.ending;
            await new Promise<never>(() => undefined);
        }
    }

    private interrupted(): void {
        if (this.ending !== undefined) {
            process.exit(INTERRUPTED);
        }
        this.terminal.status(undefined);
        this.terminal.say("\nInterrupted.");
        this.ending = this.onInterrupt()
            .catch((error: unknown) => this.terminal.say(String(error)))
            .finally(() => process.exit(INTERRUPTED));
    }
}
