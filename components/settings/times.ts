import { z } from "zod";
import { choice, setting } from "./definition.ts";
import { endsAt, nightlyStop } from "./schedule.ts";

/** Settings that say when the class runs, and when it may be touched. */
export const times = {
    power: setting({
        kind: "text",
        description: "off = machines stopped and clusters removed, for the night.",
        default: "on",
        effect: "in place",
        effectNote:
            "Machines stop or start, clusters go or are made; passwords and files stay, addresses change.",
        mend: "Write power: on.",
        schema: choice("on", "off"),
    }),
    nightlyStop: setting({
        kind: "structure",
        description:
            "Time at which AWS itself stops machines and ends clusters every day; the next up restores them.",
        default: "",
        effect: "in place",
        effectNote: "Schedules are added, changed or removed.",
        mend: 'Write nightlyStop: { at: "20:00", timezone: Europe/Lisbon }.',
        schema: nightlyStop,
    }),
    endsAt: setting({
        kind: "text",
        description:
            "End of the course: AWS itself stops machines and ends clusters, and no up starts them again.",
        default: "",
        effect: "in place",
        effectNote: "Schedules are added, changed or removed.",
        mend: 'Write date, time and offset, in quotes: endsAt: "2027-07-25T18:00:00+01:00".',
        schema: endsAt,
    }),
    allowReplacement: setting({
        kind: "boolean",
        description: "true = settings that make running clusters anew may change; otherwise that is refused.",
        default: false,
        effect: "nothing",
        effectNote: "Only a permission, for one `pulumi up`.",
        mend: "Write allowReplacement: true.",
        schema: z.boolean({ error: "is neither true nor false" }),
    }),
} as const;
