import { type Role, plainHeader, roleOf } from "./headerWords.ts";
import { visible } from "./personName.ts";
import { isBlank, type Row } from "./rows.ts";

/** Where the parts of a name are, as places in a row counted from 0; joined in this order. */
export interface NameColumns {
    readonly first: readonly number[];
    /** Empty where one column has the whole name. */
    readonly last: readonly number[];
}

/** What the columns of a list are for, as far as that can be seen. Places are counted from 0. */
export interface Columns {
    /** Place of the header among the rows; `undefined` where there is none. What stands above it is no list. */
    readonly headerAt: number | undefined;
    /** As many columns as the header, or most rows, have. */
    readonly count: number;
    /** `undefined` where nobody can tell: no header says it, or more than one does. */
    readonly names: NameColumns | undefined;
    /** All columns that may have groups. */
    readonly groups: readonly number[];
    /** Columns that tell two people of the same name apart: e-mail addresses, numbers of students. */
    readonly identity: readonly number[];
}

const filled = (row: Row) => row.cells.filter((cell) => !isBlank(cell)).length;
const nameRoles: readonly (Role | undefined)[] = ["full", "name", "first", "last"];

/** True for text that may be somebody's name: words of letters, no more of them than people have. */
export function looksLikeName(cell: string): boolean {
    const text = visible(cell);
    return (
        /\p{L}/u.test(text) && !/[\p{N}@:=/]/u.test(text) && text.length <= 60 && text.split(" ").length <= 7
    );
}

/** True for an e-mail address and nothing else. */
export const isEmail = (cell: string) => /^[^\s@]+@[^\s@]+$/.test(visible(cell));
const isNumber = (cell: string) => /^[\p{N}\s./-]+$/u.test(visible(cell));

/** True where every filled cell below, of at least one, is of a kind. */
function allBelow(
    rows: readonly Row[],
    from: number,
    column: number,
    kind: (cell: string) => boolean,
): boolean {
    const cells = rows.slice(from).map((row) => row.cells[column] ?? "");
    const some = cells.filter((cell) => !isBlank(cell));
    return some.length > 0 && some.every(kind);
}

/** True where the first row is of another kind than all below it: a header in words that are not known. */
function differsFromBelow(rows: readonly Row[]): boolean {
    return (rows[0]?.cells ?? []).some((cell, column) =>
        [isEmail, isNumber].some((kind) => !isBlank(cell) && !kind(cell) && allBelow(rows, 1, column, kind)),
    );
}

/** Where the header is: the first row, or below a few lines of title that are shorter than it. */
function findHeader(rows: readonly Row[], wanted: readonly string[]): number | undefined {
    const names = wanted.map(plainHeader);
    const asked = rows
        .slice(0, 10)
        .findIndex((row) => row.cells.some((cell) => names.includes(plainHeader(cell)) && !isBlank(cell)));
    if (asked >= 0 && names.every((name) => name !== "")) {
        return asked;
    }
    const found = rows
        .slice(0, 10)
        .findIndex(
            (row, index) =>
                row.cells.some((cell) => nameRoles.includes(roleOf(cell))) &&
                (index === 0 ||
                    (filled(row) >= 2 && rows.slice(0, index).every((above) => filled(above) < filled(row)))),
        );
    if (found >= 0) {
        return found;
    }
    const first = rows[0];
    const known = (first?.cells ?? []).some((cell) => roleOf(cell) !== undefined);
    return first !== undefined && first.cells.length > 1 && (known || differsFromBelow(rows)) ? 0 : undefined;
}

/** Which columns have the names, by what the header says of each. */
function namesByRole(roles: readonly (Role | undefined)[]): NameColumns | undefined {
    const at = (role: Role) => roles.flatMap((one, index) => (one === role ? [index] : []));
    const [full, name, first, last] = [at("full"), at("name"), at("first"), at("last")];
    if ([full, name, first, last].some((columns) => columns.length > 1)) {
        return undefined;
    }
    // "Name" beside "Vorname" is a last name, "Nome" beside "Cognome" a first one.
    const firstName = first.length > 0 ? first : last.length > 0 ? name : [];
    const lastName = last.length > 0 ? last : first.length > 0 ? name : [];
    if (firstName.length > 0 && lastName.length > 0) {
        return { first: firstName, last: [...at("infix"), ...lastName, ...at("last2")] };
    }
    const one = [full, name, first, last].find((columns) => columns.length > 0);
    return one === undefined ? undefined : { first: one, last: [] };
}

/** Which column has the names where no header says so: the only one with words, most of them different. */
function namesByContent(rows: readonly Row[], count: number): NameColumns | undefined {
    const worded = Array.from({ length: count }, (_, column) => column).filter((column) => {
        const cells = rows.map((row) => row.cells[column] ?? "").filter((cell) => !isBlank(cell));
        return cells.length > rows.length / 2 && cells.filter(looksLikeName).length > cells.length / 2;
    });
    const [only] = worded;
    if (only === undefined || worded.length > 1) {
        return undefined;
    }
    const values = rows.map((row) => visible(row.cells[only] ?? ""));
    return new Set(values).size > values.length / 2 ? { first: [only], last: [] } : undefined;
}

/** How many columns most rows have. */
export function usualCount(rows: readonly Row[]): number {
    const counts = new Map<number, number>();
    for (const { cells } of rows) {
        counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
    }
    return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [1, 0])[0];
}

/**
 * Finds out what the columns of a list are for.
 *
 * @param rows records with something in them
 * @param wanted headers that the teacher named, which tell where the header is
 */
export function findColumns(rows: readonly Row[], wanted: readonly string[] = []): Columns {
    const headerAt = findHeader(rows, wanted);
    if (headerAt === undefined) {
        const count = usualCount(rows);
        const identity = Array.from({ length: count }, (_, column) => column).filter((column) =>
            allBelow(rows, 0, column, isEmail),
        );
        const names = count === 1 ? { first: [0], last: [] } : namesByContent(rows, count);
        return { headerAt, count, names, groups: [], identity };
    }
    const header = rows[headerAt]?.cells ?? [];
    const roles = header.map(roleOf);
    const at = (...some: readonly Role[]) =>
        roles.flatMap((role, index) => (role !== undefined && some.includes(role) ? [index] : []));
    return {
        headerAt,
        // A separator at the end of every line makes no column.
        count: header.findLastIndex((cell) => !isBlank(cell)) + 1,
        names: namesByRole(roles),
        groups: at("group"),
        identity: at("email", "id"),
    };
}
