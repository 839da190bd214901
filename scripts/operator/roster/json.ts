import type { RosterEntry } from "./entry.ts";
import { chooseFields, fieldValues, jsonFields, type Shown } from "./fields.ts";
import { plainJson } from "./plainText.ts";

/**
 * The roster as a JSON list with an object a lab, ending in a line end.
 *
 * @param entries labs in the order to show them
 * @param shown fields and passwords to show
 * @throws UnknownFieldError
 */
export function rosterJson(entries: readonly RosterEntry[], shown: Shown = {}): string {
    const fields = chooseFields(shown.fields, jsonFields);
    const objects = entries.map((entry) => {
        const values = fieldValues(entry, shown);
        return Object.fromEntries(fields.map((field) => [field, values[field]]));
    });
    return `${plainJson(objects)}\n`;
}
