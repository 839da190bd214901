import { closeSync, openSync, readSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** How often it looks for new lines. */
const LOOK_MS = 40;

/** Follows the file into which an engine writes its events, one JSON text a line, while it is being written. */
export class EventLog {
    private readonly file: string;
    private readonly onEvent: (event: EngineEvent) => void;
    private readonly timer: NodeJS.Timeout;
    private readonly chunk = Buffer.alloc(1 << 20);
    private descriptor: number | undefined;
    /** The last line, as far as it has come. */
    private rest = Buffer.alloc(0);

    /** @param file need not be there yet */
    constructor(file: string, onEvent: (event: EngineEvent) => void) {
        this.file = file;
        this.onEvent = onEvent;
        this.timer = setInterval(() => this.look(), LOOK_MS);
    }

    /** Reads what is left and stops; a line that a killed engine did not finish is nobody's event. */
    close(): void {
        clearInterval(this.timer);
        this.look();
        if (this.descriptor !== undefined) {
            closeSync(this.descriptor);
            this.descriptor = undefined;
        }
    }

    private look(): void {
        try {
            this.descriptor ??= openSync(this.file, "r");
        } catch {
            return; // the engine has not begun to write
        }
        for (let read = Infinity; read > 0;) {
            read = readSync(this.descriptor, this.chunk);
            this.take(this.chunk.subarray(0, read));
        }
    }

    private take(bytes: Buffer): void {
        const all = Buffer.concat([this.rest, bytes]);
        const end = all.lastIndexOf("\n") + 1;
        // Lines are cut as bytes: a character may have come by half.
        this.rest = all.subarray(end);
        for (const line of all.subarray(0, end).toString("utf8").split("\n")) {
            if (line !== "") {
                this.onEvent(JSON.parse(line) as EngineEvent);
            }
        }
    }
}
