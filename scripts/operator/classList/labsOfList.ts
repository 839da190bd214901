import { type Lab, labName } from "../../../components/names/labs.ts";
import { labProblems } from "../../../components/settings/labNames.ts";
import { type Complaint, lineWords, shorten } from "./complaint.ts";
import type { Student } from "./students.ts";

/** A lab that the list asks for: one student's, or a group's. */
export interface ListedLab {
    /** Lab name: host name, and what labs are known by. */
    readonly name: string;
    /** What the name is made of: the student's name, a short form of it, or the group's name. */
    readonly written: string;
    /** The students, in the order of the list. */
    readonly students: readonly string[];
    /** Lines of the list that it comes from. */
    readonly lines: readonly number[];
}

/** The labs of a list. Every student is in one of them, or in a complaint. */
export interface ListedLabs {
    readonly labs: readonly ListedLab[];
    readonly complaints: readonly Complaint[];
    /** Students whose names are too long for a lab, so that a short form names it. */
    readonly shortened: readonly ListedLab[];
    /** Groups that are written in several ways, by the way that counts. */
    readonly spelled: ReadonlyMap<string, readonly string[]>;
}

interface Team {
    readonly written: string;
    readonly spellings: Set<string>;
    readonly members: Student[];
}

/** First and last word of a name, for a lab whose student has more of them than a host name has room for. */
function shortForm(name: string): string {
    const words = name.split(" ");
    return words.length > 2 ? `${words[0] ?? ""} ${words.at(-1) ?? ""}` : name;
}

/** Groups that are only numbered get the header's word: "Gruppe 3" says more than "3", and is a better host name. */
function teamName(written: string, header: string | undefined): string {
    return /^(\p{N}{1,3}|\p{L})$/u.test(written) && header !== undefined ? `${header} ${written}` : written;
}

function teamsOf(students: readonly Student[], header: string | undefined): Map<string, Team> {
    const teams = new Map<string, Team>();
    for (const student of students) {
        if (student.group !== undefined) {
            const written = teamName(student.group, header);
            // Where no host name can be made of it, each spelling is a group of its own, with a complaint.
            const key = labName(written) || written;
            const team = teams.get(key) ?? { written, spellings: new Set<string>(), members: [] };
            team.spellings.add(student.group);
            team.members.push(student);
            teams.set(key, team);
        }
    }
    return teams;
}

/** Names that are groups by themselves, of which several stand in one field. */
function severalGroups(group: string, all: ReadonlySet<string>): readonly string[] {
    const parts = group.split(/[,;|/+&]/u).map((part) => part.trim().toLowerCase());
    return parts.length > 1 && parts.every((part) => all.has(part)) ? parts : [];
}

/**
 * The labs of a list: one for each group, and one for each student who is in none. Groups stay whole.
 *
 * Two students whose names make the same lab name are a complaint, not `-2` at the end of one: the number would be on the
 * card, on the machine and in every command, and nobody in the room could tell whose it is. A name that is too long for a
 * host name makes a lab of its first and last word, where no other lab has that name.
 *
 * @param header what the list calls its groups; `undefined` where it does not say
 * @param longest longest name of a lab, in characters
 */
export function labsOfList(
    students: readonly Student[],
    header: string | undefined,
    longest: number,
): ListedLabs {
    const complaints: Complaint[] = [];
    const groups = new Set(students.map(({ group }) => (group ?? "").toLowerCase()));
    const placed = students.filter((student) => {
        const several = severalGroups(student.group ?? "", groups);
        if (several.length > 0) {
            complaints.push({
                lines: student.lines,
                written: shorten(student.group ?? ""),
                message: "is more than one group",
                mend: `A student has one lab: write one group for ${student.name}.`,
            });
        }
        return several.length === 0;
    });
    const teams = teamsOf(placed, header);
    const single = placed.filter(({ group }) => group === undefined);
    const taken = new Map<string, number>();
    for (const name of [...single.map(({ name }) => labName(name)), ...teams.keys()]) {
        taken.set(name, (taken.get(name) ?? 0) + 1);
    }
    const candidates = single.map(({ name, lines }) => ({ short: labName(shortForm(name)), name, lines }));
    for (const { short, name } of candidates) {
        if (labName(name).length > longest && short !== labName(name)) {
            taken.set(short, (taken.get(short) ?? 0) + 1);
        }
    }
    const singles = candidates.map(({ short, name, lines }): ListedLab => {
        const shortens =
            labName(name).length > longest &&
            short !== "" &&
            short.length <= longest &&
            taken.get(short) === 1;
        const written = shortens ? shortForm(name) : name;
        return { name: labName(written), written, students: [name], lines };
    });
    const shared = [...teams].map(([, { written, members }]): ListedLab => ({
        name: labName(written),
        written,
        students: members.map(({ name }) => name),
        lines: members.flatMap(({ lines }) => lines).sort((one, other) => one - other),
    }));
    const labs = [...singles, ...shared].sort((one, other) => (one.lines[0] ?? 0) - (other.lines[0] ?? 0));
    const { right, wrong } = checkLabs(labs, longest);
    return {
        labs: right,
        complaints: [...complaints, ...wrong],
        shortened: right.filter((lab) => singles.includes(lab) && lab.written !== lab.students[0]),
        spelled: new Map(
            [...teams.values()]
                .filter(({ spellings }) => spellings.size > 1)
                .map(({ written, spellings }): [string, string[]] => [written, [...spellings]]),
        ),
    };
}

/** Parts labs with names that can be names from those without, by the program's own check. */
function checkLabs(labs: readonly ListedLab[], longest: number): { right: ListedLab[]; wrong: Complaint[] } {
    const source = ({ lines }: ListedLab) => lineWords(lines.slice(0, 1));
    const bySource = new Map(labs.map((lab) => [source(lab), lab]));
    const asked = [...bySource].map(([line, { name, students, written }]): Lab => ({
        name,
        students,
        source: line,
        written,
    }));
    const problems = new Map(labProblems(asked, longest).map((problem) => [problem.key, problem]));
    const wrong = [...bySource].flatMap(([line, lab]): Complaint[] => {
        const problem = problems.get(line);
        return problem === undefined
            ? []
            : [
                  {
                      lines: lab.lines,
                      written: shorten(lab.written),
                      message: problem.message,
                      mend: mendOf(problem.mend),
                  },
              ];
    });
    return { right: labs.filter((lab) => !problems.has(source(lab))), wrong };
}

/** The program's mend, without what only stack files can say. */
const mendOf = (mend: string) => mend.replace(/, or groups: .*$/, ".");
