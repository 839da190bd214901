/** When a schedule is due: `at(...)`, `rate(...)` and `cron(...)` of EventBridge Scheduler. */

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

interface Wall {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
    readonly second: number;
    /** 1 is Sunday, as in AWS's cron. */
    readonly weekday: number;
}

/** What clocks on the wall of a time zone show. */
function wallClock(date: Date, zone: string): Wall {
    const format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
        weekday: "short",
    });
    const parts = new Map(format.formatToParts(date).map((part) => [part.type, part.value]));
    const number = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
    return {
        year: number("year"),
        month: number("month"),
        day: number("day"),
        hour: number("hour"),
        minute: number("minute"),
        second: number("second"),
        weekday: DAYS.indexOf((parts.get("weekday") ?? "").toUpperCase()) + 1,
    };
}

/** The moment at which a wall clock of the zone shows that time. */
function fromWall(text: string, zone: string): Date | undefined {
    const wanted = Date.parse(`${text}Z`);
    if (Number.isNaN(wanted)) return undefined;
    let guess = wanted;
    // Twice: the second round is right also on the days on which clocks change.
    for (let round = 0; round < 2; round += 1) {
        const wall = wallClock(new Date(guess), zone);
        const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
        guess += wanted - shown;
    }
    return new Date(guess);
}

function value(text: string, names: readonly string[], base: number): number {
    const index = names.indexOf(text.toUpperCase());
    return index >= 0 ? index + base : Number(text);
}

/** True if a number is in a field of a cron expression. */
export function fieldMatches(
    field: string,
    actual: number,
    names: readonly string[] = [],
    base = 1,
): boolean {
    if (field === "*" || field === "?") return true;
    return field.split(",").some((item) => {
        const [range = "", step] = item.split("/");
        const [from = "", to] = range.split("-");
        const first = from === "*" ? base : value(from, names, base);
        const last = to === undefined ? (step === undefined ? first : Infinity) : value(to, names, base);
        if (Number.isNaN(first) || Number.isNaN(last)) throw new Error(`Unsupported cron field "${field}"`);
        return actual >= first && actual <= last && (actual - first) % Number(step ?? "1") === 0;
    });
}

function cronMatches(fields: readonly string[], wall: Wall): boolean {
    const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*", year = "*"] = fields;
    return (
        fieldMatches(minute, wall.minute, [], 0) &&
        fieldMatches(hour, wall.hour, [], 0) &&
        fieldMatches(day, wall.day) &&
        fieldMatches(month, wall.month, MONTHS) &&
        fieldMatches(weekday, wall.weekday, DAYS) &&
        fieldMatches(year, wall.year, [], 1970)
    );
}

/** The first moment after `after` and up to `until` at which the schedule is due; `undefined` if there is none. */
export function nextFiring(expression: string, zone: string, after: Date, until: Date): Date | undefined {
    const due = firstAfter(expression, zone, after, until);
    return due !== undefined && due <= until ? due : undefined;
}

function firstAfter(expression: string, zone: string, after: Date, until: Date): Date | undefined {
    const [, kind, inner = ""] = /^(at|rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
    if (kind === "at") {
        const due = fromWall(inner, zone);
        return due !== undefined && due > after ? due : undefined;
    }
    if (kind === "rate") {
        const [, count, unit = ""] = /^(\d+) (minute|hour|day)s?$/.exec(inner) ?? [];
        const every = Number(count) * (UNITS[unit] ?? NaN);
        if (Number.isNaN(every)) throw new Error(`Unsupported schedule ${expression}`);
        return new Date((Math.floor(after.getTime() / every) + 1) * every);
    }
    if (kind !== "cron") throw new Error(`Unsupported schedule ${expression}`);
    const fields = inner.trim().split(/\s+/);
    if (fields.length !== 6) throw new Error(`Unsupported schedule ${expression}: cron has six fields`);
    let at = (Math.floor(after.getTime() / 60_000) + 1) * 60_000;
    for (; at <= until.getTime(); at += 60_000) {
        if (cronMatches(fields, wallClock(new Date(at), zone))) return new Date(at);
    }
    return undefined;
}
