import { isBurstable } from "./cpuCredits.ts";
import type { FlatSettings } from "./definitions.ts";
import { timezoneNote } from "./schedule.ts";

/**
 * What an operator may not expect of settings that are right, a sentence each.
 *
 * @param settings all of them, checked
 */
export function settingNotes({ nightlyStop, cpuCredits, instanceType }: FlatSettings): string[] {
    const zone = nightlyStop?.timezone ?? "";
    const zoneNote = timezoneNote(zone);
    return [
        ...(zoneNote === undefined ? [] : [`nightlyStop.timezone: "${zone}" ${zoneNote}.`]),
        ...(cpuCredits === "unlimited" && !isBurstable(instanceType)
            ? [`cpuCredits: ${instanceType} has no CPU credits, so that "unlimited" does nothing.`]
            : []),
    ];
}
