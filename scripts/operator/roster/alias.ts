import type { RosterEntry } from "./entry.ts";

/** What SSH knows a lab's machine by, whatever its address: `ada.eu-west-1`, one in all stacks. */
export function hostAlias({ lab, stack }: Pick<RosterEntry, "lab" | "stack">): string {
    return `${lab}.${stack}`;
}

/** True for text that is one plain name to SSH's files: no pattern, no option, no blank. */
export function isAlias(text: string): boolean {
    return /^[a-z0-9][A-Za-z0-9._-]*$/.test(text);
}

/** Labs of a file for SSH, and those that could not be written into it. */
export interface SshFile {
    readonly text: string;
    /** Labs that are not in it, each with the reason. */
    readonly leftOut: readonly { readonly lab: string; readonly stack: string; readonly why: string }[];
}
