import { elapsed } from "../emulator/tools/progress.ts";

/** Time between two lines about what goes on, where a line cannot be written over. */
const BEAT_MS = 10_000;
/** Something that is over sooner needs no words. */
const PATIENCE_MS = 1_500;
const TICK_MS = 500;
/** Longer lines are hard to read, however wide the window is. */
const WIDEST = 110;

/** Breaks a text into lines of at most `width` characters, between words where there is a place. */
export function wrap(text: string, width: number): string[] {
    const lines: string[] = [];
    for (const paragraph of text.split("\n")) {
        let line = "";
        for (const word of paragraph.split(" ")) {
            if (line !== "" && line.length + 1 + word.length > width) {
                lines.push(line);
                line = word;
            } else {
                line = line === "" ? word : `${line} ${word}`;
            }
        }
        lines.push(line);
    }
    return lines;
}

/** Cuts a text to `width` characters, with a mark where something is missing. */
export function clip(text: string, width: number): string {
    return text.length <= width ? text : `${text.slice(0, width - 2).trimEnd()} …`;
}

/**
 * Where the demo speaks. Lines stay; below them one line tells what goes on, which is written over on a terminal. In a
 * log it comes again every now and then.
 */
export class Terminal {
    private current: { text: string; begin: number; told: number } | undefined;
    private shown = false;
    private timer: NodeJS.Timeout | undefined;

    private readonly out: NodeJS.WriteStream;

    constructor(out: NodeJS.WriteStream = process.stdout) {
        this.out = out;

        // The window may have been closed; what goes on must come to its end all the same.
        out.on("error", () => undefined);
    }

    /** Characters that fit in a line. */
    get width(): number {
        return Math.min(WIDEST, this.out.columns || WIDEST);
    }

    /** Writes a line. */
    say(line = ""): void {
        this.wipe();
        this.out.write(`${line}\n`);
        if (this.current !== undefined) {
            this.current.told = Date.now();
            this.show();
        }
    }

    /** Begins a part. */
    heading(text: string): void {
        this.say(`\n== ${text}`);
    }

    /** Writes a text of several lines, all of them indented. */
    paragraph(text: string, indent: string): void {
        wrap(text, this.width - indent.length).forEach((line) => this.say(`${indent}${line}`));
    }

    /** Says what goes on from now on; the time runs on while only the words change, and ends with `undefined`. */
    status(text: string | undefined): void {
        if (text === undefined) {
            this.wipe();
            clearInterval(this.timer);
            this.timer = undefined;
            this.current = undefined;
            return;
        }
        const now = Date.now();
        this.current = { text, begin: this.current?.begin ?? now, told: this.current?.told ?? now };
        this.timer ??= setInterval(() => this.tick(), TICK_MS);
        this.timer.unref();
    }

    private tick(): void {
        const { current } = this;
        if (current === undefined || Date.now() - current.begin < PATIENCE_MS) {
            return;
        }
        if (this.out.isTTY) {
            this.wipe();
            this.show();
        } else if (Date.now() - current.told >= BEAT_MS) {
            current.told = Date.now();
            this.out.write(`${this.line(current)}\n`);
        }
    }

    private line({ text, begin }: { text: string; begin: number }): string {
        return clip(`${elapsed(Date.now() - begin).padStart(7)}  … ${text}`, this.width - 1);
    }

    private show(): void {
        if (this.out.isTTY && this.current !== undefined) {
            this.out.write(this.line(this.current));
            this.shown = true;
        }
    }

    private wipe(): void {
        if (this.shown) {
            this.out.write("\r\u001b[2K");
            this.shown = false;
        }
    }
}
