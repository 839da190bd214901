import { z } from "zod";

/** When AWS stops the class every day; `undefined` where it does not. */
export interface NightlyStop {
    /** Hours and minutes, `20:00` */
    readonly at: string;
    /** IANA name, `Europe/Lisbon` */
    readonly timezone: string;
}

/** True for a time zone's name that this machine's, and so AWS's, database has. */
export function isTimezone(name: string): boolean {
    try {
        new Intl.DateTimeFormat("en", { timeZone: name });
    } catch {
        return false;
    }
    // An offset such as +01:00 is none: a class that lasts over the end of summer time would stop an hour off.
    return /^[A-Za-z]/.test(name);
}

/** Empty text, or a map of `at` and `timezone`. */
export const nightlyStop = z.union(
    [
        z.literal("").transform((): NightlyStop | undefined => undefined),
        z.strictObject({
            at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
            timezone: z.string().refine(isTimezone),
        }),
    ],
    { error: "is not a map of a time and the name of a time zone" },
);

/** Empty text, or a moment: ISO 8601 with its offset, because the machine it is read on may be anywhere. */
export const endsAt = z.string().transform((text, context): Date | undefined => {
    if (text === "") {
        return undefined;
    }
    const valid = z.iso.datetime({ offset: true }).safeParse(text).success;
    if (!valid) {
        context.addIssue({ code: "custom", message: "is not a date and time with an offset" });
        return z.NEVER;
    }
    const end = new Date(text);
    if (end.getTime() <= Date.now()) {
        context.addIssue({
            code: "custom",
            message: "is over: nothing is started any more (pulumi destroy removes the class)",
        });
        return z.NEVER;
    }
    return end;
});
