/**
 * The values before a script that a machine gets on its standard input: lines NAME='text', quoted for a POSIX shell
 * (a quote inside is '\''; a text may have several lines). They end where the script begins.
 */
export function scriptValues(script: string): Map<string, string> {
    const values = new Map<string, string>();
    const assignment = /([A-Z][A-Z0-9_]*)=((?:'[^']*'|\\'|[A-Za-z0-9_./:@%+,-])*)\n/y;
    for (let found = assignment.exec(script); found; found = assignment.exec(script)) {
        const [, name = "", quoted = ""] = found;
        values.set(
            name,
            quoted.replace(
                /'([^']*)'|\\(')/g,
                (_, inside: string | undefined, quote: string | undefined) => inside ?? quote ?? "",
            ),
        );
    }
    return values;
}
