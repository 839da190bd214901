import { findColumns, looksLikeName, usualCount } from "./columns.ts";
import { roleOf } from "./headerWords.ts";
import { visible } from "./personName.ts";
import { isBlank, readRows, type Row, type Rows, type Separator } from "./rows.ts";

/** How the lines of a file fall into fields. */
export interface Split extends Rows {
    readonly separator: Separator;
}

const candidates = ["\t", ";", ","] as const;

/** What Excel writes, and reads, above a list to say what separates it: `sep=;`. */
const declaration = /^sep=([;,\t])\n/i;

/** Lines of `Last, First`: one comma with a space behind it in each, names on both sides, mostly different ones. */
function isLastFirst(rows: readonly Row[]): boolean {
    const firstNames = rows.map(({ cells }) => visible(cells[1] ?? "")).filter((name) => name !== "");
    return (
        rows.every(
            ({ cells, raw }) =>
                cells.filter((cell) => !isBlank(cell)).every(looksLikeName) &&
                (cells.length === 1 || (cells.length === 2 && /^[^",]+, +[^",]+$/.test(raw))),
        ) &&
        (rows.length < 4 || new Set(firstNames).size > firstNames.length / 2)
    );
}

/** How good a separator is for these rows: known headers first, then how alike the rows are. 0 = it separates nothing. */
function quality(rows: readonly Row[]): number {
    const { headerAt, count, names } = findColumns(rows);
    if (headerAt !== undefined && names !== undefined) {
        const body = rows.slice(headerAt + 1);
        const known = rows[headerAt]?.cells.filter((cell) => roleOf(cell) !== undefined).length ?? 0;
        const fitting = body.filter(
            ({ cells }) => cells.length <= count || cells.slice(count).every(isBlank),
        );
        return count < 2 ? 0 : 10 + known + fitting.length / Math.max(1, body.length);
    }
    const usual = usualCount(rows);
    const alike = rows.filter(({ cells }) => cells.length === usual).length / rows.length;
    return usual < 2 || alike < 0.8 ? 0 : alike;
}

/**
 * Splits a list into fields by the separator that fits it: tab, semicolon, comma, or none.
 *
 * @param text lines end in `\n`
 */
export function splitList(text: string): Split {
    const declared = declaration.exec(text);
    if (declared !== null) {
        const separator = declared[1] as Separator;
        // An empty line in its place, so that lines keep their numbers.
        return { separator, ...readRows(text.slice(declared[0].length - 1), separator) };
    }
    const whole = readRows(text, undefined);
    // "Last, First" may be the header of one column or of two, which comes to the same; so it is left to what follows.
    const { headerAt, names } = findColumns(whole.rows);
    if (headerAt === 0 && names !== undefined && !/[\t;,]/.test(whole.rows[0]?.raw ?? "")) {
        return { separator: undefined, ...whole };
    }
    const splits = candidates.map((separator) => ({ separator, ...readRows(text, separator) }));
    const best = splits.reduce<{ split: Split; quality: number }>(
        (found, split) => {
            const good = split.rows.length === 0 ? 0 : quality(split.rows);
            return good > found.quality ? { split, quality: good } : found;
        },
        { split: { separator: undefined, ...whole }, quality: 0 },
    );
    const headerless = best.quality < 10;
    return best.split.separator === "," && headerless && isLastFirst(best.split.rows)
        ? { separator: undefined, ...whole }
        : best.split;
}
