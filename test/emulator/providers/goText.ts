/**
 * Wording of Go programs: the real providers are written in Go, and their users read its messages.
 */

const ESCAPES: Readonly<Record<string, string>> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
};

/** Text as Go's `%q` writes it. */
export function quote(text: string): string {
    const quoted = [...text].map((character) => {
        const escape = ESCAPES[character];
        if (escape !== undefined) {
            return escape;
        }
        const code = character.codePointAt(0) ?? 0;
        if (code < 0x20 || code === 0x7f) {
            return `\\x${code.toString(16).padStart(2, "0")}`;
        }
        if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
            return character;
        }
        return code > 0xffff
            ? `\\U${code.toString(16).padStart(8, "0")}`
            : `\\u${code.toString(16).padStart(4, "0")}`;
    });
    return `"${quoted.join("")}"`;
}

/** Host and port as Go joins them: an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
    return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    ENOTSOCK: "socket operation on non-socket",
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset by peer",
    EHOSTUNREACH: "no route to host",
    ENETUNREACH: "network is unreachable",
    ETIMEDOUT: "connection timed out",
    EACCES: "permission denied",
    EADDRNOTAVAIL: "cannot assign requested address",
    EINVAL: "invalid argument",
    EPIPE: "broken pipe",
};

/** A system error as Go names it, e.g. `connection refused`. */
export function systemError(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    return SYSTEM_ERRORS[code ?? ""] ?? message;
}
