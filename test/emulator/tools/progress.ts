/** Takes a line of progress for people. */
export type Log = (line: string) => void;

/** Time between two lines about something that goes on. */
const BEAT_MS = 5_000;

/** 75_000 -> "1m15s" */
export function elapsed(milliseconds: number): string {
    const seconds = Math.round(milliseconds / 1000);
    return seconds < 60
        ? `${seconds}s`
        : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

/** Repeats the last thing that was said every few seconds, with the time since the start, until it is stopped. */
export function heartbeat(log: Log, begin = Date.now()): { say(status: string): void; stop(): void } {
    let status = "";
    const timer = setInterval(() => {
        if (status) {
            log(`${status} (${elapsed(Date.now() - begin)})`);
        }
    }, BEAT_MS);
    timer.unref();
    return {
        say(next: string) {
            if (!status) {
                log(next);
            }
            status = next;
        },
        stop: () => clearInterval(timer),
    };
}
