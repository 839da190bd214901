const REFUSAL =
    /User: (\S+) is not authorized to perform: (\S+)(?: on resource: \S+)?(?: ((?:with an explicit deny|because no)[^\n]*))?/;

/**
 * What AWS says when it refuses something, in the length that people read: who, what, why. The resource goes, since it is
 * what was asked for, and so do a second mention of the action and all but the end of the ARN of who asked. Other texts come back as they are.
 */
export function readable(text: string): string {
    const [, arn = "", action = "", why] = REFUSAL.exec(text) ?? [];
    if (action === "") {
        return text.trim();
    }
    // arn:aws:sts::ACCOUNT:assumed-role/ROLE/i-... -> ROLE/i-...
    const who = arn
        .split(":")
        .slice(5)
        .join(":")
        .replace(/^[a-z-]+\//, "");
    const reason = why?.trim().replace(`allows the ${action} action`, "allows it");
    return `User ${who} is not authorized to perform: ${action}${reason === undefined ? "" : ` ${reason}`}`;
}
