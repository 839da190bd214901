/** Where a lab's jobs put their data, and EMR the logs: its own part of the bucket. Ends with a slash. */
export function labPrefix(lab: string): string {
    return `labs/${lab}/`;
}
