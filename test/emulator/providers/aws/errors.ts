/** Errors of the AWS SDK: which they are, and in the words of terraform-provider-aws. */

interface ServiceError extends Error {
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
    /** EC2 and S3 name errors here where no class exists for them. */
    readonly Code?: string;
    /** Added by our middleware, see clients.ts. */
    readonly operation?: string;
}

/** The error code that AWS gave, e.g. `DependencyViolation`; `undefined` for what is no answer of AWS. */
export function errorCode(error: unknown): string | undefined {
    const { $metadata, Code, name } = error as ServiceError;
    return $metadata === undefined ? undefined : (Code ?? name);
}

/** True if AWS answered with one of these codes (`Foo*` for all that start with it). */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
    const code = errorCode(error);
    if (code === undefined) return false;
    return codes.some((wanted) =>
        wanted.endsWith("*") ? code.startsWith(wanted.slice(0, -1)) : code === wanted,
    );
}

/** True if the error's message has this text. */
export function says(error: unknown, part: string): boolean {
    return error instanceof Error && error.message.includes(part);
}

/** The error in words, as the Go SDK of the real provider writes it. */
export function describe(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const { $metadata, operation } = error as ServiceError;
    const code = errorCode(error);
    if (code === undefined) return error.message;
    const status = `https response error StatusCode: ${$metadata?.httpStatusCode ?? 0}`;
    return `operation error ${operation ?? "AWS"}, ${status}, RequestID: ${$metadata?.requestId ?? ""}, api error ${code}: ${error.message}`;
}

/** Answers `undefined` where AWS says with one of these codes that the object does not exist. */
export async function unlessGone<T>(
    codes: readonly string[],
    call: () => Promise<T>,
): Promise<T | undefined> {
    try {
        return await call();
    } catch (error) {
        if (isCode(error, ...codes)) return undefined;
        throw error;
    }
}
