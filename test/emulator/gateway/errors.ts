/** Errors as AWS words, codes and formats them, in the protocol of the call that they answer. */
import type { AwsCall } from "./request.ts";
import { escapeXml } from "./xml.ts";

/** An HTTP answer of the gateway. */
export interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body: Buffer;
}

/** An error that the caller shall see as AWS's. */
export class AwsError extends Error {
    readonly code: string;
    readonly status: number;

    constructor(code: string, message: string, status = 400) {
        super(message);
        this.code = code;
        this.status = status;

        this.name = "AwsError";
    }
}

/** The call is one of AWS's that the pocket cloud does not know: loud, never ignored. */
export function notImplemented(call: AwsCall, what = ""): AwsError {
    const detail = what === "" ? "" : ` (${what})`;
    return new AwsError(
        "NotImplementedByPocketCloud",
        `The pocket cloud does not implement ${call.service}:${call.action}${detail}`,
        501,
    );
}

let requests = 0;
function requestId(): string {
    requests += 1;
    return `pocket-${requests.toString().padStart(8, "0")}`;
}

/** An answer with a JSON body. */
export function jsonAnswer(body: unknown, status = 200, contentType = "application/x-amz-json-1.1"): Answer {
    return {
        status,
        headers: { "content-type": contentType, "x-amzn-requestid": requestId() },
        body: Buffer.from(JSON.stringify(body)),
    };
}

/** An answer with an XML body. */
export function xmlAnswer(body: string, status = 200): Answer {
    return {
        status,
        headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId() },
        body: Buffer.from(body),
    };
}

/** The error in the wire format of the call's protocol. */
export function errorAnswer(call: AwsCall, error: AwsError): Answer {
    const code = escapeXml(error.code);
    const message = escapeXml(error.message);
    const kind = error.status >= 500 ? "Receiver" : "Sender";
    switch (call.protocol) {
        case "json":
            return jsonAnswer({ __type: error.code, message: error.message }, error.status);
        case "rest-json": {
            const answer = jsonAnswer({ Message: error.message }, error.status, "application/json");
            return { ...answer, headers: { ...answer.headers, "x-amzn-errortype": error.code } };
        }
        case "ec2":
            return xmlAnswer(
                `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${code}</Code><Message>${message}` +
                    `</Message></Error></Errors><RequestID>${requestId()}</RequestID></Response>`,
                error.status,
            );
        case "s3":
            // HEAD answers have no body: SDKs then know only the status.
            return call.method === "HEAD"
                ? { status: error.status, headers: {}, body: Buffer.alloc(0) }
                : xmlAnswer(
                      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message>` +
                          `<RequestId>${requestId()}</RequestId></Error>`,
                      error.status,
                  );
        case "query":
        case "rest-xml":
            return xmlAnswer(
                `<ErrorResponse><Error><Type>${kind}</Type><Code>${code}</Code><Message>${message}</Message></Error>` +
                    `<RequestId>${requestId()}</RequestId></ErrorResponse>`,
                error.status,
            );
    }
}
