import { labName } from "../../../components/names/labs.ts";
import type { PeopleSettings } from "../spread/peopleSettings.ts";
import { type Changes, editStackFile } from "./edit.ts";
import type { Project } from "./project.ts";
import { parseStackFile, type StackFile } from "./stackFile.ts";

type Group = { readonly lab: string; readonly students: readonly string[] };

/** Items in the order that they had, new ones behind them: so a change shows nothing but what has changed. */
function keepOrder<T>(next: readonly T[], before: readonly T[], same: (one: T, other: T) => boolean): T[] {
    const place = (item: T) => {
        const at = before.findIndex((other) => same(item, other));
        return at < 0 ? before.length : at;
    };
    return next
        .map((item, index) => ({ item, at: place(item), index }))
        .sort((one, other) => one.at - other.at || one.index - other.index)
        .map(({ item }) => item);
}

const isGroup = (value: unknown): value is Group =>
    typeof value === "object" && value !== null && typeof (value as Partial<Group>).lab === "string";

function listIn(text: string | undefined): readonly unknown[] {
    try {
        const value: unknown = JSON.parse(text ?? "[]");
        return Array.isArray(value) ? value : [];
    } catch {
        return [];
    }
}

/**
 * Writes who gets a lab into a stack file, and nothing else. Students and groups that are there keep their places, the way
 * they are written, and the comments on them.
 *
 * @param file the stack file as it is
 * @param people settings of the region's labs
 * @param more other settings to write with them, by key without the project's name
 * @returns the text as it should be
 * @throws StackFileError where the file cannot be changed so
 */
export function writePeople(
    file: StackFile,
    people: PeopleSettings,
    project: Pick<Project, "name">,
    more: Changes = {},
): string {
    const given = parseStackFile(file, project);
    const before = (key: string) => {
        const value = given.get(`${project.name}:${key}`);
        return listIn(value?.kind === "text" ? value.text : undefined);
    };
    const names = before("students").filter((name) => typeof name === "string");
    const students =
        people.students && keepOrder(people.students, names, (one, other) => labName(one) === labName(other));
    const groupsBefore = before("groups").filter(isGroup);
    const sameLab = (one: Group, other: Group) => labName(one.lab) === labName(other.lab);
    // A group that is there keeps the way its name is written: it is one lab whatever it is.
    const spelled = people.groups?.map((group) => ({
        lab: groupsBefore.find((other) => sameLab(group, other))?.lab ?? group.lab,
        students: group.students,
    }));
    const groups = spelled && keepOrder(spelled, groupsBefore, sameLab);
    const changes = { students, groups, studentCount: people.studentCount, ...more };
    return editStackFile(
        file.file,
        file.text,
        Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${project.name}:${key}`, value])),
        project.name,
    );
}
