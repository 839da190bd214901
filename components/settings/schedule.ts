import { z } from "zod";

/** When AWS stops the class every day; `undefined` where it does not. */
export interface NightlyStop {
    /** Hours and minutes, `20:00` */
    readonly at: string;
    /** IANA name, `Europe/Lisbon` */
    readonly timezone: string;
}

/**
 * Says what is wrong with the name of a time zone, or `undefined` where nothing is.
 *
 * @param name e.g. `Europe/Lisbon`, as IANA spells it, which is how EventBridge Scheduler wants it
 */
export function timezoneProblem(name: string): string | undefined {
    let known: string;
    try {
        known = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    } catch {
        return "is not the name of a time zone";
    }
    // An offset such as +01:00 is none: a class that lasts over the end of summer time would stop an hour off.
    if (!/^[A-Z]/i.test(name)) {
        return "is not the name of a time zone";
    }
    if (known !== name && known.toLowerCase() === name.toLowerCase()) {
        return `is not how that time zone is spelled, which is ${known}`;
    }
    // An older name of a zone, for which the database answers the newer one.
    return /^[A-Z][^/]*(\/[A-Z][^/]*)*$/.test(name) ? undefined : "is not how that time zone is spelled";
}

/**
 * What the operator may not know of a time zone that is right, or `undefined`.
 *
 * @param name that {@link timezoneProblem} finds right
 */
export function timezoneNote(name: string): string | undefined {
    // POSIX counts them west of Greenwich (tz database, file etcetera).
    const [, sign, hours = ""] = /^Etc\/GMT([+-])(\d+)$/.exec(name) ?? [];
    if (sign === undefined || Number(hours) === 0) {
        return undefined;
    }
    const [offset, other] = sign === "+" ? ["-", "-"] : ["+", "+"];
    return `is UTC${offset}${hours}: these names count the other way round. If you mean UTC${sign}${hours}, write Etc/GMT${other}${hours}; the name of a place (Europe/Lisbon) also knows summer time`;
}

const nightlyStopMap = z.strictObject(
    {
        at: z
            .string({ error: "is not a time of day" })
            .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "is not a time of day from 00:00 to 23:59" }),
        timezone: z.string({ error: "is not the name of a time zone" }).superRefine((name, context) => {
            const problem = timezoneProblem(name);
            if (problem !== undefined) {
                context.addIssue({ code: "custom", message: problem });
            }
        }),
    },
    { error: "is not a map of at and timezone" },
);

/** Empty text, or a map of `at` and `timezone`. */
export const nightlyStop = z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.optional(nightlyStopMap),
);

/** Empty text, or a moment: ISO 8601 with its offset, because the machine it is read on may be anywhere. */
export const endsAt = z.string().transform((text, context): Date | undefined => {
    if (text === "") {
        return undefined;
    }
    const valid = z.iso.datetime({ offset: true }).safeParse(text).success;
    const end = new Date(text);
    if (!valid || Number.isNaN(end.getTime())) {
        context.addIssue({ code: "custom", message: "is not a date and time with an offset" });
        return z.NEVER;
    }
    if (end.getTime() <= Date.now()) {
        context.addIssue({
            code: "custom",
            message: "is over: nothing is started any more (pulumi destroy removes the class)",
        });
        return z.NEVER;
    }
    return end;
});
