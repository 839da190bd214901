/** Filters of EC2's Describe calls. */

/** A filter: the object has one of the values, in which `*` and `?` stand for anything and for one letter. */
export interface Filter {
    readonly name: string;
    readonly values: readonly string[];
}

/** `Filter.N.Name` and `Filter.N.Value.M` of a form as filters, in their order. */
export function readFilters(params: Readonly<Record<string, string>>): Filter[] {
    const filters = new Map<string, { name: string; values: string[] }>();
    for (const [key, value] of Object.entries(params)) {
        const [, number, part] = /^Filter\.(\d+)\.(Name|Value\.\d+)$/.exec(key) ?? [];
        if (number === undefined || part === undefined) continue;
        const filter = filters.get(number) ?? { name: "", values: [] };
        if (part === "Name") filter.name = value;
        else filter.values.push(value);
        filters.set(number, filter);
    }
    return [...filters.values()];
}

/** True if the value is what the pattern stands for. */
export function matchesPattern(pattern: string, value: string): boolean {
    const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".");
    return new RegExp(`^${source}$`, "s").test(value);
}
