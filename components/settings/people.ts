import { z } from "zod";
import { printable, setting, wholeNumber } from "./definition.ts";

const studentName = printable("the name of a student", 80);

/** Settings that say who gets a lab. */
export const people = {
    students: setting({
        kind: "structure",
        description: "Names of the students; each gets a lab of their own.",
        default: [],
        effect: "nothing",
        effectNote: "A new name adds that lab, a name taken away removes that lab; no other lab changes.",
        mend: "Write a list of names: students: [ada, grace].",
        schema: z.array(studentName, { error: "is not a list" }),
    }),
    groups: setting({
        kind: "structure",
        description: "Labs that several students share, each a map of `lab` and `students`.",
        default: [],
        effect: "nothing",
        effectNote: "Like students; a changed list of students only changes the roster.",
        mend: "Write groups: [{ lab: team-1, students: [ada, grace] }].",
        schema: z.array(
            z.strictObject(
                {
                    lab: printable("the name of a lab", 80),
                    students: z
                        .array(studentName, { error: "is not a list of names" })
                        .min(1, { error: "has nobody in it" }),
                },
                { error: "is not a map of lab and students" },
            ),
            { error: "is not a list" },
        ),
    }),
    studentCount: setting({
        kind: "integer",
        description:
            "Number of labs named student-01, student-02 and so on, where names are not known. 0 = not used.",
        default: 0,
        effect: "nothing",
        effectNote: "More adds labs at the end, fewer removes the last ones; no other lab changes.",
        mend: "Write studentCount: 20.",
        schema: wholeNumber(0, 500),
    }),
    spares: setting({
        kind: "integer",
        description: "Extra labs, named spare-01 and so on, for a late registration or a broken machine.",
        default: 0,
        effect: "nothing",
        effectNote: "Adds or removes spare labs only.",
        mend: "Write spares: 2.",
        schema: wholeNumber(0, 100),
    }),
    supportMachines: setting({
        kind: "structure",
        description:
            "Names of machines without a cluster, for demonstrators and services; not in the roster.",
        default: [],
        effect: "nothing",
        effectNote: "Like students: adds or removes that machine only.",
        mend: "Write names of machines: supportMachines: [demo, git].",
        schema: z.array(printable("the name of a machine", 80), { error: "is not a list" }).max(20, {
            error: "is longer than 20 machines",
        }),
    }),
    maxLabs: setting({
        kind: "integer",
        description: "Most labs that this stack may have; more is refused before anything is created.",
        default: 30,
        effect: "in place",
        effectNote: "Connect runs again: the more labs there may be, the less often mrjob looks at its jobs.",
        mend: "Write maxLabs: 30.",
        schema: wholeNumber(1, 500),
    }),
} as const;
